// Tests of batch sizes that rise: the closed form against the definition, and limits.
#include "train/batch_ramp.h"

#include <gtest/gtest.h>

namespace scribe {
namespace {

/// Follows the definition step by step.
void expect_definition(BatchSize size, BatchRamp ramp, std::int64_t context) {
  const BatchPlan plan(size, ramp, context);
  std::int64_t before = 0;
  for (std::int64_t step = 1; step <= 400; ++step) {
    std::int64_t examples = size.examples;
    if (before * context < ramp.tokens) {
      const std::int64_t risen =
          (size.examples - ramp.start) * before * context / ramp.tokens / size.micro * size.micro;
      examples = ramp.start + risen;
    }
    ASSERT_EQ(plan.examples_before(step), before) << "step " << step;
    ASSERT_EQ(plan.examples(step), examples) << "step " << step;
    ASSERT_EQ(plan.steps_for(before + 1), step);
    before += examples;
    ASSERT_EQ(plan.steps_for(before), step);
  }
}

TEST(BatchRampTest, EveryStepHasTheSizeOfTheDefinition) {
  expect_definition({.examples = 64, .micro = 4}, {.start = 8, .tokens = 10'000}, 16);
  expect_definition({.examples = 64, .micro = 1}, {.start = 1, .tokens = 777}, 7);
  expect_definition({.examples = 10, .micro = 4}, {.start = 4, .tokens = 5'000}, 32);
  expect_definition({.examples = 8, .micro = 8}, {.start = 8, .tokens = 100}, 16);
  expect_definition({.examples = 1000, .micro = 2}, {.start = 2, .tokens = 1}, 16);
  expect_definition({.examples = 8, .micro = 3}, {}, 16);
}

TEST(BatchRampTest, ItRisesFromTheStartToTheWholeBatchOverTheTokens) {
  const BatchPlan plan({.examples = 12, .micro = 4}, {.start = 4, .tokens = 960}, 10);
  // 12 is due after 96 examples, 8 after 48: 12 steps of 4, then 6 of 8.
  EXPECT_EQ(plan.examples(1), 4);
  EXPECT_EQ(plan.examples(12), 4);
  EXPECT_EQ(plan.examples(13), 8);
  EXPECT_EQ(plan.examples(18), 8);
  EXPECT_EQ(plan.examples(19), 12);
  EXPECT_EQ(plan.examples(1'000'000'000), 12);
}

TEST(BatchRampTest, TheLargestSizesDoNotOverflow) {
  const BatchSize size{.examples = 1'000'000, .micro = 1};
  const BatchRamp ramp{.start = 1, .tokens = 1'000'000'000'000};
  ASSERT_TRUE(validate(ramp, size).ok());
  const BatchPlan plan(size, ramp, 2048);
  EXPECT_EQ(plan.examples(1), 1);
  const std::int64_t end = plan.steps_for(ramp.tokens / 2048 + 1'000'000);
  EXPECT_EQ(plan.examples(end + 1), 1'000'000);
  EXPECT_LT(plan.examples(end / 2), 1'000'000);
}

TEST(BatchRampTest, WrongRampsAreRefused) {
  const BatchSize size{.examples = 12, .micro = 4};
  for (const BatchRamp ramp :
       {BatchRamp{.start = 4, .tokens = 0}, BatchRamp{.start = 0, .tokens = 9},
        BatchRamp{.start = 6, .tokens = 9}, BatchRamp{.start = 16, .tokens = 9},
        BatchRamp{.start = -4, .tokens = 9}, BatchRamp{.start = 4, .tokens = -1}}) {
    const Status status = validate(ramp, size);
    ASSERT_FALSE(status.ok()) << ramp.start << " " << ramp.tokens;
    EXPECT_EQ(status.error().code(), ErrorCode::invalid_argument);
  }
  EXPECT_TRUE(validate(BatchRamp{}, size).ok());
  EXPECT_TRUE(validate(BatchRamp{.start = 12, .tokens = 9}, size).ok());
}

}  // namespace
}  // namespace scribe
