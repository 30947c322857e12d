// Experiment: how many different programs, and different outcomes, samples are by temperature.
#include <algorithm>
#include <map>
#include <set>

#include "evaluate/report_results.h"
#include "experiment/bleu.h"
#include "experiment/experiments.h"
#include "experiment/normal_form.h"

namespace scribe {
namespace {

const Defaults kDefaults = {.temperatures = {0.2, 0.4, 0.6, 0.8, 1.0}};
constexpr std::size_t kSelfBleuSamplesMax = 20;  // Of a problem: every one against all others.

/// Shares of a problem's samples, means over problems.
struct Diversity {
  double temperature = 0;
  double texts = 0;      ///< different to the byte
  double programs = 0;   ///< different in more than names and layout
  double outcomes = 0;   ///< with another verdict, or another message of the first failing test
  double self_bleu = 0;  ///< 0 ... 100, of each against the others: high means alike
};

/// Mean BLEU of each of the first samples against all others.
double self_bleu(std::span<const JudgedSample* const> samples) {
  std::vector<std::vector<std::string>> words;
  for (const JudgedSample* sample : samples.first(std::min(samples.size(), kSelfBleuSamplesMax)))
    words.push_back(bleu_words(sample->completion, BleuTokens::mteval_13a));
  if (words.size() < 2) return 100;
  double sum = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::swap(words[i], words.back());  // The others are all but the last.
    sum += bleu_score(bleu_counts(words.back(), std::span(words).first(words.size() - 1)), true);
    std::swap(words[i], words.back());
  }
  return sum / static_cast<double>(words.size());
}

Diversity diversity(const JudgedRun& run, const ProblemSet& set, double temperature) {
  std::map<std::string, const Problem*> problems;
  for (const Problem& problem : set.problems) problems[problem.task_id] = &problem;
  std::map<std::string, std::vector<const JudgedSample*>> tasks;
  for (const JudgedSample& sample : run.samples) tasks[sample.task_id].push_back(&sample);
  Diversity result{.temperature = temperature};
  const auto task_count = static_cast<double>(tasks.size());
  for (const auto& [task_id, samples] : tasks) {
    std::set<std::string> texts;
    std::set<std::string> programs;
    std::set<std::pair<std::string, std::string>> outcomes;
    for (const JudgedSample* sample : samples) {
      texts.insert(sample->completion);
      programs.insert(normal_form(judged_program(*problems.at(task_id), sample->completion)));
      outcomes.emplace(sample->verdict, sample->detail);
    }
    const double weight = 1 / (static_cast<double>(samples.size()) * task_count);
    result.texts += static_cast<double>(texts.size()) * weight;
    result.programs += static_cast<double>(programs.size()) * weight;
    result.outcomes += static_cast<double>(outcomes.size()) * weight;
    result.self_bleu += self_bleu(samples) / task_count;
  }
  return result;
}

LineChart chart_of(std::span<const Diversity> rows) {
  LineChart chart{.title = "Distinct samples by temperature",
                  .description = "Share of a problem's samples that differ from the others.",
                  .x_label = "temperature",
                  .y_label = "distinct, % of samples",
                  .log_x = false,
                  .y_min = 0,
                  .y_max = 100,
                  .series = {}};
  const std::pair<const char*, double Diversity::*> series[] = {
      {"texts", &Diversity::texts},
      {"programs, but for names and layout", &Diversity::programs},
      {"outcomes", &Diversity::outcomes}};
  for (const auto& [name, figure] : series) {
    chart.series.push_back({.name = name, .points = {}});
    for (const Diversity& row : rows)
      chart.series.back().points.push_back(
          {.x = row.temperature, .y = 100 * (row.*figure), .low = {}, .high = {}});
  }
  return chart;
}

}  // namespace

Result<Section> run_diversity(Workbench& bench) {
  SCRIBE_TRY_ASSIGN(const ProblemSet set, bench.problem_set());
  const DrawOptions draw = bench.draw_options(kDefaults);
  SCRIBE_TRY_ASSIGN(const std::vector<JudgedFile> files, bench.judge(bench.source(), set, draw));
  std::vector<Diversity> rows;
  for (const JudgedFile& file : files) {
    SCRIBE_TRY_ASSIGN(const JudgedRun run, load_judged_run(bench.env(), file.results_path));
    rows.push_back(diversity(run, set, file.temperature));
  }
  std::ranges::sort(rows, {}, &Diversity::temperature);
  Section section = begin_section("diversity", bench.settings(set, draw));
  section.figures["by_temperature"] = Json::array();
  ReportTable table{
      .title = "Distinct samples by temperature",
      .columns = {{"temperature", true},
                  {"texts", true},
                  {"programs", true},
                  {"outcomes", true},
                  {"self-BLEU", true}},
      .rows = {},
      .notes =
          "Shares of a problem's samples, means over problems. Programs: names that are no "
          "builtins, comments and layout do not count. Outcomes: verdict and message of the first "
          "failing test, which stands for what a program does on the tests. Self-BLEU: each of "
          "the first 20 samples against the others; 100 means that all are alike."};
  for (const Diversity& row : rows) {
    section.figures["by_temperature"].push_back({{"temperature", row.temperature},
                                                 {"distinct_texts", row.texts},
                                                 {"distinct_programs", row.programs},
                                                 {"distinct_outcomes", row.outcomes},
                                                 {"self_bleu", row.self_bleu}});
    table.rows.push_back({fmt::format("{}", row.temperature), percent(row.texts),
                          percent(row.programs), percent(row.outcomes),
                          fmt::format("{:.1f}", row.self_bleu)});
  }
  section.add(
      "Asked: how different are the samples of one problem? Many tries help only as far as "
      "they are not the same program again; the paper gives this as the reason why the best "
      "temperature rises with k (section 3.3).");
  section.add(fmt::format("How: {} drew {}.", bench.source().facts().name, describe(set, draw)));
  add_truncation(files, bench.source().facts(), section);
  section.add(fmt::format(
      "Seen: at T = {} {} of the samples are different programs, at T = {} {}. The paper prints no "
      "numbers of this.",
      rows.front().temperature, percent(rows.front().programs), rows.back().temperature,
      percent(rows.back().programs)));
  section.add(std::move(table));
  section.add(chart_of(rows));
  return section;
}

}  // namespace scribe
