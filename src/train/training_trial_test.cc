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
  for (const WeightStorage storage : {WeightStorage::bf16, WeightStorage::f32}) {
    const auto measured = measure_training(*backend, kSmall, 4, Recompute::none, storage, 0.01);
    ASSERT_TRUE(measured.ok()) << measured.error().message();
    EXPECT_GT(measured.value().tokens_per_second, 0);
    EXPECT_DOUBLE_EQ(measured.value().flop_per_second,
                     measured.value().tokens_per_second * training_flop_per_token(kSmall, 16));
  }
  const auto speed =
      measure_training(*backend, kSmall, 4, Recompute::none, WeightStorage::f32, 0.01);
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
