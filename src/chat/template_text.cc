// Walks code points; what is no UTF-8 is a character of one byte.
#include "chat/template_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"

namespace scribe::chat {
namespace {

constexpr std::int64_t kWidthMax = 10'000;

/// Bytes of the character at `at`.
std::size_t length_at(std::string_view text, std::size_t at) {
  return code_point_at(text, at).length_bytes;
}

/// The code point at `at`; CodePoint::kInvalid for what is no UTF-8.
std::uint32_t code_at(std::string_view text, std::size_t at, std::size_t& length) {
  const CodePoint found = code_point_at(text, at);
  length = found.length_bytes;
  return found.value;
}

/// str.isspace().
bool is_blank(std::uint32_t code) {
  return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) || code == 0x85 ||
         code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

/// Letters whose capital stands `distance` before them.
struct CaseRange {
  std::uint32_t first_lower;
  std::uint32_t last_lower;
  std::uint32_t distance;
};
constexpr std::array<CaseRange, 11> kCaseRanges = {{
    {'a', 'z', 32},
    {0xE0, 0xF6, 32},
    {0xF8, 0xFE, 32},
    {0x3AC, 0x3AC, 38},
    {0x3AD, 0x3AF, 37},
    {0x3B1, 0x3C1, 32},
    {0x3C3, 0x3CB, 32},
    {0x3CC, 0x3CC, 64},
    {0x3CD, 0x3CE, 63},
    {0x430, 0x44F, 32},
    {0x450, 0x45F, 80},
}};

/// Latin Extended-A has pairs side by side: the capital even in most, odd in some.
bool is_paired(std::uint32_t code) {
  return (code >= 0x100 && code <= 0x137 && code != 0x130 && code != 0x131) ||
         (code >= 0x139 && code <= 0x148) || (code >= 0x14A && code <= 0x177) ||
         (code >= 0x179 && code <= 0x17E);
}
bool is_capital_odd(std::uint32_t code) {
  return (code >= 0x139 && code <= 0x148) || code >= 0x179;
}

std::uint32_t upper(std::uint32_t code) {
  for (const CaseRange& range : kCaseRanges)
    if (code >= range.first_lower && code <= range.last_lower) return code - range.distance;
  if (is_paired(code) && (code % 2 == 0) == is_capital_odd(code)) return code - 1;
  if (code == 0xFF) return 0x178;
  if (code == 0xB5) return 0x39C;
  return code == 0x3C2 ? 0x3A3 : code;
}

std::uint32_t lower(std::uint32_t code) {
  for (const CaseRange& range : kCaseRanges)
    if (code + range.distance >= range.first_lower && code + range.distance <= range.last_lower)
      return code + range.distance;
  if (is_paired(code) && (code % 2 != 0) == is_capital_odd(code)) return code + 1;
  return code == 0x178 ? 0xFF : code;
}

bool has_case(std::uint32_t code) {
  return upper(code) != lower(code) || code == 0xDF;
}

bool is_letter(std::uint32_t code) {
  return has_case(code) ||
         (code >= 0x80 && code != CodePoint::kInvalid && !is_blank(code) && code != 0xD7 &&
          code != 0xF7 && (code < 0xA1 || code > 0xBF) && (code < 0x2000 || code > 0x2BFF) &&
          (code < 0x3000 || code > 0x303F) && (code < 0x1F000 || code >= 0x20000));
}

template <typename Change>
std::string mapped(std::string_view text, Change change) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const std::uint32_t code = code_at(text, at, length);
    const std::uint32_t other = change(code);
    if (other == code)
      out += text.substr(at, length);
    else
      append_utf8(other, out);
  }
  return out;
}

/// Where the code point that ends before `end` begins.
std::size_t before(std::string_view text, std::size_t end) {
  std::size_t begin = end - 1;
  if (static_cast<unsigned char>(text[begin]) < 0x80) return begin;
  while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U)
    --begin;
  return length_at(text, begin) == end - begin ? begin : end - 1;
}

/// Where the words between runs of white space are.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = std::string_view::npos;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const bool blank = is_blank(code_at(text, at, length));
    if (blank && begin != std::string_view::npos) words.push_back(text.substr(begin, at - begin));
    begin = blank ? std::string_view::npos : std::min(begin, at);
  }
  if (begin != std::string_view::npos) words.push_back(text.substr(begin));
  return words;
}

}  // namespace

std::string stripped(std::string_view text, std::optional<std::string_view> characters,
                     unsigned ends) {
  const auto goes = [&](std::size_t at, std::size_t length) {
    std::size_t its_length = 0;
    return characters ? characters->find(text.substr(at, length)) != std::string_view::npos
                      : is_blank(code_at(text, at, its_length));
  };
  std::size_t begin = 0;
  std::size_t end = text.size();
  while ((ends & kLeft) != 0 && begin < end) {
    const std::size_t length = length_at(text, begin);
    if (!goes(begin, length)) break;
    begin += length;
  }
  while ((ends & kRight) != 0 && begin < end) {
    const std::size_t last = before(text, end);
    if (!goes(last, end - last)) break;
    end = last;
  }
  return std::string(text.substr(begin, end - begin));
}

std::vector<std::string> split_text(std::string_view text,
                                    const std::optional<std::string>& separator,
                                    std::int64_t most) {
  std::vector<std::string> parts;
  if (!separator) {
    for (const std::string_view word : words_of(text)) {
      if (most >= 0 && std::ssize(parts) == most) {
        const auto at = static_cast<std::size_t>(word.data() - text.data());
        parts.emplace_back(text.substr(at));
        break;
      }
      parts.emplace_back(word);
    }
    return parts;
  }
  std::size_t at = 0;
  for (std::size_t found = text.find(*separator); found != std::string_view::npos && most-- != 0;
       found = text.find(*separator, at)) {
    parts.emplace_back(text.substr(at, found - at));
    at = found + separator->size();
  }
  parts.emplace_back(text.substr(at));
  return parts;
}

std::vector<std::string> split_text_from_right(std::string_view text,
                                               const std::optional<std::string>& separator,
                                               std::int64_t most) {
  if (most < 0) return split_text(text, separator, most);
  std::vector<std::string> parts;
  if (!separator) {
    const std::vector<std::string_view> words = words_of(text);
    const std::size_t kept = words.size() - std::min(words.size(), static_cast<std::size_t>(most));
    if (kept > 0) {
      const std::string_view last = words[kept - 1];
      const auto end = static_cast<std::size_t>(last.data() - text.data()) + last.size();
      parts.emplace_back(text.substr(0, end));
    }
    parts.insert(parts.end(), words.begin() + static_cast<std::ptrdiff_t>(kept), words.end());
    return parts;
  }
  std::size_t end = text.size();
  while (most-- != 0 && end >= separator->size()) {
    const std::size_t found = text.rfind(*separator, end - separator->size());
    if (found == std::string_view::npos) break;
    const std::size_t begin = found + separator->size();
    parts.emplace_back(text.substr(begin, end - begin));
    end = found;
  }
  parts.emplace_back(text.substr(0, end));
  std::ranges::reverse(parts);
  return parts;
}

std::vector<std::string> lines_of(std::string_view text, bool with_ends) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const std::uint32_t code = code_at(text, at, length);
    const bool ends_line = (code >= 0x0A && code <= 0x0D) || (code >= 0x1C && code <= 0x1E) ||
                           code == 0x85 || code == 0x2028 || code == 0x2029;
    if (!ends_line) continue;
    if (code == '\r' && text.substr(at).starts_with("\r\n")) length = 2;
    lines.emplace_back(text.substr(begin, (with_ends ? at + length : at) - begin));
    begin = at + length;
  }
  if (begin < text.size()) lines.emplace_back(text.substr(begin));
  return lines;
}

std::string upper_text(std::string_view text) {
  std::string upper_case = mapped(text, upper);
  for (std::size_t at = 0; (at = upper_case.find("\u00DF", at)) != std::string::npos; at += 2)
    upper_case.replace(at, 2, "SS");  // As many bytes as before.
  return upper_case;
}

std::string lower_text(std::string_view text) {
  return mapped(text, lower);
}

std::string title_text(std::string_view text) {
  bool is_begin = true;
  return mapped(text, [&is_begin](std::uint32_t code) {
    const std::uint32_t changed = is_begin ? upper(code) : lower(code);
    is_begin = !has_case(code);
    return changed;
  });
}

std::string title_words(std::string_view text) {
  bool is_begin = true;
  return mapped(text, [&is_begin](std::uint32_t code) {
    const std::uint32_t changed = is_begin ? upper(code) : lower(code);
    constexpr std::string_view kBefore = "-({[<";  // Jinja: [-\s({\[<]+ stand between words.
    is_begin = is_blank(code) ||
               (code < 0x80 && kBefore.find(static_cast<char>(code)) != std::string_view::npos);
    return changed;
  });
}

std::string capitalized(std::string_view text) {
  bool is_begin = true;
  return mapped(text, [&is_begin](std::uint32_t code) {
    return std::exchange(is_begin, false) ? upper(code) : lower(code);
  });
}

bool is_all(std::string_view text, CharacterClass of_class) {
  bool has_letter = false;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const std::uint32_t code = code_at(text, at, length);
    const bool is_digit = code >= '0' && code <= '9';
    const bool is_cased = has_case(code);
    has_letter = has_letter || is_cased;
    const auto fits = [&] {
      switch (of_class) {
        case CharacterClass::digit:
          return is_digit;
        case CharacterClass::letter:
          return is_letter(code);
        case CharacterClass::letter_or_digit:
          return is_letter(code) || is_digit;
        case CharacterClass::blank:
          return is_blank(code);
        case CharacterClass::upper:
          return !is_cased || code == upper(code);
        case CharacterClass::lower:
          return !is_cased || code == lower(code);
      }
      return false;
    };
    if (!fits()) return false;
  }
  const bool needs_letter = of_class == CharacterClass::upper || of_class == CharacterClass::lower;
  return needs_letter ? has_letter : !text.empty();
}

std::int64_t length_of(std::string_view text) {
  std::int64_t length = 0;
  for (std::size_t at = 0; at < text.size(); ++length) at += length_at(text, at);
  return length;
}

std::string sliced(std::string_view text, std::int64_t begin, std::int64_t end, std::int64_t step) {
  std::string out;
  const auto is_in = [&](std::int64_t i) {
    return step > 0 ? i >= begin && i < end && (i - begin) % step == 0
                    : i <= begin && i > end && (begin - i) % -step == 0;
  };
  if (step > 0) {
    std::int64_t i = 0;
    for (std::size_t at = 0, length = 0; at < text.size() && i < end; at += length, ++i) {
      length = length_at(text, at);
      if (is_in(i)) out += text.substr(at, length);
    }
    return out;
  }
  std::int64_t i = length_of(text) - 1;
  for (std::size_t at = text.size(); at > 0 && i > end; --i) {
    const std::size_t first = before(text, at);
    if (is_in(i)) out += text.substr(first, at - first);
    at = first;
  }
  return out;
}

std::string padded(std::string_view text, std::int64_t width, unsigned ends, char fill) {
  const std::int64_t length = length_of(text);
  const std::int64_t missing = std::min(width, kWidthMax) - length;
  if (missing <= 0) return std::string(text);
  // str.center() gives the odd blank to the left of an odd width.
  const std::int64_t left = ends == kLeft    ? missing
                            : ends == kRight ? 0
                                             : missing / 2 + (missing & width & 1);
  return std::string(static_cast<std::size_t>(left), fill) + std::string(text) +
         std::string(static_cast<std::size_t>(missing - left), fill);
}

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '\'')
      out += "&#39;";
    else if (c == '"')
      out += "&#34;";
    else
      out += c;
  }
  return out;
}

}  // namespace scribe::chat
