// Shapes with names: the paper's eight sizes, and one for a quick look.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace scribe {

/// Layers, width and heads. The paper gives only the numbers of parameters (Chen et al. 2021, table
/// 1); from 85M on the shapes are GPT-3's of that size (Brown et al. 2020, table 2.1), below they
/// are chosen so that 12 layers width^2 is that number.
struct ModelPreset {
  std::string_view name;
  std::int32_t layers;
  std::int32_t width;
  std::int32_t heads;
  double learning_rate;  ///< GPT-3's peak for that size
};

/// From the smallest to the largest.
std::span<const ModelPreset> model_presets();

/// Errors: invalid_argument naming the choices.
Result<ModelPreset> preset_named(std::string_view name);

}  // namespace scribe
