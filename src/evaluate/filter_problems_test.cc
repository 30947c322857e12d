// Tests of the filter for fine-tuning problems, with a paper sandbox and with a real one.
// one.
#include "evaluate/filter_problems.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/json.h"
#include "evaluate/testing/scoring_fixture.h"

namespace scribe {
namespace {

using enum FilterFate;

class FilterProblemsTest : public testing::Test {
 protected:
  FilterProblemsTest() {
    options_.quiet = true;
    options_.workers = 2;
    options_.sandboxes.resize(1);
    options_.sandboxes[0].start = [this]() -> Result<std::unique_ptr<SandboxWorker>> {
      ++workers_started_;
      return std::unique_ptr<SandboxWorker>(std::make_unique<FakeWorker>(sandbox_));
    };
  }

  static Problem problem(const std::string& task_id, const std::string& solution) {
    return {.task_id = task_id,
            .prompt = "def f():\n",
            .entry_point = "f",
            .canonical_solution = solution,
            .test = "def check(candidate): pass\n"};
  }

  /// A file with `passed` of `samples` right for each task.
  std::string results(const std::map<std::string, std::pair<int, int>>& tasks) {
    std::string text;
    for (const auto& [task_id, counts] : tasks)
      for (int i = 0; i < counts.second; ++i)
        text += to_json_line({{"task_id", task_id}, {"passed", i < counts.first}}) + "\n";
    const std::string path = directory_.file(fmt::format("r{}.jsonl", files_++));
    EXPECT_TRUE(write_file_atomic(env_, path, text).ok());
    return path;
  }

  Result<std::vector<FilterFate>> filter(const std::vector<std::string>& paths) {
    return filter_problems(env_, stop_, problems_, paths, options_);
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
  FakeSandbox sandbox_;
  std::atomic<int> workers_started_{0};
  int files_ = 0;
  std::vector<Problem> problems_;
  FilterProblemsOptions options_;
};

TEST_F(FilterProblemsTest, EveryFateHasItsProblem) {
  problems_ = {problem("solved", kPass),
               problem("unseen", kPass),
               problem("never", kPass),
               problem("always", kPass),
               problem("empty", ""),
               problem("broken", kWrong),
               problem("flaky", "    pass  # flaky\n")};
  options_.max_share = 0.9;
  options_.runs = 4;
  const auto fates = filter(
      {results({{"solved", {0, 3}}, {"never", {0, 5}}, {"always", {2, 2}}}),
       results({{"solved", {1, 2}}, {"empty", {1, 2}}, {"broken", {1, 2}}, {"flaky", {1, 2}}})});
  ASSERT_TRUE(fates.ok()) << fates.error().message();
  EXPECT_EQ(fates.value(), (std::vector<FilterFate>{kept, not_sampled, unsolved, too_easy,
                                                    no_solution, failing, unstable}));
  EXPECT_EQ(sandbox_.runs, 3 * 4);
  EXPECT_GE(workers_started_, 4);  // New ones for each run.
}

TEST_F(FilterProblemsTest, WithoutPassesAskedForNoResultsAreNeeded) {
  problems_ = {problem("a", kPass), problem("b", kWrong)};
  options_.min_passes = 0;
  EXPECT_EQ(filter({}).value(), (std::vector<FilterFate>{kept, failing}));
  options_.runs = 0;
  EXPECT_EQ(filter({}).value(), (std::vector<FilterFate>{kept, kept}));
}

TEST_F(FilterProblemsTest, BadInputIsNamed) {
  problems_ = {problem("a", kPass)};
  EXPECT_NE(filter({results({{"z", {1, 1}}})}).error().message().find("r0.jsonl:1: task 'z'"),
            std::string::npos);
  EXPECT_EQ(filter({"none"}).error().code(), ErrorCode::not_found);
  problems_ = {problem("a", kBroken)};
  EXPECT_EQ(filter({results({{"a", {1, 1}}})}).error().code(), ErrorCode::internal);
  options_.runs = -1;
  EXPECT_EQ(filter({}).error().code(), ErrorCode::invalid_argument);
}

// Time is what differs between runs: hash seed and random state are those of the sandbox.
TEST_F(FilterProblemsTest, TheRealSandboxFindsWhatDependsOnTheClock) {
  if (!probe_sandbox().ok()) GTEST_SKIP() << "no sandbox here";
  options_.sandboxes.clear();
  options_.min_passes = 0;
  options_.runs = 12;
  problems_ = {problem("steady", "    return 3\n"),
               problem("clock", "    import time\n    return time.time_ns() // 1000 % 2\n")};
  problems_[0].test = "def check(candidate):\n    assert candidate() == 3\n";
  problems_[1].test = "def check(candidate):\n    assert candidate() == 1\n";
  const auto fates = filter({});
  ASSERT_TRUE(fates.ok()) << fates.error().message();
  // Twelve equal answers come once in 2048 runs.
  EXPECT_EQ(fates.value()[0], kept);
  EXPECT_NE(fates.value()[1], kept);
}

}  // namespace
}  // namespace scribe
