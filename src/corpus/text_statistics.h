// Counts of a text that the filter rules compare with their limits.
#pragma once

#include <cstdint>
#include <string_view>

namespace scribe {

/// Lengths are in characters (code points). Lines are those of Python's str.splitlines(): they end
/// at
/// \n, \r, \r\n, \v, \f, U+001C-U+001E, U+0085, U+2028 and U+2029, which belong to no line.
struct TextStatistics {
  bool valid_utf8 = true;  ///< if false, the other fields are meaningless
  std::int64_t characters = 0;
  std::int64_t alphanumeric = 0;  ///< characters of \p{L} or \p{N}, as str.isalnum() counts them
  std::int64_t lines = 0;
  std::int64_t line_characters = 0;  ///< the lengths of all lines, added
  std::int64_t line_length_max = 0;

  /// 0 of an empty text.
  double line_length_mean() const {
    return lines == 0 ? 0 : static_cast<double>(line_characters) / static_cast<double>(lines);
  }
  double alphanumeric_share() const {
    return characters == 0 ? 0
                           : static_cast<double>(alphanumeric) / static_cast<double>(characters);
  }
};

TextStatistics measure_text(std::string_view text);

/// The text without leading and trailing ASCII white space.
std::string_view stripped(std::string_view text);

}  // namespace scribe
