// Byte-pair merging of one piece.
#pragma once

#include <span>
#include <vector>

#include "tokenizer/pair_map.h"
#include "tokenizer/vocabulary.h"

namespace scribe {

struct MergeResult {
  std::int32_t rank = 0;
  TokenId merged = 0;
};

using MergeTable = PairMap<MergeResult>;

/// Of two merges of one pair the later counts, as in Hugging Face `tokenizers`.
MergeTable merge_table_of(std::span<const Merge> merges);

/// Appends to `out` what is left of `symbols` when, as long as any two neighbours can merge, the
/// pair of lowest rank has merged, the left-most first on ties.
///
/// O(n^2) with a small constant for fewer than kLongPiece symbols, O(n log n) for more.
/// Requires: fewer than 2^32 symbols.
void append_merged(const MergeTable& table, std::span<const TokenId> symbols,
                   std::vector<TokenId>& out);

/// From this many symbols on a heap finds the next pair instead of a scan.
inline constexpr std::size_t kLongPiece = 100;

}  // namespace scribe
