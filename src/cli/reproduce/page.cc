// Laying out the report of a reproduction.
#include "cli/reproduce/page.h"

#include "base/progress.h"

namespace scribe::cli {
namespace {

std::string percent(double share) {
  return fmt::format("{:.1f} %", share * 100);
}

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? fmt::format("{:.1f} to {:.1f}", interval->low * 100, interval->high * 100) : "";
}

std::string score_text(const SetScore& score, std::int64_t k) {
  const PassAtK* pass = score.at(k);
  return pass == nullptr ? "-" : percent(pass->value);
}

void add_headline(const Findings& findings, ReportPage& page) {
  ReportTable table{.title = "The paper's table, here and there",
                    .columns = {{"", false},
                                {"here", true},
                                {"95 % interval", true},
                                {"paper, 12 B parameters", true}},
                    .rows = {},
                    .notes =
                        "Here: share of held-out chains of string manipulations solved. Paper: "
                        "HumanEval. The numbers are not comparable; their order is."};
  std::vector<KeyFigure> figures;
  for (const TableRow& row : headline_rows(findings)) {
    figures.push_back({percent(row.value), row.label});
    table.rows.push_back({row.label, percent(row.value), interval_text(row.interval),
                          fmt::format("{:.1f} %", row.paper)});
  }
  page.add_key_figures(figures);
  page.add_table(table);
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

void add_human_eval(const Findings& findings, ReportPage& page) {
  ReportTable table{.title = "HumanEval",
                    .columns = {{"model", false}, {"pass@1", true}, {"pass@10", true}},
                    .rows = {},
                    .notes =
                        "Real verdicts on the 164 problems. A model of this size that saw a few "
                        "million tokens is expected to solve next to none."};
  for (const ModelFindings& model : findings.models)
    if (model.human_eval)
      table.rows.push_back(
          {model.title, score_text(*model.human_eval, 1), score_text(*model.human_eval, 10)});
  if (!table.rows.empty()) page.add_table(table);
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
      "fine-tuned "
      "on standalone functions and on chains of string manipulations. Each then completed problems "
      "it had never seen; every completion was run against hidden tests in a sandbox (" +
      material.sandbox + ").");
  add_headline(findings, page);
  add_lengths(findings, page);
  page.add_line_chart({.title = "pass@k on held-out chains",
                       .description = "Probability that one of k samples is right, per model.",
                       .x_label = "k",
                       .y_label = "pass@k, %",
                       .log_x = true,
                       .y_min = 0,
                       .y_max = 100,
                       .series = material.pass_curves});
  add_training(findings, material, page);
  add_human_eval(findings, page);
  page.add_heading("Samples and their verdicts");
  for (const ReportProgram& program : material.programs) page.add_program(program);
  return page.html();
}

}  // namespace scribe::cli
