// The samples of a scoring run, matched to their problems and reduced to distinct programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "problems/problem.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// One line of the samples file.
struct SampleToJudge {
  Json line;            ///< all its keys
  std::size_t problem;  ///< index
  std::size_t program;  ///< index
};

/// Equal samples of the same problem share one.
struct Program {
  std::string key;  ///< 32 hex digits: identity of program, tests and limits
  SandboxJob job;
};

struct SamplesToJudge {
  std::vector<Problem> problems;
  std::vector<SampleToJudge> samples;  ///< in file order
  std::vector<Program> programs;       ///< in order of first appearance
};

/// What a verdict depends on: changing any of it makes another key.
std::string program_key(const Problem& problem, const SandboxJob& job);

/// Reads both files. Errors: not_found, io; invalid_data for bad lines, no samples at all, task_ids
/// that are not in the problem file and problems without tests; invalid_argument for problems
/// without samples unless `allow_partial`.
Result<SamplesToJudge> read_samples_to_judge(Env& env, const std::string& samples_path,
                                             const std::string& problems_path,
                                             const SandboxLimits& limits, bool allow_partial);

}  // namespace scribe
