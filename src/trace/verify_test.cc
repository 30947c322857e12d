// Tests which candidates become problems, in the real sandbox.
#include "trace/verify.h"

#include <gtest/gtest.h>

namespace scribe::trace {
namespace {

Candidate candidate_with(const std::string& body, std::vector<Sample> inputs,
                         const std::string& prefix = "") {
  Candidate candidate;
  candidate.name = "f";
  candidate.prompt = prefix + "def f(x):\n    \"\"\"Some function.\"\"\"\n";
  candidate.solution = body;
  candidate.first = "x";
  candidate.inputs = std::move(inputs);
  return candidate;
}

const std::vector<Sample> kNumbers = {{"1", ""}, {"2", ""}, {"3", ""}, {"10", ""}};

class VerifyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Result<SandboxWorkers> workers = real_sandbox_workers();
    if (!workers.ok()) GTEST_SKIP() << workers.error().message();
    workers_ = std::move(workers).value();
  }

  Judged judge_one(const Candidate& candidate) {
    const auto judged = judge_candidates(std::span(&candidate, 1), options_, workers_.start, stop_);
    EXPECT_TRUE(judged.ok()) << judged.error().message();
    return judged.ok() ? judged.value().front() : Judged();
  }

  VerifyOptions options_;
  SandboxWorkers workers_;
  StopToken stop_;
};

TEST_F(VerifyTest, AFunctionWithDifferentResultsIsAProblem) {
  const Judged judged = judge_one(candidate_with("    return x * x + 0.5\n", kNumbers));
  EXPECT_EQ(judged.outcome, TraceOutcome::verified) << name_of(judged.outcome);
  EXPECT_EQ(judged.tests.size(), kNumbers.size());  // It may not vary.
  EXPECT_EQ(judged.tests.front(), (Sample{"1", "1.5"}));
}

TEST_F(VerifyTest, InputsAreVariedByTypeTheSameInEveryRun) {
  Candidate candidate = candidate_with("    return x[::-1]\n", {{"'abc'", "'cba'"}, {"''", "''"}});
  EXPECT_EQ(judge_one(candidate).outcome, TraceOutcome::too_few);
  candidate.may_vary = true;
  const Judged judged = judge_one(candidate);
  EXPECT_EQ(judged.outcome, TraceOutcome::verified);
  EXPECT_GT(judged.tests.size(), 10U);
  EXPECT_EQ(judge_one(candidate).tests, judged.tests);
}

TEST_F(VerifyTest, EachReasonIsFound) {
  const auto outcome = [this](const std::string& body, const std::string& prefix = "") {
    return judge_one(candidate_with(body, kNumbers, prefix)).outcome;
  };
  EXPECT_EQ(outcome("    return undefined\n"), TraceOutcome::too_few);
  EXPECT_EQ(outcome("    return 1\n", "raise OSError\n"), TraceOutcome::fails);
  EXPECT_EQ(outcome("    return 7\n"), TraceOutcome::constant);
  EXPECT_EQ(outcome("    return x\n"), TraceOutcome::trivial);
  EXPECT_EQ(outcome("    return object()\n"), TraceOutcome::too_few);
  EXPECT_EQ(outcome("    seen.append(x)\n    return len(seen)\n", "seen = []\n"),
            TraceOutcome::unstable);
  EXPECT_EQ(outcome("    import time\n    return time.perf_counter_ns() + x\n"),
            TraceOutcome::unstable);
}

TEST_F(VerifyTest, ASolutionThatDisagreesWithWhatWasSeenFails) {
  const Candidate candidate =
      candidate_with("    return x + 1\n", {{"1", "2"}, {"2", "3"}, {"3", "5"}, {"4", "9"}});
  EXPECT_EQ(judge_one(candidate).outcome, TraceOutcome::fails);
}

TEST_F(VerifyTest, CallsThatHangOrKillAreLeftOut) {
  options_.limits.cpu_seconds = 0.5;
  const Judged judged = judge_one(
      candidate_with("    while x == 2: pass\n    if x == 3: raise SystemExit\n    return -x\n",
                     {{"1", ""}, {"2", ""}, {"3", ""}, {"4", ""}, {"5", ""}}));
  EXPECT_EQ(judged.outcome, TraceOutcome::verified) << name_of(judged.outcome);
  EXPECT_EQ(judged.tests, (std::vector<Sample>{{"1", "-1"}, {"4", "-4"}, {"5", "-5"}}));
}

TEST_F(VerifyTest, TestsWantTheExactTypeAndFloatsNearly) {
  const std::string tests = test_of(
      std::vector<Sample>{{"1", "[1, True, (0.3,)]"}, {"2", "'text'"}, {"3", "{'a': 1e-300}"}});
  const auto passes = [&](const std::string& body) {
    const SandboxJob job{
        .candidate =
            "def f(x):\n    if x == 2: return 'text'\n    if x == 3: return {'a': 0.0}\n" + body,
        .tests = tests,
        .entry_point = "f",
        .limits = {}};
    bool passed = false;
    EXPECT_TRUE(judge(std::span(&job, 1), workers_.start, 1, stop_,
                      [&](std::size_t, const Verdict& verdict) -> Status {
                        passed = verdict.passed();
                        return {};
                      })
                    .ok());
    return passed;
  };
  EXPECT_TRUE(passes("    return [1, True, (0.1 + 0.2,)]\n"));
  EXPECT_FALSE(passes("    return [1, 1, (0.3,)]\n"));
  EXPECT_FALSE(passes("    return [1.0, True, (0.3,)]\n"));
  EXPECT_FALSE(passes("    return [1, True, [0.3]]\n"));
  EXPECT_FALSE(passes("    return [1, True, (0.31,)]\n"));
}

TEST(ChooseTestsTest, DifferentResultsComeFirstThenShortInputs) {
  const std::vector<Sample> samples = {
      {"111", "'a'"}, {"1", "'a'"}, {"22222", "'b'"}, {"11", "'a'"}, {"33", "'c'"}};
  EXPECT_EQ(choose_tests(samples, 3),
            (std::vector<Sample>{{"1", "'a'"}, {"33", "'c'"}, {"22222", "'b'"}}));
  EXPECT_EQ(choose_tests(samples, 4).size(), 4U);
  EXPECT_TRUE(choose_tests({}, 4).empty());
}

TEST(TestOfTest, TextIsComparedByEqualityNumbersWithTheirTypes) {
  EXPECT_EQ(test_of(std::vector<Sample>{{"1, a=2", "['x', None, b'2', ()]"}}),
            "def check(candidate):\n    assert candidate(1, a=2) == ['x', None, b'2', ()]\n");
  const std::string numbers = test_of(std::vector<Sample>{{"1", "'1'"}, {"2", "[2]"}});
  EXPECT_NE(numbers.find("    assert candidate(1) == '1'\n    assert same(candidate(2), [2])\n"),
            std::string::npos);
  EXPECT_TRUE(numbers.starts_with("import math\n"));
}

TEST(JudgedTest, JournalsKeepIt) {
  const Judged judged{.outcome = TraceOutcome::trivial, .tests = {{"1", "2"}}};
  const auto back = judged_from_json(to_json(judged), "w");
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back.value().outcome, judged.outcome);
  EXPECT_EQ(back.value().tests, judged.tests);
  EXPECT_EQ(judged_from_json({{"outcome", 9}, {"tests", Json::array()}}, "w").error().code(),
            ErrorCode::invalid_data);
  EXPECT_EQ(judged_from_json({{"outcome", 1}, {"tests", {1}}}, "w").error().code(),
            ErrorCode::invalid_data);
}

}  // namespace
}  // namespace scribe::trace
