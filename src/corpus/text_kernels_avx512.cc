// The loops over text compiled for AVX-512; the build gives this file its instruction set.
#include <immintrin.h>

#include <cstdint>

#include "corpus/text_kernels.h"

namespace scribe {
namespace {

class Block {
 public:
  explicit Block(const char* bytes) : bytes_(_mm512_loadu_si512(bytes)) {}

  bool any_beyond_ascii() const { return _mm512_movepi8_mask(bytes_) != 0; }
  std::uint64_t letters() const {
    return within(_mm512_or_si512(bytes_, _mm512_set1_epi8(0x20)), 'a', 'z');
  }
  std::uint64_t digits() const { return within(bytes_, '0', '9'); }
  /// \n \v \f \r, and U+001C to U+001E.
  std::uint64_t line_ends() const {
    return within(bytes_, '\n', '\r') | within(bytes_, '\x1c', '\x1e');
  }
  std::uint64_t equal(char value) const {
    return _mm512_cmpeq_epi8_mask(bytes_, _mm512_set1_epi8(value));
  }

 private:
  static std::uint64_t within(__m512i bytes, char first, char last) {
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(first)),
                                  _mm512_set1_epi8(static_cast<char>(last - first)));
  }

  __m512i bytes_;
};

class BlockTables {
 public:
  explicit BlockTables(const AnchorTables& tables) {
    for (int i = 0; i < 3; ++i) {
      low_[i] = all_lanes(tables.low[i]);
      high_[i] = all_lanes(tables.high[i]);
    }
  }

  std::uint64_t anchors(const char* bytes) const {
    const __m512i nibble = _mm512_set1_epi8(15);
    __m512i kinds = _mm512_set1_epi8(-1);
    for (int i = 0; i < 3; ++i) {
      const __m512i value = _mm512_loadu_si512(bytes + i - 1);
      const __m512i low = _mm512_shuffle_epi8(low_[i], _mm512_and_si512(value, nibble));
      const __m512i high =
          _mm512_shuffle_epi8(high_[i], _mm512_and_si512(_mm512_srli_epi16(value, 4), nibble));
      kinds = _mm512_and_si512(kinds, _mm512_and_si512(low, high));
    }
    return _mm512_test_epi8_mask(kinds, kinds);
  }

 private:
  static __m512i all_lanes(const std::uint8_t* table) {
    return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
  }

  __m512i low_[3];
  __m512i high_[3];
};

}  // namespace
}  // namespace scribe

#include "corpus/text_kernel_loops.h"

namespace scribe {

const TextKernels& avx512_text_kernels() {
  static constexpr TextKernels kKernels{.count_ascii = count_ascii, .next_anchor = next_anchor};
  return kKernels;
}

}  // namespace scribe
