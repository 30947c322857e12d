// Llama 3's scaling of rotations in GGUF: a tensor of factors that tells its parameters.
#pragma once

#include <vector>

#include "base/result.h"
#include "model/config.h"
#include "tensor/gguf.h"

namespace scribe {

/// The tensor that llama.cpp divides frequencies by, (rotary_size / 2) numbers as f32. It uses it
/// in the family llama only.
inline constexpr const char* kRotaryFactors = "rope_freqs.weight";

/// Does a file of this model have kRotaryFactors?
bool has_rotary_factors(const ModelConfig& config);

/// The factor of each pair: its frequency without scaling by the one with it. (rotary_size / 2).
std::vector<float> rotary_factors(const ModelConfig& config);

/// Sets rotary_factor and rotary_bands to what kRotaryFactors of `file` says: the largest factor is
/// rotary_factor, low is 1 and high 4 as in every published model, and `original_context` is as
/// given. Each factor of the file must be that of these parameters within kRotaryFactorError.
///
/// Errors: invalid_data for another shape; unsupported if the factors come of other parameters, or
/// of `config` having a scaling already. Requires a valid model that is rotated.
Status read_rotary_factors(const GgufFile& file, std::int32_t original_context,
                           ModelConfig& config);

/// Converters compute factors from frequencies in floats, which are off by some 1e-6 of themselves;
/// where the bands meet, a factor of up to 32 has 32 times that error.
inline constexpr double kRotaryFactorError = 1e-4;

}  // namespace scribe
