// Experiment: what it gains to pick one of n samples, by each strategy that needs no tests.
#include <algorithm>

#include "evaluate/rank.h"
#include "evaluate/rank_page.h"
#include "evaluate/sample_behaviour.h"
#include "experiment/experiments.h"
#include "sample/sample_run.h"

namespace scribe {
namespace {

const Defaults kDefaults = {.temperatures = {0.8}};

/// The results with a log-probability in every line. Servers give none for a completion without
/// tokens: such a line gets null, which is picked last. The file itself if all lines have one, or
/// none has.
Result<std::string> with_all_logprobs(Env& env, const std::string& path) {
  std::vector<Json> lines;
  std::size_t missing = 0;
  SCRIBE_TRY(for_each_json_line(env, path, [&](Json line, const std::string&) {
    if (!line.contains("mean_logprob") || !line.contains("sum_logprob")) ++missing;
    lines.push_back(std::move(line));
    return Status();
  }));
  if (missing == 0 || missing == lines.size()) return path;
  std::string text;
  for (Json& line : lines) {
    if (!line.contains("mean_logprob") || !line.contains("sum_logprob"))
      line["mean_logprob"] = line["sum_logprob"] = nullptr;
    text += to_json_line(line) + "\n";
  }
  const std::string filled = sample_path(path, "ranked");
  SCRIBE_TRY(write_file_atomic(env, filled, text));
  return filled;
}

/// The table by log-probabilities, and by what the samples do where they are Python functions.
Result<RankTable> ranking_of(Workbench& bench, const ProblemSet& set, const JudgedFile& file) {
  SCRIBE_TRY_ASSIGN(const std::string path, with_all_logprobs(bench.env(), file.results_path));
  SCRIBE_TRY_ASSIGN(RankData data, load_rank_data(bench.env(), path));
  const bool are_functions = std::ranges::all_of(
      set.problems, [](const Problem& problem) { return problem.form == ProblemForm::calls; });
  if (are_functions) {
    BehaviourOptions options;
    options.seed = bench.options().seed;
    options.workers = bench.options().threads;
    options.quiet = bench.options().quiet;
    options.sandbox = bench.options().sandbox;
    SCRIBE_TRY_ASSIGN(
        const Behaviours behaviours,
        sample_behaviours(bench.env(), bench.stop(), path, file.problems_path, options));
    SCRIBE_TRY(add_behaviours(behaviours, data));
  }
  return rank_table(data);
}

std::string what_was_seen(const RankTable& table) {
  const RankRow& last = table.rows.back();
  std::string seen = fmt::format("Seen: of {} samples,", last.samples);
  for (const RankStrategy strategy : table.strategies)
    seen += fmt::format(" {} is right for {} of the problems;", title_of(strategy),
                        percent(table.at(last, strategy)->value));
  if (table.at(last, RankStrategy::mean_logprob) == nullptr)
    seen += " the source gave no log-probabilities;";
  return seen +
         " the paper's order is oracle, mean log-probability, random, with the sum of "
         "log-probabilities near or below random. It prints, for 12 B parameters fine-tuned on "
         "functions and 100 samples, 37.7 % for one sample, 44.5 % by mean log-probability and "
         "77.5 % by the oracle. The prompt's examples and agreement are not in the paper.";
}

}  // namespace

Result<Section> run_ranking(Workbench& bench) {
  SCRIBE_TRY_ASSIGN(const ProblemSet set, bench.problem_set());
  DrawOptions draw = bench.draw_options(kDefaults);
  draw.temperatures = {draw.temperatures.back()};
  SCRIBE_TRY_ASSIGN(const std::vector<JudgedFile> files, bench.judge(bench.source(), set, draw));
  SCRIBE_TRY_ASSIGN(const RankTable ranking, ranking_of(bench, set, files.front()));

  Section section = begin_section("ranking", bench.settings(set, draw));
  section.figures = to_json(ranking);
  ReportTable table{.title = "pass@1 of one sample picked among n",
                    .columns = {{"n", true}},
                    .rows = {},
                    .notes = fmt::format("Means over {} problems.", ranking.tasks)};
  for (const RankStrategy strategy : ranking.strategies)
    table.columns.push_back({std::string(title_of(strategy)), true});
  for (const RankRow& row : ranking.rows) {
    std::vector<std::string>& cells = table.rows.emplace_back();
    cells.push_back(fmt::format("{}", row.samples));
    for (const RankValue& value : row.values) cells.push_back(percent(value.value));
  }
  section.add(
      "Asked: if many samples are drawn but only one may be handed in and no test may be run, "
      "which one? (The paper's Figure 7.)");
  section.add(fmt::format("How: {} drew {}. One of the first n samples of each problem is picked.",
                          bench.source().facts().name, describe(set, draw)));
  add_truncation(files, bench.source().facts(), section);
  section.add(what_was_seen(ranking));
  section.add(std::move(table));
  section.add(rank_chart(ranking, "pass@1 by number of samples to pick from"));
  return section;
}

}  // namespace scribe
