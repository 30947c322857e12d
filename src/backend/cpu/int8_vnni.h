// Products of bytes with AVX-512 VNNI, on top of simd_avx512.h.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace scribe {
namespace {

struct Int8 {
  using Vector = __m512i;
  // 12 x 32: 24 sums, two vectors of columns and a factor.
  static constexpr std::int64_t kTileRows = 12;
  static constexpr std::size_t kTileVectors = 2;
  // The instruction multiplies unsigned by signed bytes.
  static constexpr std::int32_t kOffset = 128;

  /// Four consecutive integers of a row in every lane.
  using Factor = Vector;
  static Factor factor(const std::uint8_t* x) {
    std::int32_t four;
    __builtin_memcpy(&four, x, sizeof(four));
    return _mm512_set1_epi32(four);
  }
  static Vector load(const void* from) { return _mm512_loadu_si512(from); }
  // Not _mm512_dpbusd_epi32(): GCC 12 copies every sum to memory and back around it.
  static Vector add_products(Factor a, Vector b, Vector sums) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(a), "v"(b));
    return sums;
  }
  static __m512 to_floats(Vector integers) { return _mm512_cvtepi32_ps(integers); }
  static bool all_finite(__m512 x) {
    constexpr int kNanOrInfinite = 0x99;
    return _mm512_fpclass_ps_mask(x, kNanOrInfinite) == 0;
  }
  /// Rounds to nearest, ties to even; |x| is at most 127.
  static void store(std::uint8_t* to, __m512 x) {
    const __m128i bytes = _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(x));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                     _mm_xor_si128(bytes, _mm_set1_epi8(static_cast<char>(0x80))));
  }
};

}  // namespace
}  // namespace scribe
