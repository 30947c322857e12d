// Eight floats at a time with AVX2 and FMA.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// The anonymous namespace keeps this instruction set's code out of every other file's sight.
namespace scribe {
namespace {

struct Simd {
  using Vector = __m256;
  static constexpr std::int64_t kWidth = 8;
  // 6 x 16: twelve accumulators, two vectors of b and one broadcast fill 15 of 16 registers.
  static constexpr std::int64_t kTileRows = 6;
  static constexpr std::size_t kTileVectors = 2;

  static Vector load(const float* from) { return _mm256_loadu_ps(from); }
  static Vector load(const std::uint16_t* halves) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(halves)));
  }
  static Vector load_bf16(const std::uint16_t* from) {
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }
  static void store_half(std::uint16_t* to, Vector x) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                     _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  static void store(float* to, Vector x) { _mm256_storeu_ps(to, x); }
  static __m256i mask(std::int64_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  /// The first `count` < 8 lanes; the others are zero.
  static Vector load_some(const float* from, std::int64_t count) {
    return _mm256_maskload_ps(from, mask(count));
  }
  static Vector load_some(const std::uint16_t* halves, std::int64_t count) {
    std::uint16_t some[kWidth] = {};
    __builtin_memcpy(some, halves, static_cast<std::size_t>(count) * sizeof(some[0]));
    return load(some);
  }
  static void store_some(float* to, Vector x, std::int64_t count) {
    _mm256_maskstore_ps(to, mask(count), x);
  }
  /// x in the first `count` lanes, `other` in the rest.
  static Vector select_first(Vector x, Vector other, std::int64_t count) {
    return _mm256_blendv_ps(other, x, _mm256_castsi256_ps(mask(count)));
  }

  static Vector zero() { return _mm256_setzero_ps(); }
  static Vector set(float x) { return _mm256_set1_ps(x); }
  static Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
  static Vector sub(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
  static Vector mul(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
  static Vector div(Vector a, Vector b) { return _mm256_div_ps(a, b); }
  static Vector max(Vector a, Vector b) { return _mm256_max_ps(a, b); }
  static Vector min(Vector a, Vector b) { return _mm256_min_ps(a, b); }
  static Vector sqrt(Vector a) { return _mm256_sqrt_ps(a); }
  /// a * b + c, rounded once.
  static Vector fma(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
  /// c - a * b, rounded once.
  static Vector fnma(Vector a, Vector b, Vector c) { return _mm256_fnmadd_ps(a, b, c); }
  static Vector round(Vector a) {
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  /// a * 2^n for whole n in [-126, 127].
  static Vector scale_by_power_of_two(Vector a, Vector n) {
    const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
  }

  static float sum(Vector x) {
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_shuffle_ps(four, four, 1)));
  }
  static float largest(Vector x) {
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_shuffle_ps(four, four, 1)));
  }
};

}  // namespace
}  // namespace scribe
