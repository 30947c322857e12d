// Ranking of samples from a results file.
#include "evaluate/rank.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <span>
#include <tuple>
#include <unordered_map>

#include "base/check.h"
#include "base/philox.h"
#include "base/python_json.h"

namespace scribe {
namespace {

constexpr std::uint64_t kBootstrapSeed = 0;
constexpr std::uint64_t kOrderSeed = 0;

using Samples = std::vector<RankSample>;

/// How many lines have what.
struct LineCounts {
  std::int64_t lines = 0;
  std::int64_t with_logprobs = 0;
  std::int64_t with_index = 0;
};

/// A log-probability. null, which JSON has for what is not finite, is the lowest of all.
Result<double> logprob_field(const Json& line, const char* name, const std::string& where) {
  if (line.contains(name) && line[name].is_null()) return -std::numeric_limits<double>::infinity();
  return json_field<double>(line, name, where);
}

Status add_line(const Json& line, const std::string& where, LineCounts& counts, RankData& data) {
  SCRIBE_TRY_ASSIGN(const std::string task_id, json_field<std::string>(line, "task_id", where));
  RankSample sample;
  SCRIBE_TRY_ASSIGN(sample.passed, json_field<bool>(line, "passed", where));
  Samples& samples = data.tasks[task_id];
  sample.index = static_cast<std::int64_t>(samples.size());
  sample.line = data.lines++;
  ++counts.lines;
  if (line.contains("sample_index")) {
    ++counts.with_index;
    SCRIBE_TRY_ASSIGN(sample.index, json_field<std::int64_t>(line, "sample_index", where));
  }
  if (line.contains("sum_logprob") && line.contains("mean_logprob")) {
    ++counts.with_logprobs;
    SCRIBE_TRY_ASSIGN(sample.sum_logprob, logprob_field(line, "sum_logprob", where));
    SCRIBE_TRY_ASSIGN(sample.mean_logprob, logprob_field(line, "mean_logprob", where));
  }
  samples.push_back(std::move(sample));
  return {};
}

Status check_and_sort(const LineCounts& counts, RankData& data) {
  if (counts.lines == 0)
    return error(ErrorCode::invalid_data, "'{}' holds no results, expected one per line",
                 data.path);
  for (const auto& [name, count] : {std::pair("log-probabilities", counts.with_logprobs),
                                    std::pair("a sample_index", counts.with_index)})
    if (count != 0 && count != counts.lines)
      return error(ErrorCode::invalid_data, "'{}': {} of {} lines have {}, expected all or none",
                   data.path, count, counts.lines, name);
  data.has_logprobs = counts.with_logprobs > 0;
  for (auto& [task_id, samples] : data.tasks) {
    std::ranges::stable_sort(samples, {}, &RankSample::index);
    const auto twice = std::ranges::adjacent_find(samples, {}, &RankSample::index);
    if (twice != samples.end())
      return error(ErrorCode::invalid_data, "'{}': task '{}' has sample_index {} twice", data.path,
                   task_id, twice->index);
  }
  return {};
}

/// Higher is better: first the class, then the value in it.
std::pair<int, double> score_of(const RankSample& sample, RankStrategy strategy) {
  switch (strategy) {
    case RankStrategy::sum_logprob:
      return {0, sample.sum_logprob};
    case RankStrategy::back_translation:
      return {0, sample.docstring_logprob};
    case RankStrategy::public_tests:
      return {sample.passes_examples ? 1 : 0, sample.mean_logprob};
    default:
      return {0, sample.mean_logprob};
  }
}

/// The samples of one problem, the best first; ties go to the lowest index.
Samples best_first(Samples samples, RankStrategy strategy) {
  std::ranges::stable_sort(samples, std::ranges::greater(),
                           [&](const RankSample& sample) { return score_of(sample, strategy); });
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

/// Of the largest group among the given samples, the one with the highest mean log-probability.
bool largest_group_passes(std::span<const RankSample* const> samples) {
  std::unordered_map<std::string_view, std::int64_t> sizes;
  for (const RankSample* sample : samples)
    if (!sample->outputs.empty()) ++sizes[sample->outputs];
  const auto score = [&](const RankSample* sample) {
    const auto size = sizes.find(sample->outputs);
    return std::tuple(size == sizes.end() ? 0 : size->second, sample->mean_logprob, -sample->index);
  };
  return (*std::ranges::max_element(samples, {}, score))->passed;
}

std::vector<double> rank_by_agreement(const Samples& samples,
                                      const std::vector<std::int64_t>& counts) {
  std::vector<const RankSample*> order;
  for (const RankSample& sample : samples) order.push_back(&sample);
  std::vector<double> values(counts.size());
  for (std::uint64_t draw = 0; draw < kAgreementOrders; ++draw) {
    PhiloxStream random(kOrderSeed, draw);
    for (std::size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[random.next_below(i)]);
    for (std::size_t row = 0; row < counts.size(); ++row)
      if (largest_group_passes(std::span(order).first(static_cast<std::size_t>(counts[row]))))
        values[row] += 1.0 / kAgreementOrders;
  }
  return values;
}

/// pass@1 of `strategy` on one problem, one value per entry of `counts`.
std::vector<double> rank_task(const Samples& samples, RankStrategy strategy,
                              const std::vector<std::int64_t>& counts) {
  if (strategy == RankStrategy::agreement) return rank_by_agreement(samples, counts);
  const auto all = static_cast<std::int64_t>(samples.size());
  const auto passed = std::ranges::count(samples, true, &RankSample::passed);
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

std::int64_t fewest_samples(const RankData& data) {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [task_id, samples] : data.tasks)
    fewest = std::min(fewest, static_cast<std::int64_t>(samples.size()));
  return fewest;
}

std::vector<RankStrategy> given_strategies(const RankData& data) {
  std::vector<RankStrategy> strategies{RankStrategy::random};
  if (data.has_logprobs)
    strategies.insert(strategies.end(), {RankStrategy::sum_logprob, RankStrategy::mean_logprob});
  if (data.has_back_translation) strategies.push_back(RankStrategy::back_translation);
  if (data.has_behaviours)
    strategies.insert(strategies.end(), {RankStrategy::public_tests, RankStrategy::agreement});
  strategies.push_back(RankStrategy::oracle);
  return strategies;
}

/// One row per problem: for each count, each strategy's value.
std::vector<double> rank_tasks(const RankData& data, const std::vector<RankStrategy>& strategies,
                               const std::vector<std::int64_t>& counts) {
  const std::size_t columns = strategies.size() * counts.size();
  std::vector<double> values(data.tasks.size() * columns);
  std::size_t task = 0;
  for (const auto& [task_id, samples] : data.tasks) {
    for (std::size_t i = 0; i < strategies.size(); ++i) {
      const std::vector<double> by_count = rank_task(samples, strategies[i], counts);
      for (std::size_t row = 0; row < counts.size(); ++row)
        values[task * columns + row * strategies.size() + i] = by_count[row];
    }
    ++task;
  }
  return values;
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

Result<RankData> load_rank_data(Env& env, const std::string& results_path) {
  RankData data;
  data.path = results_path;
  LineCounts counts;
  SCRIBE_TRY(
      for_each_python_json_line(env, results_path, [&](const Json& line, const std::string& where) {
        return add_line(line, where, counts, data);
      }));
  SCRIBE_TRY(check_and_sort(counts, data));
  return data;
}

Status add_back_translation(Env& env, const std::string& scored_path, RankData& data) {
  std::map<std::string, std::map<std::int64_t, double>> scores;  // By task and sample_index.
  const auto add = [&](const Json& line, const std::string& where) -> Status {
    SCRIBE_TRY_ASSIGN(const std::string task_id, json_field<std::string>(line, "task_id", where));
    if (!line.contains("scored") || line["scored"] != "docstring")
      return error(ErrorCode::invalid_data,
                   "{}: field 'scored' is not \"docstring\": make the file with `scribe score "
                   "--reverse` of these samples",
                   where);
    auto& of_task = scores[task_id];
    auto index = static_cast<std::int64_t>(of_task.size());
    if (line.contains("sample_index")) {
      SCRIBE_TRY_ASSIGN(index, json_field<std::int64_t>(line, "sample_index", where));
    }
    SCRIBE_TRY_ASSIGN(of_task[index], logprob_field(line, "sum_logprob", where));
    return {};
  };
  SCRIBE_TRY(for_each_python_json_line(env, scored_path, add));
  for (auto& [task_id, samples] : data.tasks) {
    const auto& of_task = scores[task_id];
    for (RankSample& sample : samples) {
      const auto score = of_task.find(sample.index);
      if (score == of_task.end())
        return error(ErrorCode::invalid_data,
                     "'{}' has no line for sample {} of task '{}', which '{}' has: score all "
                     "samples",
                     scored_path, sample.index, task_id, data.path);
      sample.docstring_logprob = score->second;
    }
  }
  data.has_back_translation = true;
  return {};
}

Status add_behaviours(const Behaviours& behaviours, RankData& data) {
  if (behaviours.samples.size() != data.lines)
    return error(ErrorCode::invalid_data, "'{}' has {} lines but {} samples were run", data.path,
                 data.lines, behaviours.samples.size());
  for (auto& [task_id, samples] : data.tasks)
    for (RankSample& sample : samples) {
      sample.passes_examples = behaviours.samples[sample.line].passes_examples;
      sample.outputs = behaviours.samples[sample.line].outputs;
    }
  data.has_behaviours = true;
  return {};
}

RankTable rank_table(const RankData& data) {
  RankTable table{.tasks = static_cast<std::int64_t>(data.tasks.size()),
                  .strategies = given_strategies(data),
                  .rows = {}};
  const std::vector<std::int64_t> counts = sample_counts(fewest_samples(data));
  const std::vector<double> values = rank_tasks(data, table.strategies, counts);
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

Result<RankTable> rank_results(Env& env, const std::string& results_path) {
  SCRIBE_TRY_ASSIGN(const RankData data, load_rank_data(env, results_path));
  return rank_table(data);
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
