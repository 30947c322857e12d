// Estimates over tasks, and the summary as JSON.
#include "evaluate/score_summary.h"

#include <algorithm>

namespace scribe {
namespace {

Json scores_json(const ScoreSummary& summary) {
  Json scores = Json::array();
  for (const PassAtK& score : summary.pass_at) {
    Json one = {{"k", score.k}, {"pass_at_k", score.value}, {"low", nullptr}, {"high", nullptr}};
    if (score.interval) one["low"] = score.interval->low;
    if (score.interval) one["high"] = score.interval->high;
    scores.push_back(std::move(one));
  }
  return scores;
}

Json tasks_json(const ScoreSummary& summary) {
  Json tasks = Json::array();
  for (const TaskScore& task : summary.tasks) {
    tasks.push_back({{"task_id", task.task_id}, {"n", task.n}, {"c", task.c}});
    if (task.blocks > 0) tasks.back()["blocks"] = task.blocks;
  }
  return tasks;
}

Json strategies_json(const ScoreSummary& summary) {
  Json strategies = Json::array();
  for (const StrategyOutcome& outcome : summary.strategies)
    strategies.push_back({{"strategy", name_of(outcome.strategy)},
                          {"passed", outcome.passed},
                          {"no_code", outcome.no_code},
                          {"gained", outcome.gained},
                          {"lost", outcome.lost},
                          {"changed", outcome.changed}});
  return strategies;
}

template <typename Count>
Json verdicts_json(const std::map<VerdictKind, Count>& counts) {
  Json verdicts = Json::object();
  for (const auto& [kind, count] : counts) verdicts[std::string(name_of(kind))] = count;
  return verdicts;
}

Json skipped_json(const ScoreSummary& summary) {
  Json skipped = Json::array();
  for (const SkippedProblems& group : summary.skipped)
    skipped.push_back(
        {{"reason", group.reason}, {"tasks", group.tasks}, {"samples", group.samples}});
  return skipped;
}

Json flaky_json(const ScoreSummary& summary) {
  Json flaky = Json::array();
  for (const FlakyProgram& program : summary.flaky)
    flaky.push_back({{"task_id", program.task_id},
                     {"key", program.key},
                     {"verdicts", verdicts_json(program.verdicts)}});
  return flaky;
}

}  // namespace

std::int64_t fewest_samples(const ScoreSummary& summary) {
  return summary.tasks.empty() ? 0 : std::ranges::min(summary.tasks, {}, &TaskScore::n).n;
}

std::int64_t most_samples(const ScoreSummary& summary) {
  return summary.tasks.empty() ? 0 : std::ranges::max(summary.tasks, {}, &TaskScore::n).n;
}

void add_scores(const std::vector<std::int64_t>& ks, std::uint64_t bootstrap_seed,
                ScoreSummary& summary) {
  if (summary.tasks.empty()) return;
  const TaskScore& fewest = *std::ranges::min_element(summary.tasks, {}, &TaskScore::n);
  for (const std::int64_t k : ks) {
    if (fewest.n < k) {
      summary.omitted.push_back({k, fmt::format("it needs {} samples of every problem, '{}' has {}",
                                                k, fewest.task_id, fewest.n)});
      continue;
    }
    std::vector<double> values;
    double sum = 0;
    for (const TaskScore& task : summary.tasks) {
      values.push_back(pass_at_k(task.n, task.c, k));
      sum += values.back();
    }
    PassAtK score{.k = k, .value = sum / static_cast<double>(values.size()), .interval = {}};
    if (values.size() > 1) score.interval = bootstrap_interval(values, bootstrap_seed);
    summary.pass_at.push_back(score);
  }
}

Json to_json(const ScoreSummary& summary) {
  Json omitted = Json::array();
  for (const OmittedK& each : summary.omitted)
    omitted.push_back({{"k", each.k}, {"reason", each.reason}});
  Json sandboxes = Json::object();
  for (const auto& [name, count] : summary.sandboxes) sandboxes[name] = count;
  Json result = {{"scores", scores_json(summary)},
                 {"omitted", omitted},
                 {"problems", summary.problems},
                 {"problems_attempted", summary.tasks.size()},
                 {"samples", summary.samples},
                 {"samples_per_problem",
                  {{"fewest", fewest_samples(summary)}, {"most", most_samples(summary)}}},
                 {"format", description_of(summary.format)},
                 {"extract", name_of(summary.extract)},
                 {"programs", summary.programs},
                 {"programs_reused", summary.reused},
                 {"verdicts", verdicts_json(summary.verdicts)},
                 {"sandboxes", sandboxes},
                 {"soft", summary.soft},
                 {"results", summary.results_path},
                 {"tasks", tasks_json(summary)}};
  if (!summary.skipped.empty()) result["skipped"] = skipped_json(summary);
  if (!summary.evalplus_path.empty()) result["evalplus_results"] = summary.evalplus_path;
  if (!summary.strategies.empty()) result["strategies"] = strategies_json(summary);
  if (summary.verify > 0) {
    result["verify"] = summary.verify;
    result["flaky"] = flaky_json(summary);
  }
  return result;
}

}  // namespace scribe
