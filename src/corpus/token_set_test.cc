// Tests shards that read as one array, and those that do not belong together.
#include "corpus/token_set.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

class TokenSetTest : public testing::Test {
 protected:
  /// Writes ids as a shard of one document, or of none.
  void write(std::uint32_t shard, std::uint32_t shards, const std::vector<TokenId>& ids,
             std::uint64_t seed = 1) {
    std::vector<std::byte> bytes;
    append_token_bytes(ids, 100, bytes);
    const std::span<const std::byte> document = bytes;
    ASSERT_TRUE(
        write_token_file(env_, token_shard_path(prefix_, shard),
                         {.vocabulary_size = 100, .seed = seed, .shard = shard, .shards = shards},
                         {&document, ids.empty() ? std::size_t{0} : 1})
            .ok());
  }
  void expect_error(ErrorCode code, const std::string& part) {
    const auto set = TokenSet::open(env_, prefix_);
    ASSERT_FALSE(set.ok()) << part;
    EXPECT_EQ(set.error().code(), code);
    EXPECT_NE(set.error().message().find(part), std::string::npos) << set.error().message();
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
  std::string prefix_ = directory_.file("train");
};

TEST_F(TokenSetTest, AnyRangeIsThatOfTheConcatenation) {
  write(0, 5, {0, 1, 2});
  write(1, 5, {});
  write(2, 5, {3});
  write(3, 5, {4, 5, 6, 7});
  write(4, 5, {});
  const TokenSet set = TokenSet::open(env_, prefix_, TokenCheck::everything).value();
  ASSERT_EQ(set.size(), 8);
  EXPECT_EQ(set.documents(), 3);
  for (std::int64_t begin = 0; begin <= 8; ++begin)
    for (std::int64_t count = 0; begin + count <= 8; ++count) {
      std::vector<TokenId> out(static_cast<std::size_t>(count));
      ASSERT_TRUE(set.read(begin, out).ok());
      for (std::size_t i = 0; i < out.size(); ++i)
        EXPECT_EQ(out[i], begin + static_cast<std::int64_t>(i));
    }
  std::vector<TokenId> out(2);
  EXPECT_DEATH((void)set.read(7, out), "of 8");
}

TEST_F(TokenSetTest, OneFileIsASet) {
  const std::vector<TokenId> ids = {1, 2};
  EXPECT_FALSE(has_tokens(env_, prefix_));
  ASSERT_TRUE(write_token_file(env_, prefix_ + ".tokens", ids, 100, 1).ok());
  EXPECT_TRUE(has_tokens(env_, prefix_));
  EXPECT_EQ(TokenSet::open(env_, prefix_).value().size(), 2);
  write(0, 1, {1});
  expect_error(ErrorCode::invalid_data, "are both there");
}

TEST_F(TokenSetTest, MissingShardsAndThoseOfOthersAreErrors) {
  expect_error(ErrorCode::not_found, "neither");
  write(0, 2, {1});
  expect_error(ErrorCode::not_found, "train-00001.tokens");
  write(1, 2, {1}, 2);
  expect_error(ErrorCode::invalid_data, "with seed 2");
  write(1, 3, {1});
  expect_error(ErrorCode::invalid_data, "is shard 1 of 3");
  write(1, 2, {1});
  EXPECT_TRUE(TokenSet::open(env_, prefix_).ok());
}

TEST_F(TokenSetTest, ADamagedShardIsNamed) {
  write(0, 2, {1});
  write(1, 2, {1, 2});
  const std::string path = token_shard_path(prefix_, 1);
  std::string bytes = env_.read_file(path).value();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  ASSERT_TRUE(env_.remove(path).ok());
  ASSERT_TRUE(env_.open_append(path).value()->append(bytes).ok());
  const auto set = TokenSet::open(env_, prefix_, TokenCheck::everything);
  ASSERT_FALSE(set.ok());
  EXPECT_NE(set.error().message().find("train-00001.tokens'"), std::string::npos);
}

}  // namespace
}  // namespace scribe
