// What canonical solutions return, for suites that compare with it: computed once, kept on disk.
#pragma once

#include <span>
#include <string>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/judge.h"
#include "problems/problem.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// A program may use so many times the processor time and the memory of the canonical solution,
/// where that is more than the run's limits. The factor of time is EvalPlus's.
constexpr double kReferenceTimeFactor = 4;
constexpr std::int64_t kReferenceMemoryFactor = 2;

struct ExpectedOutputOptions {
  std::string cache_directory;  ///< outputs are kept below it; "" keeps none
  SandboxWorkerFactory start_worker;
  int workers = 1;
};

/// Completes the suites of jobs whose problem has expected_from_solution; other jobs stay as they
/// are. A job belongs to the problem whose `test` it holds. Outputs that are not in the cache are
/// computed by running the canonical solutions in the sandbox, in parallel; they are kept under a
/// hash of program and inputs, so that a changed file makes new ones, and a damaged one is made
/// again.
///
/// Errors: io; invalid_data, with the task, if a canonical solution fails; of judge().
Status add_expected_outputs(Env& env, StopToken& stop, std::span<const Problem> problems,
                            std::span<SandboxJob> jobs, const ExpectedOutputOptions& options);

}  // namespace scribe
