// Tests of the tokens for filling in the middle: whose names are known, what a prompt keeps.
#include "tokenizer/fill_in_middle_tokens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/testing/faulty_env.h"
#include "tokenizer/bpe_trainer.h"
#include "tokenizer/testing/small_sentencepiece.h"
#include "tokenizer/tokenizer_impl.h"

namespace scribe {
namespace {

Tokenizer trained(bool fill_in_middle) {
  BpeTrainer trainer(
      {.vocabulary_size = 263, .space_run_max = 0, .fill_in_middle = fill_in_middle});
  trainer.add("return return return self.value = self.value + 1\n");
  return trainer.train().value();
}

/// The same tokenizer with other names for the three tokens, prefix first.
Tokenizer renamed(const Tokenizer& tokenizer, const std::array<std::string, 3>& names) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("tokenizer.json");
  EXPECT_TRUE(tokenizer.save(Env::real(), path).ok());
  std::string text = Env::real().read_file(path).value();
  const std::array<std::string_view, 3> old_names{kFimPrefix, kFimMiddle, kFimSuffix};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t at = 0; (at = text.find(old_names[i], at)) != std::string::npos;
         at += names[i].size())
      text.replace(at, old_names[i].size(), names[i]);
  EXPECT_TRUE(write_file_atomic(Env::real(), path, text).ok());
  return Tokenizer::load(Env::real(), path).value();
}

TEST(FillInMiddleTokensTest, TheNamesOfEveryKindAreFound) {
  const Tokenizer own = trained(true);
  const std::vector<std::array<std::string, 3>> kinds = {
      {"<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"},
      {"<fim_prefix>", "<fim_middle>", "<fim_suffix>"},
      {"<fim-prefix>", "<fim-middle>", "<fim-suffix>"},
      {"<｜fim▁begin｜>", "<｜fim▁end｜>", "<｜fim▁hole｜>"},
      {"▁<PRE>", "▁<MID>", "▁<SUF>"}};
  for (const auto& kind : kinds) {
    const Tokenizer tokenizer = renamed(own, kind);
    const auto marks = fill_in_middle_tokens(tokenizer, "t");
    ASSERT_TRUE(marks.ok()) << kind[0];
    EXPECT_EQ(tokenizer.bytes_of(marks.value().prefix), kind[0]);
    EXPECT_EQ(tokenizer.bytes_of(marks.value().middle), kind[1]);
    EXPECT_EQ(tokenizer.bytes_of(marks.value().suffix), kind[2]);
  }
}

TEST(FillInMiddleTokensTest, ATokenizerWithoutAllThreeIsRefused) {
  EXPECT_EQ(fill_in_middle_tokens(trained(false), "t").error().code(), ErrorCode::invalid_data);
  const Tokenizer mixed =
      renamed(trained(true), {"<fim_prefix>", "<|fim_middle|>", "<fim_suffix>"});
  const auto marks = fill_in_middle_tokens(mixed, "'tokenizer.json'");
  ASSERT_FALSE(marks.ok());
  EXPECT_TRUE(marks.error().message().starts_with("'tokenizer.json' has no tokens <|fim_prefix|>"));
}

TEST(FillInMiddleTokensTest, APromptIsPrefixSuffixMiddleAndDecodesToItsParts) {
  const Tokenizer tokenizer = trained(true);
  const FillInMiddleTokens marks = fill_in_middle_tokens(tokenizer, "t").value();
  EXPECT_EQ(tokenizer.decode(fill_in_middle_prompt(tokenizer, marks, "a = ", "\nb", 100)),
            "<|fim_prefix|>a = <|fim_suffix|>\nb<|fim_middle|>");
  // Text that looks like a mark is text.
  const auto tricky = fill_in_middle_prompt(tokenizer, marks, "<|fim_middle|>", "", 100);
  EXPECT_EQ(std::ranges::count(tricky, marks.middle), 1);
}

TEST(FillInMiddleTokensTest, ALongPromptKeepsWhatIsNearTheGap) {
  const Tokenizer tokenizer = trained(true);
  const FillInMiddleTokens marks = fill_in_middle_tokens(tokenizer, "t").value();
  const auto prompt = [&](std::string_view prefix, std::string_view suffix) {
    return tokenizer.decode(fill_in_middle_prompt(tokenizer, marks, prefix, suffix, 11));
  };
  // Room for eight: the suffix keeps two where the prefix is long, more where it is short.
  EXPECT_EQ(prompt("ABCDEFGHI", "JKL"), "<|fim_prefix|>DEFGHI<|fim_suffix|>JK<|fim_middle|>");
  EXPECT_EQ(prompt("ABC", "DEFGHIJKL"), "<|fim_prefix|>ABC<|fim_suffix|>DEFGH<|fim_middle|>");
  EXPECT_EQ(prompt("ABCDEFGHI", ""), "<|fim_prefix|>BCDEFGHI<|fim_suffix|><|fim_middle|>");
  EXPECT_EQ(prompt("ABCD", "EFGH"), "<|fim_prefix|>ABCD<|fim_suffix|>EFGH<|fim_middle|>");
}

/// As CodeLlama's own program makes it: a space before the prefix, none before the suffix.
TEST(FillInMiddleTokensTest, OfSentencePieceThePrefixAloneBeginsWithASpace) {
  const Tokenizer tokenizer = make_tokenizer(small_sentencepiece(LeadingSpace::always));
  const auto marks = fill_in_middle_tokens(tokenizer, "t");
  ASSERT_TRUE(marks.ok());
  std::vector<std::string> texts;
  for (const TokenId id : fill_in_middle_prompt(tokenizer, marks.value(), "return", "x", 100))
    texts.emplace_back(tokenizer.bytes_of(id));
  EXPECT_EQ(texts, (std::vector<std::string>{"<s>", "▁<PRE>", " return", "▁<SUF>", "x", "▁<MID>"}));
}

}  // namespace
}  // namespace scribe
