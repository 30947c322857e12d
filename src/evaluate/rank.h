// What picking one of n samples would have scored, by each of several strategies.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "evaluate/pass_at_k.h"
#include "evaluate/sample_behaviour.h"

namespace scribe {

/// How one of several samples is picked; in the order of a table's columns.
enum class RankStrategy {
  random,            ///< any: the fraction that passed
  sum_logprob,       ///< the highest sum of log-probabilities
  mean_logprob,      ///< the highest mean log-probability per token
  back_translation,  ///< under which the docstring is the most likely
  public_tests,      ///< those that pass the prompt's examples first, then by mean_logprob
  agreement,         ///< of the largest group that computes the same, then by mean_logprob
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

/// One sample as the strategies see it.
struct RankSample {
  std::int64_t index = 0;  ///< sample_index; ties go to the lowest
  std::size_t line = 0;    ///< its place in the file, from 0 on
  bool passed = false;
  double sum_logprob = 0;
  double mean_logprob = 0;
  double docstring_logprob = 0;
  bool passes_examples = false;
  std::string outputs;  ///< of SampleBehaviour; "" is of no group
};

/// The samples of a results file, by task and in the order of their indices, and what is known.
struct RankData {
  std::string path;
  std::size_t lines = 0;
  std::map<std::string, std::vector<RankSample>> tasks;
  bool has_logprobs = false;
  bool has_back_translation = false;
  bool has_behaviours = false;
};

/// Reads a results file of score_samples(). Without sample_index the line order stands for it. A
/// log-probability of null, or of NaN and the like as Python writes them, is below all numbers.
/// Errors: not_found, io; invalid_data for a bad line, a line without "passed", a sample_index
/// given twice for one problem, log-probabilities in some lines only, no lines at all.
Result<RankData> load_rank_data(Env& env, const std::string& results_path);

/// Adds the log-probabilities of docstrings that `scribe score --reverse` wrote for the same
/// samples. All samples of a problem have the same docstring in the same tokens, so that their sum
/// and their mean give the same order; the sum is taken: log P(docstring | sample).
/// Errors: not_found, io; invalid_data for a file of another kind, or a sample without its line.
Status add_back_translation(Env& env, const std::string& scored_path, RankData& data);

/// Adds what the same file's samples do. Errors: invalid_data if there are fewer or more of them.
Status add_behaviours(const Behaviours& behaviours, RankData& data);

/// A row's value is the expectation over all subsets of that many of a problem's samples, computed
/// exactly; of `agreement`, where groups depend on the subset, the mean over kAgreementOrders
/// random orders. Where problems have different numbers of samples, the smallest bounds the table.
/// What the data does not give is not in the table. Requires: at least one task.
RankTable rank_table(const RankData& data);

constexpr int kAgreementOrders = 32;

/// The table of a results file alone. Errors: those of load_rank_data().
Result<RankTable> rank_results(Env& env, const std::string& results_path);

/// {"problems", "rows": [{"samples", one key per strategy, "interval_95": {...}}]}; log-probability
/// strategies that the table does not have are null.
Json to_json(const RankTable& table);

/// The table for a terminal, with the intervals of its last row; ends with a newline.
std::string rank_table_text(const RankTable& table);

}  // namespace scribe
