// The classes of characters that patterns tell apart.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace scribe {

enum class CharacterClass : std::uint8_t {
  other,   ///< everything else, and every byte that is not part of valid UTF-8
  letter,  ///< \p{L}
  number,  ///< \p{N}
  space,   ///< \s, the property White_Space
};

/// All code points of [first, last] are of one class.
struct CharacterRange {
  std::uint32_t first;
  std::uint32_t last;
  CharacterClass kind;
};

struct CodePointRange {
  std::uint32_t first;
  std::uint32_t last;
};

/// Sorted, disjoint; code points in no range are `other`. One version of Unicode, whatever machine
/// this runs on: the ids of a text must not depend on the system's libraries.
std::span<const CharacterRange> character_ranges();

/// \p{P}, which is a part of `other`. Sorted, disjoint.
std::span<const CodePointRange> punctuation_ranges();

}  // namespace scribe
