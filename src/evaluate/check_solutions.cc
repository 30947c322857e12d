// One job per solution, then counts by problem.
#include "evaluate/check_solutions.h"

#include <algorithm>
#include <thread>

#include "base/progress.h"
#include "evaluate/program_form.h"

namespace scribe {
namespace {

/// Which program of which problem a job runs.
struct Source {
  std::size_t problem = 0;
  std::size_t solution = 0;
  bool incorrect = false;
};

/// Standard input and output: any program is an answer. Calls: one that goes on where the prompt's
/// code ends.
void set_canonical(const std::string& program, Problem& problem) {
  if (problem.form == ProblemForm::stdio) {
    problem.canonical_solution = program;
    return;
  }
  const std::size_t code = problem.prompt.rfind("class Solution");
  if (code == std::string::npos) {
    if (problem.prompt.ends_with("\"\"\"\n")) problem.canonical_solution = program;
    return;
  }
  const std::string starter = problem.prompt.substr(code);
  const std::size_t begin = program.find("class Solution");
  if (begin != std::string::npos && program.substr(begin).starts_with(starter))
    problem.canonical_solution = program.substr(begin + starter.size());
}

}  // namespace

SandboxJob solution_job(const Problem& problem, const std::string& program, SuiteText tests,
                        const SandboxLimits& limits) {
  SandboxJob job{.candidate = program,
                 .tests = std::move(tests),
                 .entry_point = problem.entry_point,
                 .limits = limits};
  set_program_form(problem, program, job);
  return job;
}

Result<std::vector<Verdict>> run_solution_jobs(Env& env, StopToken& stop, const std::string& label,
                                               const std::vector<SandboxJob>& jobs,
                                               const CheckSolutionsOptions& options) {
  std::vector<Verdict> verdicts(jobs.size());
  if (jobs.empty()) return verdicts;
  SandboxWorkers sandbox = options.sandbox;
  if (!sandbox.start) {
    SCRIBE_TRY_ASSIGN(sandbox, real_sandbox_workers());
  }
  Progress progress(
      env, {.label = label, .unit = "programs", .total = std::ssize(jobs), .quiet = options.quiet});
  std::int64_t done = 0;
  std::string failure;
  const auto keep = [&](std::size_t index, const Verdict& verdict) -> Status {
    if (verdict.kind == VerdictKind::internal) failure = verdict.detail;
    verdicts[index] = verdict;
    progress.update(++done);
    return {};
  };
  const int workers = options.workers > 0
                          ? options.workers
                          : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  SCRIBE_TRY(judge_fairly(jobs, sandbox.start, workers, stop, keep));
  if (!failure.empty())
    return error(ErrorCode::internal, "the sandbox failed twice on a solution: {}", failure);
  return verdicts;
}

Result<std::vector<SolutionsCheck>> check_solutions(Env& env, StopToken& stop,
                                                    std::vector<ContestProblem>& problems,
                                                    const CheckSolutionsOptions& options) {
  std::vector<SandboxJob> jobs;
  std::vector<Source> sources;
  for (std::size_t p = 0; p < problems.size(); ++p) {
    const SuiteText tests(problems[p].problem.test);
    for (const bool incorrect : {false, true}) {
      const auto& programs = incorrect ? problems[p].incorrect : problems[p].solutions;
      for (std::size_t s = 0; s < std::min(programs.size(), options.solutions_max); ++s) {
        jobs.push_back(solution_job(problems[p].problem, programs[s], tests, options.limits));
        sources.push_back({.problem = p, .solution = s, .incorrect = incorrect});
      }
    }
  }
  SCRIBE_TRY_ASSIGN(const std::vector<Verdict> verdicts,
                    run_solution_jobs(env, stop, "check", jobs, options));
  std::vector<SolutionsCheck> checks(problems.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Source& source = sources[i];
    SolutionsCheck& check = checks[source.problem];
    ++(source.incorrect ? check.incorrect : check.solutions);
    if (verdicts[i].passed())
      (source.incorrect ? check.incorrect_passed : check.solutions_passed)
          .push_back(source.solution);
  }
  for (std::size_t p = 0; p < problems.size(); ++p)
    if (!checks[p].solutions_passed.empty())
      set_canonical(problems[p].solutions[checks[p].solutions_passed.front()], problems[p].problem);
  return checks;
}

}  // namespace scribe
