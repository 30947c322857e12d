// The loops over text compiled for AVX2; the build gives this file its instruction set.
#include <immintrin.h>

#include <cstdint>

#include "corpus/text_kernels.h"

namespace scribe {
namespace {

std::uint64_t joined(__m256i first, __m256i second) {
  const auto low = static_cast<std::uint32_t>(_mm256_movemask_epi8(first));
  const auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(second));
  return low | (static_cast<std::uint64_t>(high) << 32U);
}

__m256i load(const char* bytes) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
}

class Block {
 public:
  explicit Block(const char* bytes) : first_(load(bytes)), second_(load(bytes + 32)) {}

  bool any_beyond_ascii() const {
    return _mm256_movemask_epi8(_mm256_or_si256(first_, second_)) != 0;
  }
  // Bytes are compared as signed ones: all are ASCII.
  std::uint64_t letters() const {
    const __m256i bit = _mm256_set1_epi8(0x20);
    return joined(within(_mm256_or_si256(first_, bit), 'a', 'z'),
                  within(_mm256_or_si256(second_, bit), 'a', 'z'));
  }
  std::uint64_t digits() const {
    return joined(within(first_, '0', '9'), within(second_, '0', '9'));
  }
  std::uint64_t line_ends() const { return joined(line_ends(first_), line_ends(second_)); }
  std::uint64_t equal(char value) const {
    const __m256i wanted = _mm256_set1_epi8(value);
    return joined(_mm256_cmpeq_epi8(first_, wanted), _mm256_cmpeq_epi8(second_, wanted));
  }

 private:
  static __m256i within(__m256i bytes, char first, char last) {
    const __m256i above = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(static_cast<char>(first - 1)));
    const __m256i below = _mm256_cmpgt_epi8(_mm256_set1_epi8(static_cast<char>(last + 1)), bytes);
    return _mm256_and_si256(above, below);
  }
  /// \n \v \f \r, and U+001C to U+001E.
  static __m256i line_ends(__m256i bytes) {
    return _mm256_or_si256(within(bytes, '\n', '\r'), within(bytes, '\x1c', '\x1e'));
  }

  __m256i first_;
  __m256i second_;
};

class BlockTables {
 public:
  explicit BlockTables(const AnchorTables& tables) {
    for (int i = 0; i < 3; ++i) {
      low_[i] = both_lanes(tables.low[i]);
      high_[i] = both_lanes(tables.high[i]);
    }
  }

  std::uint64_t anchors(const char* bytes) const {
    const __m256i none = _mm256_setzero_si256();
    return ~joined(_mm256_cmpeq_epi8(kinds(bytes), none),
                   _mm256_cmpeq_epi8(kinds(bytes + 32), none));
  }

 private:
  static __m256i both_lanes(const std::uint8_t* table) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
  }
  __m256i kinds(const char* bytes) const {
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i kinds = _mm256_set1_epi8(-1);
    for (int i = 0; i < 3; ++i) {
      const __m256i value = load(bytes + i - 1);
      const __m256i high = _mm256_and_si256(_mm256_srli_epi16(value, 4), nibble);
      kinds =
          _mm256_and_si256(kinds, _mm256_shuffle_epi8(low_[i], _mm256_and_si256(value, nibble)));
      kinds = _mm256_and_si256(kinds, _mm256_shuffle_epi8(high_[i], high));
    }
    return kinds;
  }

  __m256i low_[3];
  __m256i high_[3];
};

}  // namespace
}  // namespace scribe

#include "corpus/text_kernel_loops.h"

namespace scribe {

const TextKernels& avx2_text_kernels() {
  static constexpr TextKernels kKernels{.count_ascii = count_ascii, .next_anchor = next_anchor};
  return kKernels;
}

}  // namespace scribe
