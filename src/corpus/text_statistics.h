// Counts of a text that the filter rules compare with their limits.
#pragma once

#include <cstdint>
#include <string_view>

#include "corpus/text_kernels.h"

namespace scribe {

/// Lengths are in characters (code points). Lines are those of Python's str.splitlines(): they end
/// at
/// \n, \r, \r\n, \v, \f, U+001C-U+001E, U+0085, U+2028 and U+2029, which belong to no line.
struct TextStatistics {
  bool valid_utf8 = true;  ///< if false, the other fields are meaningless
  std::int64_t characters = 0;
  std::int64_t alphanumeric = 0;  ///< characters of \p{L} or \p{N}, as str.isalnum() counts them
  std::int64_t alphabetic = 0;    ///< characters of \p{L}
  std::int64_t lines = 0;
  std::int64_t line_characters = 0;  ///< the lengths of all lines, added
  std::int64_t line_length_max = 0;

  /// 0 of an empty text.
  double line_length_mean() const {
    return lines == 0 ? 0 : static_cast<double>(line_characters) / static_cast<double>(lines);
  }
  double alphanumeric_share() const { return share(alphanumeric); }
  double alphabetic_share() const { return share(alphabetic); }
  /// Of all characters; 0 of an empty text.
  double share(std::int64_t part) const {
    return characters == 0 ? 0 : static_cast<double>(part) / static_cast<double>(characters);
  }

  bool operator==(const TextStatistics&) const = default;
};

/// The kernels take blocks of ASCII, the plain path the rest; all give the same numbers.
TextStatistics measure_text(std::string_view text,
                            const TextKernels& kernels = best_text_kernels());

/// The text without leading and trailing ASCII white space.
std::string_view stripped(std::string_view text);

}  // namespace scribe
