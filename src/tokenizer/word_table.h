// The short tokens of a vocabulary by their bytes.
#pragma once

#include <bit>
#include <vector>

#include "tokenizer/short_piece.h"
#include "tokenizer/vocabulary.h"

namespace scribe {

/// Open addressing with linear probing, at most half full.
class WordTable {
 public:
  /// Of the tokens that pieces may become.
  explicit WordTable(const TokenIndex& index)
      : bits_(static_cast<int>(std::bit_width(2 * index.size() + 1))),
        slots_(std::size_t{1} << bits_) {
    for (const auto& [bytes, id] : index) {
      if (bytes.size() > kShortPieceBytesMax) continue;
      const ShortPiece piece = short_piece_of(bytes);
      slots_[slot_of(piece)] = {piece, id};
    }
  }

  /// -1 if there is no such token.
  TokenId find(const ShortPiece& piece) const { return slots_[slot_of(piece)].id; }

 private:
  struct Slot {
    ShortPiece piece;
    TokenId id = -1;
  };

  /// The slot that has the piece, or the empty one where it belongs.
  std::size_t slot_of(const ShortPiece& piece) const {
    std::size_t slot = piece.hash() >> (64 - bits_);
    while (slots_[slot].id >= 0 && slots_[slot].piece != piece)
      slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }

  int bits_;
  std::vector<Slot> slots_;
};

}  // namespace scribe
