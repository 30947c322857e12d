// What picking one of n samples would have scored, by each of several strategies.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "evaluate/pass_at_k.h"

namespace scribe {

/// How one of several samples is picked; in the order of a table's columns.
enum class RankStrategy {
  random,            ///< any: the fraction that passed
  sum_logprob,       ///< the highest sum of log-probabilities
  mean_logprob,      ///< the highest mean log-probability per token
  back_translation,  ///< under which the docstring is the most likely
  public_tests,      ///< the highest mean log-probability among those that pass given examples
  agreement,         ///< of the largest group that computes the same
  oracle,            ///< one that passed, if any did: an upper bound
};
inline constexpr std::array kRankStrategies{
    RankStrategy::random,       RankStrategy::sum_logprob,
    RankStrategy::mean_logprob, RankStrategy::back_translation,
    RankStrategy::public_tests, RankStrategy::agreement,
    RankStrategy::oracle};

/// "mean_logprob": its key in JSON.
std::string_view name_of(RankStrategy strategy);
/// "mean log-prob": its name in tables and charts.
std::string_view title_of(RankStrategy strategy);

/// pass@1, a mean over problems.
struct RankValue {
  double value = 0;
  std::optional<Interval> interval = {};  ///< 95 %, over problems; none for a single problem
};

/// pass@1 of one sample picked among `samples` of every problem.
struct RankRow {
  std::int64_t samples = 0;
  std::vector<RankValue> values;  ///< one per RankTable::strategies
};

struct RankTable {
  std::int64_t tasks = 0;
  std::vector<RankStrategy> strategies;  ///< those that the data can give, in order
  std::vector<RankRow> rows;  ///< samples = 1, 2, 5, 10, 20, 50 ... and the number that all have

  /// What `strategy` scores in `row`, nullptr if the table does not have it.
  const RankValue* at(const RankRow& row, RankStrategy strategy) const;
};

/// Reads a results file of score_samples(). Among equal samples the lowest sample_index wins (the
/// line order if a file has none). A row's value is the expectation over all subsets of that many
/// of a problem's samples, computed exactly: no subset is drawn. Where problems have different
/// numbers of samples, the smallest number bounds the table.
///
/// Without log-probabilities in the file, the strategies that need them are not in the table.
///
/// Errors: not_found, io; invalid_data for a bad line, a line without "passed", a sample_index
/// given twice for one problem, log-probabilities in some lines only, no lines at all.
Result<RankTable> rank_results(Env& env, const std::string& results_path);

/// {"problems", "rows": [{"samples", one key per strategy, "interval_95": {...}}]}; log-probability
/// strategies that the table does not have are null.
Json to_json(const RankTable& table);

/// The table for a terminal, with the intervals of its last row; ends with a newline.
std::string rank_table_text(const RankTable& table);

}  // namespace scribe
