// bf16: the first 16 bits of a float, by rounding to the nearest or at random.
#pragma once

#include <bit>
#include <cstdint>

namespace scribe {

constexpr float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// To the nearest, ties to even.
constexpr std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return static_cast<std::uint16_t>((bits >> 16) | 0x40U);  // NaN stays one
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

/// 16 random bits for element `index`: a mixer of 32-bit integers (Wellons 2018, "lowbias32").
constexpr std::uint32_t bf16_noise(std::uint32_t key, std::uint32_t index) {
  std::uint32_t x = index * 0x9E3779B9U + key;
  x = (x ^ (x >> 16)) * 0x7FEB352DU;
  x = (x ^ (x >> 15)) * 0x846CA68BU;
  return (x ^ (x >> 16)) & 0xFFFFU;
}

/// One of the two bf16 about `value`, the nearer the likelier (Gupta et al. 2015, section 3): 16
/// random bits are added to those that are cut off. What is not finite stays so.
constexpr std::uint16_t to_bf16_at_random(float value, std::uint32_t noise) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7F800000U) == 0x7F800000U) return to_bf16(value);
  return static_cast<std::uint16_t>((bits + noise) >> 16);
}

}  // namespace scribe
