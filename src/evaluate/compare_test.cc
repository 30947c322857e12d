// Tests of comparing two runs.
#include "evaluate/compare.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scribe {
namespace {

struct Task {
  std::string id;
  int n;
  int c;
};

JudgedRun run_of(const std::string& name, const std::vector<Task>& tasks) {
  JudgedRun run{.name = name, .samples = {}};
  for (const Task& task : tasks)
    for (int i = 0; i < task.n; ++i)
      run.samples.push_back({.task_id = task.id,
                             .completion = "",
                             .passed = i < task.c,
                             .verdict = i < task.c ? "pass" : "wrong",
                             .detail = "",
                             .mean_logprob = {}});
  return run;
}

TEST(CompareTest, ARunIsEqualToItself) {
  const JudgedRun run = run_of("a", {{"t/0", 4, 1}, {"t/1", 2, 2}});
  const auto comparison = compare_runs(run, run, 1);
  ASSERT_TRUE(comparison.ok());
  EXPECT_EQ(comparison.value().difference, 0);
  EXPECT_EQ(comparison.value().interval->low, 0);
  EXPECT_EQ(comparison.value().interval->high, 0);
  EXPECT_EQ(comparison.value().minimum_detectable, 0);
  EXPECT_TRUE(comparison.value().flips().empty());
}

TEST(CompareTest, OnlySharedProblemsCountAndTheOthersAreNamed) {
  const auto comparison =
      compare_runs(run_of("a", {{"t/0", 2, 1}, {"t/1", 4, 4}, {"t/9", 1, 0}}),
                   run_of("b", {{"t/8", 1, 1}, {"t/1", 2, 1}, {"t/0", 4, 3}}), 1);
  ASSERT_TRUE(comparison.ok());
  const Comparison& result = comparison.value();
  EXPECT_EQ(result.only_a, std::vector<std::string>{"t/9"});
  EXPECT_EQ(result.only_b, std::vector<std::string>{"t/8"});
  EXPECT_DOUBLE_EQ(result.a_pass_at_1, 0.75);   // (1/2 + 4/4) / 2
  EXPECT_DOUBLE_EQ(result.b_pass_at_1, 0.625);  // (3/4 + 1/2) / 2
  EXPECT_DOUBLE_EQ(result.difference, -0.125);
  ASSERT_EQ(result.flips().size(), 2U);
  EXPECT_EQ(result.flips()[0].task_id, "t/1");  // -1/2 is more than +1/4.
  EXPECT_EQ(to_json(result)["flips"][0]["b"]["n"], 2);
}

TEST(CompareTest, ExchangingTheRunsChangesTheSignOnly) {
  const JudgedRun a = run_of("a", {{"t/0", 2, 1}, {"t/1", 2, 2}, {"t/2", 2, 0}});
  const JudgedRun b = run_of("b", {{"t/0", 2, 2}, {"t/1", 2, 1}, {"t/2", 2, 2}});
  const Comparison forth = compare_runs(a, b, 3).value();
  const Comparison back = compare_runs(b, a, 3).value();
  EXPECT_DOUBLE_EQ(forth.difference, -back.difference);
  EXPECT_DOUBLE_EQ(*forth.minimum_detectable, *back.minimum_detectable);
}

// Differences 1, 0, 0, -1: their standard deviation is sqrt(2 / 3), the mean's sqrt(2 / 12).
TEST(CompareTest, TheMinimumDetectableDifferenceIsTheFormulas) {
  const Comparison comparison =
      compare_runs(run_of("a", {{"0", 1, 0}, {"1", 1, 0}, {"2", 1, 1}, {"3", 1, 1}}),
                   run_of("b", {{"0", 1, 1}, {"1", 1, 0}, {"2", 1, 1}, {"3", 1, 0}}), 1)
          .value();
  EXPECT_NEAR(*comparison.minimum_detectable, 2.801585 * std::sqrt(2.0 / 12), 1e-6);
}

// A shift of every problem by the same amount has no spread: the pairing takes out how hard the
// problems are.
TEST(CompareTest, PairingTakesOutTheProblemsDifficulty) {
  const Comparison comparison =
      compare_runs(run_of("a", {{"0", 10, 1}, {"1", 10, 5}, {"2", 10, 9}}),
                   run_of("b", {{"0", 10, 2}, {"1", 10, 6}, {"2", 10, 10}}), 1)
          .value();
  EXPECT_NEAR(comparison.interval->low, 0.1, 1e-12);
  EXPECT_NEAR(comparison.interval->high, 0.1, 1e-12);
}

TEST(CompareTest, OneProblemHasNoIntervalAndNoneIsAnError) {
  const JudgedRun a = run_of("a", {{"t/0", 1, 1}});
  EXPECT_FALSE(compare_runs(a, a, 1).value().interval.has_value());
  EXPECT_TRUE(to_json(compare_runs(a, a, 1).value())["low"].is_null());
  EXPECT_EQ(compare_runs(a, run_of("b", {{"t/1", 1, 1}}), 1).error().code(),
            ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe
