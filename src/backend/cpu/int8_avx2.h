// Products of signed bytes with AVX2, on top of simd_avx2.h.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace scribe {
namespace {

struct Int8 {
  using Vector = __m256i;
  // 3 x 16: six sums, two vectors of columns, a factor and its size, and what a product needs.
  static constexpr std::int64_t kTileRows = 3;
  static constexpr std::size_t kTileVectors = 2;
  static constexpr std::int32_t kOffset = 0;

  /// Four consecutive integers of a row in every lane, and their sizes: the only product of bytes
  /// is that of unsigned and signed ones.
  struct Factor {
    Vector integers;
    Vector sizes;
  };
  static Factor factor(const std::uint8_t* x) {
    std::int32_t four;
    __builtin_memcpy(&four, x, sizeof(four));
    const Vector integers = _mm256_set1_epi32(four);
    return {integers, _mm256_abs_epi8(integers)};
  }
  static Vector load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
  }
  /// Pairs sum to at most 2 * 127 * 127, which fits 16 bits.
  static Vector add_products(Factor a, Vector b, Vector sums) {
    const Vector pairs = _mm256_maddubs_epi16(a.sizes, _mm256_sign_epi8(b, a.integers));
    return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  static __m256 to_floats(Vector integers) { return _mm256_cvtepi32_ps(integers); }
  static bool all_finite(__m256 x) {
    // x - x is 0 for finite x, else NaN.
    return _mm256_movemask_ps(_mm256_cmp_ps(_mm256_sub_ps(x, x), x, _CMP_UNORD_Q)) == 0;
  }
  /// Rounds to nearest, ties to even; |x| is at most 127.
  static void store(std::uint8_t* to, __m256 x) {
    const Vector wide = _mm256_cvtps_epi32(x);
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packs_epi16(words, words));
  }
};

}  // namespace
}  // namespace scribe
