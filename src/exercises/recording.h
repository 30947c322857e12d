// Runs drafts in the sandbox, many per job, and tells what they return.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/stop.h"
#include "evaluate/judge.h"

namespace scribe {

constexpr std::size_t kProgramsPerJob = 40;

/// A program to be recorded.
struct ProgramToRecord {
  std::string source = {};
  std::string name = {};                 ///< of its function
  std::vector<std::string> inputs = {};  ///< argument tuples, as make_inputs() writes them
  std::size_t telling = 0;  ///< how many of them, from the first on, have to tell copies apart
  std::vector<std::string> lesser = {};  ///< programs that it has to be told from
};

struct ProgramRecord {
  std::string problem = {};               ///< why it cannot be an exercise; "" if nothing is wrong
  std::vector<std::string> outputs = {};  ///< Python literals, or "!" and an exception, per input
  /// Per lesser program, per copy without one of the conditions, and per copy with a small fault:
  /// the inputs that tell it from the program.
  std::vector<std::vector<std::size_t>> faults = {};
  std::size_t necessary = 0;  ///< so many of them, from the first on, have to be told apart
};

struct RecordingOptions {
  SandboxWorkerFactory start_worker;
  int workers = 1;
};

/// One record per program, in their order. The programs of a job that fails run again, each
/// alone: the verdict is then the problem of the one that is to blame. Errors: of judge().
Result<std::vector<ProgramRecord>> record_programs(std::span<const ProgramToRecord> programs,
                                                   const RecordingOptions& options,
                                                   StopToken& stop);

}  // namespace scribe
