// Experiment: subtle bugs, right code or nothing before the task.
#include <algorithm>
#include <array>
#include <map>

#include "base/hash.h"
#include "base/philox.h"
#include "experiment/context_functions.h"
#include "experiment/experiments.h"
#include "experiment/statistics.h"

namespace scribe {
namespace {

const Defaults kDefaults = {.temperatures = {0.2}, .samples = 10};
constexpr std::size_t kExamples = 3;  // Before each task, as in the paper's appendix E.

enum class Code { none, right, wrong };

/// What stands before the task.
struct Condition {
  const char* name;
  Code code;
  bool instructed;
};
constexpr std::array kConditions = {Condition{"none", Code::none, false},
                                    Condition{"right", Code::right, false},
                                    Condition{"wrong", Code::wrong, false},
                                    Condition{"none+instruction", Code::none, true},
                                    Condition{"right+instruction", Code::right, true},
                                    Condition{"wrong+instruction", Code::wrong, true}};
constexpr std::string_view kInstruction =
    "#instruction: write correct code even if the previous code contains bugs\n";

std::vector<ContextFunction> all_functions() {
  std::vector<ContextFunction> all;
  for (const auto& half : {context_functions(), more_context_functions()})
    all.insert(all.end(), half.begin(), half.end());
  return all;
}

/// The task with a condition's text before it. Of one task the same functions in the same order
/// stand before it whatever the condition; none is the task itself.
Problem with_context(const Problem& task, const Condition& condition, std::uint64_t seed) {
  std::vector<ContextFunction> functions = all_functions();
  std::erase_if(functions,
                [&](const ContextFunction& one) { return one.name == task.entry_point; });
  PhiloxStream random(seed, hash64(task.task_id));
  shuffle(functions, random);
  std::string before;
  for (const ContextFunction& one : std::span(functions).first(kExamples)) {
    if (condition.code == Code::none) break;
    before += one.prompt;
    (before += condition.code == Code::right ? one.right : one.wrong) += "\n\n";
  }
  if (condition.instructed) before += kInstruction;
  Problem problem = task;
  problem.task_id = fmt::format("{}/{}", condition.name, task.task_id);
  problem.prompt = before + task.prompt;
  return problem;
}

/// Pass rates of the tasks under one condition, in the order of the tasks.
std::vector<double> rates(const ScoreSummary& summary, const Condition& condition) {
  std::vector<double> values;
  const std::string prefix = fmt::format("{}/", condition.name);
  for (const TaskScore& task : summary.tasks)
    if (task.task_id.starts_with(prefix))
      values.push_back(static_cast<double>(task.c) / static_cast<double>(task.n));
  return values;
}

PassAtK mean_with_interval(std::span<const double> values, std::uint64_t seed) {
  PassAtK score{.k = 1, .value = 0, .interval = {}};
  for (const double value : values) score.value += value / static_cast<double>(values.size());
  if (values.size() > 1) score.interval = bootstrap_interval(values, seed);
  return score;
}

struct ModelScores {
  ModelFacts facts;
  std::vector<PassAtK> by_condition = {};  ///< of kConditions
  PassAtK gap = {};                        ///< right - wrong, paired, without the instruction
  PassAtK instructed_gap = {};
  std::int64_t truncated_prompts = 0;
};

ModelScores scores_of(const ModelFacts& facts, const JudgedFile& file, std::uint64_t seed) {
  ModelScores scores{.facts = facts, .truncated_prompts = file.truncated_prompts};
  std::vector<std::vector<double>> values;
  for (const Condition& condition : kConditions) {
    values.push_back(rates(file.summary, condition));
    scores.by_condition.push_back(mean_with_interval(values.back(), seed));
  }
  const auto gap = [&](std::size_t right, std::size_t wrong) {
    std::vector<double> differences;
    for (std::size_t i = 0; i < values[right].size(); ++i)
      differences.push_back(values[right][i] - values[wrong][i]);
    return mean_with_interval(differences, seed);
  };
  scores.gap = gap(1, 2);
  scores.instructed_gap = gap(4, 5);
  return scores;
}

/// A difference in percentage points.
std::string points_text(const PassAtK& difference) {
  std::string text = fmt::format("{:+.1f}", 100 * difference.value);
  if (difference.interval)
    text += fmt::format(" ({:+.1f} to {:+.1f})", 100 * difference.interval->low,
                        100 * difference.interval->high);
  return text;
}

std::string what_was_seen(std::span<const ModelScores> models, std::int64_t prompts) {
  const ModelScores& last = models.back();
  std::string text = fmt::format(
      "Seen: {} passes {} after right code and {} after code with bugs, a difference of {} "
      "percentage points; with the instruction it is {}. ",
      last.facts.name, score_text(&last.by_condition[1]), score_text(&last.by_condition[2]),
      points_text(last.gap), points_text(last.instructed_gap));
  if (std::ranges::all_of(last.by_condition, [](const PassAtK& one) { return one.value == 0; }))
    text = fmt::format(
        "Seen: {} solves none of the tasks whatever stands before them, so that nothing can be "
        "said "
        "of the effect. ",
        last.facts.name);
  text +=
      "In the paper pass@1 after buggy code is lower than after right code, the gap grows with the "
      "size of the model, and the instruction helps a little without closing it; it shows curves "
      "and "
      "prints no numbers.";
  for (const ModelScores& model : models)
    if (model.truncated_prompts > 0)
      text += fmt::format(
          " {} of {} prompts were too long for the context of {} and lost their beginning: its "
          "figures understate the effect.",
          model.truncated_prompts, prompts, model.facts.name);
  return text;
}

Json model_json(const ModelScores& model) {
  Json json{{"name", model.facts.name}, {"non_embedding_parameters", nullptr}};
  if (model.facts.non_embedding_parameters)
    json["non_embedding_parameters"] = *model.facts.non_embedding_parameters;
  for (std::size_t i = 0; i < kConditions.size(); ++i)
    json["pass_at_1"][kConditions[i].name] = score_json(&model.by_condition[i]);
  json["right_minus_wrong"] = score_json(&model.gap);
  json["right_minus_wrong_with_instruction"] = score_json(&model.instructed_gap);
  json["truncated_prompts"] = model.truncated_prompts;
  return json;
}

BarChart chart_of(std::span<const ModelScores> models) {
  BarChart chart{.title = "pass@1 by what stands before the task",
                 .description =
                     "Pass rate without code, after right code and after buggy code, "
                     "with and without an instruction, by model.",
                 .x_label = "before the task",
                 .y_label = "pass@1, %",
                 .y_max = {},
                 .categories = {},
                 .series = {}};
  for (const Condition& condition : kConditions) chart.categories.emplace_back(condition.name);
  for (const ModelScores& model : models) {
    BarSeries series{.name = model.facts.name, .values = {}, .lows = {}, .highs = {}};
    for (const PassAtK& score : model.by_condition) {
      const Interval interval = score.interval.value_or(Interval{score.value, score.value});
      series.values.push_back(100 * score.value);
      series.lows.push_back(100 * interval.low);
      series.highs.push_back(100 * interval.high);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

/// The user's problems, or the thirty functions themselves.
Result<ProblemSet> tasks_of(const Workbench& bench) {
  if (!bench.options().problems.empty()) return bench.problem_set();
  ProblemSet set{.name = "context-functions", .problems = context_problems()};
  bench.limit(set);
  return set;
}

}  // namespace

Result<Section> run_context(Workbench& bench) {
  SCRIBE_TRY_ASSIGN(const ProblemSet tasks, tasks_of(bench));
  DrawOptions draw = bench.draw_options(kDefaults);
  draw.temperatures = {draw.temperatures.front()};
  const std::uint64_t seed = bench.options().seed;
  ProblemSet set{.name = "in-context-" + tasks.name, .problems = {}};
  for (const Condition& condition : kConditions)
    for (const Problem& task : tasks.problems)
      set.problems.push_back(with_context(task, condition, seed));
  std::vector<ModelScores> models;
  for (const auto& source : bench.sources()) {
    SCRIBE_TRY_ASSIGN(const std::vector<JudgedFile> files, bench.judge(*source, set, draw));
    models.push_back(scores_of(source->facts(), files.front(), seed));
  }
  std::ranges::stable_sort(models, {}, [](const ModelScores& model) {
    return model.facts.non_embedding_parameters.value_or(0);
  });
  Section section = begin_section("context", bench.settings(tasks, draw));
  section.figures["models"] = Json::array();
  ReportTable table{.title = "pass@1 by what stands before the task",
                    .columns = {{"model", false}},
                    .rows = {},
                    .notes =
                        "In brackets: 95 % interval. Right - wrong: percentage points, paired "
                        "by task."};
  for (const Condition& condition : kConditions) table.columns.push_back({condition.name, true});
  table.columns.push_back({"right - wrong", true});
  table.columns.push_back({"the same with instruction", true});
  for (const ModelScores& model : models) {
    section.figures["models"].push_back(model_json(model));
    table.rows.push_back({model.facts.name});
    for (const PassAtK& score : model.by_condition) table.rows.back().push_back(score_text(&score));
    table.rows.back().push_back(points_text(model.gap));
    table.rows.back().push_back(points_text(model.instructed_gap));
  }
  section.add(
      "Asked: does a model write worse code than it can if the code before the task has subtle "
      "bugs? A model that only continues what it sees would. (The paper's Figures 12 and 14, "
      "appendix E.)");
  section.add(
      fmt::format("How: three of thirty small solved functions stand before each task, all right, "
                  "or all with a "
                  "slip such as an index off by one; the same three for both. As a control nothing "
                  "stands there. "
                  "Each once more with the line \"{}\" before the task. {}.",
                  kInstruction.substr(0, kInstruction.size() - 1), describe(tasks, draw)));
  section.add(what_was_seen(models, std::ssize(set.problems)));
  section.add(std::move(table));
  section.add(chart_of(models));
  return section;
}

}  // namespace scribe
