// Tests of windows cut from token files: coverage, targets, order.
#include "train/token_windows.h"

#include <gtest/gtest.h>

#include <set>

#include "train/testing/small_corpus.h"

namespace scribe {
namespace {

class TokenWindowsTest : public testing::Test {
 protected:
  TokenFile file_of(int count) {
    std::vector<TokenId> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back(i);
    const std::string path = directory_.file("t.tokens");
    require(write_token_file(Env::real(), path, tokens, 1000, 1));
    return TokenFile::open(Env::real(), path).value();
  }
  TemporaryDirectory directory_;
};

TEST_F(TokenWindowsTest, EveryTokenButTheFirstIsATargetOncePerEpoch) {
  const TokenFile file = file_of(41);  // 10 windows of 4 and one token.
  TokenWindows source = TokenWindows::create(file, 4, {.examples = 5, .micro = 3}, 7).value();
  EXPECT_EQ(source.window_count(), 10);
  std::multiset<std::int32_t> targets;
  for (std::int64_t step = 1; step <= 2; ++step)
    for (const TokenBatch& batch : source.batches(step)) {
      EXPECT_LE(batch.batch * batch.time, source.rows_max());
      for (std::size_t i = 0; i < batch.tokens.size(); ++i)
        EXPECT_EQ(batch.targets[i], batch.tokens[i] + 1);
      targets.insert(batch.targets.begin(), batch.targets.end());
    }
  EXPECT_EQ(targets.size(), 40U);
  for (int token = 1; token <= 40; ++token) EXPECT_EQ(targets.count(token), 1U) << token;
}

TEST_F(TokenWindowsTest, ABatchIsAFunctionOfItsStep) {
  const TokenFile file = file_of(100);
  TokenWindows a = TokenWindows::create(file, 4, {.examples = 4, .micro = 4}, 7).value();
  TokenWindows b = TokenWindows::create(file, 4, {.examples = 4, .micro = 4}, 7).value();
  a.batches(1);
  EXPECT_EQ(a.batches(9)[0].tokens, b.batches(9)[0].tokens);
  TokenWindows c = TokenWindows::create(file, 4, {.examples = 4, .micro = 4}, 8).value();
  EXPECT_NE(a.batches(9)[0].tokens, c.batches(9)[0].tokens);
}

TEST_F(TokenWindowsTest, ADescriptionNamesTheTokensOfTheExample) {
  const TokenFile file = file_of(100);
  TokenWindows source = TokenWindows::create(file, 4, {.examples = 5, .micro = 3}, 7).value();
  const std::vector<TokenBatch> batches = source.batches(9);
  const std::int32_t first = batches[1].tokens[4];  // Example 4: the second of micro-batch 2.
  EXPECT_EQ(source.describe(9, 4),
            fmt::format("window {} (tokens {} to {})", first / 4, first, first + 4));
}

TEST_F(TokenWindowsTest, DocumentsBeginAtTheTokenBetweenThem) {
  std::vector<TokenId> tokens{1, 2, 9, 3, 9, 4, 5, 6, 9, 9, 7, 8, 1};
  const std::string path = directory_.file("d.tokens");
  require(write_token_file(Env::real(), path, tokens, 1000, 1));
  const TokenFile file = TokenFile::open(Env::real(), path).value();
  const BatchSize size{.examples = 3, .micro = 3};
  const TokenWindows own = TokenWindows::create(file, 4, size, 7, {.own_documents_at = 9}).value();
  // 1 2 [9 3 | 9] 4 5 6 | 9 [9 7 8: a window begins a document by itself.
  EXPECT_EQ(own.windows({0, 1, 2})[0].document_rows, (std::vector<std::int64_t>{2, 9}));
  EXPECT_EQ(own.windows({0})[0].document_rows, (std::vector<std::int64_t>{2}));
  const TokenWindows all = TokenWindows::create(file, 4, size, 7).value();
  EXPECT_TRUE(all.windows({0, 1, 2})[0].document_rows.empty());
}

TEST_F(TokenWindowsTest, AFileSmallerThanAWindowIsInvalid) {
  const TokenFile file = file_of(4);
  const auto source = TokenWindows::create(file, 4, {.examples = 1, .micro = 1}, 7);
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().code(), ErrorCode::invalid_data);
}

TEST_F(TokenWindowsTest, ValidationSpreadsOverTheFile) {
  const TokenFile file = file_of(401);
  const BatchSize size{.examples = 5, .micro = 5};
  const TokenWindows source = TokenWindows::create(file, 4, size, 0).value();
  const std::vector<TokenBatch> batches = validation_windows(source, size, 2);
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[0].tokens[0], 0);
  EXPECT_EQ(batches[1].tokens[0], 200);
  EXPECT_EQ(validation_windows(source, size, 1000).size(), 20U) << "no window twice";
}

}  // namespace
}  // namespace scribe
