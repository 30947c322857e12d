// The options that `scribe train` and `scribe finetune` share.
#include "cli/training_options.h"

#include <fmt/format.h>

#include "base/progress.h"

namespace scribe::cli {

namespace {

void add_watch_options(CLI::App& command, WatchFlags& watch) {
  CLI::Option* const every =
      command
          .add_option("--sample-every", watch.every,
                      "After so many steps complete fixed prompts into OUT/samples_log.jsonl")
          ->check(CLI::PositiveNumber);
  command
      .add_option("--sample-prompts", watch.prompts,
                  "JSON Lines with prompt [default: \"def \" and others]")
      ->needs(every);
  command.add_option("--sample-tokens", watch.tokens, "New tokens per completion, at most")
      ->capture_default_str()
      ->needs(every);
  command
      .add_option("--sample-temperature", watch.temperature,
                  "0: the most likely tokens; else always the same random numbers")
      ->capture_default_str()
      ->needs(every);
}

}  // namespace

void add_optimizer_options(CLI::App& command, TrainingFlags& flags, OptimizerOptions& optimizer) {
  command.add_option("--schedule", flags.schedule, "After warm-up: cosine, linear or constant")
      ->capture_default_str();
  command
      .add_option("--min-ratio", optimizer.min_ratio,
                  "The last step's learning rate as a share of the peak")
      ->capture_default_str();
  command.add_option("--warmup-steps", optimizer.warmup_steps,
                     "Steps of linear warm-up [default: 175, at most a tenth of the steps]");
  command.add_option("--weight-decay", optimizer.weight_decay, "Of matrices only")
      ->capture_default_str();
  command.add_option("--beta1", optimizer.beta1, "AdamW")->capture_default_str();
  command.add_option("--beta2", optimizer.beta2, "AdamW")->capture_default_str();
  command
      .add_option(
          "--parameters", flags.parameters,
          "How matrices are kept in memory: f32, or bf16, which needs half of it and rounds "
          "each update at random, up or down")
      ->capture_default_str();
  command.add_option("--clip", optimizer.clip, "Largest norm of the gradient; 0: no clipping")
      ->capture_default_str();
}

void add_run_options(CLI::App& command, TrainingFlags& flags, BatchSize& batch,
                     CadenceOptions& cadence, std::uint64_t& seed) {
  command.add_option("--batch-size", batch.examples, "Sequences per step")->capture_default_str();
  command.add_option("--micro-batch", flags.micro_batch,
                     "Sequences computed at once; fewer need less memory [default: all of a step]");
  command
      .add_option("--recompute", flags.recompute,
                  "What the backward pass computes again instead of keeping it: none, attention "
                  "(needs less memory) or block (needs least). The result is the same")
      ->capture_default_str();
  command.add_option("--validate-every", cadence.validate_every, "Steps; 0: only at the end")
      ->capture_default_str();
  command
      .add_option("--checkpoint-every-steps", cadence.checkpoint_every_steps,
                  "Save after so many steps; 0: by time only")
      ->capture_default_str();
  command
      .add_option("--checkpoint-every-seconds", cadence.checkpoint_every_seconds,
                  "Save after so many seconds; 0: by steps only")
      ->capture_default_str();
  command
      .add_option("--keep-last", cadence.keep_last,
                  "Keep the models of so many last saves by steps in OUT/checkpoints/step-N")
      ->capture_default_str();
  command.add_flag("--keep-best", cadence.keep_best,
                   "Keep the model with the lowest validation loss in OUT/best");
  add_watch_options(command, flags.watch);
  command.add_option("--seed", seed, "Same seed, same model, at any number of threads")
      ->capture_default_str();
  add_device_option(command, flags.device);
  command.add_option("--threads", flags.threads, "0: one per core")->capture_default_str();
  command
      .add_option(
          "--zero", flags.ranks.zero,
          "What ranks (`mpirun -n N scribe ...`) share: 0: nothing, each holds all; 1: each "
          "holds its part of the optimizer's moments, with the same result; 2: of the "
          "layers' gradients too, added up in every micro-batch")
      ->check(CLI::Range(0, 2))
      ->capture_default_str();
  command
      .add_option("--rank-wait", flags.ranks.wait_seconds,
                  "Seconds without news after which a rank gives up on the others")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_flag("--tensorboard", cadence.tensorboard,
                   "Write event files to OUT/tensorboard as well, for `tensorboard --logdir OUT`");
  command.add_flag("--quiet", cadence.quiet, "Show no progress");
  command.add_flag("--json", flags.json, "Print the summary as JSON");
}

Status resolve_flags(Env& env, const TrainingFlags& flags, OptimizerOptions& optimizer,
                     BatchSize& batch, Recompute& recompute, CadenceOptions& cadence) {
  SCRIBE_TRY_ASSIGN(recompute, recompute_named(flags.recompute));
  SCRIBE_TRY_ASSIGN(optimizer.schedule, schedule_shape_named(flags.schedule));
  SCRIBE_TRY_ASSIGN(optimizer.storage, weight_storage_named(flags.parameters));
  batch.micro = flags.micro_batch == 0 ? batch.examples : flags.micro_batch;
  if (flags.watch.every > 0) {
    SCRIBE_TRY_ASSIGN(cadence.samples, watched_samples(env, flags.watch, flags.threads));
  }
  return {};
}

Result<std::unique_ptr<Backend>> backend_of(const TrainingFlags& flags) {
  SCRIBE_TRY_ASSIGN(const DeviceChoice device, device_named(flags.device));
  return make_backend(device, flags.threads);
}

void print_summary(const TrainSummary& summary, const std::string& out, bool json) {
  if (json) {
    fmt::print("{}", to_json_pretty(to_json(summary)));
    return;
  }
  if (summary.skipped_examples > 0)
    fmt::print("{} of {} examples were longer than the context and skipped\n",
               summary.skipped_examples, summary.examples + summary.skipped_examples);
  const std::string validation =
      summary.validation_loss ? fmt::format(", validation {:.4f}", *summary.validation_loss) : "";
  fmt::print("{}: {} steps, {} tokens, loss {:.4f}{}\n", out, summary.steps,
             format_count(static_cast<double>(summary.tokens)), summary.final_train_loss,
             validation);
  if (summary.already_done)
    fmt::print("it was finished before: nothing to do\n");
  else
    fmt::print("{}, {} tokens/s\n", format_duration(summary.seconds),
               format_count(summary.tokens_per_second));
}

}  // namespace scribe::cli
