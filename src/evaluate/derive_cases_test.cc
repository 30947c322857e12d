// Tests of derived cases in the real sandbox: whole programs, functions, methods.
#include "evaluate/derive_cases.h"

#include <gtest/gtest.h>

#include "evaluate/testing/contest_test_case.h"

namespace scribe {
namespace {

class DeriveCasesTest : public ContestTest {
 protected:
  /// Derives cases for one problem; checks_ and problems_ are what became of it.
  DerivedCases derive(const Json& line, std::vector<std::string> solutions,
                      std::vector<std::string> incorrect) {
    load(line, std::move(solutions), std::move(incorrect));
    auto checks = check_solutions(env_, stop_, problems_, options_);
    EXPECT_TRUE(checks.ok()) << checks.error().message();
    checks_ = std::move(checks).value();
    const auto derived =
        derive_cases(env_, stop_, {.cases_max = cases_max_, .run = options_}, problems_, checks_);
    EXPECT_TRUE(derived.ok()) << derived.error().message();
    return derived.value()[0];
  }

  /// On the tests that are there now.
  std::pair<std::int64_t, std::int64_t> passes_now() {
    const auto checks = check_solutions(env_, stop_, problems_, options_);
    EXPECT_TRUE(checks.ok()) << checks.error().message();
    return passes(checks.value()[0]);
  }

  static Json printed(const Json& cases) {
    return {{"task_id", "t"}, {"prompt", "Twice."}, {"cases", cases}};
  }

  std::size_t cases_max_ = 8;
  std::vector<SolutionsCheck> checks_;
};

const std::vector<std::string> kTwice{"print(int(input()) * 2)\n",
                                      "x = int(input())\nprint(x + x)"};

TEST_F(DeriveCasesTest, ProgramsThatTheTestsMissAreCaught) {
  const Json line =
      printed({{{"input", "2\n"}, {"output", "4\n"}}, {{"input", "9\n"}, {"output", "18\n"}}});
  const std::string square_below_9 = "x = int(input())\nprint(x * 2 if x in (2, 9) else x * x)\n";
  const DerivedCases derived = derive(line, kTwice, {square_below_9, "print(5)\n"});
  EXPECT_TRUE(derived.possible);
  EXPECT_EQ(derived.added, 8);
  EXPECT_GE(derived.agreed, derived.added);
  EXPECT_TRUE(checks_[0].incorrect_passed.empty());
  EXPECT_EQ(passes_now(), std::pair(2L, 0L));
  const Json tests = parse_json(problems_[0].problem.test, "t").value();
  ASSERT_EQ(tests["cases"].size(), 10U);
  EXPECT_EQ(tests["cases"][0]["input"], "2\n");  // Those given stay, and stand first.
  for (const Json& one : tests["cases"])
    EXPECT_EQ(std::stoi(one["output"].get<std::string>()),
              2 * std::stoi(one["input"].get<std::string>()));
}

TEST_F(DeriveCasesTest, AnInputThatCatchesAWrongProgramIsChosenFirst) {
  const Json line =
      printed({{{"input", "0\n"}, {"output", "0\n"}}, {{"input", "1000\n"}, {"output", "2000\n"}}});
  cases_max_ = 1;
  const DerivedCases derived =
      derive(line, kTwice, {"x = int(input())\nprint(x + x + (x == 1))\n"});
  EXPECT_EQ(derived.added, 1);
  EXPECT_EQ(passes_now(), std::pair(2L, 0L)) << problems_[0].problem.test;
}

TEST_F(DeriveCasesTest, RightSolutionsMustAgreeAndEnd) {
  const Json line =
      printed({{{"input", "2\n"}, {"output", "4\n"}}, {{"input", "9\n"}, {"output", "18\n"}}});
  DerivedCases derived =
      derive(line, {kTwice[0], "x = int(input())\nprint(2 * x if x in (2, 9) else 0)\n"}, {});
  EXPECT_GT(derived.inputs, 0);
  EXPECT_EQ(derived.agreed, 0);
  EXPECT_EQ(derived.added, 0);
  derived = derive(line, {kTwice[0], "x = int(input())\nassert x in (2, 9)\nprint(2 * x)\n"}, {});
  EXPECT_EQ(derived.inputs, 0);
  EXPECT_EQ(parse_json(problems_[0].problem.test, "t").value()["cases"].size(), 2U);
}

TEST_F(DeriveCasesTest, OneSolutionAndManyAnswersGiveNothing) {
  const Json cases = {{{"input", "2\n"}, {"output", "4\n"}}};
  EXPECT_FALSE(derive(printed(cases), {kTwice[0]}, {}).possible);
  Json checked = printed(cases);
  checked["checker"] = "def check(input, output, expected):\n    return True\n";
  EXPECT_FALSE(derive(checked, kTwice, {}).possible);
}

TEST_F(DeriveCasesTest, FunctionsAreCalledWithChangedArguments) {
  const Json line = calls(R"({"fn_name": "f", "inputs": [[[1, 2], 100000000000000000000000]],)"
                          R"( "outputs": [[2, 100000000000000000000001]]})");
  const std::string right = "def f(items, x):\n    return len(items), x + 1\n";
  const std::string other = "def f(items, x):\n    return [sum(1 for _ in items), 1 + x]\n";
  const std::string wrong = "def f(items, x):\n    return 2, x + 1\n";
  const DerivedCases derived = derive(line, {right, other}, {wrong});
  EXPECT_GT(derived.added, 0);
  EXPECT_TRUE(checks_[0].incorrect_passed.empty());
  EXPECT_EQ(passes_now(), std::pair(2L, 0L)) << problems_[0].problem.test;
}

TEST_F(DeriveCasesTest, MethodsAreCalledOnNewSolutions) {
  const std::string starter = "class Solution:\n    def f(self, x: List[int]) -> float:\n        ";
  const std::string imports = "from typing import List\n";
  const Json line =
      calls(R"({"fn_name": "f", "inputs": [[[1, 2, 5]]], "outputs": [4.0]})", starter);
  const DerivedCases derived = derive(line,
                                      {imports + starter + "return sum(x) / 2\n",
                                       imports + starter + "return sum(y * 0.5 for y in x)\n"},
                                      {imports + starter + "return 4\n"});
  EXPECT_GT(derived.added, 0);
  EXPECT_EQ(passes_now(), std::pair(2L, 0L)) << problems_[0].problem.test;
}

TEST_F(DeriveCasesTest, AFunctionThatNeverEndsIsNoEvidence) {
  options_.limits = {.cpu_seconds = 0.5, .wall_seconds = 5};
  const Json line = calls(R"({"fn_name": "f", "inputs": [[3]], "outputs": [3]})");
  const std::string right = "def f(x):\n    return x\n";
  const std::string endless = "def f(x):\n    while x != 3:\n        pass\n    return x\n";
  EXPECT_EQ(derive(line, {right, endless}, {}).added, 0);
  EXPECT_GT(derive(line, {right, right + "\n"}, {endless}).added, 0);
  EXPECT_EQ(checks_[0].incorrect_passed.size(), 1U);  // Not known to be caught, though it is.
}

/// Programs that answer every input with its own text, until one that breaks the sandbox.
class EchoWorker : public SandboxWorker {
 public:
  Result<Verdict> run(const SandboxJob& job) override {
    if (job.candidate == "break") return error(ErrorCode::internal, "broken");
    Json runs = Json::array();
    const Json tests = parse_json(job.tests, "tests").value();
    for (const Json& one : tests["cases"])
      runs.push_back({{"exit_code", 0}, {"output", one["input"]}});
    Verdict verdict;
    verdict.kind = VerdictKind::pass;
    verdict.report = to_json_line({{"runs", runs}});
    return verdict;
  }
};

TEST_F(DeriveCasesTest, ReportsAreDoneWithBeforeThoseOfLaterProblemsCome) {
  load(printed({{{"input", "2\n"}, {"output", "2\n"}}}), {"a", "b"}, {});
  problems_.resize(kProblemsDerivedAtOnce + 1, problems_[0]);
  problems_.back().solutions = {"a", "break"};
  SolutionsCheck check;
  check.solutions_passed = {0, 1};
  checks_.assign(problems_.size(), check);
  options_.sandbox.start = []() -> Result<std::unique_ptr<SandboxWorker>> {
    return std::unique_ptr<SandboxWorker>(std::make_unique<EchoWorker>());
  };
  EXPECT_FALSE(
      derive_cases(env_, stop_, {.cases_max = 3, .run = options_}, problems_, checks_).ok());
  const auto cases = [](const ContestProblem& problem) {
    return parse_json(problem.problem.test, "t").value()["cases"].size();
  };
  EXPECT_GT(cases(problems_[0]), 1U);
  EXPECT_GT(cases(problems_[kProblemsDerivedAtOnce - 1]), 1U);
  EXPECT_EQ(cases(problems_.back()), 1U);
}

TEST_F(DeriveCasesTest, OptionsAreBounded) {
  for (const std::size_t cases_max : {std::size_t{0}, kDerivedCasesMax + 1})
    EXPECT_EQ(derive_cases(env_, stop_, {.cases_max = cases_max, .run = {}}, problems_, checks_)
                  .error()
                  .code(),
              ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe
