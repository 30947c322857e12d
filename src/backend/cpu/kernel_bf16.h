// Packing of floats as pairs of bf16, and the multiply-add of pairs.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "backend/cpu/kernels.h"

namespace scribe {
namespace {

/// A packed number holds two neighbours of the depth.
struct Bf16Unit {
  using Element = float;
  static constexpr std::int64_t kDepthStep = 2;
  /// sum + a_low b_low + a_high b_high.
  static Vector multiply_add(Vector a, Vector b, Vector sum) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
};

/// first[0 .. 15] and then second[0 .. 15], rounded.
inline __m512i rounded(Vector first, Vector second) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
}

// Sixteen or fewer of low, the rest zero, and as many of high, or zeros where it is null.
inline __m512i load_both(const float* low, const float* high, std::int64_t count) {
  return rounded(Simd::load_some(low, count),
                 high == nullptr ? Simd::zero() : Simd::load_some(high, count));
}
inline __m512i load_both(const std::uint16_t* low, const std::uint16_t* high, std::int64_t count) {
  const __mmask16 mask = Simd::mask(count);
  const __m256i second =
      high == nullptr ? _mm256_setzero_si256() : _mm256_maskz_loadu_epi16(mask, high);
  return _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_maskz_loadu_epi16(mask, low)), second, 1);
}

/// Lane by lane a pair of the first and of the second half.
inline Vector pairs_of(__m512i both) {
  constexpr int kSecond = 16 << 16;
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i order = _mm512_or_si512(
      lanes, _mm512_add_epi32(_mm512_slli_epi32(lanes, 16), _mm512_set1_epi32(kSecond)));
  return _mm512_castsi512_ps(_mm512_permutexvar_epi16(order, both));
}

// Pairs of a lane that are rounded before they are transposed: what all lanes of a panel have of
// them stays in the first-level cache.
constexpr std::int64_t kStagedPairs = 64;

// out[p] = the pair of values[2p] and values[2p + 1], the last one's missing half zero.
inline void round_pairs(const float* values, std::int64_t count, float* out) {
  for (std::int64_t i = 0; i < count; i += 2 * Simd::kWidth) {
    const std::int64_t left = count - i;
    const Vector first =
        left >= Simd::kWidth ? Simd::load(values + i) : Simd::load_some(values + i, left);
    const Vector second = left >= 2 * Simd::kWidth ? Simd::load(values + i + Simd::kWidth)
                          : left > Simd::kWidth
                              ? Simd::load_some(values + i + Simd::kWidth, left - Simd::kWidth)
                              : Simd::zero();
    Simd::store(out + i / 2, _mm512_castsi512_ps(rounded(first, second)));
  }
}
inline void round_pairs(const std::uint16_t* values, std::int64_t count, float* out) {
  out[(count - 1) / 2] = 0;
  __builtin_memcpy(out, values, static_cast<std::size_t>(count) * sizeof(std::uint16_t));
}

/// Fills one panel whose lanes are contiguous along the depth.
template <std::int64_t kTile, typename Source>
void pack_pairs_transposed(const Source* source, std::int64_t lane_stride, std::int64_t lanes,
                           std::int64_t depth, float* panel) {
  alignas(64) float staged[static_cast<std::size_t>(kTile * kStagedPairs)];
  for (std::int64_t k = 0; k < depth; k += 2 * kStagedPairs) {
    const std::int64_t piece = depth - k < 2 * kStagedPairs ? depth - k : 2 * kStagedPairs;
    for (std::int64_t i = 0; i < lanes; ++i)
      round_pairs(source + i * lane_stride + k, piece, staged + i * kStagedPairs);
    pack_transposed<kTile>(staged, kStagedPairs, lanes, (piece + 1) / 2, panel + k / 2 * kTile);
  }
}

/// The pairs of one depth and `lanes` of kTile lanes; those that lack are zero.
template <std::int64_t kTile, typename Source>
inline void pack_pairs_of_lanes(const Source* low, const Source* high, std::int64_t lanes,
                                float* to) {
  for (std::int64_t i = 0; i < kTile; i += Simd::kWidth) {
    const std::int64_t room = kTile - i < Simd::kWidth ? kTile - i : Simd::kWidth;
    const std::int64_t here = lanes - i < 0 ? 0 : lanes - i < room ? lanes - i : room;
    const Source* const second = high == nullptr ? nullptr : high + i;
    Simd::store_some(to + i, pairs_of(load_both(low + i, second, here)), room);
  }
}

/// ProductKernels::pack_a and pack_b.
template <std::int64_t kTile, typename Source>
void pack_pairs(const Source* source, std::int64_t lane_stride, std::int64_t depth_stride,
                std::int64_t lanes, std::int64_t depth, float* panels, std::int64_t panel_stride) {
  const std::int64_t pairs = (depth + 1) / 2;
  if (lane_stride == 1) {
    for (std::int64_t p = 0; p < pairs; ++p) {
      const Source* const low = source + 2 * p * depth_stride;
      const Source* const high = 2 * p + 1 < depth ? low + depth_stride : nullptr;
      float* to = panels + p * kTile;
      for (std::int64_t i = 0; i < lanes; i += kTile, to += panel_stride)
        pack_pairs_of_lanes<kTile>(low + i, high == nullptr ? nullptr : high + i, lanes - i, to);
    }
    return;
  }
  for (std::int64_t i = 0; i < lanes; i += kTile, panels += panel_stride) {
    const std::int64_t here = lanes - i < kTile ? lanes - i : kTile;
    if (here < kTile)
      for (std::int64_t j = 0; j < pairs * kTile; ++j) panels[j] = 0;
    pack_pairs_transposed<kTile>(source + i * lane_stride, lane_stride, here, depth, panels);
  }
}

constexpr ProductKernels kBf16Kernels = {
    .tile_rows = Simd::kTileRows,
    .tile_cols = kTileCols,
    .depth_block = Bf16Unit::kDepthStep,
    .packed_block = 1,
    .pack_a = pack_pairs<Simd::kTileRows, float>,
    .pack_b = pack_pairs<kTileCols, float>,
    .pack_b_bf16 = pack_pairs<kTileCols, std::uint16_t>,
    .multiply = multiply<Bf16Unit>,
    .multiply_in_registers = multiply_in_registers<Bf16Unit>,
};

}  // namespace
}  // namespace scribe
