// Runs programs again to see which do not always get the same verdict.
#pragma once

#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/judge.h"
#include "evaluate/samples_to_judge.h"
#include "evaluate/score_summary.h"
#include "evaluate/verdict_journal.h"

namespace scribe {

struct VerifyOptions {
  int times = 1;  ///< runs of every program
  int workers = 1;
  bool quiet = false;
  std::string cache_directory;  ///< as in ScoreOptions
};

/// Those of `samples` whose verdict was not that of `verdicts` every time, in their order. Failures
/// of the sandbox are not counted: they say nothing of the program. Errors: as judge().
Result<std::vector<FlakyProgram>> verify_programs(Env& env, StopToken& stop,
                                                  const SamplesToJudge& samples,
                                                  const VerdictsByKey& verdicts,
                                                  const VerifyOptions& options,
                                                  const SandboxWorkerFactory& start_worker);

}  // namespace scribe
