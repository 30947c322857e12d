// Conversion to and from GPT-2's alphabet of bytes.
#include "tokenizer/byte_alphabet.h"

namespace scribe {
namespace {

constexpr std::size_t kPrintableCount = 188;
constexpr std::size_t kCodePointCount = 256 + 256 - kPrintableCount;

constexpr bool is_printable(std::size_t byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<std::uint8_t, 256> byte_order() {
  std::array<std::uint8_t, 256> order{};
  std::size_t printable = 0;
  std::size_t rest = kPrintableCount;
  for (std::size_t byte = 0; byte < 256; ++byte)
    order[is_printable(byte) ? printable++ : rest++] = static_cast<std::uint8_t>(byte);
  return order;
}

constexpr std::array<std::uint8_t, 256> kByteOrder = byte_order();

constexpr std::array<std::uint16_t, 256> code_points() {
  std::array<std::uint16_t, 256> code_point_of{};
  for (std::size_t i = 0; i < 256; ++i) {
    const std::size_t value = i < kPrintableCount ? kByteOrder[i] : 256 + i - kPrintableCount;
    code_point_of[kByteOrder[i]] = static_cast<std::uint16_t>(value);
  }
  return code_point_of;
}

constexpr std::array<std::uint16_t, 256> kCodePoints = code_points();

/// The byte of each code point; -1 where there is none.
constexpr std::array<std::int16_t, kCodePointCount> bytes_of_code_points() {
  std::array<std::int16_t, kCodePointCount> bytes{};
  for (auto& byte : bytes) byte = -1;
  for (std::size_t byte = 0; byte < 256; ++byte)
    bytes[kCodePoints[byte]] = static_cast<std::int16_t>(byte);
  return bytes;
}

constexpr std::array<std::int16_t, kCodePointCount> kBytes = bytes_of_code_points();

}  // namespace

std::array<std::uint8_t, 256> gpt2_byte_order() {
  return kByteOrder;
}

std::string to_byte_alphabet(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char byte : bytes) {
    const std::uint32_t code_point = kCodePoints[static_cast<std::uint8_t>(byte)];
    if (code_point < 0x80) {
      text += static_cast<char>(code_point);
    } else {
      text += static_cast<char>(0xC0U | (code_point >> 6));
      text += static_cast<char>(0x80U | (code_point & 0x3FU));
    }
  }
  return text;
}

std::optional<std::string> from_byte_alphabet(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t code_point = static_cast<std::uint8_t>(text[i]);
    if (code_point >= 0x80) {
      const bool leads_two = code_point >= 0xC2 && code_point <= 0xDF && i + 1 < text.size();
      if (!leads_two) return std::nullopt;
      const std::size_t next = static_cast<std::uint8_t>(text[++i]);
      if ((next & 0xC0) != 0x80) return std::nullopt;
      code_point = ((code_point & 0x1F) << 6) | (next & 0x3F);
    }
    if (code_point >= kCodePointCount || kBytes[code_point] < 0) return std::nullopt;
    bytes += static_cast<char>(kBytes[code_point]);
  }
  return bytes;
}

}  // namespace scribe
