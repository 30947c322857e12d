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
  file.read(0, tokens);
  return tokens;
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
    return TokenFile::open(env_, path).error();
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
  EXPECT_EQ(file.vocabulary_size(), 1000);
  EXPECT_EQ(file.tokenizer_hash(), 77U);
  EXPECT_EQ(read_all(file), tokens);
  std::vector<TokenId> part(3);
  file.read(997, part);
  EXPECT_EQ(part, (std::vector<TokenId>{997, 998, 999}));
}

TEST_F(TokenFileTest, IdsTakeTwoBytesUpToAVocabularyOf65536AndFourAbove) {
  const std::vector<TokenId> tokens = {65535, 0};
  EXPECT_EQ(env_.file_size(write(tokens, 65536)).value(), 64 + 2 * 2);
  EXPECT_EQ(read_all(TokenFile::open(env_, write(tokens, 65536)).value()), tokens);
  const std::vector<TokenId> wide = {65536, 0};
  EXPECT_EQ(env_.file_size(write(wide, 65537)).value(), 64 + 2 * 4);
  EXPECT_EQ(read_all(TokenFile::open(env_, write(wide, 65537)).value()), wide);
}

TEST_F(TokenFileTest, AnEmptyFileOfTokensIsAFile) {
  EXPECT_EQ(TokenFile::open(env_, write({}, 5)).value().size(), 0);
}

TEST_F(TokenFileTest, AMissingFileIsNotFound) {
  EXPECT_EQ(TokenFile::open(env_, directory_.file("none")).error().code(), ErrorCode::not_found);
}

TEST_F(TokenFileTest, EveryTruncationIsRefused) {
  for (std::size_t size = 0; size < 64 + 4 * 2; ++size) {
    const Error failure = error_after([&](std::string& bytes) { bytes.resize(size); });
    EXPECT_EQ(failure.code(), ErrorCode::invalid_data) << size;
    EXPECT_NE(failure.message().find("a.tokens"), std::string::npos);
  }
}

TEST_F(TokenFileTest, EveryFlippedBitIsRefused) {
  for (std::size_t bit = 0; bit < (64 + 4 * 2) * 8; ++bit) {
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
    bytes[64] = 10;  // The vocabulary is 0 ... 9.
    const std::uint64_t ids_hash = hash64(std::string_view(bytes).substr(64));
    bytes.replace(40, 8, reinterpret_cast<const char*>(&ids_hash), 8);
    const std::uint64_t header_hash = hash64(std::string_view(bytes).substr(0, 56));
    bytes.replace(56, 8, reinterpret_cast<const char*>(&header_hash), 8);
  });
  EXPECT_NE(failure.message().find("holds id 10, but its vocabulary has 10 ids"),
            std::string::npos);
}

TEST_F(TokenFileTest, AFullDiskLeavesTheOldFile) {
  const std::vector<TokenId> old_tokens = {1};
  const std::string path = write(old_tokens, 10);
  env_.fill_disk_after(65);
  const std::vector<TokenId> new_tokens = {2, 3};
  EXPECT_EQ(write_token_file(env_, path, new_tokens, 10, 77).error().code(), ErrorCode::io);
  EXPECT_EQ(read_all(TokenFile::open(env_, path).value()), old_tokens);
}

TEST_F(TokenFileTest, ReadingBeyondTheEndIsABug) {
  const std::vector<TokenId> tokens = {1, 2};
  const TokenFile file = TokenFile::open(env_, write(tokens, 10)).value();
  std::vector<TokenId> out(2);
  EXPECT_DEATH(file.read(1, out), "of a file of 2");
  EXPECT_DEATH(file.read(-1, out), "of a file of 2");
}

TEST_F(TokenFileTest, WritingAnIdOutsideTheVocabularyIsABug) {
  const std::vector<TokenId> tokens = {10};
  EXPECT_DEATH((void)write_token_file(env_, directory_.file("b"), tokens, 10, 0), "id 10");
}

}  // namespace
}  // namespace scribe
