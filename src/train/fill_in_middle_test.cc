// Tests of filling in the middle: nothing is lost, shares, windows, tokenizers without its tokens.
#include "train/fill_in_middle.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "train/testing/small_corpus.h"
#include "train/token_windows.h"

namespace scribe {
namespace {

class FillInMiddleTest : public testing::Test {
 protected:
  FillInMiddleTest() {
    BpeTrainer trainer({.vocabulary_size = 263, .space_run_max = 0, .fill_in_middle = true});
    trainer.add("return return return self.value = self.value + 1\n");
    tokenizer_ = trainer.train().value();
  }
  FillInMiddle fim(double rate, double spm_rate) {
    return FillInMiddle::create({.rate = rate, .spm_rate = spm_rate}, *tokenizer_, "t").value();
  }
  TokenId id(std::string_view text) { return tokenizer_->added_token(text).value(); }
  TokenId end() { return tokenizer_->end_of_text(); }

  /// What a document was before it was turned; itself if it was not.
  std::vector<TokenId> turned_back(std::vector<TokenId> document) {
    if (document.empty() || document[0] != id(kFimPrefix)) return document;
    const auto suffix = std::ranges::find(document, id(kFimSuffix));
    const auto middle = std::ranges::find(document, id(kFimMiddle));
    SCRIBE_CHECK(suffix < middle && middle < document.end(), "parts");
    std::vector<TokenId> original(document.begin() + 1, suffix);  // Empty if the suffix was first.
    original.insert(original.end(), middle + 1, document.end());
    original.insert(original.end(), suffix + 1, middle);
    return original;
  }
  std::vector<std::vector<TokenId>> documents_of(const std::vector<TokenId>& window) {
    std::vector<std::vector<TokenId>> documents(1);
    for (const TokenId token : window) {
      if (token == end())
        documents.emplace_back();
      else
        documents.back().push_back(token);
    }
    return documents;
  }
  TokenSet file(int count) {
    std::vector<TokenId> tokens;
    for (int i = 0; i < count; ++i) tokens.push_back(i % 23 == 22 ? end() : i % 250);
    require(write_token_file(Env::real(), directory_.file("t.tokens"), tokens, 263, 1));
    return TokenSet::open(Env::real(), directory_.file("t")).value();
  }

  TemporaryDirectory directory_;
  std::optional<Tokenizer> tokenizer_;
};

TEST_F(FillInMiddleTest, WholeDocumentsKeepTheirTokensAndTheWindowItsLength) {
  std::vector<TokenId> window;
  for (TokenId document = 0; document < 20; ++document) {
    for (TokenId i = 0; i < document % 5; ++i) window.push_back(document * 10 + i);
    window.push_back(end());
  }
  const FillInMiddle all = fim(1, 0.5);
  for (std::uint64_t stream = 0; stream < 50; ++stream) {
    std::vector<TokenId> turned = window;
    all.apply(turned, PhiloxStream(1, stream));
    ASSERT_EQ(turned.size(), window.size());
    const auto before = documents_of(window);
    const auto after = documents_of(turned);
    for (std::size_t i = 0; i + 1 < after.size(); ++i) {  // The last one may be cut.
      EXPECT_EQ(turned_back(after[i]), before[i]);
      EXPECT_EQ(after[i].size(), before[i].empty() ? 0 : before[i].size() + 3);
    }
  }
}

TEST_F(FillInMiddleTest, TheRatesAreTheSharesAndCutsReachBothEnds) {
  const FillInMiddle half = fim(0.5, 0.25);
  int turned = 0;
  int suffix_first = 0;
  std::map<std::size_t, int> middles;
  constexpr int kRounds = 20'000;
  for (int round = 0; round < kRounds; ++round) {
    // A document of three tokens with room for three more.
    std::vector<TokenId> window{1, 2, 3, end(), end(), end(), end()};
    half.apply(window, PhiloxStream(3, static_cast<std::uint64_t>(round)));
    if (window[0] != id(kFimPrefix)) {
      EXPECT_EQ(window[0], 1);
      continue;
    }
    ++turned;
    const auto document = documents_of(window)[0];
    const auto middle = std::ranges::find(document, id(kFimMiddle));
    const bool has_prefix = document[1] != id(kFimSuffix);
    // Told apart for sure when there is a prefix: token 1 after PRE, or after MID.
    if (!has_prefix && middle + 1 != document.end() && middle[1] == 1) ++suffix_first;
    ++middles[static_cast<std::size_t>(document.end() - middle) - 1];
  }
  // Binomial: five standard deviations are 0.018.
  EXPECT_NEAR(turned / double{kRounds}, 0.5, 0.018);
  // Suffix first with its prefix or middle at token 1: 1/4 of those not all suffix (15/16), and
  // prefix first with an empty prefix and a middle: 3/4 of 6/16.
  EXPECT_NEAR(suffix_first / static_cast<double>(turned), 0.25 * 15 / 16 + 0.75 * 6 / 16, 0.025);
  EXPECT_EQ(middles.size(), 4U) << "none to all of the tokens stand after MID";
}

TEST_F(FillInMiddleTest, ABatchIsAFunctionOfItsStepAndEpochsDiffer) {
  const TokenSet tokens = file(161);  // 10 windows of 16.
  const WindowOptions options{.ramp = {}, .fim = fim(1, 0.5)};
  const BatchSize size{.examples = 10, .micro = 10};
  TokenWindows a = TokenWindows::create(tokens, 16, size, 7, options).value();
  TokenWindows b = TokenWindows::create(tokens, 16, size, 7, options).value();
  ASSERT_TRUE(a.batches(1).ok());
  EXPECT_EQ(a.batches(2).value()[0].tokens, b.batches(2).value()[0].tokens);
  TokenWindows plain = TokenWindows::create(tokens, 16, size, 7).value();
  // Window 3 in both epochs: found where it stands in the plain order.
  const auto window_3 = [&](std::int64_t step) {
    const std::vector<TokenId> in_order = plain.batches(step).value()[0].tokens;
    const std::vector<TokenId> turned = a.batches(step).value()[0].tokens;
    for (std::ptrdiff_t i = 0; i < 160; i += 16)
      if (in_order[static_cast<std::size_t>(i)] == 3 * 16)
        return std::vector<TokenId>(turned.begin() + i, turned.begin() + i + 16);
    return std::vector<TokenId>();
  };
  ASSERT_EQ(window_3(1).size(), 16U);
  EXPECT_NE(window_3(1), window_3(2));
}

TEST_F(FillInMiddleTest, TargetsFollowTheTurnedTokens) {
  const TokenSet tokens = file(161);
  const WindowOptions options{.ramp = {}, .fim = fim(1, 0.5)};
  TokenWindows source =
      TokenWindows::create(tokens, 16, {.examples = 4, .micro = 4}, 7, options).value();
  const TokenBatch batch = source.batches(1).value()[0];
  bool has_middle = false;
  for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
    if (i % 16 != 15) {
      EXPECT_EQ(batch.targets[i], batch.tokens[i + 1]);
    }
    has_middle |= batch.tokens[i] == id(kFimMiddle);
  }
  EXPECT_TRUE(has_middle);
}

TEST_F(FillInMiddleTest, ATokenizerWithoutTheTokensIsAnErrorThatSaysHowToGetThem) {
  const SmallCorpus corpus;
  const Tokenizer plain = Tokenizer::load(Env::real(), corpus.tokenizer()).value();
  const auto fim = FillInMiddle::create({.rate = 1}, plain, "tokenizer.json");
  ASSERT_FALSE(fim.ok());
  EXPECT_EQ(fim.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(fim.error().message().find("tokenizer train --fim"), std::string::npos);
}

TEST_F(FillInMiddleTest, TheNamesOfStarCoderAreFound) {
  require(tokenizer_->save(Env::real(), directory_.file("t.json")));
  std::string text = Env::real().read_file(directory_.file("t.json")).value();
  for (const std::string name : {"prefix", "middle", "suffix"})
    for (std::size_t at = 0; (at = text.find("<|fim_" + name + "|>")) != std::string::npos;)
      text.replace(at, name.size() + 8, "<fim_" + name + ">");
  require(write_file_atomic(Env::real(), directory_.file("t.json"), text));
  const Tokenizer other = Tokenizer::load(Env::real(), directory_.file("t.json")).value();
  EXPECT_FALSE(other.added_token(kFimPrefix).has_value());
  EXPECT_TRUE(FillInMiddle::create({.rate = 1}, other, "t").ok());
}

TEST_F(FillInMiddleTest, RatesOutsideZeroToOneAreRefused) {
  EXPECT_TRUE(validate({.rate = 0.5, .spm_rate = 1}).ok());
  EXPECT_FALSE(validate({.rate = 1.1}).ok());
  EXPECT_FALSE(validate({.rate = 0.5, .spm_rate = -0.1}).ok());
}

}  // namespace
}  // namespace scribe
