// How the numbers of a stored tensor are written, and the ways to and from floats.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace scribe {

enum class NumberFormat {
  f32,
  f16,   ///< IEEE 754 half precision
  bf16,  ///< the first 16 bits of a float
  q8_0,  ///< blocks of 32: an f16 scale d and 32 signed bytes q, each value is d q
};

/// "f32", "f16", "bf16", "q8_0".
std::string_view name_of(NumberFormat format);

/// Errors: invalid_argument if there is no such format.
Result<NumberFormat> number_format_named(std::string_view name);

/// Numbers that are stored together, and their bytes: 32 and 34 for q8_0, else 1 and its size.
std::int64_t block_size(NumberFormat format);
std::int64_t block_bytes(NumberFormat format);

/// Writes `values` into `out`, little-endian, rounded to the nearest (f16 and bf16: ties to even).
/// q8_0 takes d = max |value| / 127 of each block and q = value / d, so that with d rounded to f16
/// a value is off by at most 0.5625 d where d is at least 2^-14 (below, f16 has fewer bits).
/// Errors: limit_exceeded if a finite value is too large for the format, invalid_data if a value
/// is not finite and the format is q8_0. Requires whole blocks and out.size() to fit.
Status encode(std::span<const float> values, NumberFormat format, std::span<std::byte> out);

/// The values of `bytes`, exactly. Requires sizes that fit.
void decode(std::span<const std::byte> bytes, NumberFormat format, std::span<float> out);

}  // namespace scribe
