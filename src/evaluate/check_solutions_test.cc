// Tests of given solutions in the real sandbox: calls of functions and methods, whole programs.
#include "evaluate/check_solutions.h"

#include <gtest/gtest.h>

#include "evaluate/testing/contest_test_case.h"

namespace scribe {
namespace {

class CheckSolutionsTest : public ContestTest {
 protected:
  /// Of one problem.
  std::pair<std::int64_t, std::int64_t> check(const Json& line, std::vector<std::string> solutions,
                                              std::vector<std::string> incorrect) {
    load(line, std::move(solutions), std::move(incorrect));
    const auto checks = check_solutions(env_, stop_, problems_, options_);
    EXPECT_TRUE(checks.ok()) << checks.error().message();
    return passes(checks.value()[0]);
  }
};

TEST_F(CheckSolutionsTest, AFunctionIsCalledWithItsArguments) {
  const Json line =
      calls(R"({"fn_name": "f", "inputs": [[1, 2], [10, 20]], "outputs": [3, [30]]})");
  EXPECT_EQ(check(line, {"def f(a, b):\n    return a + b\n"}, {"def f(a, b):\n    return 3\n"}),
            std::pair(1L, 0L));
  EXPECT_EQ(problems_[0].problem.canonical_solution, "def f(a, b):\n    return a + b\n");
  EXPECT_EQ(check(line,
                  {"def g(a, b):\n    return a + b\n", "def f(a, b):\n    return [a + b]\n",
                   "def f(a, b):\n    return float(a + b)\n"},
                  {}),
            std::pair(1L, 0L));  // A list of three is not 3; 3.0 is.
}

TEST_F(CheckSolutionsTest, TuplesAreListsAndNumbersMayBeLarge) {
  EXPECT_EQ(check(calls(R"({"fn_name": "f", "inputs": [[2]], "outputs": [[[4, {"k": [1]}]]]})"),
                  {"def f(x):\n    return (x * 2, {'k': (1,)})\n"}, {}),
            std::pair(1L, 0L));
  EXPECT_EQ(check(calls(R"({"fn_name": "f", "inputs": [[100000000000000000000000]],)"
                        R"( "outputs": [100000000000000000000001]})"),
                  {"def f(x):\n    return x + 1\n"}, {"def f(x):\n    return x\n"}),
            std::pair(1L, 0L));
}

TEST_F(CheckSolutionsTest, AMethodIsCalledOnANewSolution) {
  const std::string starter = "class Solution:\n    def f(self, x: List[int]) -> int:\n        ";
  const Json line =
      calls(R"({"fn_name": "f", "inputs": [[[1, 2]], [[3]]], "outputs": [3, 3]})", starter);
  const std::string imports = "from typing import List\n";
  EXPECT_EQ(check(line, {imports + starter + "return sum(x)\n"},
                  {imports + starter +
                   "self.n = getattr(self, 'n', 0) + sum(x)\n"
                   "        return self.n + 1\n"}),
            std::pair(1L, 0L));
  EXPECT_EQ(problems_[0].problem.canonical_solution, "return sum(x)\n");
}

TEST_F(CheckSolutionsTest, WholeProgramsReadAndPrint) {
  const Json line = {
      {"task_id", "t"}, {"prompt", "Twice."}, {"cases", {{{"input", "2\n"}, {"output", "4\n"}}}}};
  EXPECT_EQ(check(line, {"print(int(input()) * 2)\n"}, {"print(4)\n", "print(5)\n"}),
            std::pair(1L, 1L));  // One case does not tell 2 x from 4.
  EXPECT_EQ(problems_[0].problem.canonical_solution, "print(int(input()) * 2)\n");
  options_.solutions_max = 1;
  EXPECT_EQ(check(line, {"print(5)\n", "print(4)\n"}, {}), std::pair(0L, 0L));
}

}  // namespace
}  // namespace scribe
