// Tests of what a scoring run says: engines, strategies, flaky programs, other layouts.
#include "evaluate/score_summary.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "evaluate/evalplus_results.h"
#include "evaluate/explain.h"
#include "evaluate/testing/scoring_fixture.h"

namespace scribe {
namespace {

using ScoreOutputTest = ScoreTest;

TEST_F(ScoreOutputTest, ResultsSayWhichEngineAndWallsJudged) {
  write_samples({{"t/0", kPass}, {"t/1", kWrong}});
  const auto summary = score();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(results()[0]["engine"], "fake");
  EXPECT_EQ(results()[0]["walls"], "paper");
  EXPECT_EQ(summary.value().sandboxes.at("fake engine; paper"), 2);
  options_.sandbox.engine = "other";
  const auto again = score();  // Taken over with what judged it then.
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value().sandboxes.at("fake engine; paper"), 2);
}

TEST_F(ScoreOutputTest, SoftVerdictsAreMarkedAlsoWhenTheyAreTakenOver) {
  write_samples({{"t/0", "    return 1  # soft\n"}, {"t/1", kPass}});
  for (int run = 0; run < 2; ++run) {
    const auto summary = score();
    ASSERT_TRUE(summary.ok()) << summary.error().message();
    EXPECT_EQ(summary.value().soft, 1);
    EXPECT_EQ(results()[0]["soft"], true);
    EXPECT_FALSE(results()[1].contains("soft"));
  }
}

TEST_F(ScoreOutputTest, ASamplesOwnKeysAreNotReadAsTheVerdicts) {
  std::string text;
  for (Json line : {Json{{"task_id", "t/0"}, {"completion", kPass}},
                    Json{{"task_id", "t/1"}, {"completion", kWrong}}}) {
    line["part"] = 1;
    line["soft"] = "x";
    line["extract"] = "function";
    text += to_json_line(line) + "\n";
  }
  ASSERT_TRUE(write_file_atomic(env_, options_.samples_path, text).ok());
  for (int run = 0; run < 2; ++run) {
    const auto summary = score();
    ASSERT_TRUE(summary.ok()) << summary.error().message();
    for (const Json& line : results())
      for (const char* const key : {"part", "soft", "extract"}) EXPECT_FALSE(line.contains(key));
  }
}

TEST_F(ScoreOutputTest, ProgramsOfOtherFormsAreRunByExec) {
  const SandboxWorkers workers{.start = {}, .engine = "snapshot", .walls = ""};
  SandboxJob job;
  EXPECT_EQ(workers.engine_of(job), "snapshot");
  for (const TestForm form : {TestForm::own_exit, TestForm::stdio}) {
    job.form = form;
    EXPECT_EQ(workers.engine_of(job), "exec");
  }
}

TEST_F(ScoreOutputTest, ResultsOfBeforeEnginesWereWrittenAreTakenOver) {
  write_samples({{"t/0", kPass}, {"t/1", kWrong}});
  ASSERT_TRUE(score().ok());
  std::string text;
  for (Json line : results()) {
    line.erase("engine");
    line.erase("walls");
    text += to_json_line(line) + "\n";
  }
  ASSERT_TRUE(write_file_atomic(env_, results_path(), text).ok());
  const auto again = score();
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(again.value().reused, 2);
  EXPECT_TRUE(again.value().sandboxes.empty());
}

TEST_F(ScoreOutputTest, EvalPlusesProblemsHaveTwoStatuses) {
  SamplesToJudge samples;
  VerdictsByKey verdicts;
  samples.problems.push_back(
      {.task_id = "t/0", .prompt = "", .entry_point = "f", .canonical_solution = "", .test = ""});
  samples.problems[0].expected_from_solution = true;
  const auto add = [&](VerdictKind kind, const std::string& part) {
    const std::string key = fmt::format("{}", samples.programs.size());
    Verdict verdict = verdict_of(kind, 0);
    verdict.part = part;
    verdicts[key].verdict = verdict;
    samples.samples.push_back({.line = {},
                               .text = "",
                               .problem = 0,
                               .program = samples.programs.size(),
                               .program_by_strategy = {}});
    samples.programs.push_back({.key = key, .job = {}, .decided = {}});
  };
  add(VerdictKind::pass, "plus");
  add(VerdictKind::wrong, "plus");
  add(VerdictKind::cpu, "plus");
  add(VerdictKind::wrong, "base");
  add(VerdictKind::syntax, "");
  const std::string path = directory_.file("r.json");
  ASSERT_TRUE(write_file_atomic(env_, directory_.file("problems"), "x").ok());
  ASSERT_TRUE(
      write_evalplus_results(env_, path, directory_.file("problems"), samples, verdicts, {1}).ok());
  const Json json = parse_json(env_.read_file(path).value(), "results").value();
  const Json& entries = json["eval"]["t/0"];
  std::string statuses;
  for (const Json& entry : entries)
    statuses += entry["base_status"].get<std::string>() + " " +
                entry["plus_status"].get<std::string>() + ", ";
  EXPECT_EQ(statuses, "pass pass, pass fail, pass timeout, fail fail, fail fail, ");
  EXPECT_DOUBLE_EQ(json["pass_at_k"]["base"]["pass@1"], 0.6);
  EXPECT_DOUBLE_EQ(json["pass_at_k"]["plus"]["pass@1"], 0.2);
  EXPECT_EQ(json["hash"], "9dd4e461268c8034f5c8564e155c67a6");  // MD5 of "x".
}

TEST_F(ScoreOutputTest, AWholeProgramIsJudgedWithoutThePrompt) {
  ASSERT_TRUE(write_file_atomic(env_, options_.samples_path,
                                R"([["def f():\n    return 1  # pass\n"], ["x = 1  # wrong\n"]])")
                  .ok());
  std::vector<std::string> programs;
  sandbox_.on_job = [&](const SandboxJob& job) { programs.push_back(job.candidate); };
  options_.workers = 1;
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(summary.value().format, SampleFormat::bigcode);
  EXPECT_EQ(programs[0], "def f():\n    return 1  # pass\n");
  EXPECT_EQ(summary.value().pass_at[0].value, 0.5);
  EXPECT_EQ(results()[1]["solution"], "x = 1  # wrong\n");
  EXPECT_EQ(to_json(summary.value())["format"], "bigcode generations");
}

TEST_F(ScoreOutputTest, AnAnswerWithoutCodeIsNotRunAndFails) {
  write_samples({{"t/0", "I do not know.\n"}, {"t/1", "```python\ndef f():\n    # pass\n```\n"}});
  options_.extract = ExtractStrategy::fenced_last;
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(sandbox_.runs, 1);
  EXPECT_EQ(results()[0]["verdict"], "no-code");
  EXPECT_EQ(results()[0]["passed"], false);
  EXPECT_EQ(results()[0]["result"], "failed: no code was found in the answer");
  EXPECT_EQ(results()[0]["extract"], "fenced-last");
  EXPECT_EQ(results()[1]["verdict"], "pass");
  EXPECT_EQ(summary.value().pass_at[0].value, 0.5);
  options_.extract = ExtractStrategy::none;  // The same answers taken whole are other programs.
  ASSERT_TRUE(score().ok());
  EXPECT_EQ(sandbox_.runs, 3);
}

TEST_F(ScoreOutputTest, ComparedStrategiesSayWhatWouldChange) {
  write_samples({{"t/0", "No.\n"}, {"t/1", "```\n# wrong\n```\n```\ndef f(): 0  # pass\n```\n"}});
  options_.extract = ExtractStrategy::fenced_first;
  options_.compare_strategies = true;
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  const auto outcome = [&](ExtractStrategy strategy) {
    return *std::ranges::find(summary.value().strategies, strategy, &StrategyOutcome::strategy);
  };
  EXPECT_EQ(summary.value().strategies.size(), kExtractStrategies.size());
  EXPECT_EQ(outcome(ExtractStrategy::fenced_first).changed, 0);
  EXPECT_EQ(outcome(ExtractStrategy::fenced_last).passed, 1);
  EXPECT_EQ(outcome(ExtractStrategy::fenced_last).gained, 1);
  EXPECT_EQ(outcome(ExtractStrategy::fenced_last).changed, 1);
  EXPECT_EQ(outcome(ExtractStrategy::fenced_last).no_code, 1);
  EXPECT_EQ(outcome(ExtractStrategy::none).no_code, 0);
  EXPECT_EQ(results()[1]["passed"], false);  // The chosen one is what counts.
}

TEST_F(ScoreOutputTest, VerifyingNamesProgramsWithSeveralVerdicts) {
  write_samples({{"t/0", "    return 3  # flaky\n"}, {"t/0", kPass}, {"t/1", kWrong}});
  options_.verify = 4;
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(sandbox_.runs, 3 + 3 * 4);
  ASSERT_EQ(summary.value().flaky.size(), 1U);
  const FlakyProgram& flaky = summary.value().flaky[0];
  EXPECT_EQ(flaky.task_id, "t/0");
  EXPECT_EQ(flaky.verdicts.at(VerdictKind::pass), 3);
  EXPECT_EQ(flaky.verdicts.at(VerdictKind::wrong), 2);
  EXPECT_EQ(to_json(summary.value())["flaky"][0]["verdicts"]["wrong"], 2);
}

TEST_F(ScoreOutputTest, EvalPlusesLayoutHasStatusesAndScores) {
  write_samples({{"t/1", kWrong}, {"t/0", kPass}, {"t/0", kSleeps}, {"t/1", kPass}});
  options_.evalplus_results = true;
  const auto summary = score();
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(summary.value().evalplus_path, directory_.file("s_eval_results.json"));
  const Json json =
      parse_json(env_.read_file(summary.value().evalplus_path).value(), "results").value();
  EXPECT_EQ(json["hash"].get<std::string>().size(), 32U);
  EXPECT_EQ(json["pass_at_k"]["base"]["pass@1"], 0.5);
  const Json& first = json["eval"]["t/0"][0];
  EXPECT_EQ(first["task_id"], "t/0");
  EXPECT_EQ(first["solution"], std::string("def f():\n") + kPass);
  EXPECT_EQ(first["base_status"], "pass");
  EXPECT_TRUE(first["plus_status"].is_null());
  EXPECT_TRUE(first["base_fail_tests"].is_array());
  EXPECT_EQ(json["eval"]["t/0"][1]["base_status"], "timeout");
  EXPECT_EQ(json["eval"]["t/1"][0]["base_status"], "fail");
}

TEST_F(ScoreOutputTest, ExplainShowsEveryStepAndTakesKnownVerdicts) {
  write_samples(
      {{"t/0", "No.\n"}, {"t/0", "So:\n```\ndef f():\n    # pass\n```\n"}, {"t/1", kPass}});
  options_.extract = ExtractStrategy::fenced_last;
  const auto second = explain_sample(env_, stop_, options_, "t/0/1");
  ASSERT_TRUE(second.ok()) << second.error().message();
  EXPECT_EQ(second.value().raw, "So:\n```\ndef f():\n    # pass\n```\n");
  EXPECT_EQ(second.value().extracted, "def f():\n    # pass\n");
  EXPECT_EQ(second.value().program, "def f():\n    # pass\n");
  EXPECT_EQ(second.value().judged.verdict.kind, VerdictKind::pass);
  EXPECT_FALSE(second.value().was_known);
  EXPECT_FALSE(env_.exists(results_path() + ".partial"));
  const auto first = explain_sample(env_, stop_, options_, "t/0");
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(first.value().extracted.has_value());
  EXPECT_EQ(first.value().judged.verdict.kind, VerdictKind::no_code);
  EXPECT_EQ(sandbox_.runs, 1);
  ASSERT_TRUE(score().ok());
  const int runs = sandbox_.runs;
  EXPECT_TRUE(explain_sample(env_, stop_, options_, "t/0/1").value().was_known);
  EXPECT_EQ(sandbox_.runs, runs);
  for (const char* const which : {"t/0/2", "t/0/x", "t/7", "nothing", ""})
    EXPECT_EQ(explain_sample(env_, stop_, options_, which).error().code(), ErrorCode::not_found)
        << which;
}

}  // namespace
}  // namespace scribe
