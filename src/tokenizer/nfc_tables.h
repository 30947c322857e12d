// What Normalization Form C needs to know of characters.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace scribe {

/// A character that is canonically equivalent to one or two others.
struct Decomposition {
  std::uint32_t composed;
  std::uint32_t first;
  std::uint32_t second;  ///< 0: the character stands for `first` alone
  bool composes;         ///< false for those that a normalised text never has
};

/// All code points of [first, last] have one combining class that is not 0.
struct CombiningRange {
  std::uint32_t first;
  std::uint32_t last;
  std::uint8_t combining_class;
};

/// Sorted by `composed`; without the syllables of Hangul, which are computed.
std::span<const Decomposition> decompositions();
/// Sorted, disjoint.
std::span<const CombiningRange> combining_ranges();

}  // namespace scribe
