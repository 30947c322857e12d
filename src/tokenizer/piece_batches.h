// Cuts text into pieces, many at a time.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "tokenizer/pretokenize.h"
#include "tokenizer/scan_kernels.h"

namespace scribe {

/// Neighbouring pieces of a text: piece i is text[bounds[i], bounds[i + 1]), counted from `base`.
struct PieceBatch {
  const char* base;
  std::span<const std::uint32_t> bounds;  ///< increasing; empty if there is no piece

  std::size_t size() const { return bounds.empty() ? 0 : bounds.size() - 1; }
  std::string_view piece(std::size_t i) const {
    return {base + bounds[i], bounds[i + 1] - bounds[i]};
  }
};

/// The pieces of for_each_piece, in order. Blocks of ASCII are cut by the processor's widest
/// instructions, all else one piece at a time. Views the text.
class PieceBatches {
 public:
  static constexpr std::size_t kPiecesMax = 512;

  /// `kernels` may be null; what comes out does not depend on them.
  PieceBatches(Pattern pattern, std::string_view text,
               const ScanKernels* kernels = best_scan_kernels());

  /// The next pieces, at most kPiecesMax; none at the end of the text. Valid until the next call.
  /// Requires: no piece has 2^31 bytes.
  PieceBatch next();

 private:
  bool is_full() const;
  const char* last_bound() const { return scan_.base + bounds_[count_ - 1]; }
  void scan_blocks();
  void cut_one_by_one();

  std::string_view text_;
  PieceEnds ends_;
  const ScanKernels* kernels_;  // Null: no blocks are scanned.
  Scan scan_;
  const char* one_by_one_until_;  // Pieces that begin before this are not left to the kernels.
  std::size_t count_ = 1;         // of bounds, of which the first is always where the batch begins
  std::array<std::uint32_t, kPiecesMax + 1 + kScanSlack> bounds_;
};

}  // namespace scribe
