// Every program once more, as often as asked.
#include "evaluate/verify.h"

#include "base/progress.h"
#include "evaluate/expected_outputs.h"

namespace scribe {

Result<std::vector<FlakyProgram>> verify_programs(Env& env, StopToken& stop,
                                                  const SamplesToJudge& samples,
                                                  const VerdictsByKey& verdicts,
                                                  const VerifyOptions& options,
                                                  const SandboxWorkerFactory& start_worker) {
  std::vector<FlakyProgram> seen;
  std::vector<SandboxJob> jobs;
  std::vector<std::string> task_of(samples.programs.size());
  for (const SampleToJudge& sample : samples.samples)
    task_of[sample.program] = samples.problems[sample.problem].task_id;
  for (std::size_t i = 0; i < samples.programs.size(); ++i) {
    const Program& program = samples.programs[i];
    if (program.decided || task_of[i].empty()) continue;  // Not run, or only of another strategy.
    seen.push_back({.task_id = task_of[i],
                    .key = program.key,
                    .verdicts = {{verdicts.at(program.key).verdict.kind, 1}}});
    jobs.push_back(program.job);
  }
  SCRIBE_TRY(add_expected_outputs(env, stop, samples.problems, jobs,
                                  {.cache_directory = options.cache_directory,
                                   .start_worker = start_worker,
                                   .workers = options.workers}));
  Progress progress(env, {.label = "verify",
                          .unit = "programs",
                          .total = static_cast<std::int64_t>(jobs.size()) * options.times,
                          .quiet = options.quiet});
  std::int64_t done = 0;
  for (int time = 0; time < options.times; ++time)
    SCRIBE_TRY(judge_fairly(jobs, start_worker, options.workers, stop,
                            [&](std::size_t index, const Verdict& verdict) -> Status {
                              if (verdict.kind != VerdictKind::internal)
                                ++seen[index].verdicts[verdict.kind];
                              progress.update(++done);
                              return {};
                            }));
  std::erase_if(seen, [](const FlakyProgram& program) { return program.verdicts.size() == 1; });
  return seen;
}

}  // namespace scribe
