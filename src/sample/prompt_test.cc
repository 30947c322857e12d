// Tests of prompts as tokens: with a suffix, without, and where there is no room.
#include "sample/prompt.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "sample/testing/tiny_model.h"

namespace scribe {
namespace {

/// That puts its end of text before a text.
Tokenizer with_template(const Tokenizer& tokenizer) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("tokenizer.json");
  EXPECT_TRUE(tokenizer.save(Env::real(), path).ok());
  Json json = parse_json(Env::real().read_file(path).value(), path).value();
  const Json token = {{"SpecialToken", {{"id", kEndOfText}, {"type_id", 0}}}};
  const Json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
  json["post_processor"] = {
      {"type", "TemplateProcessing"},
      {"single", {token, text}},
      {"pair", {token, text}},
      {"special_tokens",
       {{std::string(kEndOfText),
         {{"id", kEndOfText}, {"ids", {tokenizer.end_of_text()}}, {"tokens", {kEndOfText}}}}}}};
  EXPECT_TRUE(write_file_atomic(Env::real(), path, to_json_line(json)).ok());
  auto loaded = Tokenizer::load(Env::real(), path);
  EXPECT_TRUE(loaded.ok()) << loaded.error().message();
  return loaded.value();
}

TEST(StrippedPromptTest, WhiteSpaceAtTheEndGoes) {
  EXPECT_EQ(stripped_prompt("def f():\n  \"\"\"x\"\"\"\n    \t\r\n"), "def f():\n  \"\"\"x\"\"\"");
  EXPECT_EQ(stripped_prompt("  x"), "  x");
  EXPECT_EQ(stripped_prompt(" \n"), "");
  EXPECT_EQ(stripped_prompt(""), "");
}

TEST(CutPromptTest, WhatTheTemplatePutsBeforeATextStays) {
  const Tokenizer plain = tiny_tokenizer();
  const Tokenizer tokenizer = with_template(plain);
  ASSERT_EQ(tokenizer.prefix().size(), 1U);
  const std::vector<TokenId> prompt = tokenizer.encode_prompt("ABCDEF");
  EXPECT_EQ(tokenizer.decode(cut_prompt(tokenizer, prompt, 7)), "<|endoftext|>ABCDEF");
  EXPECT_EQ(tokenizer.decode(cut_prompt(tokenizer, prompt, 4)), "<|endoftext|>DEF");
  EXPECT_EQ(tokenizer.decode(cut_prompt(tokenizer, prompt, 1)), "F");
  EXPECT_EQ(plain.decode(cut_prompt(plain, plain.encode("ABCDEF"), 4)), "CDEF");
}

TEST(PromptEncoderTest, WithoutASuffixAPromptIsItsTextWhateverTheTokenizer) {
  const Tokenizer tokenizer = tiny_tokenizer();
  const std::vector<Prompt> prompts = {{"a", "def f"}, {"b", ""}};
  const PromptEncoder encoder = PromptEncoder::create(tokenizer, prompts, 0).value();
  EXPECT_EQ(encoder.encode(prompts[0]), tokenizer.encode("def f"));
  EXPECT_EQ(encoder.encode(prompts[1]), std::vector{tokenizer.end_of_text()});
  EXPECT_FALSE(encoder.cuts(prompts[0]));
}

TEST(PromptEncoderTest, ASuffixIsMarkedAndCutToWhatFits) {
  const Tokenizer tokenizer = tiny_infilling_tokenizer();
  const std::vector<Prompt> prompts = {
      {"a", "ABCDEF", "GHI"}, {"b", "AB", "C"}, {"c", "ABCDEFGHI"}};
  const PromptEncoder encoder = PromptEncoder::create(tokenizer, prompts, 7).value();
  EXPECT_EQ(tokenizer.decode(encoder.encode(prompts[0])),
            "<|fim_prefix|>DEF<|fim_suffix|>G<|fim_middle|>");
  EXPECT_TRUE(encoder.cuts(prompts[0]));
  EXPECT_EQ(tokenizer.decode(encoder.encode(prompts[1])),
            "<|fim_prefix|>AB<|fim_suffix|>C<|fim_middle|>");
  EXPECT_FALSE(encoder.cuts(prompts[1]));
  EXPECT_EQ(encoder.encode(prompts[2]).size(), 9U) << "no suffix: fit_prompt() cuts it";
}

TEST(PromptEncoderTest, WithoutTheTokensOrRoomForThemASuffixIsAnErrorNamingTheTask) {
  const std::vector<Prompt> prompts = {{"a", "x"}, {"b", "x", "y"}};
  const Tokenizer plain = tiny_tokenizer();
  const auto refused = PromptEncoder::create(plain, prompts, 0);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_data);
  EXPECT_TRUE(refused.error().message().starts_with("task 'b' has a suffix"));
  const Tokenizer infilling = tiny_infilling_tokenizer();
  EXPECT_EQ(PromptEncoder::create(infilling, prompts, 3).error().code(),
            ErrorCode::invalid_argument);
  EXPECT_TRUE(PromptEncoder::create(infilling, prompts, 4).ok());
}

}  // namespace
}  // namespace scribe
