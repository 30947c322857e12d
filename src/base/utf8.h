// Code points of UTF-8, in and out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace scribe {

/// One code point of a text and its length in bytes.
struct CodePoint {
  static constexpr std::uint32_t kInvalid = 0xFFFFFFFF;
  std::uint32_t value;
  std::uint8_t length_bytes;
};

/// The code point at text[position]. A byte that does not start a valid UTF-8 sequence (overlong
/// forms, surrogates and what lies above U+10FFFF included) is kInvalid, of one byte.
/// Requires: position < text.size().
CodePoint code_point_at(std::string_view text, std::size_t position);

/// How many bytes at the end begin a code point that is not whole: 0 to 3.
std::size_t incomplete_utf8_tail(std::string_view text);

/// Requires: a code point, not kInvalid.
void append_utf8(std::uint32_t code_point, std::string& text);

}  // namespace scribe
