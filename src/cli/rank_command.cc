// `scribe rank`: what picking one sample by each of several strategies would have scored.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "evaluate/rank.h"
#include "evaluate/rank_page.h"

namespace scribe::cli {
namespace {

struct RankCommand {
  std::string results_path;
  std::string back_translation_path;  ///< "": not asked for
  std::string problems_path;          ///< "": programs are not run
  std::string html_path;              ///< "": no page
  bool json = false;
  BehaviourOptions behaviour;
};

/// Says where columns that are not shown, or say little, come from.
void print_notes(const RankTable& table, const std::optional<Behaviours>& behaviours) {
  if (table.at(table.rows.back(), RankStrategy::mean_logprob) == nullptr)
    fmt::print("\nThe file has no log-probabilities: `scribe sample` writes them.\n");
  if (!behaviours) return;
  fmt::print(
      "\n{} of {} problems show examples; for {} inputs could be made; {} runs, the rest were "
      "known\n",
      behaviours->with_examples, behaviours->problems, behaviours->with_inputs, behaviours->runs);
}

Json behaviours_json(const Behaviours& behaviours) {
  return {{"problems", behaviours.problems},
          {"with_examples", behaviours.with_examples},
          {"with_inputs", behaviours.with_inputs},
          {"runs", behaviours.runs}};
}

Result<int> run_rank(Context& context, const RankCommand& rank) {
  SCRIBE_TRY_ASSIGN(RankData data, load_rank_data(context.env, rank.results_path));
  if (!rank.back_translation_path.empty())
    SCRIBE_TRY(add_back_translation(context.env, rank.back_translation_path, data));
  std::optional<Behaviours> behaviours;
  if (!rank.problems_path.empty()) {
    SCRIBE_TRY_ASSIGN(behaviours, sample_behaviours(context.env, context.stop, rank.results_path,
                                                    rank.problems_path, rank.behaviour));
    SCRIBE_TRY(add_behaviours(*behaviours, data));
  }
  const RankTable table = rank_table(data);
  if (!rank.html_path.empty())
    SCRIBE_TRY(
        write_file_atomic(context.env, rank.html_path, rank_page_html(table, "Picking samples")));
  if (rank.json) {
    Json value = to_json(table);
    if (behaviours) value["behaviours"] = behaviours_json(*behaviours);
    fmt::print("{}", to_json_pretty(value));
    return kExitDone;
  }
  fmt::print("{}", rank_table_text(table));
  print_notes(table, behaviours);
  return kExitDone;
}

}  // namespace

void add_rank_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "rank",
      "Compare ways to pick one sample: random, log-probability, back-translation, examples, "
      "agreement, oracle");
  const auto rank = std::make_shared<RankCommand>();
  command.add_option("RESULTS", rank->results_path, "Results file that `scribe eval` wrote")
      ->required();
  command.add_option("--back-translation", rank->back_translation_path,
                     "The same samples, scored by `scribe score --reverse`");
  command.add_option(
      "--problems", rank->problems_path,
      "Run the samples on the prompts' examples and on inputs like them: adds public "
      "tests and agreement. Runs are kept in RESULTS_behaviour.jsonl");
  command.add_option("--inputs", rank->behaviour.inputs, "Inputs for agreement, per problem")
      ->check(CLI::Range(1, kAgreementInputsMax))
      ->capture_default_str();
  command.add_option("--seed", rank->behaviour.seed, "Seed of these inputs")->capture_default_str();
  command.add_option("--workers", rank->behaviour.workers, "Programs at a time; 0: one per core")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command.add_option("--html", rank->html_path, "Write a page with the curves");
  command.add_flag("--quiet", rank->behaviour.quiet, "No progress");
  command.add_flag("--json", rank->json, "Print JSON");
  set_example(command,
              "scribe rank samples.jsonl_results.jsonl --problems HumanEval.jsonl.gz "
              "--back-translation scored.jsonl --html rank.html");
  command.callback(
      [&context, rank] { context.action = [&, rank] { return run_rank(context, *rank); }; });
}

}  // namespace scribe::cli
