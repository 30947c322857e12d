// Which characters patterns that cut before capital letters tell apart.
#pragma once

#include <cstdint>

namespace scribe {

enum class LetterCase : std::uint8_t {
  none,    ///< no letter and no mark
  upper,   ///< \p{Lu}, \p{Lt}
  lower,   ///< \p{Ll}
  either,  ///< \p{Lm}, \p{Lo}, \p{M}
};

/// Of Unicode 16.0, as character_ranges().
LetterCase letter_case_of(std::uint32_t code_point);

}  // namespace scribe
