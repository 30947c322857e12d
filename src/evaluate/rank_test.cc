// Tests of ranking, on hand-made results.
#include "evaluate/rank.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

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
  EXPECT_DOUBLE_EQ(all.random, (1.0 / 3 + 2.0 / 3) / 2);
  EXPECT_EQ(all.sum_logprob, 0.5);   // b only
  EXPECT_EQ(all.mean_logprob, 0.5);  // a only
  EXPECT_EQ(all.oracle, 1.0);
  const RankRow& one = table.value().rows[0];
  EXPECT_EQ(one.random, 0.5);
  EXPECT_EQ(one.sum_logprob, 0.5);
  EXPECT_EQ(one.oracle, 0.5);
}

TEST_F(RankTest, TiesGoToTheLowestIndexWhateverTheLineOrder) {
  const auto table = rank({result_line("a", 2, -1, -1, true), result_line("a", 0, -1, -1, false),
                           result_line("a", 1, -1, -1, true)});
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table.value().rows.back().sum_logprob, 0.0);
  EXPECT_EQ(table.value().rows.back().mean_logprob, 0.0);
}

TEST_F(RankTest, WithoutLogProbabilitiesOnlyRandomAndOracleStand) {
  const Json line = {{"task_id", "a"}, {"completion", ""}, {"passed", true}};
  const auto table = rank({line, line});
  ASSERT_TRUE(table.ok());
  EXPECT_FALSE(table.value().rows[0].sum_logprob.has_value());
  EXPECT_EQ(table.value().rows[1].oracle, 1.0);
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
  EXPECT_EQ(table.value().rows[3].oracle, 0.5);
  EXPECT_EQ(table.value().rows[4].oracle, 1.0);
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
