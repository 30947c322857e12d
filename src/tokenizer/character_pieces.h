// Cuts text where no token reaches across, for vocabularies of characters.
#pragma once

#include <array>
#include <bitset>
#include <string>
#include <string_view>
#include <unordered_set>

#include "tokenizer/piece_batches.h"
#include "tokenizer/vocabulary.h"

namespace scribe {

/// `before`, then the text with spaces for `kSpaceMark`, which SentencePiece does not tell apart.
std::string with_spaces(std::string_view text, std::string_view before = "");

/// Which two characters stand beside each other in a token that others merge to. Between two that
/// never do, a text can be cut, and each part merged by itself, to the same tokens.
class Neighbours {
 public:
  /// None of an alphabet of bytes.
  explicit Neighbours(const Vocabulary& vocabulary);

  /// Of characters as code points.
  bool are_in_a_token(std::uint32_t left, std::uint32_t right) const {
    if ((left | right) < kAscii) return of_ascii_[left * kAscii + right];
    return of_others_.contains(key_of(left, right));
  }

 private:
  static constexpr std::uint32_t kAscii = 128;
  static std::uint64_t key_of(std::uint32_t left, std::uint32_t right) {
    return (std::uint64_t{left} << 32) | right;
  }

  std::bitset<std::size_t{kAscii} * kAscii> of_ascii_;
  std::unordered_set<std::uint64_t> of_others_;
};

/// The parts of a text, in order; each byte that is not valid UTF-8 is one. Views the text.
class CharacterPieces {
 public:
  CharacterPieces(const Neighbours& neighbours, std::string_view text)
      : neighbours_(neighbours), text_(text) {}

  /// The next pieces, at most PieceBatches::kPiecesMax; none at the end of the text. Valid until
  /// the next call. Requires: no piece has 2^31 bytes.
  PieceBatch next();

 private:
  std::size_t end_of_piece(std::size_t begin) const;

  const Neighbours& neighbours_;
  std::string_view text_;
  std::size_t begin_ = 0;
  std::array<std::uint32_t, PieceBatches::kPiecesMax + 1> bounds_;
};

}  // namespace scribe
