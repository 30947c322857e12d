// Tests of windows cut from token files: coverage, targets, order.
#include "train/token_windows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "train/testing/small_corpus.h"

namespace scribe {
namespace {

class TokenWindowsTest : public testing::Test {
 protected:
  TokenSet file_of(int count, int first = 0, const std::string& name = "t") {
    std::vector<TokenId> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back(first + i);
    return set_of(name, tokens);
  }
  TokenSet set_of(const std::string& name, const std::vector<TokenId>& tokens) {
    require(write_token_file(Env::real(), directory_.file(name + ".tokens"), tokens, 1000, 1));
    return TokenSet::open(Env::real(), directory_.file(name)).value();
  }
  /// The same tokens in shards of so many.
  TokenSet shards_of(const std::string& name, const std::vector<TokenId>& tokens,
                     std::size_t shard_tokens) {
    std::vector<std::byte> bytes;
    append_token_bytes(tokens, 1000, bytes);
    const auto shards =
        static_cast<std::uint32_t>((tokens.size() + shard_tokens - 1) / shard_tokens);
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
      const std::size_t begin = 2 * shard * shard_tokens;
      const std::span<const std::byte> document = std::span<const std::byte>(bytes).subspan(
          begin, std::min(2 * shard_tokens, bytes.size() - begin));
      require(write_token_file(
          Env::real(), token_shard_path(directory_.file(name), shard),
          {.vocabulary_size = 1000, .tokenizer_hash = 1, .shard = shard, .shards = shards},
          {&document, 1}));
    }
    return TokenSet::open(Env::real(), directory_.file(name)).value();
  }
  TemporaryDirectory directory_;
};

TEST_F(TokenWindowsTest, EveryTokenButTheFirstIsATargetOncePerEpoch) {
  const TokenSet file = file_of(41);  // 10 windows of 4 and one token.
  TokenWindows source = TokenWindows::create(file, 4, {.examples = 5, .micro = 3}, 7).value();
  EXPECT_EQ(window_count(file, 4), 10);
  std::multiset<std::int32_t> targets;
  for (std::int64_t step = 1; step <= 2; ++step) {
    const std::vector<TokenBatch> batches = source.batches(step).value();
    for (const TokenBatch& batch : batches) {
      EXPECT_LE(batch.batch * batch.time, source.rows_max());
      for (std::size_t i = 0; i < batch.tokens.size(); ++i)
        EXPECT_EQ(batch.targets[i], batch.tokens[i] + 1);
      targets.insert(batch.targets.begin(), batch.targets.end());
    }
  }
  EXPECT_EQ(targets.size(), 40U);
  for (int token = 1; token <= 40; ++token) EXPECT_EQ(targets.count(token), 1U) << token;
}

TEST_F(TokenWindowsTest, ABatchIsAFunctionOfItsStep) {
  const TokenSet file = file_of(100);
  TokenWindows a = TokenWindows::create(file, 4, {.examples = 4, .micro = 4}, 7).value();
  TokenWindows b = TokenWindows::create(file, 4, {.examples = 4, .micro = 4}, 7).value();
  ASSERT_TRUE(a.batches(1).ok());
  EXPECT_EQ(a.batches(9).value()[0].tokens, b.batches(9).value()[0].tokens);
  TokenWindows c = TokenWindows::create(file, 4, {.examples = 4, .micro = 4}, 8).value();
  EXPECT_NE(a.batches(9).value()[0].tokens, c.batches(9).value()[0].tokens);
}

TEST_F(TokenWindowsTest, ADescriptionNamesTheTokensOfTheExample) {
  const TokenSet file = file_of(100);
  TokenWindows source = TokenWindows::create(file, 4, {.examples = 5, .micro = 3}, 7).value();
  const std::vector<TokenBatch> batches = source.batches(9).value();
  const std::int32_t first = batches[1].tokens[4];  // Example 4: the second of micro-batch 2.
  EXPECT_EQ(source.describe(9, 4),
            fmt::format("window {} (tokens {} to {})", first / 4, first, first + 4));
}

TEST_F(TokenWindowsTest, DocumentsBeginAtTheTokenBetweenThem) {
  std::vector<TokenId> tokens{1, 2, 9, 3, 9, 4, 5, 6, 9, 9, 7, 8, 1};
  const TokenSet file = set_of("d", tokens);
  const BatchSize size{.examples = 3, .micro = 3};
  // 1 2 [9 3 | 9] 4 5 6 | 9 [9 7 8: a window begins a document by itself.
  const auto rows_of = [&](BatchSize batch, std::optional<TokenId> end) {
    return validation_windows(file, 4, batch, 1, end).value()[0].document_rows;
  };
  EXPECT_EQ(rows_of(size, 9), (std::vector<std::int64_t>{2, 9}));
  EXPECT_EQ(rows_of({.examples = 1, .micro = 1}, 9), (std::vector<std::int64_t>{2}));
  EXPECT_TRUE(rows_of(size, std::nullopt).empty());
  TokenWindows own = TokenWindows::create(file, 4, size, 7, {.own_documents_at = 9}).value();
  EXPECT_EQ(own.batches(1).value()[0].document_rows.size(), 2U);
}

TEST_F(TokenWindowsTest, AFileSmallerThanAWindowIsInvalid) {
  const TokenSet file = file_of(4);
  const auto source = TokenWindows::create(file, 4, {.examples = 1, .micro = 1}, 7);
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().code(), ErrorCode::invalid_data);
}

TEST_F(TokenWindowsTest, ValidationSpreadsOverTheFile) {
  const TokenSet file = file_of(401);
  const BatchSize size{.examples = 5, .micro = 5};
  const std::vector<TokenBatch> batches = validation_windows(file, 4, size, 2).value();
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[0].tokens[0], 0);
  EXPECT_EQ(batches[1].tokens[0], 200);
  EXPECT_EQ(validation_windows(file, 4, size, 1000).value().size(), 20U) << "no window twice";
}

TEST_F(TokenWindowsTest, ShardsAreOneArray) {
  std::vector<TokenId> tokens(401);
  std::iota(tokens.begin(), tokens.end(), 0);
  const TokenSet one = set_of("one", tokens);
  const TokenSet many = shards_of("many", tokens, 7);
  ASSERT_EQ(many.shards(), 58U);
  const BatchSize size{.examples = 20, .micro = 20};
  TokenWindows a = TokenWindows::create(one, 10, size, 7, {.own_documents_at = 50}).value();
  TokenWindows b = TokenWindows::create(many, 10, size, 7, {.own_documents_at = 50}).value();
  for (std::int64_t step = 1; step <= 3; ++step) {
    const TokenBatch x = a.batches(step).value()[0];
    const TokenBatch y = b.batches(step).value()[0];
    EXPECT_EQ(x.tokens, y.tokens);
    EXPECT_EQ(x.targets, y.targets);
    EXPECT_EQ(x.document_rows, y.document_rows);
  }
}

TEST_F(TokenWindowsTest, AMixtureHasEachCorpusInItsShareAndEpochs) {
  const TokenSet small = file_of(41, 0, "small");     // 10 windows of 4: tokens below 100.
  const TokenSet large = file_of(801, 100, "large");  // 200 windows.
  const BatchSize size{.examples = 100, .micro = 100};
  TokenWindows source =
      TokenWindows::create({{.tokens = &small, .weight = 1}, {.tokens = &large, .weight = 3}}, 4,
                           size, 7)
          .value();
  std::map<std::int32_t, int> seen;                  // By first token.
  for (std::int64_t step = 1; step <= 10; ++step) {  // A block of a thousand.
    const TokenBatch batch = source.batches(step).value()[0];
    for (std::size_t i = 0; i < batch.tokens.size(); i += 4) ++seen[batch.tokens[i]];
  }
  for (int window = 0; window < 10; ++window) EXPECT_EQ(seen[4 * window], 25);
  // 750 of 200 windows: each three times, and 150 a fourth time.
  int fourth = 0;
  for (int window = 0; window < 200; ++window) {
    const int times = seen[100 + 4 * window];
    EXPECT_TRUE(times == 3 || times == 4) << times;
    fourth += times - 3;
  }
  EXPECT_EQ(fourth, 150);
  TokenWindows again =
      TokenWindows::create({{.tokens = &small, .weight = 1}, {.tokens = &large, .weight = 3}}, 4,
                           size, 7)
          .value();
  EXPECT_EQ(again.batches(17).value()[0].tokens, source.batches(17).value()[0].tokens);
  EXPECT_NE(source.describe(1, 0).find("of '" + directory_.path()), std::string::npos);
}

TEST_F(TokenWindowsTest, AnIdOutsideTheVocabularyIsAnErrorThatNamesItsPlace) {
  const TokenSet file = file_of(41);
  const std::string path = directory_.file("t.tokens");
  std::string bytes = Env::real().read_file(path).value();
  bytes[bytes.size() - 1] = '\x7f';  // The last id becomes 0x7f28.
  require(Env::real().remove(path));
  require(Env::real().open_append(path).value()->append(bytes));
  const TokenSet damaged = TokenSet::open(Env::real(), directory_.file("t")).value();
  TokenWindows source = TokenWindows::create(damaged, 4, {.examples = 10, .micro = 10}, 7).value();
  const Error failure = source.batches(1).error();
  EXPECT_EQ(failure.code(), ErrorCode::invalid_data);
  EXPECT_NE(failure.message().find("t.tokens': token 40 is id 32552"), std::string::npos)
      << failure.message();
}

}  // namespace
}  // namespace scribe
