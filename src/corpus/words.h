// Walks over the words of a text, and hashes them as they lie.
#pragma once

#include <bit>
#include <cstring>
#include <string_view>

#include "corpus/word_kernels.h"

namespace scribe {

inline constexpr std::uint64_t kWordFactor = 0x9E3779B97F4A7C15;  // Odd: multiplying loses nothing.

/// Calls visit(begin, end) for each run of the bytes that `word_bits(masks)` marks, in order.
template <typename WordBits, typename Visit>
void for_each_run(const WordKernels& kernels, std::string_view text, WordBits&& word_bits,
                  Visit&& visit) {
  constexpr std::size_t kBlocks = 32;  // Their masks stay in the first cache.
  ByteMasks masks[kBlocks];
  std::size_t begin = 0;
  std::uint64_t inside = 0;
  for (std::size_t chunk = 0; chunk < text.size(); chunk += kBlocks * kMaskBytes) {
    const std::string_view part = text.substr(chunk, kBlocks * kMaskBytes);
    kernels.classify(part.data(), part.size(), masks);
    for (std::size_t start = 0; start < part.size(); start += kMaskBytes) {
      const std::uint64_t word = word_bits(masks[start / kMaskBytes]);
      std::uint64_t edges = word ^ ((word << 1) | inside);
      const std::size_t base = chunk + start;
      const auto next_edge = [&] {
        const auto bit = static_cast<std::size_t>(std::countr_zero(edges));
        edges &= edges - 1;
        return base + bit;
      };
      if (inside != 0 && edges != 0) visit(begin, next_edge());
      while (edges != 0) {
        begin = next_edge();
        if (edges == 0) break;
        visit(begin, next_edge());
      }
      inside = word >> 63;
    }
  }
  if (inside != 0) visit(begin, text.size());
}

/// The `count` <= 8 bytes at `position`, the first in the low bits.
inline std::uint64_t load_bytes(std::string_view text, std::size_t position, std::size_t count) {
  std::uint64_t bytes = 0;
  if (position + 8 > text.size()) {
    std::memcpy(&bytes, text.data() + position, count);
    return bytes;
  }
  std::memcpy(&bytes, text.data() + position, 8);
  return count >= 8 ? bytes : bytes & ((std::uint64_t{1} << (8 * count)) - 1);
}

/// Of text[begin, end), which is not empty and has no zero byte, each byte with the bits of `fold`
/// set.
inline std::uint64_t word_hash(std::string_view text, std::size_t begin, std::size_t end,
                               std::uint64_t fold = 0) {
  std::uint64_t hash = 0;
  for (;; begin += 8) {
    const std::size_t left = end - begin;
    hash = (hash ^ (load_bytes(text, begin, left) | fold)) * kWordFactor;
    hash ^= hash >> 32;
    if (left <= 8) return hash;
  }
}

}  // namespace scribe
