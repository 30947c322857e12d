// Ranking of samples from a results file.
#include "evaluate/rank.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>

#include "base/check.h"

namespace scribe {
namespace {

constexpr std::uint64_t kBootstrapSeed = 0;

struct RankedSample {
  std::int64_t index = 0;
  bool passed = false;
  std::array<double, kRankStrategies.size()> scores{};  ///< by strategy, for those that score

  double& score(RankStrategy strategy) { return scores[static_cast<std::size_t>(strategy)]; }
  double score(RankStrategy strategy) const { return scores[static_cast<std::size_t>(strategy)]; }
};
using Samples = std::vector<RankedSample>;

/// Everything in a results file, by task.
struct Results {
  std::map<std::string, Samples> tasks;
  std::int64_t lines = 0;
  std::int64_t lines_with_logprobs = 0;
  std::int64_t lines_with_index = 0;
};

Status add_line(const Json& line, const std::string& where, Results& results) {
  SCRIBE_TRY_ASSIGN(const std::string task_id, json_field<std::string>(line, "task_id", where));
  RankedSample sample;
  SCRIBE_TRY_ASSIGN(sample.passed, json_field<bool>(line, "passed", where));
  Samples& samples = results.tasks[task_id];
  sample.index = static_cast<std::int64_t>(samples.size());
  ++results.lines;
  if (line.contains("sample_index")) {
    ++results.lines_with_index;
    SCRIBE_TRY_ASSIGN(sample.index, json_field<std::int64_t>(line, "sample_index", where));
  }
  if (line.contains("sum_logprob") && line.contains("mean_logprob")) {
    ++results.lines_with_logprobs;
    for (const RankStrategy strategy : {RankStrategy::sum_logprob, RankStrategy::mean_logprob}) {
      SCRIBE_TRY_ASSIGN(sample.score(strategy), json_field<double>(line, name_of(strategy), where));
    }
  }
  samples.push_back(sample);
  return {};
}

Status check_and_sort(const std::string& path, Results& results) {
  if (results.lines == 0)
    return error(ErrorCode::invalid_data, "'{}' holds no results, expected one per line", path);
  for (const auto& [name, count] : {std::pair("log-probabilities", results.lines_with_logprobs),
                                    std::pair("a sample_index", results.lines_with_index)})
    if (count != 0 && count != results.lines)
      return error(ErrorCode::invalid_data, "'{}': {} of {} lines have {}, expected all or none",
                   path, count, results.lines, name);
  for (auto& [task_id, samples] : results.tasks) {
    std::ranges::stable_sort(samples, {}, &RankedSample::index);
    const auto twice = std::ranges::adjacent_find(samples, {}, &RankedSample::index);
    if (twice != samples.end())
      return error(ErrorCode::invalid_data, "'{}': task '{}' has sample_index {} twice", path,
                   task_id, twice->index);
  }
  return {};
}

/// The samples of one problem, the best first; ties go to the lowest index.
Samples best_first(Samples samples, RankStrategy strategy) {
  std::ranges::stable_sort(samples, std::ranges::greater(),
                           [&](const RankedSample& sample) { return sample.score(strategy); });
  return samples;
}

/// The chance that the best of a random `count` of `samples`, which come the best first, passed:
/// the i-th is the best with p(0) = count / N, p(i + 1) = p(i) (N - count - i) / (N - 1 - i).
double best_passes(const Samples& samples, std::int64_t count) {
  const auto all = static_cast<std::int64_t>(samples.size());
  double chance = static_cast<double>(count) / static_cast<double>(all);
  double passes = 0;
  for (std::int64_t i = 0; i <= all - count; ++i) {
    if (samples[static_cast<std::size_t>(i)].passed) passes += chance;
    if (i < all - count)
      chance *= static_cast<double>(all - count - i) / static_cast<double>(all - 1 - i);
  }
  return passes;
}

/// pass@1 of `strategy` on one problem, one value per entry of `counts`.
std::vector<double> rank_task(const Samples& samples, RankStrategy strategy,
                              const std::vector<std::int64_t>& counts) {
  const auto all = static_cast<std::int64_t>(samples.size());
  const auto passed = std::ranges::count(samples, true, &RankedSample::passed);
  const Samples ordered = best_first(samples, strategy);
  std::vector<double> values;
  for (const std::int64_t count : counts) {
    if (strategy == RankStrategy::random)
      values.push_back(static_cast<double>(passed) / static_cast<double>(all));
    else if (strategy == RankStrategy::oracle)
      values.push_back(pass_at_k(all, passed, count));
    else
      values.push_back(best_passes(ordered, count));
  }
  return values;
}

/// 1, 2, 5, 10, 20, 50 ... below `last`, then `last`.
std::vector<std::int64_t> sample_counts(std::int64_t last) {
  std::vector<std::int64_t> counts;
  for (std::int64_t power = 1; power < last; power *= 10)
    for (const std::int64_t step : {1, 2, 5})
      if (power * step < last) counts.push_back(power * step);
  counts.push_back(last);
  return counts;
}

std::int64_t fewest_samples(const Results& results) {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [task_id, samples] : results.tasks)
    fewest = std::min(fewest, static_cast<std::int64_t>(samples.size()));
  return fewest;
}

std::vector<RankStrategy> given_strategies(const Results& results) {
  std::vector<RankStrategy> strategies{RankStrategy::random};
  if (results.lines_with_logprobs > 0)
    strategies.insert(strategies.end(), {RankStrategy::sum_logprob, RankStrategy::mean_logprob});
  strategies.push_back(RankStrategy::oracle);
  return strategies;
}

/// One row per problem: for each count, each strategy's value.
std::vector<double> rank_tasks(const Results& results, const std::vector<RankStrategy>& strategies,
                               const std::vector<std::int64_t>& counts) {
  const std::size_t columns = strategies.size() * counts.size();
  std::vector<double> values(results.tasks.size() * columns);
  std::size_t task = 0;
  for (const auto& [task_id, samples] : results.tasks) {
    for (std::size_t i = 0; i < strategies.size(); ++i) {
      const std::vector<double> by_count = rank_task(samples, strategies[i], counts);
      for (std::size_t row = 0; row < counts.size(); ++row)
        values[task * columns + row * strategies.size() + i] = by_count[row];
    }
    ++task;
  }
  return values;
}

RankTable make_table(const Results& results) {
  RankTable table{.tasks = static_cast<std::int64_t>(results.tasks.size()),
                  .strategies = given_strategies(results),
                  .rows = {}};
  const std::vector<std::int64_t> counts = sample_counts(fewest_samples(results));
  const std::vector<double> values = rank_tasks(results, table.strategies, counts);
  const std::size_t columns = table.strategies.size() * counts.size();
  std::vector<Interval> intervals;
  if (table.tasks > 1) intervals = bootstrap_intervals(values, columns, kBootstrapSeed);
  for (std::size_t row = 0; row < counts.size(); ++row) {
    table.rows.push_back({.samples = counts[row], .values = {}});
    for (std::size_t i = 0; i < table.strategies.size(); ++i) {
      const std::size_t column = row * table.strategies.size() + i;
      RankValue value;
      for (std::size_t at = column; at < values.size(); at += columns) value.value += values[at];
      value.value /= static_cast<double>(table.tasks);
      if (!intervals.empty()) value.interval = intervals[column];
      table.rows.back().values.push_back(value);
    }
  }
  return table;
}

}  // namespace

std::string_view name_of(RankStrategy strategy) {
  switch (strategy) {
    case RankStrategy::random:
      return "random";
    case RankStrategy::sum_logprob:
      return "sum_logprob";
    case RankStrategy::mean_logprob:
      return "mean_logprob";
    case RankStrategy::back_translation:
      return "back_translation";
    case RankStrategy::public_tests:
      return "public_tests";
    case RankStrategy::agreement:
      return "agreement";
    case RankStrategy::oracle:
      return "oracle";
  }
  SCRIBE_UNREACHABLE();
}

std::string_view title_of(RankStrategy strategy) {
  switch (strategy) {
    case RankStrategy::sum_logprob:
      return "sum log-prob";
    case RankStrategy::mean_logprob:
      return "mean log-prob";
    case RankStrategy::back_translation:
      return "back-translation";
    case RankStrategy::public_tests:
      return "public tests";
    default:
      return name_of(strategy);
  }
}

const RankValue* RankTable::at(const RankRow& row, RankStrategy strategy) const {
  const auto found = std::ranges::find(strategies, strategy);
  if (found == strategies.end()) return nullptr;
  return &row.values[static_cast<std::size_t>(found - strategies.begin())];
}

Result<RankTable> rank_results(Env& env, const std::string& results_path) {
  Results results;
  SCRIBE_TRY(for_each_json_line(env, results_path, [&](const Json& line, const std::string& where) {
    return add_line(line, where, results);
  }));
  SCRIBE_TRY(check_and_sort(results_path, results));
  return make_table(results);
}

Json to_json(const RankTable& table) {
  Json rows = Json::array();
  for (const RankRow& row : table.rows) {
    Json entry{{"samples", row.samples}};
    Json intervals = Json::object();
    for (const RankStrategy strategy : kRankStrategies) {
      const RankValue* value = table.at(row, strategy);
      const std::string key(name_of(strategy));
      if (value != nullptr)
        entry[key] = value->value;
      else if (strategy == RankStrategy::sum_logprob || strategy == RankStrategy::mean_logprob)
        entry[key] = nullptr;
      if (value != nullptr && value->interval)
        intervals[key] = {value->interval->low, value->interval->high};
    }
    if (!intervals.empty()) entry["interval_95"] = std::move(intervals);
    rows.push_back(std::move(entry));
  }
  return {{"problems", table.tasks}, {"rows", rows}};
}

std::string rank_table_text(const RankTable& table) {
  std::string text = fmt::format(
      "pass@1 when one of n samples is picked, over {} problems\n\n     n", table.tasks);
  for (const RankStrategy strategy : table.strategies)
    text += fmt::format(" {:>16}", title_of(strategy));
  for (const RankRow& row : table.rows) {
    text += fmt::format("\n{:>6}", row.samples);
    for (const RankValue& value : row.values) text += fmt::format(" {:>16.4f}", value.value);
  }
  text += "\n";
  if (table.tasks < 2) return text;
  text += "  95 %";
  for (const RankValue& value : table.rows.back().values)
    text += fmt::format(" {:>16}",
                        fmt::format("{:.4f}-{:.4f}", value.interval->low, value.interval->high));
  return text + fmt::format("   at n = {}, over problems\n", table.rows.back().samples);
}

}  // namespace scribe
