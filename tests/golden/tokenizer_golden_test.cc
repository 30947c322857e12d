// Compares ids with those of Hugging Face `tokenizers`, for each layout of a tokenizer.json.
//
// The goldens are written by tools/check_tokenizer.py --write-goldens and, SentencePiece's own, by
// tools/check_sentencepiece.py --write-golden.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "tokenizer/tokenizer.h"

namespace scribe {
namespace {

using TokenizerGoldenTest = testing::TestWithParam<const char*>;

std::string golden_path(const char* layout, const char* suffix) {
  return fmt::format("{}/{}{}", SCRIBE_TOKENIZER_GOLDENS, layout, suffix);
}

void expect_ids(const Tokenizer& tokenizer, const std::string& path) {
  int count = 0;
  const Status read =
      for_each_json_line(Env::real(), path, [&](const Json& line, const std::string& where) {
        const auto text = line["text"].get<std::string>();
        EXPECT_EQ(tokenizer.encode(text), line["ids"].get<std::vector<TokenId>>())
            << where << ": " << line["text"].dump();
        ++count;
        return Status();
      });
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(count, 45);
}

TEST_P(TokenizerGoldenTest, IdsAreThoseOfTheLibrary) {
  const auto tokenizer = Tokenizer::load(Env::real(), golden_path(GetParam(), ".json"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message();
  expect_ids(tokenizer.value(), golden_path(GetParam(), ".jsonl"));
}

TEST_P(TokenizerGoldenTest, WhatIsWrittenGivesTheSameIdsAndPrefix) {
  const TemporaryDirectory directory;
  const Tokenizer read = Tokenizer::load(Env::real(), golden_path(GetParam(), ".json")).value();
  ASSERT_TRUE(read.save(Env::real(), directory.file("tokenizer.json")).ok());
  const Tokenizer again = Tokenizer::load(Env::real(), directory.file("tokenizer.json")).value();
  expect_ids(again, golden_path(GetParam(), ".jsonl"));
  EXPECT_EQ(again.layout(), read.layout());
  EXPECT_EQ(again.encode_prompt("x"), read.encode_prompt("x"));
}

INSTANTIATE_TEST_SUITE_P(Layouts, TokenizerGoldenTest,
                         testing::Values("gpt2", "codegen", "starcoder", "qwen2", "llama3",
                                         "code_lines", "deepseek_coder", "deepseek_llm", "tekken",
                                         "o200k", "sentencepiece", "sentencepiece_first",
                                         "sentencepiece_none"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST(SentencePieceGoldenTest, IdsAreThoseOfTheLibrary) {
  const auto tokenizer = Tokenizer::load(Env::real(), golden_path("sentencepiece", ".model"));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message();
  expect_ids(tokenizer.value(), golden_path("sentencepiece", ".model.jsonl"));
  EXPECT_EQ(tokenizer.value().bytes_of(tokenizer.value().prefix()[0]), "<s>");
}

TEST(TokenizerTemplateTest, TheTemplateOfLlama3PutsItsTokenBeforeAPrompt) {
  const Tokenizer tokenizer = Tokenizer::load(Env::real(), golden_path("llama3", ".json")).value();
  ASSERT_EQ(tokenizer.prefix().size(), 1U);
  EXPECT_EQ(tokenizer.bytes_of(tokenizer.prefix()[0]), "<|begin_of_text|>");
  EXPECT_EQ(tokenizer.bytes_of(tokenizer.end_of_text()), "<|end_of_text|>");
  EXPECT_EQ(tokenizer.encode_prompt(""), std::vector<TokenId>{tokenizer.prefix()[0]});
}

}  // namespace
}  // namespace scribe
