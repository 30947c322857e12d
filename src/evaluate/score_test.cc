// Tests of scoring runs with workers that judge by a word in the program.
#include "evaluate/score.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "evaluate/samples_to_judge.h"
#include "evaluate/testing/scoring_fixture.h"

namespace scribe {
namespace {

TEST_F(ScoreTest, ResultsKeepTheOrderAndTheKeysOfTheSamples) {
  write_samples({{"t/1", kWrong}, {"t/0", kPass}, {"t/0", kSleeps}, {"t/1", kPass}});
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  const std::vector<Json> lines = results();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(to_json_line(lines[0]).substr(0, 20), R"({"task_id":"t/1","co)");
  EXPECT_EQ(lines[0]["mine"], 7);
  EXPECT_EQ(lines[0]["result"], "failed: AssertionError");
  EXPECT_EQ(lines[0]["passed"], false);
  EXPECT_EQ(lines[0]["verdict"], "wrong");
  EXPECT_EQ(lines[1]["result"], "passed");
  EXPECT_EQ(lines[1]["passed"], true);
  EXPECT_EQ(lines[1]["cpu_seconds"], 0.25);
  EXPECT_EQ(lines[2]["result"], "timed out");
  EXPECT_FALSE(env_.exists(results_path() + ".partial"));
}

TEST_F(ScoreTest, TheSummaryCountsAndEstimates) {
  write_samples({{"t/0", kPass}, {"t/0", kWrong}, {"t/1", kPass}, {"t/1", "    1  # pass\n"}});
  options_.k = {1, 2, 10};
  const auto result = score();
  ASSERT_TRUE(result.ok());
  const ScoreSummary& summary = result.value();
  ASSERT_EQ(summary.tasks.size(), 2U);
  EXPECT_EQ(summary.tasks[0].n, 2);
  EXPECT_EQ(summary.tasks[0].c, 1);
  ASSERT_EQ(summary.pass_at.size(), 2U);
  EXPECT_EQ(summary.pass_at[0].value, 0.75);
  EXPECT_EQ(summary.pass_at[1].value, 1.0);
  ASSERT_TRUE(summary.pass_at[0].interval.has_value());
  EXPECT_EQ(summary.pass_at[0].interval->low, 0.5);
  EXPECT_EQ(summary.pass_at[0].interval->high, 1.0);
  ASSERT_EQ(summary.omitted.size(), 1U);
  EXPECT_EQ(summary.omitted[0].k, 10);
  EXPECT_EQ(summary.omitted[0].reason, "it needs 10 samples of every problem, 't/0' has 2");
  EXPECT_EQ(summary.verdicts.at(VerdictKind::pass), 3);
  EXPECT_EQ(to_json(summary)["verdicts"]["wrong"], 1);
}

TEST_F(ScoreTest, EqualProgramsRunOnceAndASecondRunRunsNothing) {
  write_samples({{"t/0", kPass}, {"t/0", kPass}, {"t/1", kPass}, {"t/0", kWrong}});
  ASSERT_TRUE(score().ok());
  EXPECT_EQ(sandbox_.runs, 3);  // The same text for another problem is another program.
  const auto again = score();
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(sandbox_.runs, 3);
  EXPECT_EQ(again.value().reused, 3);
  EXPECT_EQ(again.value().pass_at[0].value, (2.0 / 3 + 1) / 2);
  options_.reuse = false;
  ASSERT_TRUE(score().ok());
  EXPECT_EQ(sandbox_.runs, 6);
}

TEST_F(ScoreTest, MoreSamplesRunOnlyTheNewOnesAndOtherLimitsRunAll) {
  write_samples({{"t/0", kPass}, {"t/1", kPass}});
  ASSERT_TRUE(score().ok());
  write_samples({{"t/0", kPass}, {"t/0", kWrong}, {"t/1", kPass}});
  ASSERT_TRUE(score().ok());
  EXPECT_EQ(sandbox_.runs, 3);
  options_.limits.cpu_seconds = 1;
  ASSERT_TRUE(score().ok());
  EXPECT_EQ(sandbox_.runs, 6);
}

TEST_F(ScoreTest, AStoppedRunContinuesEvenAfterATornLine) {
  std::vector<std::pair<std::string, std::string>> samples = {{"t/1", kPass}};
  for (int i = 0; i < 40; ++i) samples.emplace_back("t/0", fmt::format("    {}  # pass\n", i));
  write_samples(samples);
  sandbox_.on_run = [this] {
    if (sandbox_.runs == 20) stop_.request();
  };
  const auto stopped = score();
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), ErrorCode::interrupted);
  EXPECT_FALSE(env_.exists(results_path()));
  const int first_runs = sandbox_.runs;
  EXPECT_GE(first_runs, 20);
  EXPECT_LT(first_runs, 41);
  const std::string partial = results_path() + ".partial";
  {
    auto file = env_.open_append(partial);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file.value()->append(R"({"result": "pas)").ok());
  }
  StopToken fresh;
  const auto summary = score_samples(env_, fresh, options_);
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(sandbox_.runs, 41);
  EXPECT_EQ(summary.value().reused, first_runs);
  EXPECT_EQ(results().size(), 41U);
}

TEST_F(ScoreTest, AStoppedRerunContinuesWithoutOldVerdicts) {
  write_samples({{"t/0", kPass}, {"t/0", kWrong}, {"t/1", kPass}, {"t/1", kWrong}});
  ASSERT_TRUE(score().ok());
  options_.reuse = false;
  options_.workers = 1;
  sandbox_.on_run = [this] { stop_.request(); };
  const auto stopped = score();
  ASSERT_FALSE(stopped.ok());
  EXPECT_NE(stopped.error().message().find("without --rerun continues"), std::string::npos);
  EXPECT_EQ(sandbox_.runs, 5);
  options_.reuse = true;
  StopToken fresh;
  const auto summary = score_samples(env_, fresh, options_);
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary.value().reused, 1);
  EXPECT_EQ(sandbox_.runs, 8);
}

TEST_F(ScoreTest, ADiskThatFillsUpIsAnErrorAndKeepsWhatFitted) {
  std::vector<std::pair<std::string, std::string>> samples = {{"t/1", kPass}};
  for (int i = 0; i < 20; ++i) samples.emplace_back("t/0", fmt::format("    {}  # pass\n", i));
  write_samples(samples);
  env_.fill_disk_after(700);
  EXPECT_EQ(score().error().code(), ErrorCode::io);
  env_.fill_disk_after(1 << 20);
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_GT(summary.value().reused, 0);
}

TEST_F(ScoreTest, AnInternalVerdictIsTriedAgainOnceAndThenNoScoreIsGiven) {
  write_samples({{"t/0", kBroken}, {"t/1", kPass}});
  const auto failed = score();
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), ErrorCode::internal);
  EXPECT_EQ(sandbox_.runs, 3);
  EXPECT_FALSE(env_.exists(results_path()));
  sandbox_.internal_left = 1;
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(sandbox_.runs, 5);
  EXPECT_EQ(summary.value().reused, 1);
  EXPECT_EQ(summary.value().verdicts.at(VerdictKind::pass), 2);
}

TEST_F(ScoreTest, AProgramThatMayHaveBeenStarvedRunsAgainAlone) {
  write_samples({{"t/0", kStarved}, {"t/1", kSleeps}});
  const auto summary = score();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(sandbox_.runs, 3);  // The sleeper was idle: its wall verdict stands.
  EXPECT_EQ(summary.value().verdicts.at(VerdictKind::pass), 1);
  EXPECT_EQ(summary.value().verdicts.at(VerdictKind::wall), 1);
}

TEST_F(ScoreTest, AWorkerThatCannotBeKeptAliveEndsTheRun) {
  write_samples({{"t/0", "    # dead\n"}, {"t/1", kPass}});
  EXPECT_EQ(score().error().message(), "the helpers do not start");
}

TEST_F(ScoreTest, UnknownTasksAreListed) {
  write_samples({{"t/0", kPass}, {"x/1", kPass}, {"x/2", kPass}, {"x/1", kPass}, {"t/1", kPass}});
  const auto failed = score();
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(failed.error().message().find("2 task ids"), std::string::npos);
  EXPECT_NE(failed.error().message().find("'x/1', 'x/2'"), std::string::npos);
  EXPECT_EQ(sandbox_.runs, 0);
}

TEST_F(ScoreTest, ProblemsWithoutSamplesNeedPermission) {
  write_samples({{"t/1", kPass}});
  EXPECT_EQ(score().error().code(), ErrorCode::invalid_argument);
  options_.allow_partial = true;
  const auto summary = score();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary.value().tasks.size(), 1U);
  EXPECT_EQ(summary.value().problems, 2);
  EXPECT_FALSE(summary.value().pass_at[0].interval.has_value());
}

TEST_F(ScoreTest, ProblemsInLanguagesThatCannotBeRunAreLeftOutAndNamed) {
  const auto problem = [](const char* name, const char* language) {
    Problem made;
    made.task_id = name;
    made.test = R"({"cases": [{"input": "", "output": "1\n"}]})";
    made.form = ProblemForm::stdio;
    made.language = language;
    return made;
  };
  std::vector<Problem> problems = {problem("p/0", "python"), problem("c/0", "cobol"),
                                   problem("c/1", "cobol"), problem("p/1", "python")};
  ASSERT_TRUE(save_problems(env_, options_.problems_path, problems).ok());
  write_samples({{"c/0", kPass}, {"p/0", kPass}, {"c/0", kWrong}, {"c/1", kPass}, {"p/1", kWrong}});
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(sandbox_.runs, 2);
  EXPECT_EQ(summary.value().samples, 2);
  EXPECT_EQ(summary.value().pass_at[0].value, 0.5);
  ASSERT_EQ(summary.value().skipped.size(), 1U);
  const SkippedProblems& skipped = summary.value().skipped[0];
  EXPECT_EQ(skipped.tasks, (std::vector<std::string>{"c/0", "c/1"}));
  EXPECT_EQ(skipped.samples, 3);
  EXPECT_NE(skipped.reason.find("'cobol'"), std::string::npos) << skipped.reason;
  ASSERT_EQ(results().size(), 2U);
  EXPECT_EQ(results()[0]["task_id"], "p/0");
  problems.resize(3);
  problems.erase(problems.begin());
  ASSERT_TRUE(save_problems(env_, options_.problems_path, problems).ok());
  write_samples({{"c/0", kPass}, {"c/1", kPass}});
  EXPECT_EQ(score().error().code(), ErrorCode::unsupported);
}

TEST_F(ScoreTest, ATruncatedSamplesFileIsAnErrorBeforeAnythingRuns) {
  write_samples({{"t/0", kPass}, {"t/1", kPass}});
  const auto size = env_.file_size(options_.samples_path);
  ASSERT_TRUE(size.ok());
  ASSERT_TRUE(env_.truncate(options_.samples_path, size.value() - 10).ok());
  const auto failed = score();
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(failed.error().message().find("s.jsonl:2: the last line is truncated"),
            std::string::npos);
  EXPECT_EQ(sandbox_.runs, 0);
}

TEST_F(ScoreTest, ADryRunRunsNothing) {
  write_samples({{"t/0", kPass}, {"t/1", kPass}});
  options_.dry_run = true;
  const auto summary = score();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary.value().programs, 2);
  EXPECT_EQ(sandbox_.runs, 0);
  EXPECT_FALSE(env_.exists(results_path()));
}

TEST_F(ScoreTest, OptionsOutOfRangeAreInvalidArguments) {
  write_samples({{"t/0", kPass}, {"t/1", kPass}});
  const ScoreOptions good = options_;
  const auto code = [&] { return score().error().code(); };
  options_.k = {0};
  EXPECT_EQ(code(), ErrorCode::invalid_argument);
  options_ = good;
  options_.limits.cpu_seconds = 0;
  EXPECT_EQ(code(), ErrorCode::invalid_argument);
  options_ = good;
  options_.workers = kWorkersMax + 1;
  EXPECT_EQ(code(), ErrorCode::invalid_argument);
  options_ = good;
  options_.verify = -1;
  EXPECT_EQ(code(), ErrorCode::invalid_argument);
  for (const RankOf rank : {RankOf{2, 2}, RankOf{-1, 2}, RankOf{0, 0}}) {
    options_ = good;
    options_.rank = rank;
    EXPECT_EQ(code(), ErrorCode::invalid_argument);
  }
  options_ = good;
  options_.rank = {.rank = 0, .ranks = 2};
  options_.reuse = false;
  EXPECT_EQ(code(), ErrorCode::invalid_argument);
  EXPECT_EQ(sandbox_.runs, 0);
}

TEST(ProgramKeyTest, EverythingThatAVerdictDependsOnChangesTheKey) {
  const Problem problem{
      .task_id = "t", .prompt = "", .entry_point = "f", .canonical_solution = "", .test = "x"};
  const SandboxJob job{.candidate = "a", .tests = "x", .entry_point = "f", .limits = {}};
  const std::string key = program_key(problem, job);
  EXPECT_EQ(key.size(), 32U);
  EXPECT_EQ(key, program_key(problem, job));
  Problem other_problem = problem;
  other_problem.task_id = "u";
  EXPECT_NE(key, program_key(other_problem, job));
  other_problem = problem;
  other_problem.canonical_solution = "    return 1\n";
  EXPECT_EQ(key, program_key(other_problem, job));
  other_problem.expected_from_solution = true;  // What it returns is what is right.
  const std::string recorded = program_key(other_problem, job);
  EXPECT_NE(key, recorded);
  other_problem.canonical_solution = "    return 2\n";
  EXPECT_NE(recorded, program_key(other_problem, job));
  std::vector<SandboxJob> others(5, job);
  others[0].candidate = "b";
  others[1].tests = "y";
  others[2].entry_point = "g";
  others[3].limits.memory_bytes = 1;
  others[4].limits.wall_seconds = 1;
  for (const SandboxJob& other : others) EXPECT_NE(key, program_key(problem, other));
}

}  // namespace
}  // namespace scribe
