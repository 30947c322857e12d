// The table of experiments, and the folder that they fill.
#include "experiment/experiments.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace scribe {
namespace {

constexpr std::array kExperiments = std::to_array<Experiment>({
    {"temperature", "pass@k by temperature",
     "Which temperature serves how many tries: cold for one, warm for many.",
     "Figure 5, and the temperatures of Figure 6",
     "28 problems x 5 temperatures x 20 samples: 0.7 M tokens at most", run_temperature},
    {"sizes", "Loss and pass@k by model size",
     "Loss falls as a power of the size, and pass@k rises with it. Give --model for each size.",
     "Figures 4 and 6, Table 1", "28 problems x 2 temperatures x 20 samples for each model",
     run_sizes},
    {"bleu", "BLEU of right and wrong programs",
     "Whether likeness to a reference solution tells right programs from wrong ones.", "Figure 8",
     "28 problems x 20 samples, shared with temperature", run_bleu},
    {"chains", "Pass rate by number of chained operations",
     "How fast the pass rate falls with each operation that a docstring adds.",
     "Figure 11 and appendix C", "64 problems x 10 samples: 0.2 M tokens at most", run_chains},
    {"context", "Subtle bugs in the context",
     "Whether buggy code before the task makes a model write worse code than it can.",
     "Figures 12 and 14, appendix E", "30 problems x 6 prompts x 10 samples for each model",
     run_context},
    {"apps", "Whole programs, with and without public examples",
     "What filtering by a task's public examples gains. Needs --programs FILE.",
     "Table 2 and section 3.5", "as many programs as the file has x 20 samples", run_apps},
    {"diversity", "How different samples are",
     "How many distinct programs, and distinct outcomes, a temperature gives.",
     "behind Figure 5: why more samples need more heat",
     "28 problems x 5 temperatures x 20 samples, shared with temperature", run_diversity},
    {"ranking", "Picking one sample of many",
     "What picking one of n samples by its log-probability gains over a random one.",
     "Figure 7 and section 3.3", "28 problems x 20 samples, shared with temperature", run_ranking},
});

std::string section_path(const std::string& out, std::string_view name) {
  return fmt::format("{}/{}/section.json", out, name);
}

/// The sections of all experiments that were run into this folder, in the table's order.
Result<std::vector<Section>> sections_in(Env& env, const std::string& out) {
  std::vector<Section> sections;
  for (const Experiment& experiment : kExperiments) {
    const std::string path = section_path(out, experiment.name);
    if (!env.exists(path)) continue;
    SCRIBE_TRY_ASSIGN(const std::string text, read_text_file(env, path));
    SCRIBE_TRY_ASSIGN(const Json json, parse_json(text, path));
    SCRIBE_TRY_ASSIGN(Section section, section_from_json(json, path));
    sections.push_back(std::move(section));
  }
  return sections;
}

std::string report_html(std::span<const Section> sections) {
  ReportPage page("The experiments of the Codex paper",
                  "Evaluating Large Language Models Trained on Code (Chen et al. 2021), repeated "
                  "with models and problems of one's own");
  page.add_text(
      "Each section says what was asked, how it was measured and what was seen; the paper's "
      "figures "
      "stand beside ours where it prints numbers. Those are of other models (12 M to 12 B "
      "parameters, trained on 159 GB of Python) and, where nothing else is said, of HumanEval: "
      "their "
      "order and their shape can be compared, their height can not. pass@k is the chance that at "
      "least one of k samples passes all tests, estimated without bias; intervals are 95 %, by "
      "bootstrap over problems.");
  for (const Section& section : sections) add_section(section, page);
  return page.html();
}

Status write_report(Env& env, const std::string& out) {
  SCRIBE_TRY_ASSIGN(const std::vector<Section> sections, sections_in(env, out));
  SCRIBE_TRY(write_file_atomic(env, out + "/results.json", to_json_pretty(results_json(sections))));
  return write_file_atomic(env, out + "/report.html", report_html(sections));
}

/// The experiments that are asked for, once each.
Result<std::vector<const Experiment*>> chosen(std::span<const std::string> names,
                                              const ExperimentOptions& options) {
  std::vector<const Experiment*> list;
  for (const std::string& name : names) {
    if (name != "all") {
      SCRIBE_TRY_ASSIGN(const Experiment* const one, experiment_named(name));
      list.push_back(one);
      continue;
    }
    for (const Experiment& one : kExperiments)
      if (one.run != &run_apps || !options.programs.empty()) list.push_back(&one);
  }
  std::vector<const Experiment*> once;
  for (const Experiment* const one : list)
    if (std::ranges::find(once, one) == once.end()) once.push_back(one);
  return once;
}

}  // namespace

std::span<const Experiment> experiments() {
  return kExperiments;
}

Result<const Experiment*> experiment_named(std::string_view name) {
  std::string names;
  for (const Experiment& experiment : kExperiments) {
    if (experiment.name == name) return &experiment;
    names += fmt::format("{}, ", experiment.name);
  }
  return error(ErrorCode::invalid_argument, "there is no experiment '{}', expected {}or all", name,
               names);
}

Json results_json(std::span<const Section> sections) {
  Json by_name = Json::object();
  for (const Section& section : sections)
    by_name[section.experiment] = {
        {"title", section.title}, {"settings", section.settings}, {"figures", section.figures}};
  return {{"format", "scribe experiments"}, {"version", 1}, {"experiments", std::move(by_name)}};
}

Result<std::vector<Section>> run_experiments(
    Env& env, StopToken& stop, std::span<const std::string> names,
    std::span<const std::unique_ptr<CompletionSource>> sources, const ExperimentOptions& options) {
  SCRIBE_TRY(validate(options));
  if (sources.empty())
    return error(ErrorCode::invalid_argument, "no model is named (--model DIRECTORY or URL)");
  SCRIBE_TRY_ASSIGN(const std::vector<const Experiment*> list, chosen(names, options));
  Workbench bench(env, stop, options, sources);
  std::vector<Section> sections;
  for (const Experiment* const experiment : list) {
    Result<Section> section = experiment->run(bench);
    if (!section.ok())
      return std::move(section).error().in(fmt::format("experiment {}", experiment->name));
    const std::string path = section_path(options.out, experiment->name);
    SCRIBE_TRY(env.create_directories(path.substr(0, path.find_last_of('/'))));
    SCRIBE_TRY(write_file_atomic(env, path, to_json_pretty(to_json(section.value()))));
    SCRIBE_TRY(write_report(env, options.out));
    sections.push_back(std::move(section).value());
  }
  return sections;
}

Section begin_section(std::string_view experiment, Json settings) {
  const auto found = std::ranges::find(kExperiments, experiment, &Experiment::name);
  SCRIBE_CHECK(found != kExperiments.end(), "no experiment '{}'", experiment);
  return {.experiment = std::string(experiment),
          .title = std::string(found->title),
          .settings = std::move(settings),
          .figures = Json::object(),
          .blocks = {}};
}

void add_truncation(std::span<const JudgedFile> files, const ModelFacts& facts, Section& section) {
  const std::int64_t truncated = files.front().truncated_prompts;
  section.figures["truncated_prompts"][facts.name] = truncated;
  if (truncated > 0)
    section.add(fmt::format(
        "{} prompts are longer than the context of {} has room for and lost their beginning: its "
        "figures are lower than they could be.",
        truncated, facts.name));
}

std::string score_text(const PassAtK* score) {
  if (score == nullptr) return "-";
  if (!score->interval) return percent(score->value);
  return fmt::format("{} ({:.1f} to {:.1f})", percent(score->value), 100 * score->interval->low,
                     100 * score->interval->high);
}

Json score_json(const PassAtK* score) {
  if (score == nullptr) return nullptr;
  Json json{{"k", score->k}, {"value", score->value}, {"low", nullptr}, {"high", nullptr}};
  if (score->interval) json["low"] = score->interval->low;
  if (score->interval) json["high"] = score->interval->high;
  return json;
}

ChartPoint score_point(double x, const PassAtK& score) {
  ChartPoint point{.x = x, .y = 100 * score.value, .low = {}, .high = {}};
  if (score.interval) point.low = 100 * score.interval->low;
  if (score.interval) point.high = 100 * score.interval->high;
  return point;
}

const PassAtK* best_pass_at(std::span<const JudgedFile> files, std::int64_t k) {
  const PassAtK* best = nullptr;
  for (const JudgedFile& file : files) {
    const PassAtK* const score = pass_at(file.summary, k);
    if (score != nullptr && (best == nullptr || score->value > best->value)) best = score;
  }
  return best;
}

}  // namespace scribe
