// The ids of pieces seen before.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "tokenizer/short_piece.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// Short pieces of at most three tokens. Each may be in one of two places, which share a line of
/// memory; the older of two others gives way to it. Grows with the pieces it is given: a short text
/// costs 64 KiB, much code 8 MiB.
class ShortPieceCache {
 public:
  struct Entry {
    ShortPiece piece;  // None: empty.
    std::array<TokenId, 3> ids;
    std::int32_t count;
  };
  /// The places of a piece, the one used last first.
  struct alignas(64) Bucket {
    std::array<Entry, 2> entries;
  };

  ShortPieceCache() : memory_(make_buckets(bucket_count())) {}

  /// Where the piece with this hash is or would be.
  Bucket& bucket(std::uint64_t hash) { return memory_[hash >> (64 - bits_)]; }

  /// Puts it first. Requires: 1 to 3 ids, and that the piece is not there.
  void insert(const ShortPiece& piece, std::span<const TokenId> ids) {
    auto& [first, second] = bucket(piece.hash()).entries;
    second = first;
    first.piece = piece;
    std::copy(ids.begin(), ids.end(), first.ids.begin());
    first.count = static_cast<std::int32_t>(ids.size());
    ++insertions_;
  }

  /// Makes room if many pieces have come since it last did. Moves buckets.
  void grow_if_full() {
    if (bits_ < kBitsMax && insertions_ >= bucket_count()) grow();
  }

 private:
  static constexpr int kBitsMin = 10;
  static constexpr int kBitsMax = 17;
  static constexpr int kBitsMore = 2;  // each time it grows, but the last time perhaps less

  struct Free {
    void operator()(Bucket* buckets) const;
  };
  using Buckets = std::unique_ptr<Bucket[], Free>;
  static Buckets make_buckets(std::size_t count);
  void grow();

  std::size_t bucket_count() const { return std::size_t{1} << bits_; }

  int bits_ = kBitsMin;
  Buckets memory_;
  std::size_t insertions_ = 0;  // since it last grew
};

/// All other pieces up to 512 bytes. Holds at most 5 MiB: forgets everything when that is full.
class LongPieceCache {
 public:
  /// The ids of the piece; none if it is not there. Valid until the next insert().
  std::span<const TokenId> find(std::string_view piece, std::uint64_t hash) const;
  void insert(std::string_view piece, std::uint64_t hash, std::span<const TokenId> ids);

 private:
  static constexpr std::size_t kPieceBytesMax = 512;
  static constexpr std::size_t kSlotsMin = std::size_t{1} << 8;
  static constexpr std::size_t kSlotsMax = std::size_t{1} << 16;
  static constexpr std::size_t kWordsMax = std::size_t{1} << 20;

  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t begin = 0;  // in words_: the bytes, then the ids
    std::uint16_t size_bytes = 0;
    std::uint16_t count = 0;  // of ids; 0: empty
  };

  Slot& slot(std::uint64_t hash) { return slots_[hash & (slots_.size() - 1)]; }
  void grow();

  std::vector<Slot> slots_ = std::vector<Slot>(kSlotsMin);
  std::vector<TokenId> words_;
  std::size_t insertions_ = 0;  // since it last grew
};

/// One call of encode() at a time works with it.
struct PieceCache {
  ShortPieceCache short_pieces;
  LongPieceCache long_pieces;
  std::vector<TokenId> ids;  ///< of a piece that was in neither
};

}  // namespace scribe
