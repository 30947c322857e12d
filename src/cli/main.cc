// The program `scribe`: a table of commands, one place that prints errors and picks exit codes.
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <span>
#include <vector>

#include "cli/command.h"
#include "cli/functional_correctness.h"
#include "cli/ranks.h"
#include "sandbox/sandbox.h"

namespace scribe::cli {
namespace {

// Global because a signal handler has no other way to reach them.
StopToken stop_token;
bool is_one_of_ranks = false;

void on_interrupt(int) {
  if (stop_token.request() >= 2) _exit(kExitInterrupted);
  if (is_one_of_ranks) return;  // Launchers stop all of them, and say so themselves.
  constexpr std::string_view kMessage =
      "\nstopping after the item in hand; press Ctrl-C again to stop now\n";
  if (::write(STDERR_FILENO, kMessage.data(), kMessage.size()) < 0) return;
}

using AddCommand = void (*)(CLI::App&, Context&);

constexpr std::array kCommands = std::to_array<AddCommand>(
    {add_reproduce_command, add_corpus_command,  add_tokenizer_command,
     add_problems_command,  add_plan_command,    add_train_command,
     add_finetune_command,  add_sample_command,  add_complete_command,
     add_serve_command,     add_score_command,   add_eval_command,
     add_rank_command,      add_compare_command, add_experiment_command,
     add_grade_command,     add_report_command,  add_view_command,
     add_export_command,    add_import_command,  add_bench_command,
     add_doctor_command,    add_manual_command,  add_functional_correctness_command});

int run(int argc, char** argv) {
  const Result<RankPlace> place = rank_from_environment(environment_variable);
  is_one_of_ranks = place.ok() && place.value().rank.ranks > 1;
  CLI::App app(
      "Scribe trains, samples, scores and serves code models: the whole system of\n"
      "\"Evaluating Large Language Models Trained on Code\" in one program.",
      "scribe");
  set_example(app, "scribe reproduce --scale laptop");
  app.require_subcommand(1);
  app.set_version_flag("--version", SCRIBE_VERSION);
  Context context{.env = Env::real(), .stop = stop_token, .action = {}};
  for (const AddCommand add : kCommands) add(app, context);
  std::vector<std::string> words =
      normalized_arguments(std::span<const char* const>(argv, static_cast<std::size_t>(argc)));
  std::vector<std::string> reversed(words.rbegin(), words.rend() - 1);  // As CLI11 takes them.
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& failure) {
    return app.exit(failure) == 0 ? kExitDone : kExitUsage;
  }
  SCRIBE_CHECK(context.action != nullptr, "the command set no action");
  const Result<int> code = context.action();
  if (code.ok()) return code.value();
  std::fprintf(stderr, "scribe: %s\n", code.error().message().c_str());
  return exit_code_of(code.error());
}

}  // namespace
}  // namespace scribe::cli

int main(int argc, char** argv) {
  if (const auto code = scribe::run_if_sandbox_child(argc, argv)) return *code;
  struct sigaction action{};
  action.sa_handler = scribe::cli::on_interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return scribe::cli::run(argc, argv);
}
