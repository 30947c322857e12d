// Experiment: loss and pass@k of models of several sizes, and the power law of the loss.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/progress.h"
#include "experiment/experiments.h"
#include "experiment/statistics.h"

namespace scribe {
namespace {

const Defaults kDefaults = {.temperatures = {0.2, 0.8}};
constexpr std::array<std::int64_t, 3> kKs = {1, 10, 100};

// Chen et al. 2021, section 3.3: test loss = (N / 5.92e7)^-0.13, N without embeddings.
const PowerLaw kPaperLaw = {.scale = 5.92e7, .exponent = 0.13};

struct PaperRow {
  const char* name;
  double parameters;
  std::array<double, 3> pass_at;  ///< percent, of kKs
};
/// Table 1.
constexpr std::array kPaper = {PaperRow{"Codex-12M", 12e6, {2.00, 3.62, 8.58}},
                               PaperRow{"Codex-25M", 25e6, {3.21, 7.10, 12.89}},
                               PaperRow{"Codex-42M", 42e6, {5.06, 8.80, 15.55}},
                               PaperRow{"Codex-85M", 85e6, {8.22, 12.81, 22.40}},
                               PaperRow{"Codex-300M", 300e6, {13.17, 20.37, 36.27}},
                               PaperRow{"Codex-679M", 679e6, {16.22, 25.70, 40.95}},
                               PaperRow{"Codex-2.5B", 2.5e9, {21.36, 35.42, 59.50}},
                               PaperRow{"Codex-12B", 12e9, {28.81, 46.81, 72.31}}};

struct SizedModel {
  ModelFacts facts;
  std::vector<JudgedFile> files;
  double size() const { return static_cast<double>(facts.non_embedding_parameters.value_or(0)); }
};

/// Those of which both size and loss are known.
std::vector<PowerLawPoint> loss_points(std::span<const SizedModel> models) {
  std::vector<PowerLawPoint> points;
  for (const SizedModel& model : models)
    if (model.size() > 0 && model.facts.validation_loss.value_or(0) > 0)
      points.push_back({model.size(), *model.facts.validation_loss});
  return points;
}

std::string law_text(const PowerLaw& law) {
  return fmt::format("loss = (N / {:.3g})^-{:.3f}", law.scale, law.exponent);
}

void add_loss(std::span<const SizedModel> models, Section& section) {
  const std::vector<PowerLawPoint> points = loss_points(models);
  const std::optional<PowerLaw> law = fit_power_law(points);
  section.figures["power_law"] = nullptr;
  if (!law) {
    section.add(
        "The power law of the loss needs at least two run folders of different sizes, with a "
        "train_log.jsonl that has validation losses: give them as --model.");
    return;
  }
  Json& figures = section.figures["power_law"];
  figures = {{"scale", law->scale},
             {"exponent", law->exponent},
             {"exponent_low", nullptr},
             {"exponent_high", nullptr},
             {"residuals_ln", law->residuals},
             {"points", points.size()},
             {"paper", {{"scale", kPaperLaw.scale}, {"exponent", kPaperLaw.exponent}}}};
  std::string interval = "two points leave nothing to judge the fit by";
  if (law->exponent_interval) {
    figures["exponent_low"] = law->exponent_interval->low;
    figures["exponent_high"] = law->exponent_interval->high;
    double largest = 0;
    for (const double residual : law->residuals) largest = std::max(largest, std::abs(residual));
    interval = fmt::format(
        "95 % interval of the exponent {:.3f} to {:.3f}, largest residual {:.1f} %",
        law->exponent_interval->low, law->exponent_interval->high, 100 * std::expm1(largest));
  }
  section.add(fmt::format(
      "Loss: {} fits {} models ({}); N counts parameters without embeddings. The paper's Figure 4 "
      "has loss = (N / 5.92e7)^-0.13 over 12 M to 12 B. The exponents can be compared if all "
      "models "
      "saw enough data; the losses themselves depend on tokenizer and text.",
      law_text(*law), points.size(), interval));
  LineChart chart{.title = "Validation loss by size",
                  .description = "Measured losses, the fitted power law and the paper's.",
                  .x_label = "parameters without embeddings",
                  .y_label = "nats per token",
                  .log_x = true,
                  .y_min = {},
                  .y_max = {},
                  .series = {{.name = "measured", .points = {}},
                             {.name = law_text(*law), .points = {}},
                             {.name = "paper: (N / 5.92e7)^-0.13", .points = {}}}};
  std::vector<PowerLawPoint> sorted = points;
  std::ranges::sort(sorted, {}, &PowerLawPoint::x);
  for (const PowerLawPoint& point : sorted) {
    const double values[] = {point.y, law->at(point.x), kPaperLaw.at(point.x)};
    for (std::size_t i = 0; i < 3; ++i)
      chart.series[i].points.push_back({.x = point.x, .y = values[i], .low = {}, .high = {}});
  }
  section.add(std::move(chart));
}

/// What the smallest and the largest model solve, of those whose size is known.
std::string what_was_seen(std::span<const SizedModel> models) {
  std::vector<const SizedModel*> sized;
  for (const SizedModel& model : models)
    if (model.size() > 0 && best_pass_at(model.files, 1) != nullptr) sized.push_back(&model);
  if (sized.size() < 2) return "Seen: with fewer than two models of known size there is no trend.";
  const auto text = [](const SizedModel& model) {
    return fmt::format("{} ({}, {} parameters)", percent(best_pass_at(model.files, 1)->value),
                       model.facts.name, format_count(model.size()));
  };
  return fmt::format(
      "Seen: pass@1 goes from {} to {}. In the paper it goes from 2.00 % at 12 M to 28.81 % at 12 "
      "B, "
      "rising smoothly with the logarithm of the size.",
      text(*sized.front()), text(*sized.back()));
}

void add_scores(std::span<const SizedModel> models, Section& section) {
  ReportTable table{.title = "pass@k by size",
                    .columns = {{"model", false},
                                {"parameters", true},
                                {"without embeddings", true},
                                {"validation loss", true},
                                {"pass@1", true},
                                {"pass@10", true},
                                {"pass@100", true}},
                    .rows = {},
                    .notes =
                        "The best of the temperatures for each k, as in the paper. In brackets: "
                        "95 % interval. pass@k needs k samples of each problem (--samples)."};
  LineChart chart{.title = "pass@k by size",
                  .description = "Share of problems solved by models of growing size.",
                  .x_label = "parameters without embeddings",
                  .y_label = "pass@k, %",
                  .log_x = true,
                  .y_min = 0,
                  .y_max = {},
                  .series = {}};
  for (const std::int64_t k : kKs) {
    LineSeries series{.name = fmt::format("pass@{}", k), .points = {}};
    for (const SizedModel& model : models)
      if (const PassAtK* score = best_pass_at(model.files, k); score != nullptr && model.size() > 0)
        series.points.push_back(score_point(model.size(), *score));
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  const auto count = [](const std::optional<std::int64_t>& value) {
    return value ? format_count(static_cast<double>(*value)) : std::string("-");
  };
  for (const SizedModel& model : models) {
    const auto& loss = model.facts.validation_loss;
    table.rows.push_back({model.facts.name, count(model.facts.parameters),
                          count(model.facts.non_embedding_parameters),
                          loss ? fmt::format("{:.3f}", *loss) : "-"});
    for (const std::int64_t k : kKs)
      table.rows.back().push_back(score_text(best_pass_at(model.files, k)));
  }
  section.add(std::move(table));
  const bool is_curve = std::ranges::any_of(
      chart.series, [](const LineSeries& series) { return series.points.size() > 1; });
  if (is_curve) section.add(std::move(chart));
}

ReportTable paper_table() {
  ReportTable table{.title = "The paper's Table 1, HumanEval",
                    .columns = {{"model", false},
                                {"loss by its power law", true},
                                {"pass@1", true},
                                {"pass@10", true},
                                {"pass@100", true}},
                    .rows = {},
                    .notes = ""};
  for (const PaperRow& row : kPaper) {
    table.rows.push_back({row.name, fmt::format("{:.3f}", kPaperLaw.at(row.parameters))});
    for (const double value : row.pass_at)
      table.rows.back().push_back(fmt::format("{:.2f} %", value));
  }
  return table;
}

Json model_json(const SizedModel& model) {
  Json json{{"name", model.facts.name},
            {"parameters", nullptr},
            {"non_embedding_parameters", nullptr},
            {"validation_loss", nullptr},
            {"pass_at", Json::array()}};
  if (model.facts.parameters) json["parameters"] = *model.facts.parameters;
  if (model.facts.non_embedding_parameters)
    json["non_embedding_parameters"] = *model.facts.non_embedding_parameters;
  if (model.facts.validation_loss) json["validation_loss"] = *model.facts.validation_loss;
  for (const std::int64_t k : kKs)
    if (const PassAtK* score = best_pass_at(model.files, k))
      json["pass_at"].push_back(score_json(score));
  return json;
}

}  // namespace

Result<Section> run_sizes(Workbench& bench) {
  SCRIBE_TRY_ASSIGN(const ProblemSet set, bench.problem_set());
  const DrawOptions draw = bench.draw_options(kDefaults);
  std::vector<SizedModel> models;
  for (const auto& source : bench.sources()) {
    SCRIBE_TRY_ASSIGN(std::vector<JudgedFile> files, bench.judge(*source, set, draw));
    models.push_back({source->facts(), std::move(files)});
  }
  std::ranges::stable_sort(models, {}, &SizedModel::size);
  Section section = begin_section("sizes", bench.settings(set, draw));
  section.figures["models"] = Json::array();
  for (const SizedModel& model : models) section.figures["models"].push_back(model_json(model));
  section.add(
      "Asked: how do the loss and the share of problems solved change with the size of the model? "
      "(The paper's Figures 4 and 6 and Table 1.)");
  section.add(fmt::format("How: {} model{}; {}. Sizes of models behind servers are not known.",
                          models.size(), models.size() == 1 ? "" : "s", describe(set, draw)));
  for (const SizedModel& model : models) add_truncation(model.files, model.facts, section);
  section.add(what_was_seen(models));
  add_loss(models, section);
  add_scores(models, section);
  section.add(paper_table());
  return section;
}

}  // namespace scribe
