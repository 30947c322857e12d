// What a scoring run came to: counts, pass@k with intervals, and what is to be said beside them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "evaluate/extract.h"
#include "evaluate/pass_at_k.h"
#include "evaluate/sample_formats.h"
#include "evaluate/samples_to_judge.h"
#include "sandbox/sandbox.h"

namespace scribe {

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

/// What another way to find the code would have changed.
struct StrategyOutcome {
  ExtractStrategy strategy = ExtractStrategy::none;
  std::int64_t passed = 0;   ///< samples
  std::int64_t no_code = 0;  ///< samples
  std::int64_t gained = 0;   ///< samples that pass only with this strategy, not with the one chosen
  std::int64_t lost = 0;     ///< samples that pass only with the one chosen
  std::int64_t changed = 0;  ///< samples with another verdict, those two included
};

/// A program that did not get the same verdict every time.
struct FlakyProgram {
  std::string task_id;
  std::string key;
  std::map<VerdictKind, int> verdicts;  ///< the first one included
};

struct ScoreSummary {
  std::string results_path;
  std::string evalplus_path;  ///< "" if EvalPlus's results were not asked for
  SampleFormat format = SampleFormat::human_eval;
  ExtractStrategy extract = ExtractStrategy::none;
  std::vector<TaskScore> tasks;  ///< in the order of the problem file; attempted problems only
  std::int64_t problems = 0;     ///< in the problem file
  std::int64_t samples = 0;
  std::int64_t programs = 0;             ///< distinct ones
  std::vector<SkippedProblems> skipped;  ///< not among those samples and programs
  std::int64_t reused = 0;               ///< distinct programs whose verdict was known from before
  std::map<VerdictKind, std::int64_t> verdicts;   ///< per sample
  std::map<std::string, std::int64_t> sandboxes;  ///< samples by "fork engine; seccomp, rlimits"
  std::int64_t soft = 0;  ///< samples whose tests ran in the program's own process
  std::vector<PassAtK> pass_at;
  std::vector<OmittedK> omitted;
  std::vector<StrategyOutcome> strategies;  ///< if they were compared
  int verify = 0;                           ///< how often every program was run again
  std::vector<FlakyProgram> flaky;
};

/// Fewest and most samples of an attempted problem; 0 and 0 if there is none.
std::int64_t fewest_samples(const ScoreSummary& summary);
std::int64_t most_samples(const ScoreSummary& summary);

/// pass@k for every k that each task has samples for; the others with the reason. An empty
/// `tasks` gives no scores.
void add_scores(const std::vector<std::int64_t>& ks, std::uint64_t bootstrap_seed,
                ScoreSummary& summary);

/// docs/formats/results.md.
Json to_json(const ScoreSummary& summary);

}  // namespace scribe
