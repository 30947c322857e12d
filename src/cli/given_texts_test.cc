// Tests which tokens `scribe score` gives to the model, and the lines that it writes.
#include "cli/given_texts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/faulty_env.h"
#include "problems/back_translation.h"
#include "sample/prompt.h"
#include "sample/testing/tiny_model.h"
#include "train/examples.h"

namespace scribe::cli {
namespace {

class GivenTextsTest : public testing::Test {
 protected:
  GivenTextsTest() {
    problems_.resize(2);
    problems_[0].task_id = "t/0";
    problems_[0].prompt = "def f(x):\n    'one more'\n";
    problems_[1].task_id = "t/1";
    problems_[1].prompt = "def g():\n    'nothing'\n";
    problems_[1].suffix = "    return y\n";
  }
  Result<std::vector<GivenText>> make(const std::vector<RawSample>& samples) {
    return given_texts(problems_, samples, tokenizer_, config_, options_);
  }
  static RawSample sample(const std::string& task_id, const std::string& text,
                          bool is_program = false) {
    return {.task_id = task_id, .text = text, .is_program = is_program, .line = {}};
  }
  /// "prompt|text" of the first one.
  std::string made(const std::vector<RawSample>& samples) {
    const auto texts = make(samples);
    if (!texts.ok()) return texts.error().message();
    return tokenizer_.decode(texts.value()[0].prompt) + "|" +
           tokenizer_.decode(texts.value()[0].text);
  }

  std::vector<Problem> problems_;
  Tokenizer tokenizer_ = tiny_infilling_tokenizer();
  ModelConfig config_{.context = 40};
  GivenTextOptions options_;
};

TEST_F(GivenTextsTest, ForwardIsTheCompletionAfterThePrompt) {
  EXPECT_EQ(made({sample("t/0", "    return x + 1\n")}),
            "def f(x):\n    'one more'\n|    return x + 1\n");
  EXPECT_EQ(made({sample("t/1", "    y = 0\n")}),
            "<|fim_prefix|>def g():\n    'nothing'\n<|fim_suffix|>    return y\n<|fim_middle|>|"
            "    y = 0\n");
  options_.no_suffix = true;
  options_.end_of_text = true;
  EXPECT_EQ(made({sample("t/1", "    y = 0\n")}),
            "def g():\n    'nothing'\n|    y = 0\n<|endoftext|>");
}

TEST_F(GivenTextsTest, PromptsAreStrippedUnlessASuffixFollows) {
  options_.strip_prompts = true;
  EXPECT_EQ(made({sample("t/0", "\n    return x + 1\n")}),
            "def f(x):\n    'one more'|\n    return x + 1\n");
  EXPECT_EQ(made({sample("t/1", "    y = 0\n")}),
            "<|fim_prefix|>def g():\n    'nothing'\n<|fim_suffix|>    return y\n<|fim_middle|>|"
            "    y = 0\n");
  options_.no_suffix = true;
  EXPECT_EQ(made({sample("t/1", "\n    y = 0\n")}), "def g():\n    'nothing'|\n    y = 0\n");
}

TEST_F(GivenTextsTest, ReverseIsTheDocstringAfterTheCode) {
  options_.reverse = true;
  EXPECT_EQ(made({sample("t/0", "    return x + 1\n")}),
            "def f(x):\n    return x + 1\n|    'one more'\n");
  EXPECT_EQ(made({sample("t/1", "    y = 0\n")}),
            "def g():\n    y = 0\n    return y\n|    'nothing'\n");
}

TEST_F(GivenTextsTest, OfALongDocstringTheBeginningCounts) {
  options_.reverse = true;
  options_.docstring_tokens_max = 1;
  const auto whole = make({sample("t/0", "    return x + 1\n")});
  ASSERT_TRUE(whole.ok()) << whole.error().message();
  EXPECT_EQ(whole.value()[0].text.size(), 1U);
  EXPECT_TRUE(
      std::string("    'one more'\n").starts_with(tokenizer_.decode(whole.value()[0].text)));
}

// What Codex-D is trained on, sampled with and scored by must be the same tokens.
TEST_F(GivenTextsTest, ADocstringIsTrainedSampledAndScoredAfterTheSameTokens) {
  problems_[0].entry_point = "f";
  problems_[0].canonical_solution = "    return x + 1\n";
  FaultyEnv env;
  const TemporaryDirectory directory;
  const std::string path = directory.file("d.jsonl");
  ASSERT_TRUE(save_problems(env, path, {docstring_problem(problems_[0]).value()}).ok());

  const ExampleSet set = load_examples(env, {path}, tokenizer_, {.context = 80}).value();
  const Example& trained = set.training.at(0);
  const Problem loaded = load_problems(env, path).value().at(0);
  const Prompt prompt{.task_id = loaded.task_id, .text = loaded.prompt};
  const auto encoder = PromptEncoder::create(tokenizer_, std::span(&prompt, 1), 0);
  options_.reverse = true;
  options_.end_of_text = true;
  const auto scored = make({sample("t/0", problems_[0].canonical_solution)});
  ASSERT_TRUE(scored.ok()) << scored.error().message();
  EXPECT_EQ(trained.prompt, encoder.value().encode(prompt));
  EXPECT_EQ(trained.prompt, scored.value()[0].prompt);
  EXPECT_EQ(trained.completion, scored.value()[0].text);

  // The loss is on the docstring and its end: nothing before them is a target.
  const TokenBatch batch = batch_of_examples({&trained});
  std::vector<TokenId> targets;
  for (const auto target : batch.targets)
    if (target >= 0) targets.push_back(target);
  EXPECT_EQ(tokenizer_.decode(targets), "    'one more'\n<|endoftext|>");
  const std::ptrdiff_t before = std::ssize(trained.prompt) - 1;
  EXPECT_EQ(std::count(batch.targets.begin(), batch.targets.begin() + before, -1), before);
}

TEST_F(GivenTextsTest, AWholeProgramIsACompletionOnlyIfItBeginsWithThePrompt) {
  EXPECT_EQ(made({sample("t/0", problems_[0].prompt + "    return x\n", true)}),
            "def f(x):\n    'one more'\n|    return x\n");
  const auto refused = make({sample("t/0", "def f(x): pass\n", true)});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(make({sample("t/9", "")}).error().code(), ErrorCode::invalid_data);
}

TEST_F(GivenTextsTest, TruncationLeavesWhatSamplingLeft) {
  options_.truncate_prompts = true;
  options_.max_tokens = 36;
  EXPECT_EQ(made({sample("t/0", "a")}), "re'\n|a");
  EXPECT_EQ(made({sample("t/0", std::string(38, 'a'))}), "'\n|" + std::string(38, 'a'));
  options_.truncate_prompts = false;
  EXPECT_EQ(made({sample("t/0", "a")}), problems_[0].prompt + "|a");
  options_.max_tokens = 0;
  EXPECT_EQ(make({sample("t/0", "a")}).error().code(), ErrorCode::invalid_argument);
}

TEST_F(GivenTextsTest, LinesKeepTheirKeysAndGetNewLogProbabilities) {
  const std::vector<RawSample> samples = {
      {.task_id = "t/0",
       .text = "a",
       .is_program = false,
       .line = {{"task_id", "t/0"}, {"completion", "a"}, {"sum_logprob", -9.0}, {"passed", true}}},
      {.task_id = "t/1",
       .text = "",
       .is_program = false,
       .line = {{"task_id", "t/1"}, {"completion", ""}}}};
  const std::vector<TextLogprobs> logprobs = {{.tokens = {-1.0, -0.5}, .sum = -1.5}, {}};
  EXPECT_EQ(scored_lines(samples, logprobs, options_),
            "{\"task_id\":\"t/0\",\"completion\":\"a\",\"sum_logprob\":-1.5,\"passed\":true,"
            "\"tokens\":2,\"mean_logprob\":-0.75,\"scored\":\"completion\"}\n"
            "{\"task_id\":\"t/1\",\"completion\":\"\",\"tokens\":0,\"sum_logprob\":0.0,"
            "\"mean_logprob\":0.0,\"scored\":\"completion\"}\n");
}

}  // namespace
}  // namespace scribe::cli
