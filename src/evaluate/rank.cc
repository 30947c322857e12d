// Ranking of samples from a results file.
#include "evaluate/rank.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <span>

namespace scribe {
namespace {

struct RankedSample {
  std::int64_t index = 0;
  double sum_logprob = 0;
  double mean_logprob = 0;
  bool passed = false;
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
    SCRIBE_TRY_ASSIGN(sample.sum_logprob, json_field<double>(line, "sum_logprob", where));
    SCRIBE_TRY_ASSIGN(sample.mean_logprob, json_field<double>(line, "mean_logprob", where));
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

/// The first of the highest: samples come by index, so ties go to the lowest.
double pick_passed(std::span<const RankedSample> samples, double RankedSample::* logprob) {
  return std::ranges::max_element(samples, {}, logprob)->passed ? 1.0 : 0.0;
}

RankRow rank_first(const Results& results, std::int64_t count) {
  RankRow row;
  row.samples = count;
  double sum_logprob = 0;
  double mean_logprob = 0;
  for (const auto& [task_id, samples] : results.tasks) {
    const auto first = std::span(samples).first(static_cast<std::size_t>(count));
    const auto passed = std::ranges::count(first, true, &RankedSample::passed);
    row.random += static_cast<double>(passed) / static_cast<double>(count);
    row.oracle += passed > 0 ? 1.0 : 0.0;
    sum_logprob += pick_passed(first, &RankedSample::sum_logprob);
    mean_logprob += pick_passed(first, &RankedSample::mean_logprob);
  }
  const auto tasks = static_cast<double>(results.tasks.size());
  row.random /= tasks;
  row.oracle /= tasks;
  if (results.lines_with_logprobs > 0) {
    row.sum_logprob = sum_logprob / tasks;
    row.mean_logprob = mean_logprob / tasks;
  }
  return row;
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

}  // namespace

Result<RankTable> rank_results(Env& env, const std::string& results_path) {
  Results results;
  SCRIBE_TRY(for_each_json_line(env, results_path, [&](const Json& line, const std::string& where) {
    return add_line(line, where, results);
  }));
  SCRIBE_TRY(check_and_sort(results_path, results));
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [task_id, samples] : results.tasks)
    fewest = std::min(fewest, static_cast<std::int64_t>(samples.size()));
  RankTable table{.tasks = static_cast<std::int64_t>(results.tasks.size()), .rows = {}};
  for (const std::int64_t count : sample_counts(fewest))
    table.rows.push_back(rank_first(results, count));
  return table;
}

Json to_json(const RankTable& table) {
  Json rows = Json::array();
  for (const RankRow& row : table.rows) {
    rows.push_back({{"samples", row.samples},
                    {"random", row.random},
                    {"sum_logprob", nullptr},
                    {"mean_logprob", nullptr},
                    {"oracle", row.oracle}});
    if (row.sum_logprob) rows.back()["sum_logprob"] = *row.sum_logprob;
    if (row.mean_logprob) rows.back()["mean_logprob"] = *row.mean_logprob;
  }
  return {{"problems", table.tasks}, {"rows", rows}};
}

}  // namespace scribe
