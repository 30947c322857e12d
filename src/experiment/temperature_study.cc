// Experiment: pass@k by temperature, and the temperature that is best for each k.
#include "experiment/experiments.h"
#include "experiment/statistics.h"

namespace scribe {
namespace {

const Defaults kDefaults = {.temperatures = {0.2, 0.4, 0.6, 0.8, 1.0}};

LineChart curves_chart(std::span<const ScoreCurve> curves, std::span<const HullPoint> hull) {
  LineChart chart{.title = "pass@k by temperature",
                  .description = "One curve per temperature, and the best of all at each k.",
                  .x_label = "k, samples per problem",
                  .y_label = "pass@k, %",
                  .log_x = true,
                  .y_min = 0,
                  .y_max = {},
                  .series = {}};
  for (const ScoreCurve& curve : curves) {
    LineSeries series{.name = fmt::format("T = {}", curve.temperature), .points = {}};
    for (const PassAtK& score : curve.pass_at) {
      ChartPoint point = score_point(static_cast<double>(score.k), score);
      point.low = {};  // Bands of so many curves would hide them; the table has the intervals.
      point.high = {};
      series.points.push_back(point);
    }
    chart.series.push_back(std::move(series));
  }
  LineSeries best{.name = "upper hull", .points = {}};
  for (const HullPoint& point : hull)
    best.points.push_back(
        {.x = static_cast<double>(point.k), .y = 100 * point.value, .low = {}, .high = {}});
  chart.series.push_back(std::move(best));
  return chart;
}

LineChart best_temperature_chart(std::span<const HullPoint> hull) {
  LineSeries series{.name = "", .points = {}};
  for (const HullPoint& point : hull)
    series.points.push_back(
        {.x = static_cast<double>(point.k), .y = point.temperature, .low = {}, .high = {}});
  return {.title = "Best temperature by k",
          .description = "The temperature with the highest pass@k at each k.",
          .x_label = "k, samples per problem",
          .y_label = "temperature",
          .log_x = true,
          .y_min = 0,
          .y_max = {},
          .series = {std::move(series)}};
}

ReportTable score_table(std::span<const JudgedFile> files) {
  ReportTable table{
      .title = "pass@k by temperature",
      .columns = {{"temperature", true}, {"pass@1", true}, {"pass@10", true}, {"pass@100", true}},
      .rows = {},
      .notes =
          "In brackets: 95 % interval. Paper, 679 M parameters on HumanEval: "
          "T = 0.2 is best for pass@1 and T = 0.8 for pass@100."};
  for (const JudgedFile& file : files)
    table.rows.push_back({fmt::format("{}", file.temperature), score_text(pass_at(file.summary, 1)),
                          score_text(pass_at(file.summary, 10)),
                          score_text(pass_at(file.summary, 100))});
  if (files.front().summary.pass_at.back().k < 100)
    table.notes += " pass@100 needs --samples 100 or more.";
  return table;
}

std::string what_was_seen(std::span<const HullPoint> hull) {
  if (hull.empty()) return "No k was measured at every temperature.";
  const HullPoint& first = hull.front();
  const HullPoint& last = hull.back();
  if (last.value == 0)
    return "Seen: no sample passed at any temperature, so that no temperature is better than "
           "another here.";
  return fmt::format(
      "Seen: for one try T = {} is best ({}), for {} tries T = {} ({}). In the paper the best "
      "temperature rises with k, from 0.2 at k = 1 to 0.8 at k = 100: one try should be the "
      "likeliest "
      "program, of many tries one only has to be right, and they must not all be the same.",
      first.temperature, percent(first.value), last.k, last.temperature, percent(last.value));
}

}  // namespace

Result<Section> run_temperature(Workbench& bench) {
  SCRIBE_TRY_ASSIGN(const ProblemSet set, bench.problem_set());
  const DrawOptions draw = bench.draw_options(kDefaults);
  SCRIBE_TRY_ASSIGN(const std::vector<JudgedFile> files, bench.judge(bench.source(), set, draw));
  std::vector<ScoreCurve> curves;
  Json by_temperature = Json::array();
  for (const JudgedFile& file : files) {
    curves.push_back({file.temperature, file.summary.pass_at});
    Json scores = Json::array();
    for (const PassAtK& score : file.summary.pass_at) scores.push_back(score_json(&score));
    by_temperature.push_back({{"temperature", file.temperature}, {"pass_at", std::move(scores)}});
  }
  const std::vector<HullPoint> hull = upper_hull(curves);
  Section section = begin_section("temperature", bench.settings(set, draw));
  section.figures["by_temperature"] = std::move(by_temperature);
  section.figures["hull"] = Json::array();
  for (const HullPoint& point : hull)
    section.figures["hull"].push_back(
        {{"k", point.k}, {"value", point.value}, {"temperature", point.temperature}});
  section.add(
      "Asked: which temperature should samples be drawn at, if k of them may be tried? (The "
      "paper's Figure 5.)");
  section.add(fmt::format("How: {} drew samples of {}; each was run against its tests.",
                          bench.source().facts().name, describe(set, draw)));
  add_truncation(files, bench.source().facts(), section);
  section.add(what_was_seen(hull));
  section.add(score_table(files));
  section.add(curves_chart(curves, hull));
  section.add(best_temperature_chart(hull));
  return section;
}

}  // namespace scribe
