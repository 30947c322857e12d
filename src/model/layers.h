// A configuration's norm and activation, by the operations of a backend.
#pragma once

#include <span>

#include "backend/backend.h"
#include "model/config.h"

namespace scribe {

/// A norm's two vectors; RMSNorm has no bias.
struct NormViews {
  std::span<float> weight;
  std::span<float> bias;
};

/// What a norm keeps of each row; RMSNorm has no mean.
struct NormStatistics {
  std::span<float> mean;
  std::span<float> rstd;
};

/// out = norm(x). x, out (M, C).
void normalize(Backend& backend, const ModelConfig& config, ConstMatrix x, NormViews norm,
               Matrix out, NormStatistics statistics);
/// d_x +=, d_norm +=.
void normalize_backward(Backend& backend, const ModelConfig& config, ConstMatrix d_out,
                        ConstMatrix x, NormViews norm, NormStatistics statistics, Matrix d_x,
                        NormViews d_norm);

/// The norms of the heads of q and of k, (head_size) each.
struct HeadNormViews {
  std::span<float> queries;
  std::span<float> keys;
};

/// RMSNorm of each head of q and k: of `raw` (M, normed_width), which may be the first columns of
/// qkv (M, qkv_width), into those. rstd (M normed_heads), by heads.
void normalize_heads(Backend& backend, const ModelConfig& config, ConstMatrix raw,
                     HeadNormViews norms, Matrix qkv, std::span<float> rstd);
/// From the gradient of what that gave, in the first columns of d_qkv, to that of `raw`, in the
/// same place; d_norms +=. `room` has memory for as much as `raw`.
void normalize_heads_backward(Backend& backend, const ModelConfig& config, ConstMatrix raw,
                              HeadNormViews norms, std::span<const float> rstd, Matrix d_qkv,
                              Matrix room, HeadNormViews d_norms);

/// hidden (M, hidden_width), activated (M, inner), both without gaps. They may be the same memory
/// unless the network is gated.
void activate(Backend& backend, const ModelConfig& config, ConstMatrix hidden, Matrix activated);
/// From the gradient of `activated` in `d_activated`, that of `hidden` in `d_hidden`, which is the
/// same memory unless the network is gated.
void activate_backward(Backend& backend, const ModelConfig& config, ConstMatrix hidden,
                       Matrix d_activated, Matrix d_hidden);

}  // namespace scribe
