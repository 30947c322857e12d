// Cuts text into the pieces within which bytes may be merged.
#pragma once

#include <cstddef>
#include <string_view>

#include "tokenizer/unicode_tables.h"

namespace scribe {

/// One character of a text: its class and its length in bytes.
struct Character {
  CharacterClass kind;
  std::uint8_t length_bytes;
};

/// The character at text[position]. A byte that does not start a valid UTF-8 sequence is a character
/// of its own, of class `other`. Requires: position < text.size().
Character character_at(std::string_view text, std::size_t position);

/// The ways to cut that published code models use. Every byte belongs to exactly one piece.
enum class Pattern : std::uint8_t {
  gpt2,       ///< piece_end
  starcoder,  ///< every number (of Unicode 17) alone, then `gpt2` on what lies between, each alone
  qwen2,      ///< lines_piece_end with one number a piece
  llama3,     ///< lines_piece_end with up to three numbers a piece; that of cl100k too
};

/// "gpt2", "starcoder", "qwen2" or "llama3".
std::string_view name_of(Pattern pattern);

/// Where the piece that begins at text[begin] ends, begin < end <= text.size(), by GPT-2's pattern
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, its encoder.py).
/// Requires: begin < text.size(), and begin is 0 or where the piece before ends.
std::size_t piece_end(std::string_view text, std::size_t begin);

/// The same by the pattern of Llama 3 and, with `numbers_max` 1 instead of 3, of Qwen 2:
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
///         | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t lines_piece_end(std::string_view text, std::size_t begin, int numbers_max);

/// The left-most number of Unicode 17 at or after `begin`: where, and its length; text.size() and 0
/// if there is none.
struct NumberPosition {
  std::size_t begin;
  std::size_t length_bytes;
};
NumberPosition find_number(std::string_view text, std::size_t begin);

/// Calls visit(piece) for every piece of `text` by GPT-2's pattern, in order.
template <typename Visit>
void for_each_piece(std::string_view text, Visit&& visit) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = piece_end(text, begin);
    visit(text.substr(begin, end - begin));
    begin = end;
  }
}

/// Calls visit(piece) for every piece of `text`, in order.
template <typename Visit>
void for_each_piece(Pattern pattern, std::string_view text, Visit&& visit) {
  if (pattern == Pattern::gpt2) return for_each_piece(text, visit);
  for (std::size_t begin = 0; begin < text.size();) {
    if (pattern == Pattern::starcoder) {
      const NumberPosition number = find_number(text, begin);
      for_each_piece(text.substr(begin, number.begin - begin), visit);
      if (number.length_bytes > 0) visit(text.substr(number.begin, number.length_bytes));
      begin = number.begin + number.length_bytes;
    } else {
      const std::size_t end = lines_piece_end(text, begin, pattern == Pattern::qwen2 ? 1 : 3);
      visit(text.substr(begin, end - begin));
      begin = end;
    }
  }
}

}  // namespace scribe
