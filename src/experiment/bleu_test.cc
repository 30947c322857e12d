// Tests of BLEU against sacrebleu's numbers (tools/make_bleu_golden.py).
#include "experiment/bleu.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace scribe {
namespace {

// Sums of logarithms in another order differ in the last places.
constexpr double kTolerance = 1e-9;

std::string golden_path() {
  return SCRIBE_EXPERIMENT_TESTDATA "/bleu.jsonl";
}

constexpr std::pair<const char*, BleuTokens> kTokenizers[] = {{"13a", BleuTokens::mteval_13a},
                                                              {"none", BleuTokens::none}};

TEST(Bleu, SentencesAndTheCorpusHaveTheScoresOfSacrebleu) {
  BleuCounts corpus[2];
  int sentences = 0;
  bool corpus_seen = false;
  const Status read = for_each_json_line(
      Env::real(), golden_path(), [&](const Json& line, const std::string& where) -> Status {
        for (std::size_t i = 0; i < 2; ++i) {
          const auto [name, tokens] = kTokenizers[i];
          if (line.contains("corpus")) {
            EXPECT_NEAR(bleu_score(corpus[i], false), line["corpus"][name].get<double>(),
                        kTolerance);
            corpus_seen = true;
            continue;
          }
          const auto words = bleu_words(line["text"].get<std::string>(), tokens);
          std::vector<std::vector<std::string>> references;
          for (const Json& one : line["references"])
            references.push_back(bleu_words(one.get<std::string>(), tokens));
          EXPECT_NEAR(bleu_score(bleu_counts(words, references), true),
                      line["scores"][name].get<double>(), kTolerance)
              << where << " " << name;
          corpus[i] += bleu_counts(words, std::span(references).first(1));
          ++sentences;
        }
        return {};
      });
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_GT(sentences, 100);
  EXPECT_TRUE(corpus_seen);
}

TEST(Bleu, EqualTextsScoreAHundredAndTextsWithoutACommonWordNothing) {
  EXPECT_NEAR(sentence_bleu("a b c d e", "a b c d e", BleuTokens::none), 100, kTolerance);
  EXPECT_EQ(sentence_bleu("a b", "c d", BleuTokens::none), 0);
  EXPECT_EQ(sentence_bleu("", "c d", BleuTokens::mteval_13a), 0);
}

}  // namespace
}  // namespace scribe
