// Tests of measured sampling: what is counted, and that it is measured at all.
#include "sample/sampling_speed.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sample/testing/tiny_model.h"

namespace scribe {
namespace {

// GPT-2's smallest: 124439808 parameters, of which 1024 x 768 are positions. With 200 tokens before
// the samples and (96 + 1) / 2 = 48.5 of their own, attention multiplies 4 x 12 x 768 x 248.5.
TEST(DecodeCostTest, WeightsCountOnceAStepAndAttentionByWhatItSees) {
  const ModelConfig gpt2{
      .layers = 12, .width = 768, .heads = 12, .vocabulary_size = 50257, .context = 1024};
  constexpr double kWeights = 124439808 - 1024 * 768;
  const DecodeCost hundred =
      decode_cost(gpt2, {.n = 100, .prompt = 200, .length = 96}, WeightFormat::f32);
  EXPECT_DOUBLE_EQ(hundred.flop_per_token, 2 * kWeights + 4.0 * 12 * 768 * 248.5);
  EXPECT_DOUBLE_EQ(hundred.bytes_per_step, 4 * kWeights + 4.0 * 2 * 12 * 768 * (200 + 100 * 48.5));
  const DecodeCost eighth =
      decode_cost(gpt2, {.n = 100, .prompt = 200, .length = 96}, WeightFormat::int8);
  EXPECT_DOUBLE_EQ(eighth.bytes_per_step, kWeights + 2.0 * 12 * 768 * (4 * 200 + 2 * 100 * 48.5));
}

TEST(DecodeCostTest, AnInputTableThatIsNotTheHeadsDoesNotMultiply) {
  ModelConfig config{.layers = 2, .width = 32, .heads = 2, .vocabulary_size = 300, .context = 64};
  const SamplingCase measured{.n = 1, .prompt = 8, .length = 5};
  const double tied = decode_cost(config, measured, WeightFormat::f32).flop_per_token;
  config.tied_head = false;
  EXPECT_DOUBLE_EQ(decode_cost(config, measured, WeightFormat::f32).flop_per_token, tied);
}

class SamplingSpeedTest : public testing::Test {
 protected:
  Result<SamplingSpeed> measure(const SamplingCase& measured) {
    return measure_sampling(Env::real(), stop_, *model_.backend, weights_, model_.tokenizer,
                            measured, 1, 2);
  }

  TinyModel model_;
  DecoderWeights weights_{*model_.backend, *model_.parameters, WeightFormat::f32};
  StopToken stop_;
};

TEST_F(SamplingSpeedTest, StepsAloneAreFasterThanTheWholeWithALongPrompt) {
  const auto speed = measure({.n = 2, .prompt = 40, .length = 6});
  ASSERT_TRUE(speed.ok()) << speed.error().message();
  EXPECT_GT(speed.value().tokens_per_second, 0);
  EXPECT_GT(speed.value().decode_tokens_per_second, speed.value().tokens_per_second);
}

TEST_F(SamplingSpeedTest, ACaseThatDoesNotFitIsRefused) {
  const std::int64_t context = model_.parameters->config().context;
  for (const SamplingCase& wrong :
       {SamplingCase{.n = 0, .prompt = 4, .length = 4}, SamplingCase{.n = 1, .prompt = 0},
        SamplingCase{.n = 1, .prompt = 4, .length = 2},
        SamplingCase{.n = 1, .prompt = context - 3, .length = 4}})
    EXPECT_EQ(measure(wrong).error().code(), ErrorCode::invalid_argument)
        << wrong.n << " " << wrong.prompt << " " << wrong.length;
}

TEST_F(SamplingSpeedTest, AStopEndsItBetweenRounds) {
  stop_.request();
  EXPECT_EQ(measure({.n = 2, .prompt = 4, .length = 4}).error().code(), ErrorCode::interrupted);
}

TEST_F(SamplingSpeedTest, APromptAndADrawTakeTime) {
  const auto measure = [&](std::int64_t prompt) {
    return measure_prompt(Env::real(), *model_.backend, weights_, prompt, 2);
  };
  const PromptSpeed speed = measure(16).value();
  EXPECT_GT(speed.prefill_tokens_per_second, 0);
  EXPECT_GT(speed.sampler_seconds, 0);
  for (const std::int64_t wrong :
       {std::int64_t{0}, std::int64_t{model_.parameters->config().context} + 1})
    EXPECT_EQ(measure(wrong).error().code(), ErrorCode::invalid_argument);
  model_.backend->fill(model_.parameters->norm_f.weight, std::nanf(""));
  EXPECT_EQ(measure(16).error().code(), ErrorCode::invalid_data);
}

}  // namespace
}  // namespace scribe
