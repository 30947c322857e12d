// `scribe finetune`: teaches a checkpoint completions of prompts.
#include "train/finetune.h"

#include <memory>

#include "cli/training_options.h"

namespace scribe::cli {
namespace {

struct FinetuneCommand {
  FinetuneOptions options;
  TrainingFlags flags;
};

/// Completes the options; the backend that they name.
Result<std::unique_ptr<Backend>> resolve_finetune(Context& context,
                                                  FinetuneCommand& finetune_command) {
  FinetuneOptions& options = finetune_command.options;
  if (options.steps == 0 && options.epochs == 0) options.epochs = 2;
  SCRIBE_TRY(resolve_flags(context.env, finetune_command.flags, options.optimizer, options.batch,
                           options.recompute, options.cadence));
  return backend_of(finetune_command.flags);
}

Result<int> run_finetune(Context& context, FinetuneCommand& finetune_command) {
  const auto on_ranks = [&](const DataParallel& parallel) -> Result<int> {
    const auto backend = resolve_finetune(context, finetune_command);
    SCRIBE_TRY(parallel.agree(backend.ok() ? Status() : backend.error(), "their options"));
    finetune_command.options.parallel = parallel;
    SCRIBE_TRY_ASSIGN(
        const TrainSummary summary,
        finetune(context.env, context.stop, *backend.value(), finetune_command.options));
    if (parallel.is_first())
      print_summary(summary, finetune_command.options.out, finetune_command.flags.json);
    return kExitDone;
  };
  return run_with_ranks(context.env, finetune_command.flags.ranks, finetune_command.flags.threads,
                        finetune_command.flags.device, on_ranks);
}

}  // namespace

void add_finetune_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "finetune",
      "Fine-tune a checkpoint on prompts and completions. The same command again continues a run "
      "that was stopped");
  set_example(command, "scribe finetune --init codex --data solved.jsonl --out codex-s --epochs 2");
  const auto finetune_command = std::make_shared<FinetuneCommand>();
  FinetuneOptions& options = finetune_command->options;
  command.add_option("--init", options.init, "Checkpoint to start from")->required();
  command
      .add_option("--data", options.data,
                  "JSON Lines files (.gz too) with prompt and completion, or with prompt and "
                  "canonical_solution as HumanEval has")
      ->required();
  command.add_option("--out", options.out, "The run's folder")->required();
  CLI::Option* const steps =
      command.add_option("--steps", options.steps, "Length of the run in steps")
          ->check(CLI::PositiveNumber);
  command.add_option("--epochs", options.epochs, "Length in passes over the examples [default: 2]")
      ->check(CLI::PositiveNumber)
      ->excludes(steps);
  command.add_option("--learning-rate", options.learning_rate,
                     "Peak of the schedule [default: a tenth of the one in --init's run.toml]");
  command
      .add_option("--validation-share", options.validation_share,
                  "Share of the prompts held out to measure the loss")
      ->capture_default_str();
  add_optimizer_options(command, finetune_command->flags, options.optimizer);
  add_run_options(command, finetune_command->flags, options.batch, options.cadence, options.seed);
  command.callback([&context, finetune_command] {
    context.action = [&context, finetune_command] {
      return run_finetune(context, *finetune_command);
    };
  });
}

}  // namespace scribe::cli
