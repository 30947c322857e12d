// Lines and case, byte by byte.
#include "corpus/text_lines.h"

#include <algorithm>

namespace scribe {

std::string_view first_lines(std::string_view text, int count) {
  std::size_t end = 0;
  for (int line = 0; line < count && end < text.size(); ++line)
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return text.substr(0, end);
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace scribe
