// Tests of ranking, on hand-made results.
#include "evaluate/rank.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/testing/faulty_env.h"
#include "evaluate/rank_page.h"

namespace scribe {
namespace {

Json result_line(const std::string& task, int index, double sum, double mean, bool passed) {
  return {{"task_id", task},    {"completion", ""},     {"sample_index", index},
          {"sum_logprob", sum}, {"mean_logprob", mean}, {"passed", passed}};
}

class RankTest : public testing::Test {
 protected:
  Result<RankTable> rank(const std::vector<Json>& lines) {
    std::string text;
    for (const Json& line : lines) text += to_json_line(line) + "\n";
    EXPECT_TRUE(write_file_atomic(env_, directory_.file("r.jsonl"), text).ok());
    return rank_results(env_, directory_.file("r.jsonl"));
  }
  static double value(const Result<RankTable>& table, std::size_t row, RankStrategy strategy) {
    const RankValue* found = table.value().at(table.value().rows[row], strategy);
    return found == nullptr ? -1.0 : found->value;
  }
  FaultyEnv env_;
  TemporaryDirectory directory_;
};

TEST_F(RankTest, EachRulePicksItsOwnSample) {
  // Task a: the highest sum fails, the highest mean passes. Task b: the other way round.
  const auto table =
      rank({result_line("a", 0, -1, -0.9, false), result_line("a", 1, -5, -0.1, true),
            result_line("a", 2, -9, -2, false), result_line("b", 0, -2, -2, true),
            result_line("b", 1, -3, -1, false), result_line("b", 2, -4, -3, true)});
  ASSERT_TRUE(table.ok()) << table.error().message();
  EXPECT_EQ(table.value().tasks, 2);
  ASSERT_EQ(table.value().rows.size(), 3U);  // 1, 2, 3 samples.
  const RankRow& all = table.value().rows[2];
  EXPECT_EQ(all.samples, 3);
  EXPECT_DOUBLE_EQ(value(table, 2, RankStrategy::random), (1.0 / 3 + 2.0 / 3) / 2);
  EXPECT_EQ(value(table, 2, RankStrategy::sum_logprob), 0.5);   // b only
  EXPECT_EQ(value(table, 2, RankStrategy::mean_logprob), 0.5);  // a only
  EXPECT_EQ(value(table, 2, RankStrategy::oracle), 1.0);
  for (const RankStrategy strategy : table.value().strategies)
    EXPECT_DOUBLE_EQ(value(table, 0, strategy), 0.5) << name_of(strategy);  // One is no choice.
}

TEST_F(RankTest, FewerThanAllAreTheMeanOverAllSubsets) {
  // Passing by index: 1 0 1. By the mean the order is 1 2 0, by the sum 2 0 1.
  const auto table = rank({result_line("a", 0, -2, -3, true), result_line("a", 1, -3, -1, false),
                           result_line("a", 2, -1, -2, true)});
  ASSERT_TRUE(table.ok()) << table.error().message();
  EXPECT_EQ(table.value().rows[1].samples, 2);
  // {0 1} {0 2} {1 2}: the mean picks 1, 2, 1; the sum picks 0, 2, 2.
  EXPECT_DOUBLE_EQ(value(table, 1, RankStrategy::mean_logprob), 1.0 / 3);
  EXPECT_DOUBLE_EQ(value(table, 1, RankStrategy::sum_logprob), 1.0);
  EXPECT_DOUBLE_EQ(value(table, 1, RankStrategy::random), 2.0 / 3);
  EXPECT_DOUBLE_EQ(value(table, 1, RankStrategy::oracle), 1.0);
  EXPECT_FALSE(table.value().at(table.value().rows[1], RankStrategy::oracle)->interval);
}

TEST_F(RankTest, IntervalsAreOverProblems) {
  std::vector<Json> lines;
  for (int task = 0; task < 100; ++task)
    lines.push_back(result_line(std::to_string(task), 0, -1, -1, task % 4 == 0));
  const auto table = rank(lines);
  ASSERT_TRUE(table.ok());
  const RankValue& mean = *table.value().at(table.value().rows[0], RankStrategy::mean_logprob);
  EXPECT_EQ(mean.value, 0.25);
  ASSERT_TRUE(mean.interval);
  // 0.25 +- 1.96 sqrt(0.25 * 0.75 / 100) = 0.25 +- 0.085.
  EXPECT_NEAR(mean.interval->low, 0.165, 0.015);
  EXPECT_NEAR(mean.interval->high, 0.335, 0.015);
  const Json row = to_json(table.value())["rows"][0];
  EXPECT_EQ(row["interval_95"]["oracle"][0], mean.interval->low);  // The same problems are drawn.
  EXPECT_NE(rank_table_text(table.value()).find("mean log-prob"), std::string::npos);
}

TEST_F(RankTest, TiesGoToTheLowestIndexWhateverTheLineOrder) {
  const auto table = rank({result_line("a", 2, -1, -1, true), result_line("a", 0, -1, -1, false),
                           result_line("a", 1, -1, -1, true)});
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(value(table, 2, RankStrategy::sum_logprob), 0.0);
  EXPECT_EQ(value(table, 2, RankStrategy::mean_logprob), 0.0);
}

TEST_F(RankTest, ALogProbabilityThatIsNoNumberComesLast) {
  const double nan = std::nan("");
  const auto table =
      rank({result_line("a", 0, nan, nan, false), result_line("a", 1, -1e300, -1e300, true)});
  ASSERT_TRUE(table.ok()) << table.error().message();
  EXPECT_EQ(value(table, 1, RankStrategy::sum_logprob), 1.0);
  EXPECT_EQ(value(table, 1, RankStrategy::mean_logprob), 1.0);
  Json line = result_line("a", 0, 0, 0, false);
  line["mean_logprob"] = "-1";
  EXPECT_NE(rank({line}).error().message().find(
                "r.jsonl:1: field 'mean_logprob' is of type string, expected a number"),
            std::string::npos);
}

TEST_F(RankTest, WithoutLogProbabilitiesOnlyRandomAndOracleStand) {
  const Json line = {{"task_id", "a"}, {"completion", ""}, {"passed", true}};
  const auto table = rank({line, line});
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table.value().strategies, (std::vector{RankStrategy::random, RankStrategy::oracle}));
  EXPECT_EQ(value(table, 1, RankStrategy::oracle), 1.0);
  EXPECT_EQ(table.value().at(table.value().rows[0], RankStrategy::sum_logprob), nullptr);
  EXPECT_TRUE(to_json(table.value())["rows"][0]["mean_logprob"].is_null());
}

TEST_F(RankTest, TheCurveEndsAtWhatAllProblemsHave) {
  std::vector<Json> lines;
  for (int i = 0; i < 25; ++i) lines.push_back(result_line("a", i, -i, -i, i % 2 == 0));
  for (int i = 0; i < 12; ++i) lines.push_back(result_line("b", i, -i, -i, i == 11));
  const auto table = rank(lines);
  ASSERT_TRUE(table.ok());
  std::vector<std::int64_t> counts;
  for (const RankRow& row : table.value().rows) counts.push_back(row.samples);
  EXPECT_EQ(counts, (std::vector<std::int64_t>{1, 2, 5, 10, 12}));
  // Of a 13 of 25 pass: all of 10 fail in C(12, 10) of C(25, 10) subsets. Of b 1 of 12 passes.
  EXPECT_DOUBLE_EQ(value(table, 3, RankStrategy::oracle), (1 - 66.0 / 3'268'760.0 + 10.0 / 12) / 2);
  EXPECT_DOUBLE_EQ(value(table, 4, RankStrategy::random), (13.0 / 25 + 1.0 / 12) / 2);
}

class RankByBehaviourTest : public RankTest {
 protected:
  RankByBehaviourTest() {
    const std::vector<Json> lines = {
        result_line("a", 0, -1, -1, false), result_line("a", 1, -1, -3, true),
        result_line("a", 2, -1, -2, true), result_line("a", 3, -1, -0.5, false)};
    EXPECT_TRUE(rank(lines).ok());  // Writes the file.
    data_ = load_rank_data(env_, directory_.file("r.jsonl")).value();
  }
  static Behaviours behaviours(const std::vector<std::string>& outputs) {
    Behaviours made;
    for (std::size_t i = 0; i < outputs.size(); ++i)
      made.samples.push_back(
          {.task_id = "a", .passes_examples = i == 1 || i == 2, .outputs = outputs[i]});
    return made;
  }
  Status add_scores(const std::vector<double>& sums, const std::string& scored = "docstring") {
    std::string text;
    for (std::size_t i = 0; i < sums.size(); ++i)
      text += to_json_line({{"task_id", "a"},
                            {"sample_index", i},
                            {"sum_logprob", sums[i]},
                            {"scored", scored}}) +
              "\n";
    EXPECT_TRUE(write_file_atomic(env_, directory_.file("scored.jsonl"), text).ok());
    return add_back_translation(env_, directory_.file("scored.jsonl"), data_);
  }
  double value_of(std::size_t row, RankStrategy strategy) {
    return value(Result<RankTable>(rank_table(data_)), row, strategy);
  }
  RankData data_;
};

TEST_F(RankByBehaviourTest, ExamplesComeBeforeLogProbabilities) {
  ASSERT_TRUE(add_behaviours(behaviours({"x", "y", "y", ""}), data_).ok());
  EXPECT_EQ(value_of(2, RankStrategy::mean_logprob), 0.0);  // Sample 3.
  EXPECT_EQ(value_of(2, RankStrategy::public_tests), 1.0);  // Sample 2, before 1, 3, 0.
  // Of the six pairs only {0, 3} holds neither 1 nor 2.
  EXPECT_DOUBLE_EQ(value_of(1, RankStrategy::public_tests), 5.0 / 6);
}

TEST_F(RankByBehaviourTest, TheLargestGroupIsPickedAndThenTheMean) {
  ASSERT_TRUE(add_behaviours(behaviours({"x", "y", "y", ""}), data_).ok());
  EXPECT_EQ(value_of(2, RankStrategy::agreement), 1.0);
  // Two groups of two: the better mean decides, of sample 0. What has no output is no group.
  ASSERT_TRUE(add_behaviours(behaviours({"x", "y", "y", "x"}), data_).ok());
  EXPECT_EQ(value_of(2, RankStrategy::agreement), 0.0);
  ASSERT_TRUE(add_behaviours(behaviours({"", "y", "", ""}), data_).ok());
  EXPECT_EQ(value_of(2, RankStrategy::agreement), 1.0);
  // The pairs with sample 1 pass; of the others the mean picks 0 or 3. The orders are random.
  EXPECT_NEAR(value_of(1, RankStrategy::agreement), 0.5, 0.25);
  EXPECT_EQ(add_behaviours(behaviours({"x"}), data_).error().code(), ErrorCode::invalid_data);
}

TEST_F(RankByBehaviourTest, BackTranslationTakesTheLikeliestDocstring) {
  ASSERT_TRUE(add_scores({-10, -5, -7, -20}).ok());
  EXPECT_EQ(value_of(2, RankStrategy::back_translation), 1.0);  // Sample 1.
  // Order 1 2 0 3: only the pair {0, 3} fails.
  EXPECT_DOUBLE_EQ(value_of(1, RankStrategy::back_translation), 5.0 / 6);
  ASSERT_TRUE(add_scores({-1, -5, -7, -20}).ok());
  EXPECT_EQ(value_of(2, RankStrategy::back_translation), 0.0);
  EXPECT_NE(add_scores({-1, -2, -3}).error().message().find("no line for sample 3 of task 'a'"),
            std::string::npos);
  EXPECT_NE(add_scores({-1}, "completion").error().message().find("--reverse"), std::string::npos);
}

TEST_F(RankByBehaviourTest, ThePageHoldsEveryStrategy) {
  ASSERT_TRUE(add_scores({-10, -5, -7, -20}).ok());
  ASSERT_TRUE(add_behaviours(behaviours({"x", "y", "y", ""}), data_).ok());
  const RankTable table = rank_table(data_);
  ASSERT_EQ(table.strategies.size(), kRankStrategies.size());
  const std::string page = rank_page_html(table, "Ranks");
  const Json json = to_json(table);
  for (const RankStrategy strategy : kRankStrategies) {
    EXPECT_NE(page.find(title_of(strategy)), std::string::npos) << name_of(strategy);
    EXPECT_TRUE(json["rows"][0][std::string(name_of(strategy))].is_number());
  }
}

TEST_F(RankTest, BadFilesAreNamed) {
  const Json bare = {{"task_id", "a"}, {"completion", ""}, {"passed", true}};
  EXPECT_EQ(rank({}).error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(rank({{{"task_id", "a"}, {"completion", ""}}}).error().message(),
            directory_.file("r.jsonl") + ":1: field 'passed' is missing");
  EXPECT_EQ(rank({bare, result_line("a", 1, 0, 0, true)}).error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(rank({result_line("a", 1, 0, 0, true), result_line("a", 1, 0, 0, true)}).error().code(),
            ErrorCode::invalid_data);
  EXPECT_EQ(rank_results(env_, directory_.file("none")).error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace scribe
