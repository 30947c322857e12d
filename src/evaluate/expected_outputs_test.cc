// Tests of expected outputs: computed once, kept, and made again when they are not what they were.
#include "evaluate/expected_outputs.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/json.h"
#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

/// Passes every program and hands over its source; counts the runs.
class RecordingWorker : public SandboxWorker {
 public:
  RecordingWorker(std::atomic<int>& runs, VerdictKind kind) : runs_(runs), kind_(kind) {}
  Result<Verdict> run(const SandboxJob& job) override {
    ++runs_;
    Verdict verdict;
    verdict.kind = kind_;
    verdict.detail = "detail";
    verdict.cpu_seconds = 2;
    verdict.memory_bytes = std::int64_t{1} << 30;
    verdict.report = job.candidate;
    return verdict;
  }

 private:
  std::atomic<int>& runs_;
  VerdictKind kind_;
};

class ExpectedOutputsTest : public testing::Test {
 protected:
  static Problem problem(const std::string& task_id) {
    return {.task_id = task_id,
            .prompt = "p",
            .entry_point = "f",
            .canonical_solution = "s",
            .test = "suite of " + task_id + "\n",
            .expected_from_solution = true};
  }
  SandboxJob job(const std::string& tests) const {
    return {.candidate = "c", .tests = tests, .entry_point = "f", .limits = limits_};
  }
  Status add(std::vector<SandboxJob>& jobs, VerdictKind kind = VerdictKind::pass) {
    return add_expected_outputs(
        env_, stop_, problems_, jobs,
        {.cache_directory = cache_,
         .start_worker = [this, kind]() -> Result<std::unique_ptr<SandboxWorker>> {
           return std::unique_ptr<SandboxWorker>(std::make_unique<RecordingWorker>(runs_, kind));
         },
         .workers = 2});
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
  std::string cache_ = directory_.file("cache");
  SandboxLimits limits_ = {.cpu_seconds = 3, .wall_seconds = 9, .memory_bytes = 1 << 20};
  std::vector<Problem> problems_ = {problem("a"), problem("b")};
  std::atomic<int> runs_{0};
};

TEST_F(ExpectedOutputsTest, EachProblemOfTheJobsIsRecordedOnceAndThenRead) {
  for (int round = 0; round < 2; ++round) {
    std::vector<SandboxJob> jobs = {job("suite of a\n"), job("suite of a\n"), job("other")};
    ASSERT_TRUE(add(jobs).ok());
    EXPECT_EQ(runs_, 1);
    EXPECT_EQ(std::string_view(jobs[0].tests),
              "suite of a\ncheck.expect(bytes.fromhex('7073'))\n");  // "ps", its program.
    EXPECT_EQ(jobs[0].tests.data(), jobs[1].tests.data());
    EXPECT_EQ(std::string_view(jobs[2].tests), "other");
    EXPECT_EQ(jobs[2].limits.cpu_seconds, 3);
  }
}

TEST_F(ExpectedOutputsTest, LimitsFollowTheReferenceWhereItIsSlow) {
  std::vector<SandboxJob> jobs = {job("suite of a\n")};
  ASSERT_TRUE(add(jobs).ok());
  EXPECT_EQ(jobs[0].limits.cpu_seconds, 8);    // 4 times 2 s.
  EXPECT_EQ(jobs[0].limits.wall_seconds, 24);  // In the same ratio.
  EXPECT_EQ(jobs[0].limits.memory_bytes, std::int64_t{2} << 30);
}

TEST_F(ExpectedOutputsTest, AChangedSolutionOrSuiteIsRecordedAnew) {
  std::vector<SandboxJob> jobs = {job("suite of a\n")};
  ASSERT_TRUE(add(jobs).ok());
  problems_[0].canonical_solution = "t";
  jobs = {job("suite of a\n")};
  ASSERT_TRUE(add(jobs).ok());
  EXPECT_EQ(runs_, 2);
}

TEST_F(ExpectedOutputsTest, ADamagedFileIsMadeAgain) {
  std::vector<SandboxJob> jobs = {job("suite of a\n")};
  ASSERT_TRUE(add(jobs).ok());
  const auto files = env_.list_directory(cache_ + "/expected");
  ASSERT_EQ(files.value().size(), 1U);
  const std::string path = files.value()[0].path;
  std::string text = env_.read_file(path).value();
  text.replace(text.find("7073"), 4, "7074");
  for (const std::string& damaged : {text, std::string("{"), std::string("[]")}) {
    ASSERT_TRUE(write_file_atomic(env_, path, damaged).ok());
    const int before = runs_;
    jobs = {job("suite of a\n")};
    ASSERT_TRUE(add(jobs).ok());
    EXPECT_EQ(runs_, before + 1) << damaged;
    EXPECT_NE(std::string_view(jobs[0].tests).find("7073"), std::string_view::npos);
  }
}

TEST_F(ExpectedOutputsTest, WithoutACacheEveryRunRecords) {
  cache_.clear();
  for (int round = 1; round <= 2; ++round) {
    std::vector<SandboxJob> jobs = {job("suite of b\n")};
    ASSERT_TRUE(add(jobs).ok());
    EXPECT_EQ(runs_, round);
  }
}

TEST_F(ExpectedOutputsTest, AFailingSolutionIsNamed) {
  std::vector<SandboxJob> jobs = {job("suite of b\n")};
  const Status status = add(jobs, VerdictKind::exception);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(status.error().message(),
            "the canonical solution of 'b', which says what is right, does not run: exception "
            "detail");
}

}  // namespace
}  // namespace scribe
