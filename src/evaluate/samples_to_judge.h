// The samples of a scoring run, matched to their problems and reduced to distinct programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "evaluate/extract.h"
#include "evaluate/sample_formats.h"
#include "problems/problem.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// One sample of the file.
struct SampleToJudge {
  Json line;            ///< all its keys
  std::string text;     ///< the answer as it was given
  std::size_t problem;  ///< index
  std::size_t program;  ///< index
  /// Programs by each of kExtractStrategies, if SampleReadingOptions::all_strategies.
  std::vector<std::size_t> program_by_strategy;
};

/// Equal samples of the same problem share one.
struct Program {
  std::string key;  ///< 32 hex digits: identity of program, tests and limits
  SandboxJob job;
  std::optional<Verdict> decided;  ///< without running it: the answer holds no code
};

/// Problems that were left out, for one reason.
struct SkippedProblems {
  std::string reason;
  std::vector<std::string> tasks;
  std::int64_t samples = 0;  ///< of these problems
};

struct SamplesToJudge {
  SampleFormat format = SampleFormat::human_eval;
  std::vector<Problem> problems;
  std::vector<SampleToJudge> samples;  ///< in file order
  std::vector<Program> programs;       ///< in order of first appearance
  std::vector<SkippedProblems> skipped;
};

struct SampleReadingOptions {
  SandboxLimits limits;
  bool allow_partial = false;  ///< accept problems without samples
  ExtractStrategy extract = ExtractStrategy::none;
  bool all_strategies = false;           ///< fill SampleToJudge::program_by_strategy
  bool skip_missing_toolchains = false;  ///< leave out samples that no toolchain here can run
};

/// What a verdict depends on: changing any of it makes another key.
std::string program_key(const Problem& problem, const SandboxJob& job);

/// Reads both files. Errors: not_found, io; invalid_data for bad lines, no samples at all, task_ids
/// that are not in the problem file and problems without tests; invalid_argument for problems
/// without samples unless allowed; unsupported if every sample is skipped.
Result<SamplesToJudge> read_samples_to_judge(Env& env, const std::string& samples_path,
                                             const std::string& problems_path,
                                             const SampleReadingOptions& options);

}  // namespace scribe
