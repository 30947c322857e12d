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
  return {.word = in_range(_mm512_or_si512(bytes, byte(0x20)), 'a', 26) | in_range(bytes, '0', 10) |
                  _mm512_cmpeq_epi8_mask(bytes, byte('_')),
          .high = _mm512_movepi8_mask(bytes),
          .space = in_range(bytes, '\t', 5) | _mm512_cmpeq_epi8_mask(bytes, byte(' ')),
          .structure = in_range(bytes, '"', 2) | in_range(bytes, '\'', 3) |
                       in_range(_mm512_or_si512(bytes, byte(0x20)), '{', 3) |
                       _mm512_cmpeq_epi8_mask(bytes, byte(':')) |
                       _mm512_cmpeq_epi8_mask(bytes, byte('\n')) |
                       _mm512_cmpeq_epi8_mask(bytes, byte('\r'))};
}

constexpr WordKernels kKernels = {.classify = classify<block_masks>,
                                  .take_minima = take_minima<64>};

}  // namespace

const WordKernels& avx512_word_kernels() {
  return kKernels;
}

}  // namespace scribe
