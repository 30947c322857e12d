// The arithmetic of drawing a token: the same bits with every instruction set, and on a GPU.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

// The anonymous namespace gives each file that includes this, compiled for its own instruction set,
// code of its own. Nothing may be fused or reordered: no target contracts products and sums.
namespace scribe {

/// A weight of 1 has this many fractional bits.
inline constexpr int kSamplerWeightBits = 40;
/// Of a row that a token is drawn from: 2^22 weights of 2^40 fit in 64 bits.
inline constexpr std::size_t kDrawVocabularyMax = std::size_t{1} << 22;
/// Sums of exponentials are of this many parts, which are added up in order, as each part's terms
/// are: part i has those of tokens i, i + 8, i + 16, ...
inline constexpr std::size_t kExponentialSumLanes = 8;

namespace {

constexpr float kLog2E = 1.44269504F;

/// 2^x for x <= 0 to 2e-7 of its value, besides x's own rounding; below -125 it is 2^-125. 2^0 is
/// exactly 1; NaN stays.
///
/// x = n + f with n whole and |f| <= 1/2, both exact; 2^f by the polynomial of degree 5 through
/// f = 0 with the smallest relative error (9.2e-8, by Remez's exchange). Written without branches
/// or library calls so that compilers vectorise it; the bits do not depend on whether they do.
constexpr float exp2_nonpositive(float x) {
  constexpr float kRoundingShift = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  x = x < -125.0F ? -125.0F : x;
  const float shifted = x + kRoundingShift;
  const float f = x - (shifted - kRoundingShift);
  float sum = 0x1.5bba14p-10F;
  sum = sum * f + 0x1.3cea88p-7F;
  sum = sum * f + 0x1.c6b752p-5F;
  sum = sum * f + 0x1.ebf9bcp-3F;
  sum = sum * f + 0x1.62e42ap-1F;
  sum = sum * f + 1.0F;
  // The low bits of `shifted` are n: moved to the exponent's place, they make 2^n.
  const std::uint32_t power = (std::bit_cast<std::uint32_t>(shifted) << 23) + 0x3F800000U;
  return sum * std::bit_cast<float>(power);
}

constexpr double kWeightShift = 0x1.0p52;  // adding it leaves the rounded integer in the low bits
constexpr std::uint64_t kWeightShiftBits = std::bit_cast<std::uint64_t>(kWeightShift);

/// token_weight() and kWeightShiftBits: a sum of them takes that off once.
constexpr std::uint64_t shifted_weight(float exponential) {
  constexpr double kScale = static_cast<double>(std::uint64_t{1} << kSamplerWeightBits);
  return std::bit_cast<std::uint64_t>(static_cast<double>(exponential) * kScale + kWeightShift);
}

/// round(exponential * 2^40) for 0 <= exponential <= 1.
constexpr std::uint64_t token_weight(float exponential) {
  return shifted_weight(exponential) - kWeightShiftBits;
}

/// The smallest integer that is not less, for 0 <= value < 2^63.
constexpr std::uint64_t rounded_up(double value) {
  const auto whole = static_cast<std::uint64_t>(value);
  return whole + (static_cast<double>(whole) < value ? 1 : 0);
}

/// What the nucleus weighs at least: top_p of the total, and something.
constexpr std::uint64_t nucleus_weight(double top_p, std::uint64_t total) {
  if (top_p >= 1) return total;
  const std::uint64_t share = rounded_up(top_p * static_cast<double>(total));
  return share < 1 ? 1 : share > total ? total : share;
}

/// The least weight that min_p, a share of the heaviest token's weight of 1, keeps.
constexpr std::uint64_t least_weight(double min_p) {
  return rounded_up(min_p * static_cast<double>(std::uint64_t{1} << kSamplerWeightBits));
}

/// A number in [0, total), in proportion to `bits` in [0, 2^64).
constexpr std::uint64_t scaled_bits(std::uint64_t bits, std::uint64_t total) {
  __extension__ using Product = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Product>(bits) * total) >> 64);
}

}  // namespace
}  // namespace scribe
