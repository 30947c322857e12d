// Pieces of at most 15 bytes as two integers, which is nearly all pieces of code.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace scribe {

inline constexpr std::size_t kShortPieceBytesMax = 15;

/// The bytes, zeros behind them, and in the last byte their number.
struct ShortPiece {
  std::uint64_t low = 0;
  std::uint64_t high = 0;  ///< all zero: no piece

  bool operator==(const ShortPiece&) const = default;

  /// Only its upper bits depend on all bytes.
  std::uint64_t hash() const { return low * 0x9E3779B97F4A7C15U + high * 0xD6E8FEB86659FD93U; }
};

/// By size, up to kShortPieceBytesMax: which bytes of two words belong to a piece, and the size in
/// its place. Beyond that: no bytes, and a size that no short piece has.
struct ShortPieceMasks {
  struct Row {
    std::uint64_t low, high, size;
  };
  std::array<Row, kShortPieceBytesMax + 2> rows{};

  constexpr ShortPieceMasks() {
    for (std::size_t size = 0; size <= kShortPieceBytesMax; ++size)
      rows[size] = {first_bytes(size), size < 8 ? 0 : first_bytes(size - 8), size << 56};
    rows[kShortPieceBytesMax + 1].size = std::uint64_t{0xFF} << 56;
  }

  static constexpr std::uint64_t first_bytes(std::size_t count) {
    return count < 8 ? (std::uint64_t{1} << (8 * count)) - 1 : ~std::uint64_t{0};
  }
};
inline constexpr ShortPieceMasks kShortPieceMasks;

/// Requires: 16 bytes can be read from `data`. A longer piece gives a ShortPiece that is none.
inline ShortPiece short_piece_of(const char* data, std::size_t size) {
  const std::size_t row = size <= kShortPieceBytesMax ? size : kShortPieceBytesMax + 1;
  const ShortPieceMasks::Row& mask = kShortPieceMasks.rows[row];
  ShortPiece piece;
  std::memcpy(&piece.low, data, 8);
  std::memcpy(&piece.high, data + 8, 8);
  piece.low &= mask.low;
  piece.high = (piece.high & mask.high) | mask.size;
  return piece;
}

/// The same where fewer bytes may be readable. Requires: at most kShortPieceBytesMax bytes.
inline ShortPiece short_piece_of(std::string_view piece) {
  std::array<char, 16> padded{};
  std::memcpy(padded.data(), piece.data(), piece.size());
  return short_piece_of(padded.data(), piece.size());
}

}  // namespace scribe
