// A model in training on made-up tokens, to be measured.
#pragma once

#include <cstdint>

#include "backend/backend.h"
#include "model/training_pass.h"

namespace scribe {

/// Weights, gradients, two moments, activations, and one batch whose tokens are spread over the
/// table, as real ones are. Times are those of the fastest calls: what else runs only slows down.
class TrainingTrial {
 public:
  /// `windows` of the model's whole context are computed at once.
  TrainingTrial(Backend& backend, const ModelConfig& model, std::int64_t windows,
                Recompute recompute, WeightStorage storage = WeightStorage::f32);

  /// Forward and backward; returns the seconds that it took.
  double run_micro_batch();
  /// Clipping and AdamW, and gradients set to zero; returns the seconds that it took.
  double run_update();

  /// All zero at first, which takes as long as anything.
  Parameters& parameters() { return parameters_; }
  double micro_batch_seconds() const { return micro_batch_seconds_; }
  double update_seconds() const { return update_seconds_; }

 private:
  Backend& backend_;
  TokenBatch batch_;
  Parameters parameters_, gradients_, m_, v_;
  TrainingPass pass_;
  double micro_batch_seconds_ = 0;
  double update_seconds_ = 0;
};

struct TrainingSpeed {
  double tokens_per_second = 0;     ///< of the fastest step
  double flop_per_second = 0;       ///< the same in operations: training_flop_per_token()
  double peak_flop_per_second = 0;  ///< of the backend; 0: not known
  double resident_bytes_max = 0;    ///< of the whole process
};

/// Initializes a model and runs whole steps of `windows` windows (forward, backward, clipping,
/// AdamW) for `seconds`, two at least. Errors: invalid_argument (the model, the number of windows).
Result<TrainingSpeed> measure_training(Backend& backend, const ModelConfig& model,
                                       std::int64_t windows, Recompute recompute,
                                       WeightStorage storage, double seconds);

}  // namespace scribe
