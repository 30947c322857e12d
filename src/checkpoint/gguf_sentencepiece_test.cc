// Tests of GGUF files whose tokenizer is of SentencePiece's kind.
#include <gtest/gtest.h>

#include <functional>

#include "checkpoint/checkpoint.h"
#include "checkpoint/testing/convert_fixture.h"
#include "tensor/gguf.h"
#include "tokenizer/testing/small_sentencepiece.h"
#include "tokenizer/tokenizer_impl.h"

namespace scribe {
namespace {

class GgufSentencePieceTest : public ConvertTest {
 protected:
  static ModelConfig config_for(const Vocabulary& vocabulary) {
    ModelConfig config = config_of(Family::llama);
    config.vocabulary_size = static_cast<std::int32_t>(vocabulary.tokens.size()) + 2;
    return config;
  }

  std::string exported(const Vocabulary& vocabulary, const std::string& name) {
    const std::string model = make_model(name, config_for(vocabulary), make_tokenizer(vocabulary));
    must(export_gguf(env_, stop_, model, file(name + ".gguf"), NumberFormat::f32));
    return file(name + ".gguf");
  }

  void expect_refused(const std::string& name, const Vocabulary& vocabulary,
                      std::string_view what) {
    const std::string model = make_model(name, config_for(vocabulary), make_tokenizer(vocabulary));
    const auto refused = export_gguf(env_, stop_, model, file("no.gguf"), NumberFormat::f32);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
    EXPECT_NE(refused.error().message().find(what), std::string::npos) << refused.error().message();
    EXPECT_FALSE(env_.exists(file("no.gguf")));
  }
};

TEST_F(GgufSentencePieceTest, ThereAndBackGivesTheSameIds) {
  for (const LeadingSpace leading_space : {LeadingSpace::none, LeadingSpace::always})
    for (const bool has_prefix : {false, true}) {
      Vocabulary vocabulary = small_sentencepiece(leading_space);
      if (!has_prefix) vocabulary.pipeline.prefix.clear();
      const std::string name = fmt::format("{}-{}", static_cast<int>(leading_space), has_prefix);
      const std::string path = exported(vocabulary, name);
      must(import_gguf(env_, stop_, path, file(name + "-again"), {}));
      const Tokenizer before = must(Tokenizer::load(env_, file(name)));
      const Tokenizer after = must(Tokenizer::load(env_, file(name + "-again")));
      for (const std::string text : {"return x, é日\n", "  r\xFF", ""}) {
        EXPECT_EQ(after.encode(text), before.encode(text)) << name << text;
        EXPECT_EQ(after.encode_prompt(text), before.encode_prompt(text)) << name << text;
      }
      EXPECT_EQ(bytes_of(file(name + "-again/tokenizer.json")),
                bytes_of(file(name + "/tokenizer.json")));
    }
}

TEST_F(GgufSentencePieceTest, TheKeysAreThoseOfLlamaCpp) {
  const Vocabulary vocabulary = small_sentencepiece(LeadingSpace::always);
  const GgufFile written = must(GgufFile::open(env_, exported(vocabulary, "model")));
  EXPECT_EQ(must(written.text("tokenizer.ggml.model")), "llama");
  EXPECT_EQ(must(written.integer("tokenizer.ggml.bos_token_id")), 1);
  EXPECT_EQ(must(written.integer("tokenizer.ggml.eos_token_id")), 2);
  EXPECT_EQ(must(written.integer("tokenizer.ggml.unknown_token_id")), 0);
  EXPECT_TRUE(must(written.boolean("tokenizer.ggml.add_space_prefix")));
  EXPECT_FALSE(written.contains("tokenizer.ggml.merges"));
  const auto texts = must(written.texts("tokenizer.ggml.tokens"));
  const auto types = must(written.integers("tokenizer.ggml.token_type"));
  const auto scores = must(written.numbers("tokenizer.ggml.scores"));
  ASSERT_EQ(texts.size(), vocabulary.tokens.size() + 2);
  ASSERT_EQ(scores.size(), texts.size());
  EXPECT_EQ(texts[7 + '\n'], "<0x0A>");
  EXPECT_EQ(types[7 + '\n'], 6);
  EXPECT_EQ(types[1], 3);
  EXPECT_EQ(texts[7 + 256 + 7], "\u2581return");
  EXPECT_EQ(types[7 + 256 + 7], 1);
  EXPECT_LT(scores[7 + 256 + 7], scores[7 + 256 + 4]) << "\"▁ret\" merges before \"▁return\"";
  EXPECT_EQ(types.back(), 5);
}

TEST_F(GgufSentencePieceTest, WhatLlamaCppWouldDoOtherwiseIsNotWritten) {
  expect_refused("first", small_sentencepiece(LeadingSpace::first_where_missing),
                 "unless there is one");
  Vocabulary vocabulary = small_sentencepiece(LeadingSpace::always);
  const auto several = std::ranges::adjacent_find(vocabulary.merges, {}, &Merge::merged);
  vocabulary.merges.erase(several);
  expect_refused("apart", vocabulary, "a score for each token");
}

/// A file of one key after the other, to leave one out.
TEST_F(GgufSentencePieceTest, ScoresThatAreMissingOrTooFewAreInvalid) {
  const std::string path = exported(small_sentencepiece(LeadingSpace::always), "model");
  std::string bytes = bytes_of(path);
  const std::size_t at = bytes.find("tokenizer.ggml.scores");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 21, "tokenizer.ggml.others");
  check(write_file_atomic(env_, file("damaged.gguf"), bytes));
  const auto refused = import_gguf(env_, stop_, file("damaged.gguf"), file("out"), {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(refused.error().message().find("tokenizer.ggml.scores"), std::string::npos);
}

TEST_F(GgufSentencePieceTest, CodeLlamasEndOfTheMiddleEndsATextToo) {
  const Vocabulary vocabulary = small_sentencepiece(LeadingSpace::always);
  make_model("model", config_for(vocabulary), make_tokenizer(vocabulary));
  const Checkpoint loaded = must(load_checkpoint(env_, file("model"), *backend_));
  EXPECT_TRUE(loaded.tokenizer.ends_text(2));
  EXPECT_TRUE(loaded.tokenizer.ends_text(6)) << loaded.tokenizer.bytes_of(6);
  EXPECT_FALSE(loaded.tokenizer.ends_text(1));
}

}  // namespace
}  // namespace scribe
