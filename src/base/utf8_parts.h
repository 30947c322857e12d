// Which bytes are UTF-8, and U+FFFD for those that are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace scribe {

/// U+FFFD, in UTF-8.
inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

/// One character, or a maximal invalid part (Unicode 15, section 3.9), for which one U+FFFD stands.
struct Utf8Part {
  std::size_t length = 1;
  bool valid = false;
};

/// The part that begins at text[begin]. Requires begin < text.size().
Utf8Part utf8_part(std::string_view text, std::size_t begin);

/// `text` with U+FFFD for each maximal invalid part.
///
/// `offsets`, ascending, are byte offsets into `text`, and become such into the result: one within
/// an invalid part stands before its U+FFFD, one beyond the end stays as far beyond it.
std::string replace_invalid_utf8(std::string_view text, std::span<std::int64_t> offsets = {});

}  // namespace scribe
