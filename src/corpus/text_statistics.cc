// One pass over a text: blocks of ASCII through a kernel, the rest through the tokenizer's classes.
#include "corpus/text_statistics.h"

#include <algorithm>
#include <array>

#include "tokenizer/pretokenize.h"

namespace scribe {
namespace {

constexpr std::string_view kAsciiSpace = " \t\n\r\v\f";
/// The plain path goes on at least this far before a kernel is asked again.
constexpr std::size_t kPlainBytes = 64;

enum class Kind : std::uint8_t { other, letter, number, line_end };

constexpr std::array<Kind, 128> make_ascii_kinds() {
  std::array<Kind, 128> kinds{};
  for (std::size_t c = '0'; c <= '9'; ++c) kinds[c] = Kind::number;
  for (std::size_t c = 'a'; c <= 'z'; ++c) kinds[c] = Kind::letter;
  for (std::size_t c = 'A'; c <= 'Z'; ++c) kinds[c] = Kind::letter;
  for (const char c : std::string_view("\n\v\f\r\x1c\x1d\x1e"))
    kinds[static_cast<std::size_t>(c)] = Kind::line_end;
  return kinds;
}

constexpr std::array<Kind, 128> kAsciiKinds = make_ascii_kinds();

bool is_wide_line_end(std::string_view character) {
  return character == "\u0085" || character == "\u2028" || character == "\u2029";
}

Kind kind_of(CharacterClass kind, std::string_view character) {
  if (kind == CharacterClass::letter) return Kind::letter;
  if (kind == CharacterClass::number) return Kind::number;
  return is_wide_line_end(character) ? Kind::line_end : Kind::other;
}

void add_line_end(LineCounts& counts, bool second_half) {
  ++counts.line_end_characters;
  if (second_half) return;  // \r\n: two characters, one line end.
  ++counts.line_ends;
  counts.line_length_max = std::max(counts.line_length_max, counts.line_length);
  counts.line_length = 0;
}

void add(Kind kind, char first_byte, LineCounts& counts) {
  ++counts.characters;
  if (kind == Kind::line_end)
    add_line_end(counts, counts.after_return && first_byte == '\n');
  else
    ++counts.line_length;
  if (kind == Kind::letter) ++counts.letters;
  if (kind == Kind::number) ++counts.numbers;
  counts.after_return = first_byte == '\r';
}

/// Adds the characters that begin in text[position, end). Returns the position after them, or
/// npos where a byte is not UTF-8.
std::size_t count_plain(std::string_view text, std::size_t position, std::size_t end,
                        LineCounts& counts) {
  while (position < end) {
    const auto byte = static_cast<unsigned char>(text[position]);
    if (byte < 0x80) {
      add(kAsciiKinds[byte], text[position], counts);
      ++position;
      continue;
    }
    const Character character = character_at(text, position);
    if (character.length_bytes == 1) return std::string_view::npos;
    add(kind_of(character.kind, text.substr(position, character.length_bytes)), text[position],
        counts);
    position += character.length_bytes;
  }
  return position;
}

}  // namespace

TextStatistics measure_text(std::string_view text, const TextKernels& kernels) {
  LineCounts counts;
  for (std::size_t position = 0; position < text.size();) {
    position += kernels.count_ascii(text.data() + position, text.size() - position, counts);
    position = count_plain(text, position, std::min(position + kPlainBytes, text.size()), counts);
    if (position == std::string_view::npos) return {.valid_utf8 = false};
  }
  // splitlines() gives no empty line after a last line end.
  const bool open_line = counts.line_length > 0;
  return {.characters = counts.characters,
          .alphanumeric = counts.letters + counts.numbers,
          .alphabetic = counts.letters,
          .lines = counts.line_ends + (open_line ? 1 : 0),
          .line_characters = counts.characters - counts.line_end_characters,
          .line_length_max = std::max(counts.line_length_max, counts.line_length)};
}

std::string_view stripped(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kAsciiSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kAsciiSpace) - first + 1);
}

}  // namespace scribe
