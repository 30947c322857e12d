// GPT-2's pattern as a scanner: a table for ASCII, ranges for the rest.
#include "tokenizer/pretokenize.h"

#include <algorithm>

namespace scribe {
namespace {

using enum CharacterClass;

constexpr std::array<CharacterClass, 128> ascii_classes() {
  std::array<CharacterClass, 128> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter) classes[c] = letter;
    if (c >= '0' && c <= '9') classes[c] = number;
    if ((c >= '\t' && c <= '\r') || c == ' ') classes[c] = space;
  }
  return classes;
}

constexpr std::array<CharacterClass, 128> kAsciiClasses = ascii_classes();

CharacterClass class_of(std::uint32_t code_point) {
  const std::span<const CharacterRange> ranges = character_ranges();
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), code_point,
      [](std::uint32_t value, const CharacterRange& range) { return value < range.first; });
  if (after == ranges.begin()) return other;
  const CharacterRange& range = *(after - 1);
  return code_point <= range.last ? range.kind : other;
}

std::uint8_t byte_at(std::string_view text, std::size_t position) {
  return static_cast<std::uint8_t>(text[position]);
}

/// Length that a lead byte announces; 0 for bytes that lead nothing.
std::uint8_t sequence_length(std::uint8_t lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

Character multibyte_character_at(std::string_view text, std::size_t position) {
  constexpr Character kInvalid{other, 1};
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const std::uint8_t lead = byte_at(text, position);
  const std::uint8_t length = sequence_length(lead);
  if (length == 0 || text.size() - position < length) return kInvalid;
  std::uint32_t code_point = lead & (0x7FU >> length);
  for (std::uint8_t i = 1; i < length; ++i) {
    const std::uint8_t next = byte_at(text, position + i);
    if ((next & 0xC0) != 0x80) return kInvalid;
    code_point = (code_point << 6) | (next & 0x3FU);
  }
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < kSmallest[length] || code_point > 0x10FFFF || is_surrogate) return kInvalid;
  return {class_of(code_point), length};
}

Character next_character(std::string_view text, std::size_t position) {
  const std::uint8_t byte = byte_at(text, position);
  if (byte < 0x80) [[likely]]
    return {kAsciiClasses[byte], 1};
  return multibyte_character_at(text, position);
}

/// The first position from `position` on whose character is not of class `kind`.
std::size_t end_of_run(std::string_view text, std::size_t position, CharacterClass kind) {
  while (position < text.size()) {
    const Character character = next_character(text, position);
    if (character.kind != kind) break;
    position += character.length_bytes;
  }
  return position;
}

/// Length of 's 't 're 've 'm 'll 'd at text[begin], which is an apostrophe; 0 if none is there.
std::size_t contraction_length(std::string_view text, std::size_t begin) {
  const std::string_view rest = text.substr(begin + 1, 2);
  if (rest.empty()) return 0;
  if (rest[0] == 's' || rest[0] == 't' || rest[0] == 'm' || rest[0] == 'd') return 2;
  return rest == "re" || rest == "ve" || rest == "ll" ? 3 : 0;
}

/// End of a piece of white space that begins at `begin`: the whole run if the text ends with it or
/// it is one character, else all but its last character, which `\s+(?!\S)` leaves to the next
/// piece.
std::size_t end_of_spaces(std::string_view text, std::size_t begin) {
  std::size_t last = begin;
  std::size_t end = begin;
  while (end < text.size()) {
    const Character character = next_character(text, end);
    if (character.kind != space) break;
    last = end;
    end += character.length_bytes;
  }
  return end == text.size() || last == begin ? end : last;
}

}  // namespace

Character character_at(std::string_view text, std::size_t position) {
  return next_character(text, position);
}

std::size_t piece_end(std::string_view text, std::size_t begin) {
  if (text[begin] == '\'') {
    const std::size_t length = contraction_length(text, begin);
    if (length > 0) return begin + length;
  }
  const Character first = next_character(text, begin);
  if (first.kind != space) return end_of_run(text, begin + first.length_bytes, first.kind);
  if (text[begin] == ' ' && begin + 1 < text.size()) {
    const Character second = next_character(text, begin + 1);
    if (second.kind != space) return end_of_run(text, begin + 1 + second.length_bytes, second.kind);
  }
  return end_of_spaces(text, begin);
}

}  // namespace scribe
