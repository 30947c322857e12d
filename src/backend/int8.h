// The integers of WeightFormat::int8.
#pragma once

#include <cstdint>

// Included where instruction sets differ: no function bodies (see cpu/kernels.h).
namespace scribe {

/// Consecutive values of a row that share a scale.
inline constexpr std::int64_t kInt8Group = 256;
/// Below it, 127 / max might be infinite.
inline constexpr float kInt8Smallest = 1e-30F;

/// values are about scale * integers: scale = max |value| / 127, integers are the nearest to
/// value * (127 / max |value|), ties to even. All are 0 if every |value| is below kInt8Smallest.
/// The scale is NaN if a value is not finite, so that no damage stays unseen. Returns the scale.
float quantize_int8(const float* values, std::int64_t count, std::int8_t* integers);

}  // namespace scribe
