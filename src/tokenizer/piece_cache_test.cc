// Tests that the caches give back what was put in, or nothing, however full they are.
#include "tokenizer/piece_cache.h"

#include <gtest/gtest.h>

#include <string>

#include "base/hash.h"

namespace scribe {
namespace {

TEST(PieceCacheTest, AShortPieceIsItsBytesAndTheirNumber) {
  const std::string text = "abcdefghijklmnop\xFF";
  for (std::size_t size = 1; size <= kShortPieceBytesMax; ++size) {
    const ShortPiece piece = short_piece_of(text.data(), size);
    EXPECT_EQ(piece, short_piece_of(text.substr(0, size)));
    EXPECT_EQ(piece.high >> 56, size);
    EXPECT_NE(piece, short_piece_of(text.data() + 1, size));
  }
  EXPECT_NE(short_piece_of(std::string_view("a\0", 2)), short_piece_of(std::string_view("a")));
}

TEST(PieceCacheTest, ALongPieceIsNoShortOne) {
  const std::string text(40, '\0');
  for (std::size_t size = 1; size <= kShortPieceBytesMax; ++size)
    EXPECT_NE(short_piece_of(text.data(), 16), short_piece_of(text.data(), size));
  EXPECT_NE(short_piece_of(text.data(), 16), ShortPiece{});
}

std::string piece_of(std::size_t i, std::string_view beginning) {
  return std::string(beginning) + std::to_string(i);
}

TEST(PieceCacheTest, ShortPiecesAreThereWithTheirIdsOrNotAtAll) {
  ShortPieceCache cache;
  constexpr std::size_t kPieces = 400'000;  // More than there are places.
  std::size_t found = 0;
  for (std::size_t i = 0; i < kPieces; ++i) {
    const ShortPiece piece = short_piece_of(piece_of(i, "ab"));
    cache.grow_if_full();
    cache.insert(piece, std::vector<TokenId>(1 + i % 3, static_cast<TokenId>(i)));
    EXPECT_EQ(cache.bucket(piece.hash()).entries[0].piece, piece);
  }
  for (std::size_t i = 0; i < kPieces; ++i) {
    const ShortPiece piece = short_piece_of(piece_of(i, "ab"));
    for (const ShortPieceCache::Entry& entry : cache.bucket(piece.hash()).entries) {
      if (entry.piece != piece) continue;
      ++found;
      ASSERT_EQ(entry.count, 1 + static_cast<std::int32_t>(i % 3));
      for (std::int32_t k = 0; k < entry.count; ++k)
        ASSERT_EQ(entry.ids[static_cast<std::size_t>(k)], static_cast<TokenId>(i));
    }
  }
  EXPECT_GT(found, kPieces / 4);
}

TEST(PieceCacheTest, PiecesStayWhenShortOnesGrow) {
  ShortPieceCache cache;
  std::size_t found = 0;
  for (std::size_t i = 0; i < 5000; ++i) {
    cache.grow_if_full();
    cache.insert(short_piece_of(piece_of(i, "")), std::vector<TokenId>{1});
  }
  for (std::size_t i = 0; i < 5000; ++i) {
    const ShortPiece piece = short_piece_of(piece_of(i, ""));
    for (const ShortPieceCache::Entry& entry : cache.bucket(piece.hash()).entries)
      found += entry.piece == piece ? 1U : 0U;
  }
  EXPECT_GT(found, 4000U);  // Some collide: there are never many more places than pieces.
}

TEST(PieceCacheTest, LongPiecesAreThereWithTheirIdsOrNotAtAll) {
  LongPieceCache cache;
  constexpr std::size_t kPieces = 150'000;  // Their bytes are more than it holds.
  std::size_t found = 0;
  const std::string beginning(40, 'x');
  for (std::size_t i = 0; i < kPieces; ++i) {
    const std::string piece = piece_of(i, beginning);
    cache.insert(piece, hash64(piece), std::vector<TokenId>(1 + i % 7, static_cast<TokenId>(i)));
    ASSERT_EQ(cache.find(piece, hash64(piece)).size(), 1 + i % 7);
  }
  for (std::size_t i = 0; i < kPieces; ++i) {
    const std::string piece = piece_of(i, beginning);
    const std::span<const TokenId> ids = cache.find(piece, hash64(piece));
    if (ids.empty()) continue;
    ++found;
    ASSERT_EQ(std::vector<TokenId>(ids.begin(), ids.end()),
              std::vector<TokenId>(1 + i % 7, static_cast<TokenId>(i)));
  }
  EXPECT_GT(found, 1000U);
}

TEST(PieceCacheTest, PiecesOfOneHashAreToldApart) {
  LongPieceCache cache;
  cache.insert("abcdefghijklmnopq", 7, std::vector<TokenId>{1});
  EXPECT_TRUE(cache.find("abcdefghijklmnopr", 7).empty());
  EXPECT_TRUE(cache.find("abcdefghijklmnop", 7).empty());
  EXPECT_FALSE(cache.find("abcdefghijklmnopq", 7).empty());
}

TEST(PieceCacheTest, PiecesBeyondTheLimitAreNotKept) {
  LongPieceCache cache;
  const std::string at_limit(512, 'x');
  const std::string beyond(513, 'x');
  for (const std::string& piece : {at_limit, beyond})
    cache.insert(piece, hash64(piece), std::vector<TokenId>(piece.size(), 3));
  EXPECT_EQ(cache.find(at_limit, hash64(at_limit)).size(), 512U);
  EXPECT_TRUE(cache.find(beyond, hash64(beyond)).empty());
}

}  // namespace
}  // namespace scribe
