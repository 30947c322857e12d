// Experiment: what picking one of n samples by its log-probability gains.
#include <algorithm>
#include <limits>

#include "evaluate/rank.h"
#include "experiment/experiments.h"
#include "sample/sample_run.h"

namespace scribe {
namespace {

const Defaults kDefaults = {.temperatures = {0.8}};

/// The results with a log-probability in every line. Servers give none for a completion without
/// tokens: such a line gets the lowest of the file, so that it is picked last. The file itself if
/// all lines have one, or none has.
Result<std::string> with_all_logprobs(Env& env, const std::string& path) {
  std::vector<Json> lines;
  double lowest = std::numeric_limits<double>::infinity();
  std::size_t missing = 0;
  SCRIBE_TRY(for_each_json_line(env, path, [&](Json line, const std::string&) {
    if (line.contains("mean_logprob") && line["mean_logprob"].is_number() &&
        line.contains("sum_logprob") && line["sum_logprob"].is_number())
      lowest =
          std::min({lowest, line["mean_logprob"].get<double>(), line["sum_logprob"].get<double>()});
    else
      ++missing;
    lines.push_back(std::move(line));
    return Status();
  }));
  if (missing == 0 || missing == lines.size()) return path;
  std::string text;
  for (Json& line : lines) {
    if (!line.contains("mean_logprob") || !line.contains("sum_logprob"))
      line["mean_logprob"] = line["sum_logprob"] = lowest;
    text += to_json_line(line) + "\n";
  }
  const std::string filled = sample_path(path, "ranked");
  SCRIBE_TRY(write_file_atomic(env, filled, text));
  return filled;
}

struct Column {
  const char* name;
  std::vector<std::optional<double>> values;
};

std::vector<Column> columns_of(const RankTable& table) {
  std::vector<Column> columns = {
      {"random", {}}, {"sum log-prob", {}}, {"mean log-prob", {}}, {"oracle", {}}};
  for (const RankRow& row : table.rows) {
    columns[0].values.emplace_back(row.random);
    columns[1].values.push_back(row.sum_logprob);
    columns[2].values.push_back(row.mean_logprob);
    columns[3].values.emplace_back(row.oracle);
  }
  return columns;
}

std::string what_was_seen(const RankTable& table) {
  const RankRow& last = table.rows.back();
  if (!last.mean_logprob)
    return "Seen: the source gave no log-probabilities, so that only a random pick and the oracle "
           "can be told.";
  return fmt::format(
      "Seen: of {} samples, a random one is right for {} of the problems, the one with the highest "
      "mean log-probability for {}, any at all (oracle) for {}. The paper's order is oracle, mean "
      "log-probability, random, with the sum of log-probabilities near or below random; it prints, "
      "for 12 B parameters fine-tuned on functions and 100 samples, 37.7 % for one sample, 44.5 % "
      "by "
      "mean log-probability and 77.5 % by the oracle.",
      last.samples, percent(last.random), percent(*last.mean_logprob), percent(last.oracle));
}

}  // namespace

Result<Section> run_ranking(Workbench& bench) {
  SCRIBE_TRY_ASSIGN(const ProblemSet set, bench.problem_set());
  DrawOptions draw = bench.draw_options(kDefaults);
  draw.temperatures = {draw.temperatures.back()};
  SCRIBE_TRY_ASSIGN(const std::vector<JudgedFile> files, bench.judge(bench.source(), set, draw));
  SCRIBE_TRY_ASSIGN(const std::string path,
                    with_all_logprobs(bench.env(), files.front().results_path));
  SCRIBE_TRY_ASSIGN(const RankTable ranking, rank_results(bench.env(), path));
  const std::vector<Column> columns = columns_of(ranking);

  Section section = begin_section("ranking", bench.settings(set, draw));
  section.figures = to_json(ranking);
  ReportTable table{.title = "pass@1 of one sample picked among n",
                    .columns = {{"n", true}},
                    .rows = {},
                    .notes = fmt::format("Means over {} problems.", ranking.tasks)};
  LineChart chart{.title = "pass@1 by number of samples to pick from",
                  .description = "Share of problems solved by one sample picked among n.",
                  .x_label = "n, samples to pick from",
                  .y_label = "pass@1, %",
                  .log_x = true,
                  .y_min = 0,
                  .y_max = {},
                  .series = {}};
  for (const RankRow& row : ranking.rows) table.rows.push_back({fmt::format("{}", row.samples)});
  for (const Column& column : columns) {
    table.columns.push_back({column.name, true});
    LineSeries series{.name = column.name, .points = {}};
    for (std::size_t i = 0; i < ranking.rows.size(); ++i) {
      const auto& value = column.values[i];
      table.rows[i].push_back(value ? percent(*value) : "-");
      if (value)
        series.points.push_back({.x = static_cast<double>(ranking.rows[i].samples),
                                 .y = 100 * *value,
                                 .low = {},
                                 .high = {}});
    }
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  section.add(
      "Asked: if many samples are drawn but only one may be handed in and no test may be run, "
      "which one? (The paper's Figure 7.)");
  section.add(fmt::format("How: {} drew {}. One of the first n samples of each problem is picked.",
                          bench.source().facts().name, describe(set, draw)));
  add_truncation(files, bench.source().facts(), section);
  section.add(what_was_seen(ranking));
  section.add(std::move(table));
  section.add(std::move(chart));
  return section;
}

}  // namespace scribe
