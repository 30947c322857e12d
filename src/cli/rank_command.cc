// `scribe rank`: what picking one sample by its log-probability would have scored.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "evaluate/rank.h"

namespace scribe::cli {
namespace {

struct RankCommand {
  std::string results_path;
  bool json = false;
};

Result<int> run_rank(Context& context, const RankCommand& rank) {
  SCRIBE_TRY_ASSIGN(const RankTable table, rank_results(context.env, rank.results_path));
  if (rank.json)
    fmt::print("{}", to_json_pretty(to_json(table)));
  else
    fmt::print("{}", rank_table_text(table));
  if (!rank.json && table.at(table.rows.back(), RankStrategy::mean_logprob) == nullptr)
    fmt::print("\nThe file has no log-probabilities: `scribe sample` writes them.\n");
  return kExitDone;
}

}  // namespace

void add_rank_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "rank", "Compare ways to pick one sample: random, by log-probability, oracle");
  const auto rank = std::make_shared<RankCommand>();
  command.add_option("RESULTS", rank->results_path, "Results file that `scribe eval` wrote")
      ->required();
  command.add_flag("--json", rank->json, "Print JSON");
  set_example(command, "scribe rank samples.jsonl_results.jsonl");
  command.callback(
      [&context, rank] { context.action = [&, rank] { return run_rank(context, *rank); }; });
}

}  // namespace scribe::cli
