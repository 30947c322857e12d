// Tests of the learning rate: its corners, and that every shape stays between them.
#include "train/schedule.h"

#include <gtest/gtest.h>

namespace scribe {
namespace {

// Codex section 3.2: 175 steps of linear warm-up, then cosine, here down to a tenth.
TEST(LearningRateTest, CornersOfTheCodexSchedule) {
  const LearningRateSchedule schedule{.peak = 6e-4, .warmup_steps = 175, .steps = 1175};
  EXPECT_EQ(learning_rate(schedule, 0), 0);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1), 6e-4 / 175);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 175), 6e-4);
  // One of a thousand steps down: 1 - 0.9 (1 - cos(pi / 1000)) / 2 = 1 - 2.2207e-6.
  EXPECT_NEAR(learning_rate(schedule, 176) / 6e-4, 1 - 2.2207e-6, 1e-9);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 675), 6e-4 * 0.55);  // Half-way: (1 + 0.1) / 2.
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1175), 6e-5);
}

TEST(LearningRateTest, LinearFallsEvenlyAndConstantStays) {
  LearningRateSchedule schedule{
      .shape = ScheduleShape::linear, .peak = 1, .min_ratio = 0.5, .warmup_steps = 0, .steps = 10};
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1), 0.95);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 10), 0.5);
  schedule.shape = ScheduleShape::constant;
  EXPECT_EQ(learning_rate(schedule, 1), 1);
  EXPECT_EQ(learning_rate(schedule, 10), 1);
}

TEST(LearningRateTest, AWarmUpOfAllStepsEndsAtThePeak) {
  const LearningRateSchedule schedule{.peak = 1, .warmup_steps = 4, .steps = 4};
  EXPECT_EQ(learning_rate(schedule, 2), 0.5);
  EXPECT_EQ(learning_rate(schedule, 4), 1);
}

TEST(LearningRateTest, TheRateNeverRisesAfterWarmUp) {
  for (const auto shape : {ScheduleShape::cosine, ScheduleShape::linear, ScheduleShape::constant}) {
    const LearningRateSchedule schedule{.shape = shape, .peak = 1, .warmup_steps = 7, .steps = 50};
    for (std::int64_t step = 8; step <= 50; ++step)
      EXPECT_LE(learning_rate(schedule, step), learning_rate(schedule, step - 1)) << step;
  }
}

TEST(LearningRateTest, ShapesAreNamedAndOtherNamesRefused) {
  EXPECT_EQ(schedule_shape_named("linear").value(), ScheduleShape::linear);
  const auto unknown = schedule_shape_named("cosin");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe
