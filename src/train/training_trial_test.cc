// Tests of measured training steps.
#include "train/training_trial.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace scribe {
namespace {

const ModelConfig kSmall = {
    .layers = 2, .width = 32, .heads = 2, .vocabulary_size = 300, .context = 16};

TEST(TrainingTrialTest, SpeedIsThatOfTheFastestStepInTokensAndInOperations) {
  const auto backend = make_backend(Device::cpu, 1).value();
  const auto speed =
      measure_training(*backend, kSmall, 4, Recompute::none, WeightStorage::f32, 0.01);
  ASSERT_TRUE(speed.ok()) << speed.error().message();
  EXPECT_GT(speed.value().tokens_per_second, 0);
  EXPECT_DOUBLE_EQ(speed.value().flop_per_second,
                   speed.value().tokens_per_second * training_flop_per_token(kSmall, 16));
  EXPECT_GT(speed.value().peak_flop_per_second, 0);
  EXPECT_GT(speed.value().resident_bytes_max, 16.0 * static_cast<double>(parameter_count(kSmall)))
      << "weights, gradients and two moments";
}

TEST(TrainingTrialTest, ABatchOfNothingIsRefused) {
  const auto backend = make_backend(Device::cpu, 1).value();
  for (const std::int64_t windows : {-1, 0, 65537})
    EXPECT_EQ(measure_training(*backend, kSmall, windows, Recompute::none, WeightStorage::f32, 0.01)
                  .error()
                  .code(),
              ErrorCode::invalid_argument);
}

TEST(TrainingTrialTest, TheFastestCallsCount) {
  const auto backend = make_backend(Device::cpu, 1).value();
  TrainingTrial trial(*backend, kSmall, 2, Recompute::block);
  const double first = trial.run_micro_batch();
  EXPECT_EQ(trial.micro_batch_seconds(), first);
  EXPECT_EQ(trial.update_seconds(), 0);
  const double second = trial.run_micro_batch();
  EXPECT_EQ(trial.micro_batch_seconds(), std::min(first, second));
}

}  // namespace
}  // namespace scribe
