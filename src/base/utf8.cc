// Strict decoding of UTF-8, and encoding.
#include "base/utf8.h"

#include <algorithm>
#include <array>

namespace scribe {
namespace {

/// Length that a lead byte announces; 0 for bytes that lead nothing.
std::uint8_t sequence_length(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t position) {
  constexpr CodePoint kInvalidByte{CodePoint::kInvalid, 1};
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<std::uint8_t>(text[position]);
  const std::uint8_t length = sequence_length(lead);
  if (length == 1) return {lead, 1};
  if (length == 0 || text.size() - position < length) return kInvalidByte;
  std::uint32_t code_point = lead & (0x7FU >> length);
  for (std::uint8_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(text[position + i]);
    if ((next & 0xC0) != 0x80) return kInvalidByte;
    code_point = (code_point << 6) | (next & 0x3FU);
  }
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kSmallest[length] || code_point > 0x10FFFF || is_surrogate) return kInvalidByte;
  return {code_point, length};
}

std::size_t incomplete_utf8_tail(std::string_view text) {
  for (std::size_t tail = 1; tail <= std::min<std::size_t>(3, text.size()); ++tail) {
    const auto byte = static_cast<std::uint8_t>(text[text.size() - tail]);
    if ((byte & 0xC0) != 0x80) return sequence_length(byte) > tail ? tail : 0;
  }
  return 0;
}

void append_utf8(std::uint32_t code_point, std::string& text) {
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
    return;
  }
  const int continuations = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
  const std::uint32_t lead_bits =
      0xF00U >> (continuations + 1);  // 110, 1110 or 11110 in eight bits
  text += static_cast<char>((lead_bits & 0xFFU) | (code_point >> (6 * continuations)));
  for (int i = continuations - 1; i >= 0; --i)
    text += static_cast<char>(0x80U | ((code_point >> (6 * i)) & 0x3FU));
}

}  // namespace scribe
