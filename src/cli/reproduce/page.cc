// Laying out the report of a reproduction.
#include "cli/reproduce/page.h"

#include "base/progress.h"
#include "evaluate/rank_page.h"

namespace scribe::cli {
namespace {

std::string percent(double share) {
  return fmt::format("{:.1f} %", share * 100);
}

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{:.1f} to {:.1f}", interval->low * 100, interval->high * 100) : "";
}

std::string cell_text(const std::optional<TableCell>& cell) {
  if (!cell) return "-";
  return cell->interval
             ? fmt::format("{} ({})", percent(cell->value), interval_text(cell->interval))
             : percent(cell->value);
}

void add_headline(const Findings& findings, ReportPage& page) {
  ReportTable table{
      .title = "The paper's table, here and there",
      .columns = {{"", false}},
      .rows = {},
      .notes =
          "Here: share of held-out problems solved, in brackets the 95 % interval over problems. "
          "Exercises, chains and traced functions are far easier than HumanEval, and were learned "
          "from others of their kind. The paper's column is HumanEval with 12 billion parameters. "
          "The numbers are not comparable; their order is."};
  for (const SetFindings& set : findings.sets) table.columns.push_back({set.title, true});
  table.columns.push_back({"paper, 12 B parameters", true});
  for (const TableRow& row : headline_rows(findings)) {
    std::vector<std::string> cells{row.label};
    for (const std::optional<TableCell>& cell : row.cells) cells.push_back(cell_text(cell));
    cells.push_back(row.paper ? fmt::format("{:.1f} %", *row.paper) : "-");
    table.rows.push_back(std::move(cells));
  }
  page.add_table(table);
}

/// pass@1 against the number of samples that one is picked from.
void add_ranking(const SetFindings& set, ReportPage& page) {
  if (!set.ranking || set.ranking->rows.size() < 2) return;
  page.add_line_chart(
      rank_chart(*set.ranking, fmt::format("One of n samples is picked, {}", set.title)));
}

void add_lengths(const Findings& findings, ReportPage& page) {
  BarChart chart{.title = "pass@1 by number of chained blocks",
                 .description = "Pass rate of Codex-S falls as more manipulations are chained.",
                 .x_label = "blocks in the chain",
                 .y_label = "pass@1, %",
                 .y_max = 100,
                 .categories = {},
                 .series = {{.name = "Codex-S", .values = {}, .lows = {}, .highs = {}}}};
  BarSeries& bars = chart.series.front();
  for (const LengthScore& length : findings.models.back().by_length) {
    const PassAtK* pass = length.score.at(1);
    if (pass == nullptr) continue;
    const Interval interval = pass->interval.value_or(Interval{pass->value, pass->value});
    chart.categories.push_back(fmt::format("{}", length.blocks));
    bars.values.push_back(pass->value * 100);
    bars.lows.push_back(interval.low * 100);
    bars.highs.push_back(interval.high * 100);
  }
  page.add_bar_chart(chart);
}

void add_training(const Findings& findings, const PageMaterial& material, ReportPage& page) {
  page.add_line_chart({.title = "Loss while training",
                       .description = "Training loss of each model over the tokens it saw.",
                       .x_label = "tokens",
                       .y_label = "nats per token",
                       .log_x = false,
                       .y_min = 0,
                       .y_max = std::nullopt,
                       .series = material.losses});
  ReportTable table{.title = "Training",
                    .columns = {{"model", false},
                                {"steps", true},
                                {"tokens", true},
                                {"training loss", true},
                                {"validation loss", true}},
                    .rows = {},
                    .notes = {}};
  for (const ModelFindings& model : findings.models) {
    const TrainSummary& training = model.training;
    table.rows.push_back(
        {model.title, fmt::format("{}", training.steps),
         format_count(static_cast<double>(training.tokens)),
         fmt::format("{:.3f}", training.final_train_loss),
         training.validation_loss ? fmt::format("{:.3f}", *training.validation_loss) : "-"});
  }
  page.add_table(table);
}

}  // namespace

std::string findings_page(const ReproductionPlan& plan, const Findings& findings,
                          const PageMaterial& material) {
  ReportPage page(
      "Codex in miniature",
      fmt::format(
          "Evaluating Large Language Models Trained on Code, at {} scale: {} parameters, {}, {}",
          plan.scale, format_count(static_cast<double>(parameter_count(plan.model))),
          material.machine, format_duration(material.seconds)));
  page.add_text(
      "GPT was trained on prose, Codex is GPT trained further on Python, Codex-S is Codex "
      "fine-tuned on standalone functions: generated exercises, functions of the corpus, and "
      "chains "
      "of string manipulations. Each then completed problems it had never seen; every completion "
      "was run against hidden tests in a sandbox (" +
      material.sandbox + ").");
  add_headline(findings, page);
  add_lengths(findings, page);
  for (const SetFindings& set : findings.sets) {
    if (const auto curves = material.pass_curves.find(set.key);
        curves != material.pass_curves.end())
      page.add_line_chart({.title = fmt::format("pass@k, {}", set.title),
                           .description = "Probability that one of k samples is right, per model.",
                           .x_label = "k",
                           .y_label = "pass@k, %",
                           .log_x = true,
                           .y_min = 0,
                           .y_max = 100,
                           .series = curves->second});
    add_ranking(set, page);
  }
  add_training(findings, material, page);
  page.add_heading("Samples and their verdicts");
  for (const ReportProgram& program : material.programs) page.add_program(program);
  return page.html();
}

}  // namespace scribe::cli
