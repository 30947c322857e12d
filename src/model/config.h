// The shape of a GPT-2 family decoder.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace scribe {

/// Pre-LayerNorm decoder with learned positions, tanh GELU, d_ff = 4 width, tied output table
/// (Radford et al. 2019; Brown et al. 2020 section 2.1).
struct GptConfig {
  std::int32_t layers = 4;
  std::int32_t width = 256;
  std::int32_t heads = 4;
  std::int32_t vocabulary_size = 4096;
  std::int32_t context = 256;  ///< positions
  float layer_norm_epsilon = 1e-5F;

  std::int32_t head_size() const { return width / heads; }
  bool operator==(const GptConfig&) const = default;
};

/// Errors: invalid_argument naming the field: everything positive and within sane limits, width
/// divisible by heads, head size a multiple of 8.
Status validate(const GptConfig& config);

/// Total number of parameters, embeddings and biases included, the tied head once.
std::int64_t parameter_count(const GptConfig& config);

}  // namespace scribe
