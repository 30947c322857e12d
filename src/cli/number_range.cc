// Digits, and perhaps a dash and digits.
#include "cli/number_range.h"

#include <charconv>

namespace scribe::cli {

Result<NumberRange> parse_range(std::string_view option, std::string_view text) {
  NumberRange range;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, range.first);
  auto last = first;
  range.last = range.first;
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '-')
    last = std::from_chars(first.ptr + 1, end, range.last);
  if (first.ec == std::errc() && last.ec == std::errc() && last.ptr == end) return range;
  return error(ErrorCode::invalid_argument, "{} '{}': expected a number or a range, as 1-3", option,
               text);
}

}  // namespace scribe::cli
