// The word kernels compiled for AVX2; the build gives this file its instruction set.
#include <immintrin.h>

#include "corpus/word_loops.h"

namespace scribe {
namespace {

__m256i byte(int value) {
  return _mm256_set1_epi8(static_cast<char>(value));
}

/// Bytes of [first, first + width), unsigned.
__m256i in_range(__m256i bytes, int first, int width) {
  const __m256i moved = _mm256_sub_epi8(bytes, byte(first));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(moved, byte(width - 1)), moved);
}

std::uint64_t bits(__m256i mask) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(mask));
}

ByteMasks half_masks(const char* half) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(half));
  const __m256i letters = in_range(_mm256_or_si256(bytes, byte(0x20)), 'a', 26);
  const __m256i digits = in_range(bytes, '0', 10);
  const __m256i underscores = _mm256_cmpeq_epi8(bytes, byte('_'));
  const __m256i spaces =
      _mm256_or_si256(in_range(bytes, '\t', 5), _mm256_cmpeq_epi8(bytes, byte(' ')));
  const __m256i newlines =
      _mm256_or_si256(_mm256_cmpeq_epi8(bytes, byte('\n')), _mm256_cmpeq_epi8(bytes, byte('\r')));
  const __m256i words = _mm256_or_si256(_mm256_or_si256(letters, digits), underscores);
  const __m256i punctuation = _mm256_andnot_si256(words, in_range(bytes, '!', '~' - '!' + 1));
  return {.word = bits(words),
          .high = bits(bytes),
          .space = bits(spaces),
          .structure = bits(_mm256_or_si256(punctuation, newlines))};
}

ByteMasks block_masks(const char* block) {
  const ByteMasks low = half_masks(block);
  const ByteMasks high = half_masks(block + 32);
  return {.word = low.word | (high.word << 32),
          .high = low.high | (high.high << 32),
          .space = low.space | (high.space << 32),
          .structure = low.structure | (high.structure << 32)};
}

/// Eight at a time, however many there are: the end of a loop for each would be guessed wrong.
std::size_t places_by_eight(const std::uint64_t* bits, std::size_t count, std::uint32_t* places) {
  constexpr std::size_t kAtOnce = 8;
  static_assert(kAtOnce <= kPlacesRoom);
  std::uint32_t* out = places;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t left = bits[i];
    std::uint32_t* const end = out + __builtin_popcountll(left);
    for (; out < end; out += kAtOnce)
#pragma GCC unroll 8
      for (std::size_t k = 0; k < kAtOnce; ++k) {
        out[k] = static_cast<std::uint32_t>(64 * i + _tzcnt_u64(left));
        left = _blsr_u64(left);
      }
    out = end;
  }
  return static_cast<std::size_t>(out - places);
}

constexpr WordKernels kKernels = {
    .classify = classify<block_masks>, .places = places_by_eight, .take_minima = take_minima<32>};

}  // namespace

const WordKernels& avx2_word_kernels() {
  return kKernels;
}

}  // namespace scribe
