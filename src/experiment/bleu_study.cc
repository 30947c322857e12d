// Experiment: BLEU of right and wrong programs, by problem.
#include <algorithm>
#include <cmath>
#include <map>

#include "evaluate/report_results.h"
#include "experiment/bleu.h"
#include "experiment/experiments.h"
#include "experiment/statistics.h"

namespace scribe {
namespace {

const Defaults kDefaults = {.temperatures = {0.8}};
constexpr int kBins = 20;
constexpr std::size_t kShown = 4;  // As many problems as the paper's Figure 8 shows.

/// Scores of one problem's samples.
struct BleuByVerdict {
  std::string task_id;
  std::vector<double> right;
  std::vector<double> wrong;

  std::size_t fewer() const { return std::min(right.size(), wrong.size()); }
  double overlap() const { return overlap_coefficient(right, wrong, 0, 100, kBins); }
};

/// One way to make words, over all problems.
struct BleuStudy {
  std::vector<BleuByVerdict> tasks;  ///< that have right and wrong samples
  std::vector<double> right;         ///< of all problems
  std::vector<double> wrong;
  BleuCounts right_corpus;
  BleuCounts wrong_corpus;
};

BleuStudy study(const JudgedRun& run, const ProblemSet& set, BleuTokens tokens) {
  std::map<std::string, std::vector<std::vector<std::string>>> references;
  for (const Problem& problem : set.problems)
    if (!problem.canonical_solution.empty())
      references[problem.task_id] = {bleu_words(problem.canonical_solution, tokens)};
  BleuStudy result;
  std::map<std::string, BleuByVerdict> by_task;
  for (const JudgedSample& sample : run.samples) {
    const auto reference = references.find(sample.task_id);
    if (reference == references.end()) continue;
    const BleuCounts counts = bleu_counts(bleu_words(sample.completion, tokens), reference->second);
    const double score = std::clamp(bleu_score(counts, true), 0.0, 100.0);
    BleuByVerdict& task = by_task[sample.task_id];
    (sample.passed ? task.right : task.wrong).push_back(score);
    (sample.passed ? result.right : result.wrong).push_back(score);
    (sample.passed ? result.right_corpus : result.wrong_corpus) += counts;
  }
  for (const Problem& problem : set.problems) {
    BleuByVerdict& task = by_task[problem.task_id];
    task.task_id = problem.task_id;
    if (task.fewer() > 0) result.tasks.push_back(std::move(task));
  }
  return result;
}

double mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? std::nan("") : sum / static_cast<double>(values.size());
}

/// Means over the problems that have both kinds.
struct Separation {
  double overlap = 0;
  double area = 0;
};
Separation separation(const BleuStudy& result) {
  Separation mean_of;
  const auto count = static_cast<double>(result.tasks.size());
  for (const BleuByVerdict& task : result.tasks) {
    mean_of.overlap += task.overlap() / count;
    mean_of.area += area_under_curve(task.right, task.wrong) / count;
  }
  return mean_of;
}

Json figures(const BleuStudy& result) {
  Json json{{"right_samples", result.right.size()},
            {"wrong_samples", result.wrong.size()},
            {"right_corpus_bleu", bleu_score(result.right_corpus, false)},
            {"wrong_corpus_bleu", bleu_score(result.wrong_corpus, false)},
            {"problems_with_both", result.tasks.size()},
            {"overlap", nullptr},
            {"auc", nullptr},
            {"by_problem", Json::array()}};
  if (result.tasks.empty()) return json;
  json["overlap"] = separation(result).overlap;
  json["auc"] = separation(result).area;
  for (const BleuByVerdict& task : result.tasks)
    json["by_problem"].push_back({{"task_id", task.task_id},
                                  {"right", task.right.size()},
                                  {"wrong", task.wrong.size()},
                                  {"right_mean", mean(task.right)},
                                  {"wrong_mean", mean(task.wrong)},
                                  {"overlap", task.overlap()},
                                  {"auc", area_under_curve(task.right, task.wrong)}});
  return json;
}

LineChart density_chart(const BleuByVerdict& task) {
  LineChart chart{.title = task.task_id,
                  .description = "Shares of right and of wrong samples by their BLEU score.",
                  .x_label = "BLEU against the reference solution",
                  .y_label = "share of samples, %",
                  .log_x = false,
                  .y_min = 0,
                  .y_max = {},
                  .series = {}};
  for (const auto& [name, values] : {std::pair("right", &task.right), {"wrong", &task.wrong}}) {
    LineSeries series{.name = fmt::format("{} ({})", name, values->size()), .points = {}};
    const std::vector<double> shares = histogram(*values, 0, 100, kBins);
    for (std::size_t i = 0; i < shares.size(); ++i)
      series.points.push_back({.x = (static_cast<double>(i) + 0.5) * 100 / kBins,
                               .y = 100 * shares[i],
                               .low = {},
                               .high = {}});
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::vector<std::string> summary_row(const char* name, const BleuStudy& result) {
  const auto number = [](double value) {
    return std::isnan(value) ? std::string("-") : fmt::format("{:.1f}", value);
  };
  const bool any = !result.tasks.empty();
  return {name,
          number(mean(result.right)),
          number(mean(result.wrong)),
          number(result.right.empty() ? std::nan("") : bleu_score(result.right_corpus, false)),
          number(result.wrong.empty() ? std::nan("") : bleu_score(result.wrong_corpus, false)),
          any ? fmt::format("{:.2f}", separation(result).overlap) : "-",
          any ? fmt::format("{:.2f}", separation(result).area) : "-"};
}

std::string what_was_seen(const BleuStudy& result) {
  if (result.tasks.empty())
    return fmt::format(
        "Seen: of {} samples {} passed, and no problem has right and wrong samples: nothing can be "
        "told apart or confused.",
        result.right.size() + result.wrong.size(), result.right.size());
  const Separation both = separation(result);
  return fmt::format(
      "Seen: on {} problems with right and wrong samples, the two distributions share {:.0f} % of "
      "their area, and a right sample has the higher BLEU in {:.0f} % of pairs with a wrong one "
      "(50 % "
      "would be chance). The paper found, for 12 B parameters on HumanEval, that the distributions "
      "overlap widely on the problems it shows, so that a better BLEU need not mean more right "
      "programs; it prints no number.",
      result.tasks.size(), 100 * both.overlap, 100 * both.area);
}

}  // namespace

Result<Section> run_bleu(Workbench& bench) {
  SCRIBE_TRY_ASSIGN(const ProblemSet set, bench.problem_set());
  DrawOptions draw = bench.draw_options(kDefaults);
  draw.temperatures = {draw.temperatures.back()};
  SCRIBE_TRY_ASSIGN(const std::vector<JudgedFile> files, bench.judge(bench.source(), set, draw));
  SCRIBE_TRY_ASSIGN(const JudgedRun run, load_judged_run(bench.env(), files.front().results_path));
  const BleuStudy words = study(run, set, BleuTokens::mteval_13a);
  const BleuStudy spaces = study(run, set, BleuTokens::none);
  Section section = begin_section("bleu", bench.settings(set, draw));
  section.figures["13a"] = figures(words);
  section.figures["none"] = figures(spaces);
  section.add(
      "Asked: does likeness to a reference solution, measured by BLEU, tell right programs "
      "from wrong ones? (The paper's Figure 8.)");
  section.add(fmt::format(
      "How: {} drew {}. The BLEU of each completion against the problem's reference solution, as "
      "sacrebleu computes it (smoothing exp, effective order).",
      bench.source().facts().name, describe(set, draw)));
  if (set.name == "chains")
    section.add(
        "Chains have one obvious solution each, so that BLEU tells right from wrong better "
        "here than on problems with many solutions, such as HumanEval's.");
  add_truncation(files, bench.source().facts(), section);
  section.add(what_was_seen(words));
  section.add(ReportTable{
      .title = "BLEU of right and wrong samples",
      .columns = {{"words", false},
                  {"right, mean", true},
                  {"wrong, mean", true},
                  {"right, corpus", true},
                  {"wrong, corpus", true},
                  {"overlap", true},
                  {"AUC", true}},
      .rows = {summary_row("13a: punctuation apart", words),
               summary_row("none: between white space", spaces)},
      .notes =
          "Overlap: the area that both histograms share (20 bins), 1 if BLEU says nothing. AUC: "
          "how often the right one of a pair has the higher score. Both are means over problems "
          "that have right and wrong samples."});
  std::vector<BleuByVerdict> shown = words.tasks;
  std::ranges::stable_sort(shown, std::greater(), &BleuByVerdict::fewer);
  shown.resize(std::min(shown.size(), kShown));
  for (const BleuByVerdict& task : shown) section.add(density_chart(task));
  return section;
}

}  // namespace scribe
