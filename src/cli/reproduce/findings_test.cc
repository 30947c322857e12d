// Tests how judged samples become the rows of the table, and that plans are valid.
#include "cli/reproduce/findings.h"

#include <gtest/gtest.h>

#include "cli/reproduce/plan.h"

namespace scribe::cli {
namespace {

ScoreSummary summary_of(std::vector<TaskScore> tasks) {
  ScoreSummary summary;
  summary.tasks = std::move(tasks);
  return summary;
}

TaskScore task(int blocks, std::int64_t passed) {
  return {
      .task_id = fmt::format("chain/{}/{}", blocks, passed), .n = 4, .c = passed, .blocks = blocks};
}

ModelFindings model_of(const std::string& title, std::int64_t passed) {
  ModelFindings model;
  model.key = title;
  model.title = title;
  const ScoreSummary chains = summary_of({task(1, passed), task(1, passed), task(2, passed / 2)});
  model.scores.emplace("chains", score_of(chains));
  model.scores.emplace("exercises", score_of(summary_of({task(0, passed)})));
  model.by_length = {{1, score_of(chains, 1, 1)}, {2, score_of(chains, 2, 2)}};
  return model;
}

Findings findings() {
  Findings found;
  found.models = {model_of("GPT", 0), model_of("Codex", 2), model_of("Codex-S", 4)};
  RankTable ranking;
  ranking.tasks = 3;
  ranking.strategies = {RankStrategy::random, RankStrategy::mean_logprob, RankStrategy::oracle};
  ranking.rows = {{.samples = 4, .values = {{.value = 0.5}, {.value = 0.75}, {.value = 1}}}};
  found.sets = {{.key = "chains", .title = "chains", .ranking = ranking},
                {.key = "exercises", .title = "exercises", .ranking = {}}};
  return found;
}

TEST(FindingsTest, AScoreCountsOnlyChainsOfItsLengths) {
  const ScoreSummary scores = summary_of({task(1, 4), task(2, 0), task(3, 4)});
  const SetScore score = score_of(scores, 2, 3);
  EXPECT_EQ(score.problems, 2);
  EXPECT_EQ(score.samples, 4);
  EXPECT_DOUBLE_EQ(score.at(1)->value, 0.5);
  EXPECT_EQ(score.at(10), nullptr);  // There are four samples.
}

TEST(FindingsTest, TheTableHasThePapersRowsInThePapersOrder) {
  const std::vector<TableRow> rows = headline_rows(findings());
  ASSERT_EQ(rows.size(), 5U);
  // Chen et al. 2021, Figure 1.
  EXPECT_EQ(rows[1].paper, 28.8);
  EXPECT_EQ(rows[4].paper, 77.5);
  EXPECT_EQ(rows[3].label, "Codex-S, mean log-prob");
  EXPECT_DOUBLE_EQ(rows[3].cells[0]->value, 0.75);
  EXPECT_DOUBLE_EQ(rows[4].cells[0]->value, 1);
}

TEST(FindingsTest, ASetWithoutARankingHasNoCellsThere) {
  const std::vector<TableRow> rows = headline_rows(findings());
  EXPECT_DOUBLE_EQ(rows[2].cells[1]->value, 1);  // Codex-S, pass@1 on exercises.
  EXPECT_FALSE(rows[3].cells[1].has_value());
  EXPECT_NE(findings_table(findings()).find("exercises"), std::string::npos);
}

TEST(FindingsTest, TheTextSaysByWhatEachBlockDividesTheRate) {
  EXPECT_NE(findings_table(findings()).find("divided by 2.0"), std::string::npos);
}

TEST(PlanTest, EveryScaleIsAValidModelThatHoldsItsCompletions) {
  for (const std::string_view scale : {"laptop", "default-model", "smoke"}) {
    const ReproductionPlan plan = plan_for_scale(scale).value();
    EXPECT_TRUE(validate(plan.model).ok());
    for (const SetPlan& set :
         {plan.chains, plan.exercise_set, plan.traced_set, plan.human_eval_set})
      EXPECT_LT(set.max_tokens, plan.model.context);
    EXPECT_EQ(to_json(plan)["scale"], scale);
  }
  EXPECT_EQ(plan_for_scale("planet").error().code(), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe::cli
