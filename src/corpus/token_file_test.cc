// Tests token files: round trips, both widths, and every way in which a file can be damaged.
#include "corpus/token_file.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/hash.h"
#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

std::vector<TokenId> read_all(const TokenFile& file) {
  std::vector<TokenId> tokens(static_cast<std::size_t>(file.size()));
  EXPECT_TRUE(file.read(0, tokens).ok());
  return tokens;
}

/// The bytes of a file of version 1, from docs/formats/token_file.md.
std::string version_1(std::span<const std::uint16_t> ids, std::int32_t vocabulary_size) {
  const std::string_view body(reinterpret_cast<const char*>(ids.data()), 2 * ids.size());
  std::string bytes = "SCRBTOKS";
  const auto add = [&](auto value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  };
  add(std::uint32_t{1});
  add(std::uint32_t{2});
  add(static_cast<std::int64_t>(ids.size()));
  add(vocabulary_size);
  add(std::uint32_t{0});
  add(std::uint64_t{77});
  add(hash64(body));
  add(std::uint64_t{0});
  add(hash64(bytes));
  return bytes + std::string(body);
}

class TokenFileTest : public testing::Test {
 protected:
  std::string write(std::span<const TokenId> tokens, std::int32_t vocabulary_size) {
    const std::string path = directory_.file("a.tokens");
    EXPECT_TRUE(write_token_file(env_, path, tokens, vocabulary_size, 77).ok());
    return path;
  }

  /// What opening says of a whole file whose bytes `damage` has changed.
  template <typename Damage>
  Error error_after(Damage damage) {
    const std::vector<TokenId> tokens = {1, 2, 3, 4};
    const std::string path = directory_.file("a.tokens");
    if (whole_.empty()) whole_ = env_.read_file(write(tokens, 10)).value();
    std::string bytes = whole_;
    damage(bytes);
    // Not write_file_atomic: its syncs would make thousands of damages take seconds.
    if (env_.exists(path)) {
      EXPECT_TRUE(env_.remove(path).ok());
    }
    EXPECT_TRUE(env_.open_append(path).value()->append(bytes).ok());
    return TokenFile::open(env_, path, TokenCheck::everything).error();
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
  std::string whole_;  // The bytes of the file before any damage.
};

TEST_F(TokenFileTest, WhatWasWrittenIsRead) {
  std::vector<TokenId> tokens(1000);
  std::iota(tokens.begin(), tokens.end(), 0);
  const std::string path = write(tokens, 1000);
  const TokenFile file = TokenFile::open(env_, path).value();
  EXPECT_EQ(file.size(), 1000);
  EXPECT_EQ(file.info().vocabulary_size, 1000);
  EXPECT_EQ(file.info().tokenizer_hash, 77U);
  EXPECT_EQ(read_all(file), tokens);
  std::vector<TokenId> part(3);
  EXPECT_TRUE(file.read(997, part).ok());
  EXPECT_EQ(part, (std::vector<TokenId>{997, 998, 999}));
}

TEST_F(TokenFileTest, IdsTakeTwoBytesUpToAVocabularyOf65536AndFourAbove) {
  const std::vector<TokenId> tokens = {65535, 0};
  EXPECT_EQ(env_.file_size(write(tokens, 65536)).value(), 128 + 8 + 2 * 2);
  EXPECT_EQ(read_all(TokenFile::open(env_, write(tokens, 65536)).value()), tokens);
  const std::vector<TokenId> wide = {65536, 0};
  EXPECT_EQ(env_.file_size(write(wide, 65537)).value(), 128 + 8 + 2 * 4);
  EXPECT_EQ(read_all(TokenFile::open(env_, write(wide, 65537)).value()), wide);
}

TEST_F(TokenFileTest, AnEmptyFileOfTokensIsAFile) {
  EXPECT_EQ(TokenFile::open(env_, write({}, 5)).value().size(), 0);
}

TEST_F(TokenFileTest, AMissingFileIsNotFound) {
  EXPECT_EQ(TokenFile::open(env_, directory_.file("none")).error().code(), ErrorCode::not_found);
}

TEST_F(TokenFileTest, EveryTruncationIsRefused) {
  for (std::size_t size = 0; size < 128 + 8 + 4 * 2; ++size) {
    const Error failure = error_after([&](std::string& bytes) { bytes.resize(size); });
    EXPECT_EQ(failure.code(), ErrorCode::invalid_data) << size;
    EXPECT_NE(failure.message().find("a.tokens"), std::string::npos);
  }
}

TEST_F(TokenFileTest, EveryFlippedBitIsRefused) {
  for (std::size_t bit = 0; bit < (128 + 8 + 4 * 2) * 8; ++bit) {
    const Error failure = error_after([&](std::string& bytes) {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    });
    EXPECT_EQ(failure.code(), ErrorCode::invalid_data) << bit;
  }
}

TEST_F(TokenFileTest, BytesAfterTheEndAreRefused) {
  EXPECT_NE(error_after([](std::string& bytes) { bytes += "xx"; }).message().find("4 tokens"),
            std::string::npos);
}

TEST_F(TokenFileTest, AnIdOutsideTheVocabularyIsRefusedEvenWhenTheChecksumsMatch) {
  const Error failure = error_after([](std::string& bytes) {
    bytes[136] = 10;  // The vocabulary is 0 ... 9.
    const std::uint64_t ids_hash = hash64(std::string_view(bytes).substr(136));
    bytes.replace(40, 8, reinterpret_cast<const char*>(&ids_hash), 8);
    const std::uint64_t header_hash = hash64(std::string_view(bytes).substr(0, 120));
    bytes.replace(120, 8, reinterpret_cast<const char*>(&header_hash), 8);
  });
  EXPECT_NE(failure.message().find("holds id 10, but its vocabulary has 10 ids"),
            std::string::npos);
}

TEST_F(TokenFileTest, OpeningReadsHeaderAndIndexAndReadingChecksIds) {
  const std::vector<TokenId> tokens = {1, 2, 3, 4};
  const std::string path = write(tokens, 10);
  std::string bytes = env_.read_file(path).value();
  bytes[136 + 2 * 2] = 12;
  ASSERT_TRUE(env_.remove(path).ok());
  ASSERT_TRUE(env_.open_append(path).value()->append(bytes).ok());
  EXPECT_FALSE(TokenFile::open(env_, path, TokenCheck::everything).ok());
  const TokenFile file = TokenFile::open(env_, path).value();
  std::vector<TokenId> out(2);
  EXPECT_TRUE(file.read(0, out).ok());
  const Error failure = file.read(1, out).error();
  EXPECT_EQ(failure.code(), ErrorCode::invalid_data);
  EXPECT_NE(failure.message().find("a.tokens': token 2 is id 12, but its vocabulary has 10 ids"),
            std::string::npos)
      << failure.message();
}

TEST_F(TokenFileTest, TheIndexSaysWhereDocumentsBegin) {
  std::vector<std::byte> bytes;
  append_token_bytes(std::vector<TokenId>{1, 2, 3, 4, 5, 6}, 10, bytes);
  const std::span<const std::byte> all = bytes;
  const std::vector<std::span<const std::byte>> documents = {all.first(2), all.subspan(2, 6),
                                                             all.last(4)};
  const std::string path = directory_.file("d.tokens");
  ASSERT_TRUE(write_token_file(env_, path,
                               {.vocabulary_size = 10, .seed = 3, .shard = 1, .shards = 4},
                               documents)
                  .ok());
  const TokenFile file = TokenFile::open(env_, path, TokenCheck::everything).value();
  ASSERT_EQ(file.documents(), 3);
  EXPECT_EQ(file.document_begin(0), 0);
  EXPECT_EQ(file.document_begin(1), 1);
  EXPECT_EQ(file.document_begin(2), 4);
  EXPECT_EQ(file.info().shard, 1U);
  EXPECT_EQ(file.info().shards, 4U);
  EXPECT_EQ(file.info().seed, 3U);
  EXPECT_EQ(read_all(file), (std::vector<TokenId>{1, 2, 3, 4, 5, 6}));
  EXPECT_DEATH((void)file.document_begin(3), "document 3 of 3");
}

TEST_F(TokenFileTest, VersionOneIsStillRead) {
  const std::vector<std::uint16_t> ids = {1, 2, 9};
  const std::string path = directory_.file("v1.tokens");
  const std::string bytes = version_1(ids, 10);
  ASSERT_TRUE(write_file_atomic(env_, path, bytes).ok());
  const TokenFile file = TokenFile::open(env_, path, TokenCheck::everything).value();
  EXPECT_EQ(read_all(file), (std::vector<TokenId>{1, 2, 9}));
  EXPECT_EQ(file.info().tokenizer_hash, 77U);
  EXPECT_EQ(file.documents(), 0);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_TRUE(env_.remove(path).ok());
    ASSERT_TRUE(env_.open_append(path).value()->append(damaged).ok());
    EXPECT_FALSE(TokenFile::open(env_, path, TokenCheck::everything).ok()) << bit;
  }
}

TEST_F(TokenFileTest, AFullDiskLeavesTheOldFile) {
  const std::vector<TokenId> old_tokens = {1};
  const std::string path = write(old_tokens, 10);
  env_.fill_disk_after(129);
  const std::vector<TokenId> new_tokens = {2, 3};
  EXPECT_EQ(write_token_file(env_, path, new_tokens, 10, 77).error().code(), ErrorCode::io);
  EXPECT_EQ(read_all(TokenFile::open(env_, path).value()), old_tokens);
}

TEST_F(TokenFileTest, ReadingBeyondTheEndIsABug) {
  const std::vector<TokenId> tokens = {1, 2};
  const TokenFile file = TokenFile::open(env_, write(tokens, 10)).value();
  std::vector<TokenId> out(2);
  EXPECT_DEATH((void)file.read(1, out), "of a file of 2");
  EXPECT_DEATH((void)file.read(-1, out), "of a file of 2");
}

TEST_F(TokenFileTest, WritingAnIdOutsideTheVocabularyIsABug) {
  const std::vector<TokenId> tokens = {10};
  EXPECT_DEATH((void)write_token_file(env_, directory_.file("b"), tokens, 10, 0), "id 10");
}

}  // namespace
}  // namespace scribe
