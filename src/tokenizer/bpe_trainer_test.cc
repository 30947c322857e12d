// Tests the trainer against one that counts every pair anew for each merge.
#include "tokenizer/bpe_trainer.h"

#include <gtest/gtest.h>

#include <map>

#include "base/philox.h"
#include "tokenizer/pretokenize.h"

namespace scribe {
namespace {

using Word = std::vector<std::string>;

Word merged(const Word& word, const std::string& left, const std::string& right) {
  Word result;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool is_pair = i + 1 < word.size() && word[i] == left && word[i + 1] == right;
    result.push_back(is_pair ? left + right : word[i]);
    if (is_pair) ++i;
  }
  return result;
}

/// The learned tokens in order: count all pairs of all words, merge the most frequent, again.
std::vector<std::string> train_naively(const std::vector<std::string>& documents,
                                       std::size_t merges) {
  std::vector<Word> words;
  for (const std::string& document : documents)
    for_each_piece(document, [&](std::string_view piece) {
      Word word;
      for (const char byte : piece) word.emplace_back(1, byte);
      words.push_back(word);
    });
  std::vector<std::string> learned;
  while (learned.size() < merges) {
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const Word& word : words)
      for (std::size_t i = 0; i + 1 < word.size(); ++i) ++counts[{word[i], word[i + 1]}];
    if (counts.empty()) break;
    auto best =
        counts.begin();  // A map's order is that of the bytes: the first of the largest wins.
    for (auto it = counts.begin(); it != counts.end(); ++it)
      if (it->second > best->second) best = it;
    const auto [left, right] = best->first;
    for (Word& word : words) word = merged(word, left, right);
    learned.push_back(left + right);
  }
  return learned;
}

std::vector<std::string> learned_tokens(const Tokenizer& tokenizer, TokenId first) {
  std::vector<std::string> tokens;
  for (TokenId id = first; id < tokenizer.end_of_text(); ++id)
    tokens.emplace_back(tokenizer.bytes_of(id));
  return tokens;
}

std::vector<std::string> random_documents(std::uint64_t stream, std::string_view alphabet) {
  PhiloxStream random(7, stream);
  std::vector<std::string> documents(6);
  for (std::string& document : documents) {
    document.resize(120);
    for (char& byte : document) byte = alphabet[random.next_below(alphabet.size())];
  }
  return documents;
}

TEST(BpeTrainerTest, AgreesWithCountingEveryPairAnew) {
  std::uint64_t stream = 0;
  for (const std::string_view alphabet : {"ab", "aaab ", "abc d\n", "aaaa\xFF", "xyz.'s1 "}) {
    for (int round = 0; round < 8; ++round) {
      const std::vector<std::string> documents = random_documents(stream++, alphabet);
      const std::vector<std::string> expected = train_naively(documents, 60);
      const auto size = static_cast<std::int32_t>(256 + expected.size() + 1);
      BpeTrainer trainer({.vocabulary_size = size, .space_run_max = 0});
      for (const std::string& document : documents) trainer.add(document);
      ASSERT_EQ(learned_tokens(trainer.train().value(), 256), expected) << alphabet;
    }
  }
}

TEST(BpeTrainerTest, TheOrderOfDocumentsDoesNotMatter) {
  std::vector<std::string> documents = random_documents(100, "abcd ef\n");
  const auto train = [&] {
    BpeTrainer trainer({.vocabulary_size = 330});
    for (const std::string& document : documents) trainer.add(document);
    return learned_tokens(trainer.train().value(), 0);
  };
  const std::vector<std::string> first = train();
  std::reverse(documents.begin(), documents.end());
  EXPECT_EQ(train(), first);
}

TEST(BpeTrainerTest, IdsAreBytesThenRunsThenMergesThenEndOfText) {
  BpeTrainer trainer({.vocabulary_size = 256 + 24 + 1 + 1});
  trainer.add("xy xy");
  const Tokenizer tokenizer = trainer.train().value();
  EXPECT_EQ(tokenizer.vocabulary_size(), 282);
  EXPECT_EQ(tokenizer.bytes_of(0), "!");
  EXPECT_EQ(tokenizer.bytes_of(255), "\xAD");
  EXPECT_EQ(tokenizer.bytes_of(256), "  ");
  EXPECT_EQ(tokenizer.bytes_of(279), std::string(25, ' '));
  EXPECT_EQ(tokenizer.bytes_of(280), "xy");
  EXPECT_EQ(tokenizer.end_of_text(), 281);
}

TEST(BpeTrainerTest, TheTokensOfFillingInStandBeforeEndOfTextAndAreNeverMadeFromText) {
  BpeTrainer trainer({.vocabulary_size = 256 + 1 + 4, .space_run_max = 0, .fill_in_middle = true});
  trainer.add("xy xy");
  const Tokenizer tokenizer = trainer.train().value();
  EXPECT_EQ(tokenizer.bytes_of(256), "xy");
  EXPECT_EQ(tokenizer.added_token(kFimPrefix), 257);
  EXPECT_EQ(tokenizer.added_token(kFimMiddle), 258);
  EXPECT_EQ(tokenizer.added_token(kFimSuffix), 259);
  EXPECT_EQ(tokenizer.end_of_text(), 260);
  EXPECT_EQ(tokenizer.added_token("xy"), std::nullopt);
  EXPECT_EQ(tokenizer.encode(kFimPrefix).size(), kFimPrefix.size());
  EXPECT_FALSE(BpeTrainer({.vocabulary_size = 259, .space_run_max = 0, .fill_in_middle = true})
                   .train()
                   .ok());
}

TEST(BpeTrainerTest, EveryRunOfSpacesIsOneToken) {
  BpeTrainer trainer({.vocabulary_size = 256 + 299 + 1, .space_run_max = 300});
  trainer.add("def f(x):\n    if x:\n        return x\n    return f\n");
  const Tokenizer tokenizer = trainer.train().value();
  for (std::size_t length = 1; length <= 300; ++length) {
    const std::string spaces(length, ' ');
    EXPECT_EQ(tokenizer.encode(spaces).size(), 1U) << length;
    EXPECT_EQ(tokenizer.encode("\n" + spaces + " x").size(), 4U) << length;
  }
}

TEST(BpeTrainerTest, EveryTokenOfAVocabularyEncodesToItself) {
  BpeTrainer trainer({.vocabulary_size = 400});
  for (const std::string& document : random_documents(200, "abc de.f12\n")) trainer.add(document);
  const Tokenizer tokenizer = trainer.train().value();
  for (TokenId id = 0; id < tokenizer.end_of_text(); ++id)
    EXPECT_EQ(tokenizer.encode(tokenizer.bytes_of(id)), std::vector<TokenId>{id});
}

TEST(BpeTrainerTest, TooLittleTextIsAnErrorThatSaysHowMuchThereWas) {
  BpeTrainer trainer({.vocabulary_size = 4096, .space_run_max = 0});
  trainer.add("abc");
  const Result<Tokenizer> result = trainer.train();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::invalid_argument);
  EXPECT_NE(result.error().message().find("only 2 merges"), std::string::npos);
}

TEST(BpeTrainerTest, AVocabularyThatCannotHoldBytesAndRunsIsAnError) {
  EXPECT_EQ(BpeTrainer({.vocabulary_size = 280}).train().error().code(),
            ErrorCode::invalid_argument);
  EXPECT_TRUE(BpeTrainer({.vocabulary_size = 281}).train().ok());
  EXPECT_TRUE(BpeTrainer({.vocabulary_size = 257, .space_run_max = 1}).train().ok());
  EXPECT_EQ(BpeTrainer({.vocabulary_size = 5000, .space_run_max = 2000}).train().error().code(),
            ErrorCode::invalid_argument);
}

TEST(BpeTrainerTest, APatternCutsInTrainingAndInTheTokenizer) {
  BpeTrainer trainer({.vocabulary_size = 258, .space_run_max = 0, .pattern = Pattern::llama3});
  trainer.add("12341234");
  const Tokenizer tokenizer = trainer.train().value();
  EXPECT_EQ(tokenizer.layout(), "llama3");
  // Pieces are 123, 412, 34: only 12 comes twice, and 4 never joins the 3 before it.
  EXPECT_EQ(tokenizer.bytes_of(256), "12");
  EXPECT_EQ(tokenizer.encode("1234").size(), 3U);
}

TEST(BpeTrainerTest, NormalisingMakesOneWordOfEquivalentOnes) {
  BpeTrainer trainer(
      {.vocabulary_size = 258, .space_run_max = 0, .pattern = Pattern::qwen2, .nfc = true});
  trainer.add("e\u0301");
  const Tokenizer tokenizer = trainer.train().value();
  EXPECT_EQ(tokenizer.layout(), "qwen2+nfc");
  EXPECT_EQ(tokenizer.bytes_of(256), "\u00E9");
  EXPECT_EQ(tokenizer.encode("e\u0301"), std::vector<TokenId>{256});
}

}  // namespace
}  // namespace scribe
