// Experiment: the pass rate of chains by their length.
#include <algorithm>

#include "experiment/experiments.h"
#include "experiment/statistics.h"
#include "problems/chains.h"

namespace scribe {
namespace {

const Defaults kDefaults = {.temperatures = {0.2}, .samples = 10};
constexpr ChainOptions kChains = {.seed = 1,
                                  .length_min = 1,
                                  .length_max = kChainLengthMax,
                                  .count = 10,
                                  .split = ChainSplit::evaluation};

/// pass@1 of the chains of one length.
struct LengthRate {
  int length = 0;
  std::size_t problems = 0;
  std::optional<PassAtK> rate = {};
};

std::vector<LengthRate> rates_by_length(const ScoreSummary& summary, std::uint64_t seed) {
  std::vector<LengthRate> rates;
  for (int length = kChains.length_min; length <= kChains.length_max; ++length) {
    ScoreSummary part;
    for (const TaskScore& task : summary.tasks)
      if (task.blocks == length) part.tasks.push_back(task);
    LengthRate rate{.length = length, .problems = part.tasks.size()};
    if (!part.tasks.empty()) add_scores({1}, seed, part);
    if (!part.pass_at.empty()) rate.rate = part.pass_at.front();
    rates.push_back(std::move(rate));
  }
  return rates;
}

/// Chains of each length, as many as fit into problems_max together.
Result<ProblemSet> chain_set(const ExperimentOptions& options) {
  ChainOptions chains = kChains;
  if (options.problems_max > 0)
    chains.count = static_cast<int>(
        std::clamp<std::int64_t>(options.problems_max / kChainLengthMax, 1, kChains.count));
  ProblemSet set{.name = "chains-by-length", .problems = {}};
  SCRIBE_TRY_ASSIGN(set.problems, make_chain_problems(chains));
  return set;
}

BarChart rate_chart(std::span<const LengthRate> rates) {
  BarChart chart{.title = "pass@1 by number of chained operations",
                 .description = "Share of samples that pass, by the length of the chain.",
                 .x_label = "operations in the docstring",
                 .y_label = "pass@1, %",
                 .y_max = {},
                 .categories = {},
                 .series = {{.name = "", .values = {}, .lows = {}, .highs = {}}}};
  BarSeries& bars = chart.series.front();
  for (const LengthRate& one : rates) {
    if (!one.rate) continue;
    const Interval interval =
        one.rate->interval.value_or(Interval{one.rate->value, one.rate->value});
    chart.categories.push_back(fmt::format("{}", one.length));
    bars.values.push_back(100 * one.rate->value);
    bars.lows.push_back(100 * interval.low);
    bars.highs.push_back(100 * interval.high);
  }
  return chart;
}

}  // namespace

Result<Section> run_chains(Workbench& bench) {
  SCRIBE_TRY_ASSIGN(const ProblemSet set, chain_set(bench.options()));
  DrawOptions draw = bench.draw_options(kDefaults);
  draw.temperatures = {draw.temperatures.front()};
  SCRIBE_TRY_ASSIGN(const std::vector<JudgedFile> files, bench.judge(bench.source(), set, draw));
  const std::vector<LengthRate> rates =
      rates_by_length(files.front().summary, bench.options().seed);
  std::vector<std::optional<double>> values;
  for (const LengthRate& one : rates)
    values.push_back(one.rate ? std::optional(one.rate->value) : std::nullopt);
  const BlockFactors factors = block_factors(values);

  Section section = begin_section("chains", bench.settings(set, draw));
  section.figures["factor_per_block"] = factors.mean ? Json(*factors.mean) : Json();
  section.figures["paper_factor_per_block"] = {2, 3};
  section.figures["by_length"] = Json::array();
  ReportTable table{
      .title = "pass@1 by length of the chain",
      .columns = {{"operations", true}, {"problems", true}, {"pass@1", true}, {"divided by", true}},
      .rows = {},
      .notes =
          "In brackets: 95 % interval. Divided by: the rate of the row above over "
          "this one; the paper's figure falls by 2 to 3 with each operation."};
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const PassAtK* const rate = rates[i].rate ? &*rates[i].rate : nullptr;
    const auto& factor = factors.factors[i];
    section.figures["by_length"].push_back({{"length", rates[i].length},
                                            {"problems", rates[i].problems},
                                            {"pass_at_1", score_json(rate)},
                                            {"factor", factor ? Json(*factor) : Json()}});
    table.rows.push_back({fmt::format("{}", rates[i].length), fmt::format("{}", rates[i].problems),
                          score_text(rate), factor ? fmt::format("{:.2f}", *factor) : "-"});
  }
  section.add(
      "Asked: how does the pass rate fall as a docstring asks for more operations one after "
      "the other? (The paper's Figure 11 and appendix C.)");
  section.add(
      fmt::format("How: {} drew {}. Problems chain some of the paper's thirteen string operations; "
                  "none is among those that `scribe problems chains --split train` gives (seed 1).",
                  bench.source().facts().name, describe(set, draw)));
  add_truncation(files, bench.source().facts(), section);
  section.add(
      factors.mean
          ? fmt::format("Seen: each operation divides the pass rate by {:.2f} on average "
                        "(geometric mean, up to the last length that is ever solved). In the "
                        "paper it is 2 to 3 for 12 B parameters.",
                        *factors.mean)
          : std::string("Seen: fewer than two lengths were ever solved, so that no factor "
                        "can be given. In the paper each operation divides the pass rate "
                        "by 2 to 3."));
  section.add(std::move(table));
  section.add(rate_chart(rates));
  return section;
}

}  // namespace scribe
