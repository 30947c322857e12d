// The classes of characters that GPT-2's pattern tells apart.
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

/// Sorted, disjoint; code points in no range are `other`. One version of Unicode, whatever machine
/// this runs on: the ids of a text must not depend on the system's libraries.
std::span<const CharacterRange> character_ranges();

}  // namespace scribe
