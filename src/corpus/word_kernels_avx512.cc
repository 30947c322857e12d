// The word kernels compiled for AVX-512; the build gives this file its instruction set.
#include <immintrin.h>

#include "corpus/word_loops.h"

namespace scribe {
namespace {

__m512i byte(int value) {
  return _mm512_set1_epi8(static_cast<char>(value));
}

/// Bytes of [first, first + width), unsigned.
std::uint64_t in_range(__m512i bytes, int first, int width) {
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, byte(first)), byte(width));
}

ByteMasks block_masks(const char* block) {
  const __m512i bytes = _mm512_loadu_si512(block);
  const std::uint64_t word = in_range(_mm512_or_si512(bytes, byte(0x20)), 'a', 26) |
                             in_range(bytes, '0', 10) | _mm512_cmpeq_epi8_mask(bytes, byte('_'));
  return {.word = word,
          .high = _mm512_movepi8_mask(bytes),
          .space = in_range(bytes, '\t', 5) | _mm512_cmpeq_epi8_mask(bytes, byte(' ')),
          .structure = (in_range(bytes, '!', '~' - '!' + 1) & ~word) |
                       _mm512_cmpeq_epi8_mask(bytes, byte('\n')) |
                       _mm512_cmpeq_epi8_mask(bytes, byte('\r'))};
}

std::size_t places_by_compressing(const std::uint64_t* bits, std::size_t count,
                                  std::uint32_t* places) {
  constexpr int kLanes = 16;
  static_assert(kLanes <= kPlacesRoom);
  __m512i numbers = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  std::uint32_t* out = places;
  for (std::size_t i = 0; i < count; ++i)
    for (int first = 0; first < 64; first += kLanes) {
      const auto ones = static_cast<__mmask16>(bits[i] >> first);
      _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(ones, numbers));
      out += __builtin_popcount(ones);
      numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(kLanes));
    }
  return static_cast<std::size_t>(out - places);
}

constexpr WordKernels kKernels = {.classify = classify<block_masks>,
                                  .places = places_by_compressing,
                                  .take_minima = take_minima<64>};

}  // namespace

const WordKernels& avx512_word_kernels() {
  return kKernels;
}

}  // namespace scribe
