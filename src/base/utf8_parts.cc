// Scanning of UTF-8 by table 3-7 of Unicode 15.
#include "base/utf8_parts.h"

namespace scribe {
namespace {

unsigned char byte_at(std::string_view text, std::size_t index) {
  return static_cast<unsigned char>(text[index]);
}

}  // namespace

/// The range of the second byte is what forbids overlong forms, surrogates and values above
/// U+10FFFF.
Utf8Part utf8_part(std::string_view text, std::size_t begin) {
  const unsigned char lead = byte_at(text, begin);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (std::size_t offset = 1; offset < length; ++offset) {
    if (begin + offset >= text.size()) return {offset, false};
    const unsigned char next = byte_at(text, begin + offset);
    if (next < low || next > high) return {offset, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

std::string replace_invalid_utf8(std::string_view text, std::span<std::int64_t> offsets) {
  std::string out;
  auto next = offsets.begin();
  std::size_t begin = 0;
  while (begin < text.size()) {
    const Utf8Part part = utf8_part(text, begin);
    const auto here = static_cast<std::int64_t>(begin);
    const auto there = static_cast<std::int64_t>(out.size());
    for (; next != offsets.end() && *next < here + static_cast<std::int64_t>(part.length); ++next)
      *next = part.valid ? there + (*next - here) : there;
    out += part.valid ? text.substr(begin, part.length) : kReplacementCharacter;
    begin += part.length;
  }
  for (; next != offsets.end(); ++next) *next += std::ssize(out) - std::ssize(text);
  return out;
}

}  // namespace scribe
