// `scribe train`: pre-trains a model, or continues one on other text.
#include "train/train.h"

#include <memory>

#include "cli/model_options.h"
#include "cli/training_options.h"

namespace scribe::cli {
namespace {

struct TrainCommand {
  TrainOptions options;
  TrainingFlags flags;
  ModelOptions model;
  std::string document_attention = "all";
  double learning_rate = 0;  ///< 0: the preset's, or that of OptimizerOptions
};

/// Completes the options; the backend that they name.
Result<std::unique_ptr<Backend>> resolve_train(Context& context, TrainCommand& train_command) {
  TrainOptions& options = train_command.options;
  SCRIBE_TRY_ASSIGN(options.model, resolve_model(train_command.model));
  SCRIBE_TRY_ASSIGN(const std::optional<ModelPreset> preset, preset_of(train_command.model));
  if (train_command.learning_rate > 0)
    options.optimizer.learning_rate = train_command.learning_rate;
  else if (preset)
    options.optimizer.learning_rate = preset->learning_rate;
  SCRIBE_TRY(resolve_flags(context.env, train_command.flags, options.optimizer, options.batch,
                           options.recompute, options.cadence));
  if (train_command.document_attention == "own")
    options.document_attention = DocumentAttention::own;
  if (options.ramp.start > 0 && train_command.flags.micro_batch == 0)
    options.batch.micro = options.ramp.start;
  return backend_of(train_command.flags);
}

Result<int> run_train(Context& context, TrainCommand& train_command) {
  const auto on_ranks = [&](const DataParallel& parallel) -> Result<int> {
    const auto backend = resolve_train(context, train_command);
    SCRIBE_TRY(parallel.agree(backend.ok() ? Status() : backend.error(), "their options"));
    train_command.options.parallel = parallel;
    SCRIBE_TRY_ASSIGN(const TrainSummary summary,
                      train(context.env, context.stop, *backend.value(), train_command.options));
    if (parallel.is_first())
      print_summary(summary, train_command.options.out, train_command.flags.json);
    return kExitDone;
  };
  return run_with_ranks(context.env, train_command.flags.ranks, train_command.flags.threads,
                        train_command.flags.device, on_ranks);
}

}  // namespace

void add_train_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "train",
      "Train a model on token files. The same command again continues a run that was stopped");
  set_example(
      command,
      "scribe train --data tokens --tokenizer tokenizer.json --out gpt \\\n"
      "    --layers 4 --width 256 --heads 4 --context 256 --tokens 5000000\n"
      "  scribe train --data code-tokens --init-from gpt --out codex --steps 2000\n"
      "  scribe train --data prose --data code --weights 0.3,0.7 --init-from gpt --out mixed "
      "--steps 2000");
  const auto train_command = std::make_shared<TrainCommand>();
  TrainOptions& options = train_command->options;
  command
      .add_option("--data", options.data,
                  "Folder of token files, made by `corpus tokenize`; given several times, a "
                  "mixture of them")
      ->required();
  command
      .add_option("--weights", options.weights,
                  "Shares of the --data folders in the windows, \"0.7,0.3\" [default: their sizes]")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command.add_option("--tokenizer", options.tokenizer,
                     "The tokenizer that made the tokens [default: that of --init-from]");
  command.add_option("--out", options.out, "The run's folder")->required();
  CLI::Option* const init =
      command.add_option("--init-from", options.init_from,
                         "Continue from this checkpoint's weights, with a fresh optimizer");
  for (CLI::Option* const of_model : add_model_options(command, train_command->model))
    of_model->excludes(init);
  CLI::Option* const steps =
      command.add_option("--steps", options.steps, "Length of the run in steps")
          ->check(CLI::PositiveNumber);
  command.add_option("--tokens", options.tokens, "Length of the run in tokens")
      ->check(CLI::PositiveNumber)
      ->excludes(steps);
  command
      .add_option("--learning-rate", train_command->learning_rate,
                  fmt::format("Peak of the schedule [default: the preset's, else {}]",
                              options.optimizer.learning_rate))
      ->check(CLI::PositiveNumber);
  add_optimizer_options(command, train_command->flags, options.optimizer);
  command
      .add_option("--validation-batches", options.validation_batches,
                  "Batches of a validation, of each --data folder; 0: none")
      ->capture_default_str();
  CLI::Option* const start = command.add_option(
      "--batch-start", options.ramp.start,
      "Sequences of the first step, rising to --batch-size over --batch-ramp-tokens; the default "
      "of --micro-batch is then this");
  command
      .add_option("--batch-ramp-tokens", options.ramp.tokens,
                  "The batch rises linearly over so many tokens, as GPT-3's did")
      ->check(CLI::PositiveNumber)
      ->needs(start);
  CLI::Option* const fim =
      command
          .add_option("--fim-rate", options.fim.rate,
                      "Share of documents whose middle is to be filled in; needs a tokenizer with "
                      "FIM tokens (`tokenizer train --fim`)")
          ->capture_default_str();
  command
      .add_option("--fim-spm-rate", options.fim.spm_rate,
                  "Of these, the share with the suffix before the prefix")
      ->capture_default_str()
      ->needs(fim);
  command
      .add_option("--document-attention", train_command->document_attention,
                  "What the tokens of a window see: all before them, or of their own document "
                  "alone, with positions that start anew")
      ->check(CLI::IsMember({"all", "own"}))
      ->capture_default_str();
  add_run_options(command, train_command->flags, options.batch, options.cadence, options.seed);
  command.callback([&context, train_command] {
    context.action = [&context, train_command] { return run_train(context, *train_command); };
  });
}

}  // namespace scribe::cli
