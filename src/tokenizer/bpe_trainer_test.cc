// Tests the trainer against one that counts every pair anew for each merge.
#include "tokenizer/bpe_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/philox.h"
#include "base/thread_pool.h"
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
                                       std::size_t merges, Pattern pattern = Pattern::gpt2) {
  std::map<std::string, int> pieces;
  for (const std::string& document : documents)
    for_each_piece(pattern, document,
                   [&](std::string_view piece) { ++pieces[std::string(piece)]; });
  std::vector<std::pair<Word, int>> words;
  for (const auto& [piece, count] : pieces) {
    words.emplace_back(Word(), count);
    for (const char byte : piece) words.back().first.emplace_back(1, byte);
  }
  std::vector<std::string> learned;
  while (learned.size() < merges) {
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const auto& [word, count] : words)
      for (std::size_t i = 0; i + 1 < word.size(); ++i) counts[{word[i], word[i + 1]}] += count;
    if (counts.empty()) break;
    auto best =
        counts.begin();  // A map's order is that of the bytes: the first of the largest wins.
    for (auto it = counts.begin(); it != counts.end(); ++it)
      if (it->second > best->second) best = it;
    const auto [left, right] = best->first;
    for (auto& [word, count] : words) word = merged(word, left, right);
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
  for (const std::string_view alphabet :
       {"ab", "a", "aaab ", "abc d\n", "aaaa\xFF", "xyz.'s1 ", "if:\n  \t"}) {
    for (int round = 0; round < 20; ++round) {
      const Pattern pattern = round % 2 == 0 ? Pattern::gpt2 : Pattern::code_lines;
      const std::vector<std::string> documents = random_documents(stream++, alphabet);
      const std::vector<std::string> expected = train_naively(documents, 60, pattern);
      const auto size = static_cast<std::int32_t>(256 + expected.size() + 1);
      BpeTrainer trainer({.vocabulary_size = size, .space_run_max = 0, .pattern = pattern});
      for (const std::string& document : documents) trainer.add(document);
      ASSERT_EQ(learned_tokens(trainer.train().value(), 256), expected) << alphabet;
    }
  }
}

/// Lines of made-up names, frequent ones first as in real text.
std::vector<std::string> code_documents(std::size_t count, std::size_t size_bytes) {
  PhiloxStream random(9, 0);
  const auto name = [&] {
    const double uniform = random.next_double();
    PhiloxStream letters(10, static_cast<std::uint64_t>(uniform * uniform * uniform * 2000));
    std::string text;
    for (std::uint64_t length = 1 + letters.next_below(9); text.size() < length;)
      text += static_cast<char>('a' + letters.next_below(26));
    return text;
  };
  std::vector<std::string> documents(count);
  for (std::string& document : documents)
    while (document.size() < size_bytes) {
      document.append(4 * random.next_below(4), ' ');
      document += name() + " = self." + name() + "(" + name() + ", " + name() + ")\n";
    }
  return documents;
}

TEST(BpeTrainerTest, AgreesWithCountingEveryPairAnewOnThreeHundredKilobytes) {
  const std::vector<std::string> documents = code_documents(30, 10'000);
  const std::vector<std::string> expected = train_naively(documents, 300);
  BpeTrainer trainer({.vocabulary_size = 256 + 300 + 1, .space_run_max = 0});
  for (const std::string& document : documents) trainer.add(document);
  EXPECT_EQ(learned_tokens(trainer.train().value(), 256), expected);
  EXPECT_EQ(trainer.summary().merges, 300);
}

TEST(BpeTrainerTest, NeitherTheOrderOfDocumentsNorThreadsMatter) {
  std::vector<std::string> documents = code_documents(60, 2'000);
  const auto train = [&](int threads) {
    BpeTrainer trainer({.vocabulary_size = 600}, threads);
    ThreadPool pool(threads);
    pool.run(std::ssize(documents), [&](std::int64_t index, int thread) {
      trainer.add(documents[static_cast<std::size_t>(index)], thread);
    });
    const std::vector<std::string> tokens = learned_tokens(trainer.train().value(), 0);
    return std::pair(tokens,
                     std::pair(trainer.summary().pieces, trainer.summary().different_pieces));
  };
  const auto first = train(1);
  EXPECT_EQ(train(4), first);
  std::ranges::reverse(documents);
  EXPECT_EQ(train(1), first);
  EXPECT_EQ(train(3), first);
}

TEST(BpeTrainerTest, ADocumentEndsItsLastPiece) {
  BpeTrainer trainer({.vocabulary_size = 258, .space_run_max = 0});
  for (int i = 0; i < 3; ++i) {
    trainer.add("a");
    trainer.add("b");
  }
  trainer.add("yz");
  EXPECT_EQ(trainer.train().value().bytes_of(256), "yz");
}

TEST(BpeTrainerTest, PiecesLongerThan64KiBAreLearnedFromAsAWhole) {
  std::string piece;
  while (piece.size() < 100'000) piece += "abcabd";
  piece += std::string(70'000, 'z') + "abq";
  BpeTrainer trainer({.vocabulary_size = 256 + 12 + 1, .space_run_max = 0});
  trainer.add(piece);
  const Tokenizer tokenizer = trainer.train().value();
  EXPECT_EQ(trainer.summary().different_pieces, 1);
  // z+z stands 69,999 times, a+b twice per six letters.
  EXPECT_EQ(tokenizer.bytes_of(256), "zz");
  EXPECT_EQ(tokenizer.bytes_of(257), "zzzz");
  EXPECT_EQ(tokenizer.bytes_of(258), "ab");
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(piece)), piece);
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

TEST(BpeTrainerTest, GivenSpecialTokensStandBeforeTheOthers) {
  BpeTrainer trainer({.vocabulary_size = 256 + 1 + 6,
                      .space_run_max = 0,
                      .fill_in_middle = true,
                      .special = {"<|user|>", "<é>"}});
  trainer.add("xy xy <|user|>");
  const Tokenizer tokenizer = trainer.train().value();
  EXPECT_EQ(tokenizer.added_token("<|user|>"), 257);
  EXPECT_EQ(tokenizer.added_token("<é>"), 258);
  EXPECT_EQ(tokenizer.added_token(kFimPrefix), 259);
  EXPECT_EQ(tokenizer.end_of_text(), 262);
  EXPECT_EQ(tokenizer.encode("<|user|>").size(), 8U);  // of bytes, never the special one
}

TEST(BpeTrainerTest, SpecialTokensThatCannotBeAreErrors) {
  const auto message = [](std::vector<std::string> special, bool fill_in_middle = false) {
    BpeTrainer trainer({.vocabulary_size = 2000,
                        .space_run_max = 0,
                        .fill_in_middle = fill_in_middle,
                        .special = std::move(special)});
    EXPECT_EQ(trainer.check_options().error().code(), ErrorCode::invalid_argument);
    return trainer.check_options().error().message();
  };
  EXPECT_NE(message({""}).find("0 bytes"), std::string::npos);
  EXPECT_NE(message({"\xFF"}).find("UTF-8"), std::string::npos);
  EXPECT_NE(message({std::string(1025, 'x')}).find("1025 bytes"), std::string::npos);
  EXPECT_NE(message({"<a>", "<a>"}).find("'<a>' is given twice"), std::string::npos);
  EXPECT_NE(message({"<|endoftext|>"}).find("twice"), std::string::npos);
  EXPECT_NE(message({"<|fim_prefix|>"}, true).find("twice"), std::string::npos);
  EXPECT_NE(message(std::vector<std::string>(1025, "x")).find("at most 1024"), std::string::npos);
  BpeTrainer learned({.vocabulary_size = 259, .space_run_max = 0, .special = {"xy"}});
  learned.add("xy");
  EXPECT_NE(learned.train().error().message().find("'xy' is also a token"), std::string::npos);
}

TEST(BpeTrainerTest, MoreDifferentPiecesThanAllowedAreAnError) {
  const auto add = [](BpeTrainer& trainer) {
    for (int thread = 0; thread < 2; ++thread)
      for (char letter = 'a'; letter <= 'e'; ++letter)
        trainer.add(std::string(9, letter) + std::to_string(thread), thread);
  };
  // Five words of nine letters and two numbers are 47 bytes, and one more for each: 54.
  // Of one thread they are 52.
  BpeTrainer enough({.vocabulary_size = 260, .space_run_max = 0, .piece_bytes_max = 54}, 2);
  add(enough);
  EXPECT_TRUE(enough.check_size(0).ok());
  EXPECT_TRUE(enough.train().ok());
  BpeTrainer small({.vocabulary_size = 260, .space_run_max = 0, .piece_bytes_max = 53}, 2);
  add(small);
  EXPECT_TRUE(small.check_size(0).ok());
  EXPECT_EQ(small.train().error().code(), ErrorCode::limit_exceeded);
  BpeTrainer tiny({.vocabulary_size = 260, .space_run_max = 0, .piece_bytes_max = 51}, 2);
  add(tiny);
  EXPECT_EQ(tiny.check_size(1).error().code(), ErrorCode::limit_exceeded);
}

TEST(BpeTrainerTest, AStopEndsMerging) {
  BpeTrainer trainer({.vocabulary_size = 300});
  for (const std::string& document : code_documents(1, 2'000)) trainer.add(document);
  StopToken stop;
  stop.request();
  EXPECT_EQ(trainer.train(&stop).error().code(), ErrorCode::interrupted);
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
