// Tests of the page about judged samples: what is read, what is counted, what is shown.
#include "evaluate/report_results.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

Result<JudgedRun> load(const std::string& text, const std::string& name = "a_results.jsonl") {
  const TemporaryDirectory directory;
  const std::string path = directory.file(name);
  SCRIBE_CHECK(write_file_atomic(Env::real(), path, text).ok(), "test file");
  return load_judged_run(Env::real(), path);
}

JudgedSample sample(const std::string& task, const std::string& verdict,
                    const std::string& completion = "    pass\n") {
  return {.task_id = task,
          .completion = completion,
          .passed = verdict == "pass",
          .verdict = verdict,
          .detail = "",
          .mean_logprob = {}};
}

TEST(LoadJudgedRunTest, ReadsWhatEvalWritesAndNamesTheRunAfterTheFile) {
  const JudgedRun run =
      load(
          R"({"task_id":"t/1","completion":"x","sample_index":0,"mean_logprob":-0.5,)"
          R"("result":"failed: KeyError","passed":false,"verdict":"exception","detail":"KeyError"})"
          "\n")
          .value();
  EXPECT_EQ(run.name, "a");
  ASSERT_EQ(run.samples.size(), 1U);
  EXPECT_EQ(run.samples[0].verdict, "exception");
  EXPECT_EQ(run.samples[0].detail, "KeyError");
  EXPECT_EQ(run.samples[0].mean_logprob, -0.5);
}

TEST(LoadJudgedRunTest, ReadsFilesOfHumanEvalThatHaveNoVerdict) {
  const JudgedRun run =
      load(
          "{\"task_id\":\"t\",\"completion\":\"\",\"result\":\"timed out\",\"passed\":false}\n"
          "{\"task_id\":\"t\",\"completion\":\"\",\"result\":\"passed\",\"passed\":true}\n")
          .value();
  EXPECT_EQ(run.samples[0].verdict, "failed");
  EXPECT_EQ(run.samples[0].detail, "timed out");
  EXPECT_EQ(run.samples[1].verdict, "pass");
  EXPECT_EQ(run.samples[1].detail, "");
}

TEST(LoadJudgedRunTest, WrongLinesAreNamed) {
  const std::string start = "{\"task_id\":\"t\",\"completion\":\"\"";
  const auto message = [&](const std::string& rest) {
    const auto run = load(start + rest + "\n");
    EXPECT_EQ(run.error().code(), ErrorCode::invalid_data);
    return run.error().message();
  };
  EXPECT_TRUE(contains(message("}"), "a_results.jsonl:1: field 'passed' is missing"));
  EXPECT_TRUE(contains(message(R"(,"passed":true,"verdict":"odd"})"), "unknown verdict 'odd'"));
  EXPECT_TRUE(contains(message(R"(,"passed":true,"verdict":"wrong"})"), "contradicts"));
  EXPECT_EQ(load("\n").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(load_judged_run(Env::real(), "/nonexistent").error().code(), ErrorCode::not_found);
}

// 1 of 2 and 2 of 2: pass@1 = (1/2 + 1) / 2, pass@2 = (1 + 1) / 2.
TEST(SummarizeTest, CountsByTaskAndLeavesOutWhatTheHarnessFailedOn) {
  const JudgedRun run{"r",
                      {sample("a", "pass"), sample("b", "pass"), sample("a", "wrong"),
                       sample("b", "pass"), sample("b", "internal")}};
  const ScoreSummary summary = summarize(run, {1, 2, 3}, 1);
  ASSERT_EQ(summary.tasks.size(), 2U);
  EXPECT_EQ(summary.tasks[0].n, 2);
  EXPECT_EQ(summary.tasks[1].n, 2);
  ASSERT_EQ(summary.pass_at.size(), 2U);
  EXPECT_DOUBLE_EQ(summary.pass_at[0].value, 0.75);
  EXPECT_DOUBLE_EQ(summary.pass_at[1].value, 1.0);
  ASSERT_EQ(summary.omitted.size(), 1U);
  EXPECT_EQ(summary.omitted[0].k, 3);
}

std::vector<JudgedRun> two_runs() {
  std::vector<JudgedRun> runs = {{"base", {}}, {"tuned", {}}};
  for (int index = 0; index < 20; ++index) {
    runs[0].samples.push_back(
        sample("t/" + std::to_string(index % 4), index < 2 ? "pass" : "wrong"));
    runs[1].samples.push_back(sample("t/" + std::to_string(index % 4), index < 9 ? "pass" : "cpu"));
  }
  return runs;
}

TEST(ResultsReportTest, ShowsScoresVerdictsProblemsAndPrograms) {
  const std::string html = results_report_html(two_runs(), {{"t/1", "def one():\n"}}, {});
  EXPECT_TRUE(contains(html, "10.0 %"));  // 2 of 20
  EXPECT_TRUE(contains(html, "45.0 %"));  // 9 of 20
  EXPECT_TRUE(contains(html, "no pass@10"));
  EXPECT_EQ(count(html, "role=\"img\""), 3U);
  EXPECT_EQ(count(html, "<article class=\"program\">"), 10U);
  EXPECT_EQ(count(html, "badge good"), 5U);
}

TEST(ResultsReportTest, TheCsvHasARowForEachProblemOfEachRun) {
  std::vector<JudgedRun> runs = two_runs();
  runs[0].name = "a, \"b\"";
  const std::string csv = results_csv(runs, {.k = {1, 100}});
  EXPECT_TRUE(csv.starts_with("run,task_id,samples,passed,pass@1,pass@100\r\n"));
  EXPECT_EQ(count(csv, "\r\n"), 9U);
  EXPECT_TRUE(contains(csv, "\r\n\"a, \"\"b\"\"\",t/0,5,"));
  EXPECT_TRUE(contains(csv, ",5,3,0.6,\r\n"));
}

TEST(ResultsReportTest, TheMarkdownIsTheTableOfScores) {
  std::vector<JudgedRun> runs = two_runs();
  runs[0].name = "a|b";
  const std::string text = results_markdown(runs, {.k = {1}});
  EXPECT_TRUE(text.starts_with("| run | problems | samples | solved | pass@1 |\n| --- | ---: |"));
  EXPECT_TRUE(contains(text, "| a\\|b | 4 | 20 |"));
}

TEST(ResultsReportTest, AskingForMoreProgramsThanThereAreShowsAllOfThem) {
  const std::vector<JudgedRun> runs = {{"r", {sample("a", "pass"), sample("a", "wrong")}}};
  EXPECT_EQ(count(results_report_html(runs, {}, {.programs = 10}), "<article"), 2U);
  EXPECT_EQ(count(results_report_html(runs, {}, {.programs = 0}), "<article"), 0U);
  EXPECT_EQ(count(results_report_html(runs, {}, {.programs = 1}), "<article"), 1U);
}

TEST(ResultsReportTest, SameInputsAndSeedSameBytesAndAnotherSeedShowsOthers) {
  std::vector<JudgedRun> runs = {{"r", {}}};
  for (int index = 0; index < 100; ++index)
    runs[0].samples.push_back(sample("t", "wrong", "return " + std::to_string(index)));
  const std::string html = results_report_html(runs, {}, {.seed = 1});
  EXPECT_EQ(html, results_report_html(runs, {}, {.seed = 1}));
  EXPECT_NE(html.substr(html.find("<article")),
            results_report_html(runs, {}, {.seed = 2}).substr(html.find("<article")));
}

TEST(ResultsReportTest, ARunWithoutAnyUsableSampleStillMakesAPage) {
  const std::vector<JudgedRun> runs = {{"r", {sample("a", "internal")}}};
  EXPECT_TRUE(contains(results_report_html(runs, {}, {}), "no data"));
}

}  // namespace
}  // namespace scribe
