// What a run needs besides the weights to go on as if it had never stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "backend/backend.h"
#include "base/env.h"
#include "base/json.h"
#include "model/parameters.h"

namespace scribe {

/// The numbers of scribe_state.safetensors; the tensors are the optimizer's two moments.
struct TrainingState {
  std::int64_t step = 0;      ///< updates made
  std::int64_t tokens = 0;    ///< targets whose loss counted so far
  std::int64_t examples = 0;  ///< data cursor: examples (windows) taken so far
  std::uint64_t seed = 0;
  double loss_average = 0;     ///< exponential moving average, shown in progress
  double last_loss = 0;        ///< of the last step
  double validation_loss = 0;  ///< the last one measured, if has_validation
  bool has_validation = false;
  bool done = false;
  Json options;  ///< the run's resolved options, compared on resuming
};

/// AdamW's moving averages: of the gradient, and of its square.
enum class Moment { m, v };

/// The moments of all parameters, tensor by tensor, wherever they lie: other processes may hold
/// parts of them. Files are written and read in the order of the layout, all of m before v.
struct MomentAccess {
  /// The tensor's values on the host; they stay until the next call.
  std::function<Result<std::span<const float>>(Moment, const ParameterInfo&)> read;
  std::function<Status(Moment, const ParameterInfo&, std::span<const float>)> write;
};

/// Of moments that lie in this process; all must outlive the access.
MomentAccess moments_in(Backend& backend, Parameters& m, Parameters& v);

/// What a step changes: written and read together.
struct TrainingTensors {
  Parameters& parameters;
  MomentAccess moments;
};

/// Replaces the model and the state in `directory` so that a kill at any point leaves a pair that
/// loads: model.safetensors.next is written, then scribe_state.safetensors replaces the old state
/// (the moment of commitment), then the model is renamed into place. model.safetensors alone is at
/// every moment whole, so that readers need no lock. Format: docs/formats/checkpoint.md.
Status save_training_state(Env& env, const std::string& directory, Backend& backend,
                           const TrainingState& state, const TrainingTensors& tensors);

/// Is there a state to resume from?
bool has_training_state(Env& env, const std::string& directory);

/// Only the numbers, with no tensor read: whether a run is done, which options it had.
Result<TrainingState> read_training_numbers(Env& env, const std::string& directory);

/// Does the second rename of a swap that was killed between its two; nothing if there is none to
/// do. Errors: invalid_data if the model is of another step than the state and no next one is
/// there.
Status finish_interrupted_swap(Env& env, const std::string& directory);

/// Finishes an interrupted swap, then reads everything.
/// Errors: not_found, io, invalid_data (corrupt, or a model of another step than the state's).
Result<TrainingState> load_training_state(Env& env, const std::string& directory, Backend& backend,
                                          const TrainingTensors& tensors);

}  // namespace scribe
