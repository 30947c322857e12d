// Forward and backward over a batch of token windows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "model/parameters.h"

namespace scribe {

/// A batch of B windows of T tokens, row-major. targets[i] is the token that should follow
/// tokens[i], or -1 where the loss does not count. first[b] is the first real token of window b
/// (left padding: positions count from there); empty means no padding. A target that counts must
/// stand at a position within the context; where none does, a window may reach past it.
///
/// document_rows are rows (b T + t, ascending) at which a document begins besides the first of each
/// window: positions count anew from there, and attention sees nothing before it. Empty: a window
/// is one sequence. Not together with `first`.
struct TokenBatch {
  std::int64_t batch = 0;
  std::int64_t time = 0;
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> targets;
  std::vector<std::int32_t> first;
  std::vector<std::int64_t> document_rows = {};
};

/// What the backward pass computes again instead of keeping it (Chen et al. 2016; Korthikanti et
/// al. 2022). It changes no bit. What norms and activations give is always computed again: it costs
/// a hundredth of the time and is almost half of the memory.
enum class Recompute {
  none,       ///< kept per token and block: 10 widths (of GPT-2's shape)
  attention,  ///< q, k, v and what attention gives: 6 widths
  block,      ///< all but the block's output: 1 width
};

/// "none", "attention", "block". Errors: invalid_argument naming the choices.
Result<Recompute> recompute_named(std::string_view name);

/// Floats that a TrainingPass allocates for `rows` rows, those of the rotary table left out.
std::int64_t activation_floats(const ModelConfig& config, std::int64_t rows, Recompute recompute);

/// Holds the activations of up to `rows_max` = B*T tokens, allocated once.
class TrainingPass {
 public:
  TrainingPass(Backend& backend, const ModelConfig& config, std::int64_t rows_max,
               Recompute recompute = Recompute::none);
  ~TrainingPass();
  TrainingPass(const TrainingPass&) = delete;
  TrainingPass& operator=(const TrainingPass&) = delete;

  /// Sum of the losses (nats) over the targets that count; no gradients.
  double loss(const Parameters& parameters, const TokenBatch& batch);
  /// Told the number of a layer when its matrices' gradients, and those of the layers above it, are
  /// what they will be after the pass. Embeddings, norms and biases are so only at its end.
  using LayerDone = std::function<void(std::int32_t layer)>;
  /// The same, and gradients += the gradient of gradient_scale * that sum.
  double loss_and_gradients(const Parameters& parameters, const TokenBatch& batch,
                            float gradient_scale, const ParameterViews& gradients,
                            const LayerDone& layer_done = {});
  /// Logits of every position, row-major (B*T, V), on the host: for tests and goldens.
  std::vector<float> logits(const Parameters& parameters, const TokenBatch& batch);

 private:
  struct Activations;
  void forward(const Parameters& parameters, const TokenBatch& batch);
  double head(const Parameters& parameters, const TokenBatch& batch, float gradient_scale,
              const ParameterViews* gradients);
  void backward(const Parameters& parameters, const TokenBatch& batch,
                const ParameterViews& gradients, const LayerDone& layer_done);

  Backend& backend_;
  ModelConfig config_;
  Recompute recompute_;
  std::unique_ptr<Activations> activations_;
};

}  // namespace scribe
