// EvalPlus's rules of comparison, as the sandbox's tester applies them.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "evaluate/expected_outputs.h"
#include "problems/evalplus.h"

namespace scribe {
namespace {

class EvalplusJudgingTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto workers = real_sandbox_workers();
    if (!workers.ok()) GTEST_SKIP() << "no sandbox here: " << workers.error().message();
  }

  /// A problem with `solution` as what is right; inputs as JSON.
  static Problem problem(const std::string& task_id, const std::string& name,
                         const std::string& solution, const std::string& base,
                         const std::string& plus = "[]", const std::string& atol = "0") {
    std::string line = to_json_line({{"task_id", task_id},
                                     {"prompt", ""},
                                     {"entry_point", name},
                                     {"canonical_solution", solution}});
    line.pop_back();
    line += fmt::format(R"(, "base_input": {}, "plus_input": {}, "atol": {}{}}})", base, plus, atol,
                        task_id.starts_with("Mbpp") ? R"(, "assertion": "")" : "");
    auto read = problem_from_evalplus(line, "line");
    EXPECT_TRUE(read.ok()) << read.error().message();
    return std::move(read).value();
  }

  /// "pass plus", "wrong base: f(1) returned ..." for each program.
  std::vector<std::string> judged(const Problem& problem,
                                  const std::vector<std::string>& programs) {
    std::vector<SandboxJob> jobs;
    for (const std::string& program : programs)
      jobs.push_back({.candidate = program,
                      .tests = problem.test,
                      .entry_point = problem.entry_point,
                      .limits = {.cpu_seconds = 3, .wall_seconds = 60}});
    const SandboxWorkerFactory start = real_sandbox_workers().value().start;
    EXPECT_TRUE(add_expected_outputs(Env::real(), stop_, std::span(&problem, 1), jobs,
                                     {.cache_directory = "", .start_worker = start, .workers = 1})
                    .ok());
    std::vector<std::string> texts(programs.size());
    EXPECT_TRUE(judge(jobs, start, 1, stop_, [&](std::size_t index, const Verdict& verdict) {
                  texts[index] = std::string(name_of(verdict.kind)) + " " + verdict.part +
                                 (verdict.detail.empty() ? "" : ": " + verdict.detail);
                  return Status();
                }).ok());
    return texts;
  }

  StopToken stop_;
};

using Texts = std::vector<std::string>;

TEST_F(EvalplusJudgingTest, BaseInputsComeFirstAndTheFailingCallIsNamed) {
  const Problem adds =
      problem("HumanEval/1", "f", "def f(a, b): return a + b", "[[1, 2]]", "[[2, 2], [3, 10]]");
  EXPECT_EQ(
      judged(adds, {"def f(a, b): return b + a", "def f(a, b): return a * b",
                    "def f(a, b): return a + b if b < 9 else None", "def f(a, b): return a / 0",
                    "def f(a, b): return a + b if b < 9 else a.x", "def f("}),
      (Texts{"pass plus", "wrong base: f(1, 2) returned 2, expected 3",
             "wrong plus: f(3, 10) returned None, expected 13",
             "exception base: ZeroDivisionError: division by zero",
             "exception plus: AttributeError: 'int' object has no attribute 'x'",
             "syntax : SyntaxError: '(' was never closed (<candidate>, line 1)"}));
}

// Once a float was expected, 1e-6 holds for integers as well; before, nothing but == does.
TEST_F(EvalplusJudgingTest, TheToleranceOfFloatsStaysForThePart) {
  const std::string solution = "def f(x): return x";
  const std::string off = "def f(x): return x + 1e-9 if x != 7 else 8";
  EXPECT_EQ(judged(problem("HumanEval/1", "f", solution, "[[1.5], [2.5]]"), {off})[0], "pass plus");
  EXPECT_EQ(judged(problem("HumanEval/1", "f", solution, "[[3]]"), {off})[0],
            "wrong base: f(3) returned 3.000000001, expected 3");
  const std::string near = "def f(x): return x + 1 if x == 100000000 else x";
  EXPECT_EQ(judged(problem("HumanEval/1", "f", solution, "[[1.5], [100000000]]"), {near})[0],
            "pass plus");  // 1 <= 1e-6 + 1e-7 * 1e8.
  EXPECT_EQ(judged(problem("HumanEval/1", "f", solution, "[[100000000], [1.5]]"), {near})[0],
            "wrong base: f(100000000) returned 100000001, expected 100000000");
  EXPECT_EQ(judged(problem("HumanEval/1", "f", solution, "[[1.5]]", "[[100000000]]"), {near})[0],
            "wrong plus: f(100000000) returned 100000001, expected 100000000");
}

TEST_F(EvalplusJudgingTest, WhatIsNearlyEqualHasTheSameTypeAndLength) {
  const Problem task =
      problem("HumanEval/2", "f", "def f(x): return [x, [x, x]]", "[[1.5]]", "[]", "1e-06");
  EXPECT_EQ(
      judged(task, {"def f(x): return [x + 1e-9, [x, x]]", "def f(x): return (x, [x, x])"}),
      (Texts{"wrong base: f(1.5) returned [1.500000001, [1.5, 1.5]], expected [1.5, [1.5, 1.5]]",
             "wrong base: f(1.5) returned (1.5, [1.5, 1.5]), expected [1.5, [1.5, 1.5]]"}));
  const Problem square =
      problem("HumanEval/2", "f", "def f(x): return [[x, x], [x, x]]", "[[1.5]]", "[]", "1e-06");
  EXPECT_EQ(
      judged(square, {"def f(x): return [[x + 1e-9, x], (x, x)]", "def f(x): return [[x], [x]]",
                      "def f(x): return [[x, x]]", "def f(x): return [[x, 'a'], [x, x]]"}),
      (Texts{"pass plus", "pass plus",  // numpy repeats one column.
             "wrong base: f(1.5) returned [[1.5, 1.5]], expected [[1.5, 1.5], [1.5, 1.5]]",
             "wrong base: f(1.5) returned [[1.5, 'a'], [1.5, 1.5]], expected [[1.5, 1.5], "
             "[1.5, 1.5]]"}));
}

TEST_F(EvalplusJudgingTest, TasksWithManyAnswersHaveTheirOwnRule) {
  const Problem root = problem("HumanEval/32", "find_zero", "def find_zero(xs): return 2.0",
                               "[[[-4, 0, 1, 0]]]", "[]", "0.0001");
  EXPECT_EQ(judged(root, {"def find_zero(xs): return -2", "def find_zero(xs): return 2.1",
                          "def find_zero(xs):\n xs[:] = [0]\n return 5"}),
            (Texts{"pass plus",
                   "wrong base: find_zero([-4, 0, 1, 0]) returned 2.1, expected another value",
                   "wrong base: find_zero([-4, 0, 1, 0]) returned 5, expected another value"}));
  const Problem sets =
      problem("Mbpp/2", "similar_elements",
              "def similar_elements(a, b): return tuple(set(a) & set(b))", "[[[1, 2, 3], [3, 2]]]");
  EXPECT_EQ(
      judged(sets, {"def similar_elements(a, b): return [3, 2, 2] if type(a) is tuple else []",
                    "def similar_elements(a, b): return 3",
                    "def similar_elements(a, b): return (x for x in (2, 3))"}),
      (Texts{"pass plus",
             "wrong base: similar_elements((1, 2, 3), (3, 2)) returned 3, expected another value",
             "pass plus"}));
  const Problem presence =
      problem("Mbpp/737", "check_str", "import re\ndef check_str(s): return re.search('^a', s)",
              R"([["ab"], ["ba"]])");
  EXPECT_EQ(
      judged(presence, {"import re\ndef check_str(s): return re.match('a', s)",
                        "def check_str(s): return s[0] == 'a'", "def check_str(s): return 'x'"}),
      (Texts{"pass plus", "pass plus",
             "wrong base: check_str('ba') returned 'x', expected another value"}));
}

TEST_F(EvalplusJudgingTest, ValuesTooLargeForAMessageAreComparedByDigest) {
  const Problem large = problem("HumanEval/1", "f", "def f(n): return [i / 2 for i in range(n)]",
                                "[[300000], [3000]]");
  EXPECT_EQ(judged(large, {"def f(n): return [i // 2 if i % 2 == 0 else i / 2 for i in range(n)]",
                           "def f(n): return [i / 2 for i in range(n - 1)] + [0.0]"}),
            (Texts{"pass plus",
                   "wrong base: f(300000) returned <a value too large to show>, expected another "
                   "value"}));
}

TEST_F(EvalplusJudgingTest, AnObjectThatEqualsEverythingIsWrong) {
  const std::string sly =
      "class E:\n def __eq__(s, o): return True\n def __sub__(s, o): return 0\ndef f(x): return "
      "E()";
  EXPECT_EQ(
      judged(problem("HumanEval/1", "f", "def f(x): return x", "[[1.5]]", "[]", "1e-06"), {sly})[0],
      "wrong base: f(1.5) returned <object of type E>, expected 1.5");
}

}  // namespace
}  // namespace scribe
