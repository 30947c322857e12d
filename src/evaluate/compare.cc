// Paired differences of pass@1.
#include "evaluate/compare.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace scribe {
namespace {

// Quantiles of the normal distribution: two-sided 5 % errors, 80 % power.
constexpr double kQuantile975 = 1.959964;
constexpr double kQuantile80 = 0.841621;

double rate(std::int64_t c, std::int64_t n) {
  return static_cast<double>(c) / static_cast<double>(n);
}

/// Standard error of the mean.
double standard_error(std::span<const double> values, double mean) {
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  const auto count = static_cast<double>(values.size());
  return std::sqrt(sum / (count - 1) / count);
}

Json names_json(const std::vector<std::string>& names) {
  Json result = Json::array();
  for (const std::string& name : names) result.push_back(name);
  return result;
}

}  // namespace

double ComparedTask::difference() const {
  return rate(b_c, b_n) - rate(a_c, a_n);
}

std::vector<ComparedTask> Comparison::flips() const {
  std::vector<ComparedTask> result;
  for (const ComparedTask& task : tasks)
    if (task.difference() != 0) result.push_back(task);
  std::ranges::stable_sort(result, std::ranges::greater(),
                           [](const ComparedTask& task) { return std::abs(task.difference()); });
  return result;
}

Result<Comparison> compare_runs(const JudgedRun& a, const JudgedRun& b, std::uint64_t seed) {
  Comparison result;
  const ScoreSummary of_a = summarize(a, {1}, seed);
  const ScoreSummary of_b = summarize(b, {1}, seed);
  std::unordered_map<std::string, const TaskScore*> tasks_of_b;
  for (const TaskScore& task : of_b.tasks) tasks_of_b.emplace(task.task_id, &task);
  for (const TaskScore& task : of_a.tasks) {
    const auto other = tasks_of_b.find(task.task_id);
    if (other == tasks_of_b.end()) {
      result.only_a.push_back(task.task_id);
      continue;
    }
    result.tasks.push_back({task.task_id, task.n, task.c, other->second->n, other->second->c});
    tasks_of_b.erase(other);
  }
  for (const TaskScore& task : of_b.tasks)
    if (tasks_of_b.contains(task.task_id)) result.only_b.push_back(task.task_id);
  if (result.tasks.empty())
    return error(ErrorCode::invalid_argument,
                 "'{}' and '{}' share no problem: results of the same problem file can be compared",
                 a.name, b.name);
  std::vector<double> differences;
  for (const ComparedTask& task : result.tasks) {
    result.a_pass_at_1 += rate(task.a_c, task.a_n);
    result.b_pass_at_1 += rate(task.b_c, task.b_n);
    differences.push_back(task.difference());
    result.difference += differences.back();
  }
  const auto count = static_cast<double>(differences.size());
  result.a_pass_at_1 /= count;
  result.b_pass_at_1 /= count;
  result.difference /= count;
  if (differences.size() < 2) return result;
  result.interval = bootstrap_interval(differences, seed);
  result.minimum_detectable =
      (kQuantile975 + kQuantile80) * standard_error(differences, result.difference);
  return result;
}

Json to_json(const Comparison& comparison) {
  Json flips = Json::array();
  for (const ComparedTask& task : comparison.flips())
    flips.push_back({{"task_id", task.task_id},
                     {"a", {{"n", task.a_n}, {"c", task.a_c}}},
                     {"b", {{"n", task.b_n}, {"c", task.b_c}}},
                     {"difference", task.difference()}});
  Json result = {{"problems", comparison.tasks.size()},
                 {"only_a", names_json(comparison.only_a)},
                 {"only_b", names_json(comparison.only_b)},
                 {"a_pass_at_1", comparison.a_pass_at_1},
                 {"b_pass_at_1", comparison.b_pass_at_1},
                 {"difference", comparison.difference},
                 {"low", nullptr},
                 {"high", nullptr},
                 {"minimum_detectable", nullptr},
                 {"flips", flips}};
  if (comparison.interval) {
    result["low"] = comparison.interval->low;
    result["high"] = comparison.interval->high;
  }
  if (comparison.minimum_detectable) result["minimum_detectable"] = *comparison.minimum_detectable;
  return result;
}

}  // namespace scribe
