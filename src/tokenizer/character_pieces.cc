// A table for ASCII, a set for the other pairs.
#include "tokenizer/character_pieces.h"

#include <algorithm>

#include "base/check.h"
#include "base/utf8.h"

namespace scribe {

std::string with_spaces(std::string_view text, std::string_view before) {
  std::string spaced;
  spaced.reserve(before.size() + text.size());
  spaced = before;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t mark = std::min(text.find(kSpaceMark, at), text.size());
    spaced += text.substr(at, mark - at);
    at = mark;
    if (mark == text.size()) break;
    spaced += ' ';
    at += kSpaceMark.size();
  }
  return spaced;
}

Neighbours::Neighbours(const Vocabulary& vocabulary) {
  if (vocabulary.pipeline.alphabet != Alphabet::characters) return;
  for (const Merge& merge : vocabulary.merges) {
    const std::string& text = vocabulary.tokens[static_cast<std::size_t>(merge.merged)].bytes;
    CodePoint left = code_point_at(text, 0);
    for (std::size_t at = left.length_bytes; at < text.size();) {
      const CodePoint right = code_point_at(text, at);
      if ((left.value | right.value) < kAscii)
        of_ascii_.set(left.value * kAscii + right.value);
      else
        of_others_.insert(key_of(left.value, right.value));
      at += right.length_bytes;
      left = right;
    }
  }
}

std::size_t CharacterPieces::end_of_piece(std::size_t begin) const {
  CodePoint left = code_point_at(text_, begin);
  std::size_t end = begin + left.length_bytes;
  while (end < text_.size()) {
    const CodePoint right = code_point_at(text_, end);
    if (!neighbours_.are_in_a_token(left.value, right.value)) break;
    end += right.length_bytes;
    left = right;
  }
  return end;
}

PieceBatch CharacterPieces::next() {
  const std::size_t base = begin_;
  std::size_t count = 1;
  bounds_[0] = 0;
  while (begin_ < text_.size() && count < bounds_.size() && begin_ - base < kScanOffsetMax) {
    const std::size_t end = end_of_piece(begin_);
    SCRIBE_CHECK(end - begin_ < kScanOffsetMax, "a piece of {} bytes", end - begin_);
    bounds_[count++] = static_cast<std::uint32_t>(end - base);
    begin_ = end;
  }
  const char* const data = text_.data() + base;
  return count == 1 ? PieceBatch{data, {}} : PieceBatch{data, std::span(bounds_).first(count)};
}

}  // namespace scribe
