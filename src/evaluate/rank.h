// What picking one of n samples would have scored, by random, by log-probability, by an oracle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"

namespace scribe {

/// pass@1 of one sample picked among the first `samples` of every problem: means over problems.
struct RankRow {
  std::int64_t samples = 0;
  double random = 0;                   ///< expected value: the fraction that passed
  std::optional<double> sum_logprob;   ///< the one with the highest sum of log-probabilities
  std::optional<double> mean_logprob;  ///< ... the highest mean per token
  double oracle = 0;                   ///< 1 if any passed: an upper bound
};

struct RankTable {
  std::int64_t tasks = 0;
  std::vector<RankRow> rows;  ///< samples = 1, 2, 5, 10, 20, 50 ... and the number that all have
};

/// Reads a results file of score_samples(). Samples are ordered by sample_index (the line order if
/// a file has none); among equal log-probabilities the lowest index wins. Where problems have
/// different numbers of samples, the smallest number bounds the table.
///
/// Without log-probabilities in the file, the two columns that need them are empty.
///
/// Errors: not_found, io; invalid_data for a bad line, a line without "passed", a sample_index
/// given twice for one problem, log-probabilities in some lines only, no lines at all.
Result<RankTable> rank_results(Env& env, const std::string& results_path);

Json to_json(const RankTable& table);

}  // namespace scribe
