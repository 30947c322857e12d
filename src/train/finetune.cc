// Supervised fine-tuning: a checkpoint learns completions of prompts.
#include "train/finetune.h"

#include <cmath>

#include "checkpoint/checkpoint.h"
#include "train/examples.h"
#include "train/run_directory.h"
#include "train/run_options.h"

namespace scribe {
namespace {

/// Codex section 4.4.
constexpr double kRateRatio = 0.1;
constexpr double kEpochsMax = 1e6;

Status check_options(const FinetuneOptions& options) {
  SCRIBE_TRY(validate(options.batch));
  if (options.out.empty()) return error(ErrorCode::invalid_argument, "no output directory");
  if (options.data.empty()) return error(ErrorCode::invalid_argument, "no file of examples");
  if ((options.steps > 0) == (options.epochs > 0) || options.steps < 0 ||
      !(options.epochs >= 0 && options.epochs <= kEpochsMax))
    return error(ErrorCode::invalid_argument,
                 "steps is {} and epochs is {}: exactly one of them must be positive",
                 options.steps, options.epochs);
  if (!(options.validation_share >= 0 && options.validation_share < 1))
    return error(ErrorCode::invalid_argument,
                 "validation share is {}, expected at least 0 and less than 1",
                 options.validation_share);
  return {};
}

Result<double> resolve_rate(Env& env, const FinetuneOptions& options) {
  if (options.learning_rate) return *options.learning_rate;
  SCRIBE_TRY_ASSIGN(const std::optional<double> rate,
                    read_run_number(env, options.init, "learning_rate"));
  if (rate) return *rate * kRateRatio;
  return error(ErrorCode::invalid_argument,
               "'{}' has no run.toml with the learning rate it was trained with; give "
               "--learning-rate (a tenth of that rate is usual)",
               options.init);
}

std::int64_t resolve_steps(const FinetuneOptions& options, const ExampleSet& examples) {
  if (options.steps > 0) return options.steps;
  const double total = options.epochs * static_cast<double>(examples.training.size());
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::ceil(total / static_cast<double>(options.batch.examples))));
}

Result<Json> describe(Env& env, const FinetuneOptions& options, const OptimizerOptions& optimizer,
                      const LearningRateSchedule& schedule, const ModelConfig& config,
                      const ExampleSet& examples, std::string_view backend) {
  Json json{{"command", "finetune"}};
  add_model_options(json, config);
  add_batch_options(json, options.batch);
  add_optimizer_options(json, optimizer, schedule);
  json["seed"] = options.seed;
  json["device"] = backend;
  json["examples"] = examples.training.size();
  json["validation_examples"] = examples.validation.size();
  json["data_fingerprint"] = fingerprint_text(examples.fingerprint);
  json["validate_every"] = options.cadence.validate_every;
  SCRIBE_TRY_ASSIGN(json["init_from"], file_fingerprint(env, options.init + "/model.safetensors"));
  return json;
}

/// What a run needs that is read or made before it.
struct Prepared {
  Checkpoint checkpoint;
  ExampleSet examples;
  OptimizerOptions optimizer;
  std::int64_t steps = 0;
  Json described;
};

Result<Prepared> prepare(Env& env, const FinetuneOptions& options, Backend& backend) {
  SCRIBE_TRY(check_options(options));
  SCRIBE_TRY_ASSIGN(Checkpoint checkpoint,
                    load_checkpoint(env, options.init, backend, options.optimizer.storage));
  SCRIBE_TRY_ASSIGN(ExampleSet examples,
                    load_examples(env, options.data, checkpoint.tokenizer,
                                  {.context = checkpoint.config.context,
                                   .validation_share = options.validation_share}));
  OptimizerOptions optimizer = options.optimizer;
  SCRIBE_TRY_ASSIGN(optimizer.learning_rate, resolve_rate(env, options));
  const std::int64_t steps = resolve_steps(options, examples);
  SCRIBE_TRY_ASSIGN(const LearningRateSchedule schedule, resolve_schedule(optimizer, steps));
  SCRIBE_TRY_ASSIGN(Json described, describe(env, options, optimizer, schedule, checkpoint.config,
                                             examples, backend.name()));
  return Prepared{std::move(checkpoint), std::move(examples), optimizer, steps,
                  std::move(described)};
}

}  // namespace

Result<TrainSummary> finetune(Env& env, StopToken& stop, Backend& backend,
                              const FinetuneOptions& options) {
  Result<Prepared> prepared = prepare(env, options, backend);
  SCRIBE_TRY(options.parallel.agree(prepared.ok() ? Status() : prepared.error(), "their inputs"));
  Prepared& made = prepared.value();
  const ExampleSet& examples = made.examples;
  ExampleBatches source(examples.training, options.batch, options.seed);
  std::vector<ValidationSet> validation;
  if (!examples.validation.empty())
    validation.push_back(
        {.name = "", .batches = batches_of_examples(examples.validation, options.batch.micro)});
  TrainingRun run{.out = options.out,
                  .label = "finetune",
                  .parameters = made.checkpoint.parameters,
                  .tokenizer = made.checkpoint.tokenizer,
                  .tokenizer_path = options.init + "/tokenizer.json",
                  .source = source,
                  .batch = options.batch,
                  .validation = std::move(validation),
                  .steps = made.steps,
                  .optimizer = made.optimizer,
                  .recompute = options.recompute,
                  .cadence = options.cadence,
                  .seed = options.seed,
                  .options = made.described,
                  .parallel = options.parallel};
  SCRIBE_TRY_ASSIGN(TrainSummary summary, run_training(env, stop, backend, run));
  summary.examples = std::ssize(examples.training);
  summary.skipped_examples = examples.skipped;
  return summary;
}

}  // namespace scribe
