// The scan for AVX-512; the build gives this file its instruction set.
#include <immintrin.h>

#include <bit>

#include "tokenizer/scan_loops.h"

namespace scribe {
namespace {

struct Avx512 {
  static Bits in_range(__m512i bytes, char first, char size) {
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(first)),
                                  _mm512_set1_epi8(size));
  }

  static Bits equal(const char* block, char c) {
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(block), _mm512_set1_epi8(c));
  }

  static BlockClasses classify(const char* block) {
    const __m512i bytes = _mm512_loadu_si512(block);
    const Bits blank = equal(block, ' ');
    return {.letter = in_range(_mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), 'a', 26),
            .number = in_range(bytes, '0', 10),
            .space = blank | in_range(bytes, '\t', 5),
            .blank = blank,
            .apostrophe = equal(block, '\''),
            .not_ascii = _mm512_movepi8_mask(bytes)};
  }

  static std::size_t write_positions(Bits bits, std::uint32_t offset, std::uint32_t* begins) {
    __m512i positions =
        _mm512_add_epi32(_mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
                         _mm512_set1_epi32(static_cast<int>(offset)));
    std::size_t count = 0;
    for (int part = 0; part < 4; ++part) {
      const auto mask = static_cast<__mmask16>(bits >> (16 * part));
      // Through a register: compressing to memory is slow on some processors.
      _mm512_storeu_si512(begins + count, _mm512_maskz_compress_epi32(mask, positions));
      count += static_cast<std::size_t>(std::popcount(static_cast<std::uint16_t>(mask)));
      positions = _mm512_add_epi32(positions, _mm512_set1_epi32(16));
    }
    return count;
  }
};

constexpr ScanKernels kKernels{.gpt2 = scan_gpt2<Avx512>};

}  // namespace

const ScanKernels& avx512_scan_kernels() {
  return kKernels;
}

}  // namespace scribe
