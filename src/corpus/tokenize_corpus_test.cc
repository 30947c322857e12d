// Tests the way from documents to token files.
#include "corpus/tokenize_corpus.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "corpus/token_file.h"
#include "tokenizer/bpe_trainer.h"

namespace scribe {
namespace {

class TokenizeCorpusTest : public testing::Test {
 protected:
  TokenizeCorpusTest() {
    BpeTrainer trainer({.vocabulary_size = 260, .space_run_max = 0});
    trainer.add("return return return value value");
    EXPECT_TRUE(trainer.train().value().save(env_, directory_.file("tokenizer.json")).ok());
    options_ = {.corpus = directory_.path(),
                .tokenizer = directory_.file("tokenizer.json"),
                .out = directory_.file("tokens"),
                .quiet = true};
    write_split("train", 40);
    write_split("validation", 3);
  }

  void write_split(const std::string& split, int count) {
    std::string lines;
    for (int index = 0; index < count; ++index)
      lines += to_json_line(Json{{"id", std::to_string(index)},
                                 {"source", "s"},
                                 {"text", fmt::format("return {} {}", split, index)}}) +
               "\n";
    ASSERT_TRUE(write_file_atomic(env_, directory_.file(split + ".jsonl"), lines).ok());
  }

  Result<TokenizeSummary> tokenize() { return tokenize_corpus(env_, stop_, options_); }

  /// The documents of a token file, in its order.
  std::vector<std::string> decoded(const std::string& split) {
    const TokenFile file = TokenFile::open(env_, options_.out + "/" + split + ".tokens").value();
    const Tokenizer tokenizer = Tokenizer::load(env_, options_.tokenizer).value();
    std::vector<TokenId> ids(static_cast<std::size_t>(file.size()));
    file.read(0, ids);
    std::vector<std::string> texts(1);
    for (const TokenId id : ids) {
      if (id == tokenizer.end_of_text())
        texts.emplace_back();
      else
        texts.back() += tokenizer.bytes_of(id);
    }
    EXPECT_EQ(texts.back(), "");  // Each document is ended, the last too.
    texts.pop_back();
    return texts;
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
  TokenizeOptions options_;
};

TEST_F(TokenizeCorpusTest, EveryDocumentIsThereOnceShuffledAndEnded) {
  const TokenizeSummary summary = tokenize().value();
  EXPECT_EQ(summary.train.documents, 40);
  std::vector<std::string> texts = decoded("train");
  std::vector<std::string> expected;
  for (int index = 0; index < 40; ++index)
    expected.push_back(fmt::format("return train {}", index));
  EXPECT_NE(texts, expected);
  std::ranges::sort(texts);
  std::ranges::sort(expected);
  EXPECT_EQ(texts, expected);
  EXPECT_EQ(decoded("validation").size(), 3U);
}

TEST_F(TokenizeCorpusTest, TheFileNamesItsTokenizer) {
  ASSERT_TRUE(tokenize().ok());
  const TokenFile file = TokenFile::open(env_, options_.out + "/train.tokens").value();
  EXPECT_EQ(file.tokenizer_hash(), hash64(env_.read_file(options_.tokenizer).value()));
  EXPECT_EQ(file.vocabulary_size(), 260);
}

TEST_F(TokenizeCorpusTest, TheOrderIsAFunctionOfTheSeedAlone) {
  ASSERT_TRUE(tokenize().ok());
  const std::vector<std::string> first = decoded("train");
  options_.threads = 3;
  options_.rebuild = true;
  ASSERT_TRUE(tokenize().ok());
  EXPECT_EQ(decoded("train"), first);
  options_.seed = 1;
  ASSERT_TRUE(tokenize().ok());
  EXPECT_NE(decoded("train"), first);
}

TEST_F(TokenizeCorpusTest, TheSameInputsAgainDoNothingAndOthersDo) {
  EXPECT_FALSE(tokenize().value().reused);
  const TokenizeSummary again = tokenize().value();
  EXPECT_TRUE(again.reused);
  EXPECT_EQ(again.train.documents, 40);
  write_split("train", 41);
  EXPECT_EQ(tokenize().value().train.documents, 41);
  ASSERT_TRUE(env_.truncate(options_.out + "/train.tokens", 70).ok());
  EXPECT_FALSE(tokenize().value().reused);
}

TEST_F(TokenizeCorpusTest, MissingInputsAndEmptySplitsAreClearErrors) {
  write_split("train", 0);
  EXPECT_NE(tokenize().error().message().find("train.jsonl' has no document"), std::string::npos);
  options_.corpus = directory_.file("nowhere");
  EXPECT_EQ(tokenize().error().code(), ErrorCode::not_found);
  options_.tokenizer = directory_.file("none.json");
  EXPECT_EQ(tokenize().error().code(), ErrorCode::not_found);
}

TEST_F(TokenizeCorpusTest, AFullDiskLeavesNoRecord) {
  env_.fill_disk_after(20);
  EXPECT_EQ(tokenize().error().code(), ErrorCode::io);
  EXPECT_FALSE(env_.exists(options_.out + "/tokens.json"));
  EXPECT_FALSE(env_.exists(options_.out + "/train.tokens"));
}

TEST_F(TokenizeCorpusTest, AStopIsInterrupted) {
  stop_.request();
  EXPECT_EQ(tokenize().error().code(), ErrorCode::interrupted);
}

}  // namespace
}  // namespace scribe
