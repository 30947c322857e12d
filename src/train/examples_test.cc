// Tests of fine-tuning's examples: encoding, padding, masks, limits, split.
#include "train/examples.h"

#include <gtest/gtest.h>

#include <set>

#include "tokenizer/testing/small_sentencepiece.h"
#include "tokenizer/tokenizer_impl.h"
#include "train/testing/small_corpus.h"

namespace scribe {
namespace {

class ExamplesTest : public testing::Test {
 protected:
  ExamplesTest() : tokenizer_(Tokenizer::load(env_, corpus_.tokenizer()).value()) {}

  Result<ExampleSet> load(const std::string& text, ExampleOptions options = {.context = 16}) {
    const std::string path = corpus_.file("examples.jsonl");
    require(write_file_atomic(env_, path, text));
    return load_examples(env_, {path}, tokenizer_, options);
  }

  Env& env_ = Env::real();
  SmallCorpus corpus_;
  Tokenizer tokenizer_;
};

TEST_F(ExamplesTest, PromptAndCompletionAreEncodedApartAndEnded) {
  // "turn" with "re" before it would be one token: apart, it is not.
  const auto set = load(R"({"prompt":"re","completion":"turn"})");
  ASSERT_TRUE(set.ok()) << set.error().message();
  const Example& example = set.value().training.at(0);
  EXPECT_EQ(example.prompt, tokenizer_.encode("re"));
  std::vector<TokenId> completion = tokenizer_.encode("turn");
  completion.push_back(tokenizer_.end_of_text());
  EXPECT_EQ(example.completion, completion);
}

TEST_F(ExamplesTest, OfSentencePieceThePromptAloneBeginsWithASpace) {
  tokenizer_ = make_tokenizer(small_sentencepiece(LeadingSpace::always));
  const auto set = load(R"({"prompt":"r","completion":"r"})");
  ASSERT_TRUE(set.ok()) << set.error().message();
  const Example& example = set.value().training.at(0);
  EXPECT_EQ(tokenizer_.bytes_of(example.prompt.at(0)), "<s>");
  EXPECT_EQ(tokenizer_.bytes_of(example.prompt.at(1)), " r");
  EXPECT_EQ(tokenizer_.bytes_of(example.completion.at(0)), "r");
}

TEST_F(ExamplesTest, HumanEvalProblemsAreExamples) {
  const auto set = load(R"({"task_id":"HumanEval/0","prompt":"p","entry_point":"f",)"
                        R"("canonical_solution":"s","test":"t"})");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set.value().training.at(0).completion,
            (std::vector<TokenId>{tokenizer_.encode("s")[0], tokenizer_.end_of_text()}));
}

TEST_F(ExamplesTest, AnEmptyPromptIsTheStartOfADocument) {
  const auto set = load(R"({"prompt":"","completion":"s"})");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set.value().training.at(0).prompt, std::vector<TokenId>{tokenizer_.end_of_text()});
}

TEST_F(ExamplesTest, LongExamplesAreSkippedAndCounted) {
  // 'a' and 'b' are single bytes here: 8 + 7 + the end are 16, which fits; one more does not.
  const auto set = load(R"({"prompt":"aaaaaaaa","completion":"bbbbbbb"})"
                        "\n"
                        R"({"prompt":"aaaaaaaa","completion":"bbbbbbbb"})"
                        "\n");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set.value().training.size(), 1U);
  EXPECT_EQ(set.value().skipped, 1);
}

TEST_F(ExamplesTest, WrongLinesAreNamedByPathAndLine) {
  for (const char* line : {R"({"completion":"x"})", R"({"prompt":"x"})",
                           R"({"prompt":1,"completion":"x"})", R"([])", R"({"prompt")"}) {
    const auto set = load(std::string(R"({"prompt":"a","completion":"b"})") + "\n" + line + "\n");
    ASSERT_FALSE(set.ok()) << line;
    EXPECT_EQ(set.error().code(), ErrorCode::invalid_data);
    EXPECT_NE(set.error().message().find("examples.jsonl:2"), std::string::npos)
        << set.error().message();
  }
  const auto empty = load("");
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code(), ErrorCode::invalid_data);
}

TEST_F(ExamplesTest, TheValidationSplitKeepsPromptsTogether) {
  std::string text;
  for (int i = 0; i < 400; ++i)
    text += fmt::format("{{\"prompt\":\"p{}\",\"completion\":\"c{}\"}}\n", i / 4, i);
  const auto set = load(text, {.context = 32, .validation_share = 0.25});
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set.value().training.size() + set.value().validation.size(), 400U);
  // 100 prompts at 0.25: 25 with a standard deviation of 4.3.
  EXPECT_NEAR(static_cast<double>(set.value().validation.size()) / 4, 25, 18);
  std::set<std::vector<TokenId>> held_out;
  for (const Example& example : set.value().validation) held_out.insert(example.prompt);
  for (const Example& example : set.value().training)
    EXPECT_FALSE(held_out.contains(example.prompt));
}

// Codex section 4.4: left-padded prompts, so that the first completion tokens line up.
TEST(BatchOfExamplesTest, CompletionsBeginInOneColumnAndOnlyTheyAreTargets) {
  const Example shorter{.prompt = {1}, .completion = {7, 8, 9, 99}};
  const Example longer{.prompt = {2, 3, 4}, .completion = {5, 99}};
  const TokenBatch batch = batch_of_examples({&shorter, &longer});
  EXPECT_EQ(batch.batch, 2);
  EXPECT_EQ(batch.time, 6);
  EXPECT_EQ(batch.first, (std::vector<std::int32_t>{2, 0}));
  EXPECT_EQ(batch.tokens, (std::vector<std::int32_t>{0, 0, 1, 7, 8, 9,  //
                                                     2, 3, 4, 5, 0, 0}));
  EXPECT_EQ(batch.targets, (std::vector<std::int32_t>{-1, -1, 7, 8, 9, 99,  //
                                                      -1, -1, 5, 99, -1, -1}));
}

TEST(ExampleBatchesTest, EveryExampleComesOncePerEpochInMicroBatches) {
  std::vector<Example> examples;
  for (int i = 0; i < 6; ++i) examples.push_back({.prompt = {i}, .completion = {i, 99}});
  ExampleBatches source(examples, {.examples = 3, .micro = 2}, 1);
  std::multiset<std::int32_t> seen;
  for (std::int64_t step = 1; step <= 4; ++step) {
    const std::vector<TokenBatch> batches = source.batches(step).value();
    ASSERT_EQ(batches.size(), 2U);
    EXPECT_EQ(batches[0].batch, 2);
    EXPECT_EQ(batches[1].batch, 1);
    for (const TokenBatch& batch : batches) {
      EXPECT_LE(batch.batch * batch.time, source.rows_max());
      for (std::int64_t b = 0; b < batch.batch; ++b)
        seen.insert(batch.tokens[static_cast<std::size_t>(b * batch.time)]);
    }
  }
  for (int i = 0; i < 6; ++i) EXPECT_EQ(seen.count(i), 2U) << i;
}

TEST_F(ExamplesTest, ADescriptionIsTheLineOfTheExample) {
  const auto set = load(
      "{\"prompt\":\"a\",\"completion\":\"b\"}\n\n"
      "{\"prompt\":\"c\",\"completion\":\"d\"}\n");
  ASSERT_TRUE(set.ok());
  ExampleBatches source(set.value().training, {.examples = 2, .micro = 1}, 0);
  const std::vector<TokenBatch> batches = source.batches(1).value();
  const bool turned = batches[0].tokens[0] == tokenizer_.encode("c")[0];
  EXPECT_EQ(source.describe(1, 0),
            fmt::format("{}:{}", corpus_.file("examples.jsonl"), turned ? 3 : 1));
  EXPECT_EQ(source.describe(1, 1),
            fmt::format("{}:{}", corpus_.file("examples.jsonl"), turned ? 1 : 3));
}

}  // namespace
}  // namespace scribe
