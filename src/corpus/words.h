// Walks over the words of a text, and hashes them as they lie.
#pragma once

#include <algorithm>
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
  std::uint64_t changes[kBlocks];  // A bit where a run begins or ends.
  std::uint32_t edges[kBlocks * kMaskBytes + kPlacesRoom];
  std::size_t begin = 0;
  std::uint64_t inside = 0;
  for (std::size_t chunk = 0; chunk < text.size(); chunk += kBlocks * kMaskBytes) {
    const std::string_view part = text.substr(chunk, kBlocks * kMaskBytes);
    kernels.classify(part.data(), part.size(), masks);
    const bool goes_on = inside != 0;
    const std::size_t blocks = (part.size() + kMaskBytes - 1) / kMaskBytes;
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::uint64_t word = word_bits(masks[block]);
      changes[block] = word ^ ((word << 1) | inside);
      inside = word >> 63;
    }
    std::size_t count = kernels.places(changes, blocks, edges);
    if (inside != 0 && chunk + part.size() == text.size())
      edges[count++] = static_cast<std::uint32_t>(part.size());
    edges[count] = 0;  // Is read, but does not matter.
    if (!goes_on) begin = chunk + edges[0];
    for (std::size_t i = goes_on ? 0 : 1; i < count; i += 2) {
      visit(begin, chunk + edges[i]);
      begin = chunk + edges[i + 1];
    }
  }
}

/// The bytes at `position`, the first in the low bits: 8, or `count` if that is less. Requires
/// 1 <= count, and that many bytes.
inline std::uint64_t load_bytes(std::string_view text, std::size_t position, std::size_t count) {
  std::uint64_t bytes = 0;
  if (position + 8 > text.size()) {
    std::memcpy(&bytes, text.data() + position, count);
    return bytes;
  }
  std::memcpy(&bytes, text.data() + position, 8);
  // No branch: nobody can tell beforehand how long the next word is.
  return bytes & (~std::uint64_t{0} >> (64 - 8 * std::min<std::size_t>(count, 8)));
}

/// Of text[begin, end), which is not empty and has no zero byte.
inline std::uint64_t word_hash(std::string_view text, std::size_t begin, std::size_t end) {
  std::uint64_t hash = 0;
  for (;; begin += 8) {
    const std::size_t left = end - begin;
    hash = (hash ^ load_bytes(text, begin, left)) * kWordFactor;
    hash ^= hash >> 32;
    if (left <= 8) return hash;
  }
}

}  // namespace scribe
