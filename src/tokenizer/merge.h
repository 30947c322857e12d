// Byte-pair merging of one piece.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "tokenizer/pair_map.h"
#include "tokenizer/vocabulary.h"

namespace scribe {

struct MergeResult {
  std::int32_t rank = std::numeric_limits<std::int32_t>::max();
  TokenId merged = -1;  ///< -1: the two do not merge, which ranks behind all that do
};

/// What two neighbours become. Pairs of the first 256 ids, which are the bytes in nearly all
/// vocabularies, have a table of their own: with each piece that is merged they are looked up first
/// and most.
class MergeTable {
 public:
  MergeTable() : of_bytes_(kBytes * kBytes) {}

  MergeResult find(TokenId left, TokenId right) const {
    if ((left | right) < kBytes) return of_bytes_[place_of(left, right)];
    const MergeResult* found = of_others_.find(left, right);
    return found == nullptr ? MergeResult{} : *found;
  }

  void set(TokenId left, TokenId right, MergeResult result) {
    if ((left | right) < kBytes)
      of_bytes_[place_of(left, right)] = result;
    else
      of_others_.find_or_insert(left, right, {}) = result;
  }

 private:
  static constexpr TokenId kBytes = 256;
  static std::size_t place_of(TokenId left, TokenId right) {
    return static_cast<std::size_t>(left * kBytes + right);
  }

  std::vector<MergeResult> of_bytes_;
  PairMap<MergeResult> of_others_;
};

/// Of two merges of one pair the later counts, as in Hugging Face `tokenizers`.
MergeTable merge_table_of(std::span<const Merge> merges);

/// Appends to `out` what is left of `symbols` when, as long as any two neighbours can merge, the
/// pair of lowest rank has merged, the left-most first on ties.
///
/// O(n^2) with a small constant for fewer than kLongPiece symbols, at most O(n log n) for more.
/// Requires: fewer than 2^32 symbols.
void append_merged(const MergeTable& table, std::span<const TokenId> symbols,
                   std::vector<TokenId>& out);

/// From this many symbols on a heap finds the next pair instead of a scan, and from the other on
/// a queue for each rank.
inline constexpr std::size_t kLongPiece = 100;
inline constexpr std::size_t kVeryLongPiece = 4096;

}  // namespace scribe
