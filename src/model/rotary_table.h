// Cosines and sines of rotary position embedding, for every position of a model.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "model/config.h"

namespace scribe {

/// Radians per position of each pair of columns, with the scaling of `config`: (rotary_size / 2).
std::vector<double> rotary_frequencies(const ModelConfig& config);

/// Empty for models without rotation: apply() then does nothing.
class RotaryTable {
 public:
  RotaryTable(Backend& backend, const ModelConfig& config);

  /// Turns q and k in `qkv` (M, qkv_width), or gradients back; both are multiplied by the attention
  /// factor if the scaling is YaRN's, since that is part of the cosines and sines.
  void apply(std::span<const std::int32_t> positions, bool inverse, Matrix qkv) const;

 private:
  Backend& backend_;
  std::unique_ptr<Buffer> cosines_;
  std::unique_ptr<Buffer> sines_;
  Rotation rotation_;
};

}  // namespace scribe
