// The scan for AVX2; the build gives this file its instruction set.
#include <immintrin.h>

#include <bit>

#include "tokenizer/scan_loops.h"

namespace scribe {
namespace {

struct Avx2 {
  static Bits bits_of(__m256i low, __m256i high) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
           (Bits{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32);
  }

  static __m256i load(const char* bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  }

  /// Bytes of which 0 to `size` - 1 remains when `first` is taken off.
  static __m256i in_range(__m256i bytes, char first, char size) {
    const __m256i offset = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
    const __m256i largest = _mm256_set1_epi8(static_cast<char>(size - 1));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(offset, largest), offset);
  }

  static Bits equal(const char* block, char c) {
    const __m256i wanted = _mm256_set1_epi8(c);
    return bits_of(_mm256_cmpeq_epi8(load(block), wanted),
                   _mm256_cmpeq_epi8(load(block + 32), wanted));
  }

  static BlockClasses classify(const char* block) {
    const __m256i low = load(block);
    const __m256i high = load(block + 32);
    const __m256i lower_case = _mm256_set1_epi8(0x20);
    const Bits blank = equal(block, ' ');
    return {.letter = bits_of(in_range(_mm256_or_si256(low, lower_case), 'a', 26),
                              in_range(_mm256_or_si256(high, lower_case), 'a', 26)),
            .number = bits_of(in_range(low, '0', 10), in_range(high, '0', 10)),
            .space = blank | bits_of(in_range(low, '\t', 5), in_range(high, '\t', 5)),
            .blank = blank,
            .apostrophe = equal(block, '\''),
            .not_ascii = bits_of(low, high)};
  }

  /// Eight at a time, so that the number of bits decides few branches; the rest does not count.
  static std::size_t write_positions(Bits bits, std::uint32_t offset, std::uint32_t* begins) {
    const auto count = static_cast<std::size_t>(std::popcount(bits));
    for (std::size_t done = 0; done < count; done += 8)
      for (std::size_t i = 0; i < 8; ++i) {
        begins[done + i] = offset + static_cast<std::uint32_t>(std::countr_zero(bits));
        bits &= bits - 1;
      }
    return count;
  }
};

constexpr ScanKernels kKernels{.gpt2 = scan_gpt2<Avx2>};

}  // namespace

const ScanKernels& avx2_scan_kernels() {
  return kKernels;
}

}  // namespace scribe
