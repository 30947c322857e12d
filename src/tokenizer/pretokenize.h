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

/// The character at text[position]. A byte that does not start a valid UTF-8 sequence (overlong
/// forms, surrogates and what lies above U+10FFFF included) is a character of its own, of class
/// `other`. Requires: position < text.size().
Character character_at(std::string_view text, std::size_t position);

/// Where the piece that begins at text[begin] ends, begin < end <= text.size(), by GPT-2's pattern
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, its encoder.py).
/// Every byte belongs to exactly one piece.
/// Requires: begin < text.size(), and begin is 0 or where the piece before ends.
std::size_t piece_end(std::string_view text, std::size_t begin);

/// Calls visit(piece) for every piece of `text`, in order.
template <typename Visit>
void for_each_piece(std::string_view text, Visit&& visit) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = piece_end(text, begin);
    visit(text.substr(begin, end - begin));
    begin = end;
  }
}

}  // namespace scribe
