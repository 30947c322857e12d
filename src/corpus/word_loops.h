// Loops of WordKernels, included once per instruction set.
#pragma once

#include <cstring>

#include "corpus/word_kernels.h"

// The anonymous namespace keeps this instruction set's code out of every other file's sight.
namespace scribe {
namespace {

/// `block_masks` describes 64 bytes.
template <ByteMasks (*block_masks)(const char*)>
void classify(const char* text, std::size_t size, ByteMasks* masks) {
  std::size_t start = 0;
  for (; start + kMaskBytes <= size; start += kMaskBytes) *masks++ = block_masks(text + start);
  if (start == size) return;
  char last[kMaskBytes] = {};  // Zero is of no class.
  std::memcpy(last, text + start, size - start);
  *masks = block_masks(last);
}

/// Vectors of `kBytes`; eight of them keep their minima in registers while all shingles go by.
template <std::size_t kBytes>
void take_minima(const std::uint32_t* shingles, std::size_t count, const std::uint32_t* multipliers,
                 const std::uint32_t* addends, std::size_t permutations, std::uint32_t* minima) {
  using Lanes [[gnu::vector_size(kBytes)]] = std::uint32_t;
  constexpr std::size_t kLanes = kBytes / sizeof(std::uint32_t);
  constexpr std::size_t kVectors = 8;
  for (std::size_t first = 0; first < permutations; first += kVectors * kLanes) {
    Lanes multiplier[kVectors];
    Lanes addend[kVectors];
    Lanes minimum[kVectors];
    std::memcpy(multiplier, multipliers + first, sizeof multiplier);
    std::memcpy(addend, addends + first, sizeof addend);
    std::memcpy(minimum, minima + first, sizeof minimum);
    for (std::size_t index = 0; index < count; ++index) {
      const std::uint32_t shingle = shingles[index];
#pragma GCC unroll 8
      for (std::size_t vector = 0; vector < kVectors; ++vector) {
        const Lanes value = multiplier[vector] * shingle + addend[vector];
        minimum[vector] = value < minimum[vector] ? value : minimum[vector];
      }
    }
    std::memcpy(minima + first, minimum, sizeof minimum);
  }
}

}  // namespace
}  // namespace scribe
