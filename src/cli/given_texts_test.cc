// Tests which tokens `scribe score` gives to the model, and the lines that it writes.
#include "cli/given_texts.h"

#include <gtest/gtest.h>

#include "sample/testing/tiny_model.h"

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

TEST_F(GivenTextsTest, ReverseIsTheDocstringAfterTheCode) {
  options_.reverse = true;
  EXPECT_EQ(made({sample("t/0", "    return x + 1\n")}),
            "def f(x):\n    return x + 1\n|    'one more'\n");
  EXPECT_EQ(made({sample("t/1", "    y = 0\n")}),
            "def g():\n    y = 0\n    return y\n|    'nothing'\n");
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
