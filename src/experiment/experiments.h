// The paper's experiments: what there are, and running them into one report.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/section.h"
#include "experiment/workbench.h"

namespace scribe {

struct Experiment {
  std::string_view name;
  std::string_view title;
  std::string_view shows;  ///< what it asks, in a sentence
  std::string_view paper;  ///< where it stands in Chen et al. 2021
  std::string_view cost;   ///< with its defaults
  Result<Section> (*run)(Workbench& bench);
};

/// All, in the order of a report.
std::span<const Experiment> experiments();

/// Errors: invalid_argument naming those that there are.
Result<const Experiment*> experiment_named(std::string_view name);

/// Runs experiments one after the other ("all": every one that has what it needs) and writes, after
/// each, OUT/NAME/section.json, and OUT/results.json and OUT/report.html with all sections found
/// in OUT. The same call continues after a kill; figures do not depend on how often it was killed.
///
/// Returns the sections that were run. Errors: invalid_argument (options, names), those of the
/// experiments with their name.
Result<std::vector<Section>> run_experiments(
    Env& env, StopToken& stop, std::span<const std::string> names,
    std::span<const std::unique_ptr<CompletionSource>> sources, const ExperimentOptions& options);

/// What results.json holds (docs/formats/experiments.md).
Json results_json(std::span<const Section> sections);

// One per file. Errors: those of Workbench, and what their comments say.
Result<Section> run_temperature(Workbench& bench);
Result<Section> run_sizes(Workbench& bench);
Result<Section> run_bleu(Workbench& bench);
Result<Section> run_chains(Workbench& bench);
Result<Section> run_context(Workbench& bench);
/// invalid_argument if options.programs names no file.
Result<Section> run_apps(Workbench& bench);
Result<Section> run_diversity(Workbench& bench);
Result<Section> run_ranking(Workbench& bench);

// For experiments.

/// A section with its title and settings, ready for its parts.
Section begin_section(std::string_view experiment, Json settings);
/// Says how many prompts lost their beginning, if any did.
void add_truncation(std::span<const JudgedFile> files, const ModelFacts& facts, Section& section);
/// "12.3 % (10.1 to 14.5)", or "-" for none.
std::string score_text(const PassAtK* score);
/// {"k", "value", "low", "high"}; null for none.
Json score_json(const PassAtK* score);
/// pass@k in percent with its interval, for a chart.
ChartPoint score_point(double x, const PassAtK& score);
/// The best pass@k among the files; null if none has it.
const PassAtK* best_pass_at(std::span<const JudgedFile> files, std::int64_t k);

}  // namespace scribe
