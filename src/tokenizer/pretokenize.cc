// The patterns as scanners: a table for ASCII, ranges for the rest.
#include "tokenizer/pretokenize.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "tokenizer/letter_cases.h"
#include "tokenizer/split_rules.h"

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

Character multibyte_character_at(std::string_view text, std::size_t position) {
  const CodePoint next = code_point_at(text, position);
  return {next.value == CodePoint::kInvalid ? other : class_of(next.value), next.length_bytes};
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

/// The same without regard to case, where the long s (U+017F) is an s too.
std::size_t contraction_length_in_any_case(std::string_view text, std::size_t begin) {
  std::array<char, 3> lower{'\'', '\0', '\0'};
  const std::string_view rest = text.substr(begin + 1, 2);
  if (rest == "\u017F") return 3;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (std::size_t i = 0; i < rest.size() && is_letter(rest[i]); ++i)
    lower[i + 1] = static_cast<char>(rest[i] | 0x20);
  return contraction_length({lower.data(), 1 + rest.size()}, 0);
}

bool is_newline(char byte) {
  return byte == '\r' || byte == '\n';
}

std::size_t end_of_newlines(std::string_view text, std::size_t position) {
  while (position < text.size() && is_newline(text[position])) ++position;
  return position;
}

std::size_t end_of_numbers(std::string_view text, std::size_t position, int numbers_max) {
  for (int count = 0; count < numbers_max && position < text.size(); ++count) {
    const Character character = next_character(text, position);
    if (character.kind != number) break;
    position += character.length_bytes;
  }
  return position;
}

/// End of `\s*[\r\n]+`, which ends with the last newline of the white space at `begin`; without a
/// newline there, as end_of_spaces.
std::size_t end_of_lines(std::string_view text, std::size_t begin) {
  const std::string_view run = text.substr(begin, end_of_run(text, begin, space) - begin);
  const std::size_t newline = run.find_last_of("\r\n");
  return newline == std::string_view::npos ? end_of_spaces(text, begin) : begin + newline + 1;
}

/// End of `(?:[ \t]*(?= \S)|[ \t]*)`: all blanks but a last space that can go with a word.
std::size_t end_of_indentation(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  const bool is_space = end > begin && text[end - 1] == ' ';
  const bool is_left = is_space && end < text.size() && next_character(text, end).kind != space;
  return is_left ? end - 1 : end;
}

/// The case of the character at text[position], and where it ends.
std::pair<LetterCase, std::size_t> case_at(std::string_view text, std::size_t position) {
  const std::uint8_t byte = byte_at(text, position);
  if (byte >= 0x80) {
    const CodePoint next = code_point_at(text, position);
    const std::size_t end = position + next.length_bytes;
    if (next.value == CodePoint::kInvalid) return {LetterCase::none, end};
    return {letter_case_of(next.value), end};
  }
  if (kAsciiClasses[byte] != letter) return {LetterCase::none, position + 1};
  return {byte >= 'a' ? LetterCase::lower : LetterCase::upper, position + 1};
}

/// End of `L*`.
std::size_t end_of_lower(std::string_view text, std::size_t position) {
  while (position < text.size()) {
    const auto [letter_case, end] = case_at(text, position);
    if (letter_case != LetterCase::lower && letter_case != LetterCase::either) break;
    position = end;
  }
  return position;
}

/// Ends of `U*` and of its last character that is of `L`, too, which is `begin` if none is.
std::pair<std::size_t, std::size_t> ends_of_upper(std::string_view text, std::size_t begin) {
  std::size_t position = begin;
  std::size_t last_either = begin;
  while (position < text.size()) {
    const auto [letter_case, end] = case_at(text, position);
    if (letter_case != LetterCase::upper && letter_case != LetterCase::either) break;
    position = end;
    if (letter_case == LetterCase::either) last_either = end;
  }
  return {position, last_either};
}

/// End of `U*L+` at `begin`, which gives characters of U* back that L+ needs; `begin` if there is
/// none.
std::size_t end_of_lower_word(std::string_view text, std::size_t begin) {
  const auto [upper_end, last_either] = ends_of_upper(text, begin);
  const std::size_t end = end_of_lower(text, upper_end);
  return end > upper_end ? end : last_either;
}

/// End of `U+L*`.
std::size_t end_of_upper_word(std::string_view text, std::size_t begin) {
  const std::size_t upper_end = ends_of_upper(text, begin).first;
  return upper_end == begin ? begin : end_of_lower(text, upper_end);
}

/// End of the word at `begin`, of either kind, which one sign may stand before; `begin` if there is
/// none.
std::size_t end_of_cased_word(std::string_view text, std::size_t begin) {
  const Character first = next_character(text, begin);
  const bool is_sign = first.kind != letter && first.kind != number && !is_newline(text[begin]);
  const std::size_t behind = begin + first.length_bytes;
  for (const auto end_of_word : {end_of_lower_word, end_of_upper_word}) {
    if (is_sign)
      if (const std::size_t end = end_of_word(text, behind); end > behind) return end;
    if (const std::size_t end = end_of_word(text, begin); end > begin) return end;
  }
  return begin;
}

/// The left-most number of Unicode 17 at or after `begin`: where it begins and ends; twice
/// text.size() if there is none.
std::pair<std::size_t, std::size_t> find_number(std::string_view text, std::size_t begin) {
  while (begin < text.size()) {
    const CodePoint next = code_point_at(text, begin);
    const std::size_t end = begin + next.length_bytes;
    if (next.value != CodePoint::kInvalid && is_number_of_unicode_17(next.value))
      return {begin, end};
    begin = end;
  }
  return {begin, begin};
}

}  // namespace

bool is_number_of_unicode_17(std::uint32_t code_point) {
  const bool is_new = (code_point >= 0x11DE0 && code_point <= 0x11DE9) ||
                      (code_point >= 0x16FF4 && code_point <= 0x16FF6);
  if (code_point < 0x80) return kAsciiClasses[code_point] == number;
  return is_new || class_of(code_point) == number;
}

Character character_at(std::string_view text, std::size_t position) {
  return next_character(text, position);
}

std::string_view name_of(Pattern pattern) {
  constexpr std::array<std::string_view, 9> kNames{"gpt2",         "starcoder",  "qwen2",
                                                   "llama3",       "code_lines", "deepseek_coder",
                                                   "deepseek_llm", "tekken",     "o200k"};
  return kNames[static_cast<std::size_t>(pattern)];
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

std::size_t lines_piece_end(std::string_view text, std::size_t begin, int numbers_max) {
  if (text[begin] == '\'') {
    const std::size_t length = contraction_length_in_any_case(text, begin);
    if (length > 0) return begin + length;
  }
  const Character first = next_character(text, begin);
  const std::size_t next = begin + first.length_bytes;
  if (first.kind == letter) return end_of_run(text, next, letter);
  if (first.kind == number) return end_of_numbers(text, next, numbers_max - 1);
  if (next < text.size() && !is_newline(text[begin])) {
    const Character second = next_character(text, next);
    if (second.kind == letter) return end_of_run(text, next, letter);
    if (second.kind == other && text[begin] == ' ')
      return end_of_newlines(text, end_of_run(text, next, other));
  }
  if (first.kind == other) return end_of_newlines(text, end_of_run(text, next, other));
  return end_of_lines(text, begin);
}

std::size_t code_lines_piece_end(std::string_view text, std::size_t begin) {
  const Character first = next_character(text, begin);
  const std::size_t next = begin + first.length_bytes;
  if (first.kind == letter) return end_of_run(text, next, letter);
  if (first.kind == number) return end_of_numbers(text, next, 2);
  std::size_t signs_end = first.kind == other ? end_of_run(text, next, other) : begin;
  if (next < text.size() && !is_newline(text[begin])) {
    const Character second = next_character(text, next);
    if (second.kind == letter) return end_of_run(text, next, letter);
    if (second.kind == other && text[begin] == ' ') signs_end = end_of_run(text, next, other);
  }
  if (signs_end == begin) {
    const std::size_t end = end_of_lines(text, begin);
    return is_newline(text[end - 1]) ? end_of_indentation(text, end) : end;
  }
  const std::size_t end = end_of_newlines(text, signs_end);
  return end == signs_end ? end : end_of_indentation(text, end);
}

std::size_t cased_piece_end(std::string_view text, std::size_t begin, Pattern pattern) {
  const bool is_o200k = pattern == Pattern::o200k;
  if (const std::size_t end = end_of_cased_word(text, begin); end > begin) {
    const bool is_quote = is_o200k && end < text.size() && text[end] == '\'';
    return is_quote ? end + contraction_length_in_any_case(text, end) : end;
  }
  const Character first = next_character(text, begin);
  const std::size_t next = begin + first.length_bytes;
  if (first.kind == number) return end_of_numbers(text, next, is_o200k ? 2 : 0);
  const bool has_space = text[begin] == ' ' && next < text.size();
  const std::size_t signs = has_space ? next : begin;
  if (next_character(text, signs).kind != other) return end_of_lines(text, begin);
  std::size_t end = end_of_run(text, signs, other);
  while (end < text.size() && (is_newline(text[end]) || text[end] == '/')) ++end;
  return end;
}

PieceEnds::PieceEnds(Pattern pattern, std::string_view text)
    : pattern_(pattern), text_(text), rules_(split_rules(pattern)) {}

std::size_t PieceEnds::after_by_other_pattern(std::size_t begin) {
  if (pattern_ == Pattern::code_lines) return code_lines_piece_end(text_, begin);
  if (!rules_.empty()) return after_by_rules(begin);
  if (pattern_ == Pattern::tekken || pattern_ == Pattern::o200k)
    return cased_piece_end(text_, begin, pattern_);
  if (pattern_ != Pattern::starcoder)
    return lines_piece_end(text_, begin, pattern_ == Pattern::qwen2 ? 1 : 3);
  if (begin == number_end_) std::tie(number_begin_, number_end_) = find_number(text_, begin);
  if (begin == number_begin_) return number_end_;
  return piece_end(text_.substr(0, number_begin_), begin);
}

/// A piece of a rule lies within one of the rule before, so that none begins within another.
std::size_t PieceEnds::after_by_rules(std::size_t begin) {
  std::size_t end = text_.size();
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (rule_ends_[i] <= begin) rule_ends_[i] = end_by_rule(rules_[i], text_.substr(0, end), begin);
    end = rule_ends_[i];
  }
  return end;
}

}  // namespace scribe
