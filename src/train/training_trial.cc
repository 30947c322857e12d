// Steps of a made-up training, timed.
#include "train/training_trial.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/machine.h"

namespace scribe {
namespace {

constexpr std::int64_t kWindowsMax = 65536;
constexpr int kStepsMin = 2;  // The first one touches the memory.

template <typename Body>
double seconds_of(double& fastest, Body body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fastest = fastest == 0 ? seconds.count() : std::min(fastest, seconds.count());
  return seconds.count();
}

TokenBatch spread_tokens(const ModelConfig& model, std::int64_t windows) {
  TokenBatch batch;
  batch.batch = windows;
  batch.time = model.context;
  for (std::int64_t row = 0; row < windows * model.context; ++row)
    batch.tokens.push_back(static_cast<std::int32_t>(row * 7919 % model.vocabulary_size));
  batch.targets = batch.tokens;
  return batch;
}

}  // namespace

TrainingTrial::TrainingTrial(Backend& backend, const ModelConfig& model, std::int64_t windows,
                             Recompute recompute, WeightStorage storage)
    : backend_(backend),
      batch_(spread_tokens(model, windows)),
      parameters_(backend, model, storage),
      gradients_(backend, model),
      m_(backend, model),
      v_(backend, model),
      pass_(backend, model, windows * model.context, recompute) {}

double TrainingTrial::run_micro_batch() {
  return seconds_of(micro_batch_seconds_,
                    [&] { pass_.loss_and_gradients(parameters_, batch_, 1e-3F, gradients_); });
}

double TrainingTrial::run_update() {
  return seconds_of(update_seconds_, [&] {
    const double norm = std::sqrt(backend_.sum_of_squares(gradients_.all()));
    const AdamWStep step{.learning_rate = 1e-4, .gradient_scale = norm > 1 ? 1 / norm : 1};
    if (parameters_.storage() == WeightStorage::bf16) {
      backend_.adamw(parameters_.decaying_bf16(), gradients_.decaying(), m_.decaying(),
                     v_.decaying(), step, {});
      backend_.adamw(parameters_.not_decaying(), gradients_.not_decaying(), m_.not_decaying(),
                     v_.not_decaying(), step);
    } else {
      backend_.adamw(parameters_.all(), gradients_.all(), m_.all(), v_.all(), step);
    }
    backend_.fill(gradients_.all(), 0);
  });
}

Result<TrainingSpeed> measure_training(Backend& backend, const ModelConfig& model,
                                       std::int64_t windows, Recompute recompute,
                                       WeightStorage storage, double seconds) {
  SCRIBE_TRY(validate(model));
  if (windows < 1 || windows > kWindowsMax)
    return error(ErrorCode::invalid_argument, "batch of {} windows, expected 1 to {}", windows,
                 kWindowsMax);
  TrainingTrial trial(backend, model, windows, recompute, storage);
  initialize(backend, trial.parameters(), 1);
  double fastest = 0;
  double sum = 0;
  for (int step = 0; step < kStepsMin || sum < seconds; ++step) {
    const double taken = trial.run_micro_batch() + trial.run_update();
    fastest = step == 0 ? taken : std::min(fastest, taken);
    sum += taken;
  }
  TrainingSpeed speed;
  speed.tokens_per_second = static_cast<double>(windows * model.context) / fastest;
  speed.flop_per_second = speed.tokens_per_second * training_flop_per_token(model, model.context);
  speed.peak_flop_per_second = backend.peak_flop_per_second();
  speed.resident_bytes_max = resident_bytes_max();
  return speed;
}

}  // namespace scribe
