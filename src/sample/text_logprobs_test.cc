// Tests that scoring a text gives the bits that sampling it gave, however it is batched.
#include "sample/text_logprobs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "backend/testing/devices.h"
#include "base/philox.h"
#include "model/decoder.h"
#include "sample/engine.h"
#include "sample/testing/tiny_model.h"

namespace scribe {
namespace {

TextLogprobsOptions options_for(const TinyModel& model) {
  return {.vocabulary_size = model.tokenizer.vocabulary_size(), .threads = 1};
}

std::vector<TextLogprobs> score(const TinyModel& model, const std::vector<GivenText>& texts,
                                const TextLogprobsOptions& options) {
  const StopToken stop;
  auto scored = text_logprobs(*model.backend, *model.parameters, texts, options, {}, stop);
  EXPECT_TRUE(scored.ok()) << (scored.ok() ? "" : scored.error().message());
  return scored.ok() ? scored.value() : std::vector<TextLogprobs>(texts.size());
}

ErrorCode error_of(const TinyModel& model, const GivenText& text) {
  const StopToken stop;
  const auto scored =
      text_logprobs(*model.backend, *model.parameters, {&text, 1}, options_for(model), {}, stop);
  return scored.ok() ? ErrorCode::internal : scored.error().code();
}

/// Texts of many lengths after a few prompts, in no order; some twice.
std::vector<GivenText> random_texts(const TinyModel& model) {
  PhiloxStream random(1, 0);
  const auto tokens = [&](std::size_t count) {
    std::vector<TokenId> ids(count);
    for (TokenId& id : ids)
      id = static_cast<TokenId>(
          random.next_below(static_cast<std::uint64_t>(model.tokenizer.vocabulary_size())));
    return ids;
  };
  const std::vector<std::vector<TokenId>> prompts = {tokens(1), tokens(9), tokens(20)};
  std::vector<GivenText> texts;
  for (std::size_t i = 0; i < 24; ++i) {
    texts.push_back({.name = fmt::format("text {}", i),
                     .prompt = prompts[random.next_below(3)],
                     .text = tokens(random.next_below(29))});
    if (i % 6 == 5) texts.push_back(texts[i - 3]);
  }
  return texts;
}

/// The plainest way: one token after the other; the softmax in double precision.
std::vector<double> plain_logprobs(const TinyModel& model, const GivenText& given) {
  Decoder decoder(*model.backend, *model.parameters, {.rows_max = 1, .suffix_max = 48});
  std::vector<float> logits(static_cast<std::size_t>(model.parameters->config().vocabulary_size));
  const auto prefix = decoder.prefill(given.prompt, logits);
  std::vector<double> logprobs;
  for (std::size_t t = 0; t < given.text.size(); ++t) {
    double sum = 0;
    for (TokenId id = 0; id < model.tokenizer.vocabulary_size(); ++id)
      sum += std::exp(static_cast<double>(logits[static_cast<std::size_t>(id)]));
    logprobs.push_back(static_cast<double>(logits[static_cast<std::size_t>(given.text[t])]) -
                       std::log(sum));
    const Decoder::Row row{prefix.get(), 0, static_cast<std::int64_t>(t), given.text[t]};
    if (t + 1 < given.text.size()) decoder.step({&row, 1}, logits);
  }
  return logprobs;
}

class TextLogprobsTest : public testing::TestWithParam<Device> {
 protected:
  void SetUp() override {
    if (auto backend = make_backend(GetParam()); !backend.ok())
      GTEST_SKIP() << backend.error().message();
    model_.emplace(GetParam(), 2);
  }
  std::optional<TinyModel> model_;
};

TEST_P(TextLogprobsTest, ASampledTextScoresTheBitsOfItsSample) {
  std::vector<SampleTask> tasks;
  for (const char* prompt : {"def f(x):\n", "a", ""})
    tasks.push_back({.task_id = fmt::format("task/{}", tasks.size()),
                     .prompt = model_->tokenizer.encode_prompt(prompt),
                     .indices = std::vector<std::int64_t>(40)});
  for (SampleTask& task : tasks) std::iota(task.indices.begin(), task.indices.end(), 0);
  GenerateOptions options;
  options.max_tokens = 9;
  options.stop = {};
  options.logprobs = true;
  std::vector<GivenText> texts;
  std::vector<SampleRecord> samples;
  const GenerateEvents events{.finished = [&](const SampleRecord& sample) -> Status {
                                std::vector<TokenId> tokens;
                                for (const RecordedToken& token : sample.logprobs)
                                  tokens.push_back(token.id);
                                const auto task =
                                    static_cast<std::size_t>(sample.task_id.back() - '0');
                                texts.push_back({sample.task_id, tasks[task].prompt, tokens});
                                samples.push_back(sample);
                                return {};
                              },
                              .stepped = {}};
  const StopToken stop;
  ASSERT_TRUE(generate(*model_->backend, *model_->parameters, model_->tokenizer, tasks, options,
                       events, stop)
                  .ok());
  ASSERT_EQ(samples.size(), 120U);
  const std::vector<TextLogprobs> scored = score(*model_, texts, options_for(*model_));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(scored[i].sum, samples[i].sum_logprob) << samples[i].task_id;
    EXPECT_EQ(scored[i].mean(), samples[i].mean_logprob);
  }
}

TEST_P(TextLogprobsTest, EveryTokenHasItsLogarithmOfSoftmax) {
  const std::vector<GivenText> texts = random_texts(*model_);
  const std::vector<TextLogprobs> scored = score(*model_, texts, options_for(*model_));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::vector<double> expected = plain_logprobs(*model_, texts[i]);
    ASSERT_EQ(scored[i].tokens.size(), expected.size()) << i;
    for (std::size_t t = 0; t < expected.size(); ++t)
      EXPECT_NEAR(scored[i].tokens[t], expected[t], 2e-6);  // Exponentials in single precision.
  }
}

TEST_P(TextLogprobsTest, BatchesThreadsAndNeighboursDoNotChangeABit) {
  const std::vector<GivenText> texts = random_texts(*model_);
  std::vector<TextLogprobs> alone;
  for (const GivenText& text : texts)
    alone.push_back(score(*model_, {text}, options_for(*model_)).front());
  for (const std::int64_t rows : {1, 2, 7, 64, 500}) {
    for (const std::int64_t bytes : {std::int64_t{1}, std::int64_t{1} << 30}) {
      TextLogprobsOptions options = options_for(*model_);
      options.rows_max = rows;
      options.cache_bytes_max = bytes;  // 1: one text after the other
      options.threads = rows % 2 == 0 ? 1 : 3;
      const std::vector<TextLogprobs> together = score(*model_, texts, options);
      for (std::size_t i = 0; i < texts.size(); ++i)
        ASSERT_EQ(together[i].tokens, alone[i].tokens) << rows << " rows, text " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, TextLogprobsTest, testing::ValuesIn(devices_here()),
                         [](const auto& tested) { return name_of_device(tested.param); });

TEST(TextLogprobsErrorTest, ATextThatTheModelCannotReadIsRefused) {
  const TinyModel model;
  const TokenId padding = model.tokenizer.vocabulary_size();
  const std::vector<TokenId> long_text(25, 7);
  EXPECT_EQ(error_of(model, {"t", {}, {1}}), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of(model, {"t", {-1}, {1}}), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of(model, {"t", {1}, {padding}}), ErrorCode::invalid_argument);
  // 24 + 25 tokens, of which the last is not fed: exactly the context of 48.
  EXPECT_EQ(score(model, {{"t", std::vector<TokenId>(24, 7), long_text}}, options_for(model))
                .front()
                .tokens.size(),
            25U);
  EXPECT_EQ(error_of(model, {"t", std::vector<TokenId>(25, 7), long_text}),
            ErrorCode::invalid_argument);
}

TEST(TextLogprobsErrorTest, LogitsThatAreNotFiniteAreReportedWithTheText) {
  const TinyModel model;
  const std::vector<float> values(model.parameters->all().size(), NAN);
  model.backend->upload(values, model.parameters->all());
  EXPECT_EQ(error_of(model, {"t", {1}, {1, 2}}), ErrorCode::invalid_data);
}

TEST(TextLogprobsErrorTest, AWishToStopEndsIt) {
  const TinyModel model;
  StopToken stop;
  const std::vector<GivenText> texts = random_texts(model);
  std::int64_t told = 0;
  TextLogprobsOptions options = options_for(model);
  options.rows_max = 2;
  const auto scored = text_logprobs(
      *model.backend, *model.parameters, texts, options,
      [&](std::int64_t done) {
        told = done;
        if (done >= 5) stop.request();
      },
      stop);
  ASSERT_FALSE(scored.ok());
  EXPECT_EQ(scored.error().code(), ErrorCode::interrupted);
  EXPECT_GE(told, 5);
  EXPECT_LT(told, 24);
}

}  // namespace
}  // namespace scribe
