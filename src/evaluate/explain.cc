// One sample, step by step.
#include "evaluate/explain.h"

#include <charconv>

#include "evaluate/expected_outputs.h"
#include "evaluate/samples_to_judge.h"

namespace scribe {
namespace {

struct Wanted {
  std::string task_id;
  std::size_t index = 0;
};

bool has_task(const SamplesToJudge& samples, std::string_view task_id) {
  for (const Problem& problem : samples.problems)
    if (problem.task_id == task_id) return true;
  return false;
}

/// Task ids have slashes of their own: a name that is a task is that task.
Result<Wanted> wanted_sample(const SamplesToJudge& samples, const std::string& which) {
  if (has_task(samples, which)) return Wanted{.task_id = which};
  const std::size_t slash = which.rfind('/');
  Wanted wanted;
  if (slash != std::string::npos && has_task(samples, which.substr(0, slash))) {
    wanted.task_id = which.substr(0, slash);
    const char* const end = which.data() + which.size();
    const auto [last, code] = std::from_chars(which.data() + slash + 1, end, wanted.index);
    if (code == std::errc() && last == end) return wanted;
  }
  return error(ErrorCode::not_found,
               "no sample '{}': expected a task of the problem file, or one with the index of a "
               "sample behind a slash, such as '{}/0'",
               which, samples.problems.front().task_id);
}

Result<const SampleToJudge*> find_sample(const SamplesToJudge& samples, const Wanted& wanted) {
  std::size_t seen = 0;
  for (const SampleToJudge& sample : samples.samples)
    if (samples.problems[sample.problem].task_id == wanted.task_id && seen++ == wanted.index)
      return &sample;
  return error(ErrorCode::not_found, "task '{}' has {} samples, so there is none with index {}",
               wanted.task_id, seen, wanted.index);
}

Result<JudgedVerdict> run_alone(Env& env, StopToken& stop, const ScoreOptions& options,
                                const SamplesToJudge& samples, SandboxJob job) {
  SandboxWorkers sandbox = options.sandbox;
  if (!sandbox.start) {
    SCRIBE_TRY_ASSIGN(sandbox, real_sandbox_workers(options.engine));
  }
  JudgedVerdict judged;
  judged.engine = sandbox.engine_of(job);
  judged.walls = sandbox.walls;
  SCRIBE_TRY(add_expected_outputs(
      env, stop, samples.problems, {&job, 1},
      {.cache_directory = options.cache_directory, .start_worker = sandbox.start, .workers = 1}));
  SCRIBE_TRY(judge_fairly({&job, 1}, sandbox.start, 1, stop,
                          [&](std::size_t, const Verdict& verdict) -> Status {
                            judged.verdict = verdict;
                            return {};
                          }));
  return judged;
}

}  // namespace

Result<Explanation> explain_sample(Env& env, StopToken& stop, const ScoreOptions& options,
                                   const std::string& which) {
  SCRIBE_TRY(check_options(options));
  SCRIBE_TRY_ASSIGN(
      const SamplesToJudge samples,
      read_samples_to_judge(
          env, options.samples_path, options.problems_path,
          {.limits = options.limits, .allow_partial = true, .extract = options.extract}));
  SCRIBE_TRY_ASSIGN(const Wanted wanted, wanted_sample(samples, which));
  SCRIBE_TRY_ASSIGN(const SampleToJudge* sample, find_sample(samples, wanted));
  const Program& program = samples.programs[sample->program];
  const Problem& problem = samples.problems[sample->problem];
  Explanation result{.task_id = wanted.task_id,
                     .index = wanted.index,
                     .raw = sample->text,
                     .extracted = extract_code(sample->text, options.extract, problem.entry_point,
                                               answer_language(problem)),
                     .program = program.job.candidate,
                     .judged = {},
                     .was_known = false};
  if (program.decided) {
    result.judged.verdict = *program.decided;
    return result;
  }
  VerdictsByKey known;
  SCRIBE_TRY(VerdictJournal(env, results_path_of(options), {}).read_all({program.key}, known));
  result.was_known = !known.empty();
  if (result.was_known) {
    result.judged = known.begin()->second;
    return result;
  }
  SCRIBE_TRY_ASSIGN(result.judged, run_alone(env, stop, options, samples, program.job));
  return result;
}

}  // namespace scribe
