// The options of the training loop: checked and resolved; its summary as JSON.
#include <algorithm>
#include <cmath>

#include "train/loop.h"

namespace scribe {
namespace {

/// Codex section 3.2.
constexpr std::int64_t kWarmupSteps = 175;

Status check_option(std::string_view name, double value, bool valid, std::string_view expected) {
  if (valid) return {};
  return error(ErrorCode::invalid_argument, "{} is {}, expected {}", name, value, expected);
}

}  // namespace

Status validate(const OptimizerOptions& options) {
  const auto fraction = [](double value) { return value >= 0 && value < 1; };
  const auto not_negative = [](double value) { return value >= 0 && std::isfinite(value); };
  SCRIBE_TRY(check_option("learning rate", options.learning_rate,
                          options.learning_rate > 0 && std::isfinite(options.learning_rate),
                          "more than 0"));
  SCRIBE_TRY(check_option("minimum ratio", options.min_ratio,
                          options.min_ratio >= 0 && options.min_ratio <= 1, "0 to 1"));
  SCRIBE_TRY(check_option("beta1", options.beta1, fraction(options.beta1), "0 to less than 1"));
  SCRIBE_TRY(check_option("beta2", options.beta2, fraction(options.beta2), "0 to less than 1"));
  SCRIBE_TRY(check_option("epsilon", options.epsilon,
                          options.epsilon > 0 && std::isfinite(options.epsilon), "more than 0"));
  SCRIBE_TRY(check_option("weight decay", options.weight_decay, not_negative(options.weight_decay),
                          "0 or more"));
  SCRIBE_TRY(check_option("clip", options.clip, not_negative(options.clip), "0 or more"));
  return {};
}

Status validate(const CadenceOptions& cadence, bool has_validation) {
  if (cadence.keep_last < 0)
    return error(ErrorCode::invalid_argument, "--keep-last is {}, expected 0 or more",
                 cadence.keep_last);
  if (cadence.keep_last > 0 && cadence.checkpoint_every_steps <= 0)
    return error(ErrorCode::invalid_argument,
                 "--keep-last keeps saves by steps; give --checkpoint-every-steps as well");
  if (cadence.keep_best && !has_validation)
    return error(ErrorCode::invalid_argument,
                 "--keep-best needs a validation loss, and this run has nothing to validate on: "
                 "give --validation-batches (train) or --validation-share (finetune)");
  return {};
}

Result<LearningRateSchedule> resolve_schedule(const OptimizerOptions& options, std::int64_t steps) {
  SCRIBE_TRY(validate(options));
  if (steps < 1)
    return error(ErrorCode::invalid_argument, "steps is {}, expected 1 or more", steps);
  const std::int64_t warmup = options.warmup_steps.value_or(std::min(kWarmupSteps, steps / 10));
  if (warmup < 0 || warmup > steps)
    return error(ErrorCode::invalid_argument, "warm-up is {} steps, expected 0 to {} (all steps)",
                 warmup, steps);
  return LearningRateSchedule{.shape = options.schedule,
                              .peak = options.learning_rate,
                              .min_ratio = options.min_ratio,
                              .warmup_steps = warmup,
                              .steps = steps};
}

Json to_json(const TrainSummary& summary) {
  Json json{{"steps", summary.steps},
            {"tokens", summary.tokens},
            {"parameters", summary.parameters},
            {"final_train_loss", summary.final_train_loss},
            {"validation_loss", nullptr},
            {"seconds", summary.seconds},
            {"tokens_per_second", summary.tokens_per_second},
            {"already_done", summary.already_done},
            {"examples", summary.examples},
            {"skipped_examples", summary.skipped_examples}};
  if (summary.validation_loss) json["validation_loss"] = *summary.validation_loss;
  return json;
}

}  // namespace scribe
