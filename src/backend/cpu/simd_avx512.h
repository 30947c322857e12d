// Sixteen floats at a time with AVX-512.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// The anonymous namespace keeps this instruction set's code out of every other file's sight.
namespace scribe {
namespace {

struct Simd {
  using Vector = __m512;
  static constexpr std::int64_t kWidth = 16;
  // 12 x 32: 24 accumulators, two vectors of b and one broadcast fit 32 registers.
  static constexpr std::int64_t kTileRows = 12;
  static constexpr std::size_t kTileVectors = 2;

  static Vector load(const float* from) { return _mm512_loadu_ps(from); }
  static Vector load(const std::uint16_t* halves) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(halves)));
  }
  static Vector load_bf16(const std::uint16_t* from) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }
  static void store_half(std::uint16_t* to, Vector x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                        _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  static void store(float* to, Vector x) { _mm512_storeu_ps(to, x); }
  static __mmask16 mask(std::int64_t count) {
    return static_cast<__mmask16>((1U << static_cast<unsigned>(count)) - 1U);
  }
  /// The first `count` < 16 lanes; the others are zero.
  static Vector load_some(const float* from, std::int64_t count) {
    return _mm512_maskz_loadu_ps(mask(count), from);
  }
  static Vector load_some(const std::uint16_t* halves, std::int64_t count) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask(count), halves));
  }
  static void store_some(float* to, Vector x, std::int64_t count) {
    _mm512_mask_storeu_ps(to, mask(count), x);
  }
  /// x in the first `count` lanes, `other` in the rest.
  static Vector select_first(Vector x, Vector other, std::int64_t count) {
    return _mm512_mask_blend_ps(mask(count), other, x);
  }

  static Vector zero() { return _mm512_setzero_ps(); }
  static Vector set(float x) { return _mm512_set1_ps(x); }
  static Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
  static Vector sub(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
  static Vector mul(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
  static Vector div(Vector a, Vector b) { return _mm512_div_ps(a, b); }
  static Vector max(Vector a, Vector b) { return _mm512_max_ps(a, b); }
  static Vector min(Vector a, Vector b) { return _mm512_min_ps(a, b); }
  static Vector sqrt(Vector a) { return _mm512_sqrt_ps(a); }
  /// a * b + c, rounded once.
  static Vector fma(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
  /// c - a * b, rounded once.
  static Vector fnma(Vector a, Vector b, Vector c) { return _mm512_fnmadd_ps(a, b, c); }
  static Vector round(Vector a) {
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  /// a * 2^n for whole n in [-126, 127].
  static Vector scale_by_power_of_two(Vector a, Vector n) { return _mm512_scalef_ps(a, n); }

  static float sum(Vector x) { return _mm512_reduce_add_ps(x); }
  static float largest(Vector x) { return _mm512_reduce_max_ps(x); }
};

}  // namespace
}  // namespace scribe
