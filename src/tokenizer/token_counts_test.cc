// Tests what bytes count as, that counts add up, and that differences are found.
#include "tokenizer/token_counts.h"

#include <gtest/gtest.h>

#include <numeric>

#include "base/philox.h"
#include "tokenizer/bpe_trainer.h"

namespace scribe {
namespace {

/// One letter per byte: the first of its kind's name, '#' for a comment, "s" a string, "-" a sign.
std::string kinds_of(std::string_view text) {
  std::string letters;
  for (const CodeKind kind : code_kinds(text))
    letters += std::string_view(" n1s#-")[static_cast<std::size_t>(kind)];
  return letters;
}

Tokenizer trained(std::int32_t space_run_max, std::int32_t size, std::string_view text) {
  BpeTrainer trainer({.vocabulary_size = size, .space_run_max = space_run_max});
  trainer.add(text);
  return trainer.train().value();
}

constexpr std::string_view kCode =
    "def area(width, height):\n    # the product\n    return width * height\n\n\n"
    "class Shape:\n    def area(self):\n        return area(self.width, 0x1F)\n";

TEST(TokenCountsTest, BytesOfPythonHaveTheirKinds) {
  EXPECT_EQ(kinds_of("x1 = 0x1F + 2.5"), "nn - 1111 - 111");
  EXPECT_EQ(kinds_of("  f('a#b') # c'\nd"), "  n-sssss- #### n");
  EXPECT_EQ(kinds_of("rb'\\'' + \"\"\"a\n'b\"\"\"c"), "ssssss - ssssssssssn");
  EXPECT_EQ(kinds_of("'no end\nx"), "sssssss n");
  EXPECT_EQ(kinds_of("'''no end\nx"), "sssssssssss");
  EXPECT_EQ(kinds_of("'\\"), "ss");
  EXPECT_EQ(kinds_of("rrr'x'"), "nnnsss");
  EXPECT_EQ(kinds_of(""), "");
}

TEST(TokenCountsTest, EveryTextHasAKindForEachByte) {
  PhiloxStream random(21, 0);
  constexpr std::string_view kAlphabet = "'\"\\#\n a1.(rf\xC3";
  for (int round = 0; round < 3000; ++round) {
    std::string text(random.next_below(30), '\0');
    for (char& byte : text) byte = kAlphabet[random.next_below(kAlphabet.size())];
    ASSERT_EQ(code_kinds(text).size(), text.size());
  }
}

TEST(TokenCountsTest, KindsAddUpToAllBytesAndTokens) {
  TokenCounter counter(trained(8, 300, kCode));
  counter.add(kCode);
  counter.add("");
  counter.add("x = 'é'");
  const TokenCounts& counts = counter.counts();
  EXPECT_EQ(counts.documents, 3);
  EXPECT_EQ(counts.all.bytes, static_cast<std::int64_t>(kCode.size() + 8));
  TokenCounts::Count sum;
  for (const TokenCounts::Count& count : counts.kinds) {
    sum.bytes += count.bytes;
    sum.tokens += count.tokens;
  }
  EXPECT_EQ(sum.bytes, counts.all.bytes);
  EXPECT_EQ(sum.tokens, counts.all.tokens);
  EXPECT_GT(counts.white_space_tokens, 0);
}

TEST(TokenCountsTest, WithoutRunsEachSpaceOfARunIsAToken) {
  const Tokenizer tokenizer = trained(8, 281 - 24 + 7, "");
  EXPECT_EQ(tokenizer.count("x       y"), 4U);  // A run of six, and the last space stands alone.
  const Tokenizer without = tokenizer.without_space_runs();
  EXPECT_EQ(without.count("x       y"), 9U);
  EXPECT_EQ(without.decode(without.encode("x       y")), "x       y");
  TokenCounter counter(tokenizer);
  counter.add("x       y");
  EXPECT_EQ(counter.counts().all.tokens, 4);
  EXPECT_EQ(counter.counts().tokens_without_runs, 9);
}

TEST(TokenCountsTest, ATokenizerDoesNotDifferFromItself) {
  const Tokenizer tokenizer = trained(8, 300, kCode);
  TokenizerComparison comparison(tokenizer, tokenizer);
  comparison.add(kCode, "code");
  EXPECT_EQ(comparison.tokens_a(), comparison.tokens_b());
  EXPECT_EQ(comparison.stretches(), 0);
  EXPECT_TRUE(comparison.first(5).empty());
}

TEST(TokenCountsTest, StretchesThatDifferAreFoundWithLineAndNumber) {
  const Tokenizer a = trained(8, 281 - 24 + 7, "");
  TokenizerComparison comparison(a, a.without_space_runs());
  comparison.add("x\n   y\n   z\n\n     y", "one");
  comparison.add("     y", "two");
  EXPECT_EQ(comparison.documents(), 2);
  EXPECT_EQ(comparison.stretches(), 4);
  const std::vector<TokenDifference> first = comparison.first(9);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].where, "one:2");
  EXPECT_EQ(a.decode(first[0].a), "  ");
  EXPECT_EQ(first[0].a.size(), 1U);
  EXPECT_EQ(first[0].b.size(), 2U);
  EXPECT_EQ(first[0].count, 2);
  EXPECT_EQ(first[1].where, "one:5");
  EXPECT_EQ(comparison.most_frequent(1).size(), 1U);
  EXPECT_EQ(comparison.tokens_b() - comparison.tokens_a(), 1 + 1 + 3 + 3);
}

/// What both tokenizers agree on and the stretches between add up to the text, for any two.
TEST(TokenCountsTest, DifferencesInTokensAreThoseOfTheStretches) {
  const Tokenizer a = trained(8, 300, kCode);
  const Tokenizer b = trained(0, 265, "return height\n\nclass   Shape");
  TokenizerComparison comparison(a, b);
  comparison.add(kCode, "code");
  std::int64_t more = 0;
  std::int64_t stretches = 0;
  for (const TokenDifference& difference : comparison.most_frequent(1000)) {
    EXPECT_EQ(a.decode(difference.a), b.decode(difference.b));
    more += difference.count * (static_cast<std::int64_t>(difference.b.size()) -
                                static_cast<std::int64_t>(difference.a.size()));
    stretches += difference.count;
  }
  EXPECT_EQ(stretches, comparison.stretches());
  EXPECT_EQ(more, comparison.tokens_b() - comparison.tokens_a());
}

}  // namespace
}  // namespace scribe
