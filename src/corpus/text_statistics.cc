// One pass over a text; ASCII goes through a table, the rest through the tokenizer's classes.
#include "corpus/text_statistics.h"

#include <algorithm>
#include <array>

#include "tokenizer/pretokenize.h"

namespace scribe {
namespace {

constexpr std::string_view kAsciiSpace = " \t\n\r\v\f";

enum class AsciiClass : std::uint8_t { other, alphanumeric, line_end };

constexpr std::array<AsciiClass, 128> make_ascii_classes() {
  std::array<AsciiClass, 128> classes{};
  for (std::size_t c = '0'; c <= '9'; ++c) classes[c] = AsciiClass::alphanumeric;
  for (std::size_t c = 'a'; c <= 'z'; ++c) classes[c] = AsciiClass::alphanumeric;
  for (std::size_t c = 'A'; c <= 'Z'; ++c) classes[c] = AsciiClass::alphanumeric;
  for (const char c : std::string_view("\n\v\f\r\x1c\x1d\x1e"))
    classes[static_cast<std::size_t>(c)] = AsciiClass::line_end;
  return classes;
}

constexpr std::array<AsciiClass, 128> kAsciiClasses = make_ascii_classes();

bool is_wide_line_end(std::string_view character) {
  return character == "\u0085" || character == "\u2028" || character == "\u2029";
}

/// Adds characters to the line in hand and closes it at its end.
class LineCounter {
 public:
  explicit LineCounter(TextStatistics& statistics) : statistics_(statistics) {}
  void add_character() { ++length_; }
  void end_line() {
    ++statistics_.lines;
    statistics_.line_characters += length_;
    statistics_.line_length_max = std::max(statistics_.line_length_max, length_);
    length_ = 0;
  }
  void end_text() {
    if (length_ > 0) end_line();  // splitlines() gives no empty line after a last line end.
  }

 private:
  TextStatistics& statistics_;
  std::int64_t length_ = 0;
};

}  // namespace

TextStatistics measure_text(std::string_view text) {
  TextStatistics statistics;
  LineCounter lines(statistics);
  for (std::size_t position = 0; position < text.size();) {
    const auto byte = static_cast<unsigned char>(text[position]);
    AsciiClass kind = AsciiClass::other;
    std::size_t length_bytes = 1;
    if (byte < 0x80) {
      kind = kAsciiClasses[byte];
      if (byte == '\r' && text.substr(position + 1).starts_with('\n')) {
        ++statistics.characters;  // Two characters, one line end.
        length_bytes = 2;
      }
    } else {
      const Character character = character_at(text, position);
      length_bytes = character.length_bytes;
      if (length_bytes == 1) return {.valid_utf8 = false};
      if (character.kind == CharacterClass::letter || character.kind == CharacterClass::number)
        kind = AsciiClass::alphanumeric;
      else if (is_wide_line_end(text.substr(position, length_bytes)))
        kind = AsciiClass::line_end;
    }
    ++statistics.characters;
    position += length_bytes;
    if (kind == AsciiClass::line_end) {
      lines.end_line();
    } else {
      lines.add_character();
      if (kind == AsciiClass::alphanumeric) ++statistics.alphanumeric;
    }
  }
  lines.end_text();
  return statistics;
}

std::string_view stripped(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kAsciiSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kAsciiSpace) - first + 1);
}

}  // namespace scribe
