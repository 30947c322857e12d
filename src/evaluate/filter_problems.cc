// Counts from results files, then several runs of what is left.
#include "evaluate/filter_problems.h"

#include <algorithm>
#include <thread>
#include <unordered_map>

#include "base/json.h"
#include "base/progress.h"
#include "base/python_json.h"
#include "evaluate/expected_outputs.h"
#include "evaluate/program_form.h"

namespace scribe {
namespace {

struct SampleCounts {
  std::int64_t samples = 0;
  std::int64_t passed = 0;
};

Status check_options(const FilterProblemsOptions& options) {
  if (options.min_passes < 0)
    return error(ErrorCode::invalid_argument, "at least {} passes: expected 0 or more",
                 options.min_passes);
  if (!(options.max_share >= 0 && options.max_share <= 1))
    return error(ErrorCode::invalid_argument, "a share of at most {}: expected 0 to 1",
                 options.max_share);
  if (options.runs < 0 || options.runs > kFilterRunsMax)
    return error(ErrorCode::invalid_argument, "{} runs: expected 0 ... {}", options.runs,
                 kFilterRunsMax);
  return {};
}

/// By the problems' places. Errors: as filter_problems().
Result<std::vector<SampleCounts>> count_samples(Env& env, const std::vector<Problem>& problems,
                                                const std::vector<std::string>& results_paths) {
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < problems.size(); ++i) places.emplace(problems[i].task_id, i);
  std::vector<SampleCounts> counts(problems.size());
  const auto count = [&](const Json& line, const std::string& where) -> Status {
    SCRIBE_TRY_ASSIGN(const std::string task_id, json_field<std::string>(line, "task_id", where));
    SCRIBE_TRY_ASSIGN(const bool passed, json_field<bool>(line, "passed", where));
    const auto place = places.find(task_id);
    if (place == places.end())
      return error(ErrorCode::invalid_data,
                   "{}: task '{}' is not among the problems: give the file that was sampled", where,
                   task_id);
    ++counts[place->second].samples;
    counts[place->second].passed += passed ? 1 : 0;
    return {};
  };
  for (const std::string& path : results_paths)
    SCRIBE_TRY(for_each_python_json_line(env, path, count));
  return counts;
}

FilterFate fate_of(const Problem& problem, const SampleCounts& counts,
                   const FilterProblemsOptions& options) {
  if (options.min_passes > 0 && counts.samples == 0) return FilterFate::not_sampled;
  if (counts.passed < options.min_passes) return FilterFate::unsolved;
  if (static_cast<double>(counts.passed) > options.max_share * static_cast<double>(counts.samples))
    return FilterFate::too_easy;
  if (options.runs > 0 && (problem.canonical_solution.empty() || problem.test.empty()))
    return FilterFate::no_solution;
  return FilterFate::kept;
}

SandboxJob solution_job(const Problem& problem, const SandboxLimits& limits) {
  SandboxJob job{.candidate = judged_program(problem, problem.canonical_solution),
                 .tests = tests_of(problem),
                 .entry_point = problem.entry_point,
                 .limits = limits};
  set_program_form(problem, problem.canonical_solution, job);
  return job;
}

/// The engines of this machine: a program that is judged otherwise by another is not stable.
Result<std::vector<SandboxWorkers>> real_sandboxes() {
  std::vector<SandboxWorkers> sandboxes;
  SCRIBE_TRY_ASSIGN(SandboxWorkers fastest, real_sandbox_workers());
  const bool is_fork = fastest.engine == "fork";
  sandboxes.push_back(std::move(fastest));
  if (is_fork) return sandboxes;
  SCRIBE_TRY_ASSIGN(SandboxWorkers forks, real_sandbox_workers("fork"));
  sandboxes.push_back(std::move(forks));
  return sandboxes;
}

/// How many of the runs each job passed.
Result<std::vector<int>> count_passes(Env& env, StopToken& stop, std::span<const SandboxJob> jobs,
                                      std::span<const SandboxWorkers> sandboxes, int workers,
                                      const FilterProblemsOptions& options) {
  Progress progress(env, {.label = "filter",
                          .unit = "runs",
                          .total = std::ssize(jobs) * options.runs,
                          .quiet = options.quiet});
  std::vector<int> passes(jobs.size());
  std::int64_t done = 0;
  std::string failure;
  const auto count = [&](std::size_t index, const Verdict& verdict) -> Status {
    if (verdict.kind == VerdictKind::internal) failure = verdict.detail;
    passes[index] += verdict.passed() ? 1 : 0;
    progress.update(++done);
    return {};
  };
  for (int run = 0; run < options.runs; ++run) {
    const SandboxWorkers& sandbox = sandboxes[static_cast<std::size_t>(run) % sandboxes.size()];
    SCRIBE_TRY(judge_fairly(jobs, sandbox.start, workers, stop, count));
    if (!failure.empty())
      return error(ErrorCode::internal,
                   "the sandbox failed twice on a solution ('{}'); nothing was written: run the "
                   "same command again",
                   failure);
  }
  return passes;
}

Status run_solutions(Env& env, StopToken& stop, const std::vector<Problem>& problems,
                     const FilterProblemsOptions& options, std::vector<FilterFate>& fates) {
  std::vector<SandboxJob> jobs;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if (fates[i] != FilterFate::kept) continue;
    jobs.push_back(solution_job(problems[i], options.limits));
    places.push_back(i);
  }
  if (jobs.empty() || options.runs == 0) return {};
  std::vector<SandboxWorkers> sandboxes = options.sandboxes;
  if (sandboxes.empty()) {
    SCRIBE_TRY_ASSIGN(sandboxes, real_sandboxes());
  }
  const int workers = options.workers > 0
                          ? options.workers
                          : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  SCRIBE_TRY(add_expected_outputs(env, stop, problems, jobs,
                                  {.cache_directory = options.cache_directory,
                                   .start_worker = sandboxes.front().start,
                                   .workers = workers}));
  SCRIBE_TRY_ASSIGN(const std::vector<int> passes,
                    count_passes(env, stop, jobs, sandboxes, workers, options));
  for (std::size_t i = 0; i < jobs.size(); ++i)
    if (passes[i] < options.runs)
      fates[places[i]] = passes[i] == 0 ? FilterFate::failing : FilterFate::unstable;
  return {};
}

}  // namespace

std::string_view name_of(FilterFate fate) {
  switch (fate) {
    case FilterFate::kept:
      return "kept";
    case FilterFate::not_sampled:
      return "not sampled";
    case FilterFate::unsolved:
      return "unsolved";
    case FilterFate::too_easy:
      return "too easy";
    case FilterFate::no_solution:
      return "no solution";
    case FilterFate::failing:
      return "failing";
    case FilterFate::unstable:
      return "unstable";
  }
  SCRIBE_UNREACHABLE();
}

Result<std::vector<FilterFate>> filter_problems(Env& env, StopToken& stop,
                                                const std::vector<Problem>& problems,
                                                const std::vector<std::string>& results_paths,
                                                const FilterProblemsOptions& options) {
  SCRIBE_TRY(check_options(options));
  SCRIBE_TRY_ASSIGN(const std::vector<SampleCounts> counts,
                    count_samples(env, problems, results_paths));
  std::vector<FilterFate> fates;
  for (std::size_t i = 0; i < problems.size(); ++i)
    fates.push_back(fate_of(problems[i], counts[i], options));
  SCRIBE_TRY(run_solutions(env, stop, problems, options, fates));
  return fates;
}

}  // namespace scribe
