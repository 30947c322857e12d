// Tests of jobs for problems whose answer is a program.
#include "evaluate/program_form.h"

#include <gtest/gtest.h>

#include "evaluate/samples_to_judge.h"

namespace scribe {
namespace {

TEST(ProgramFormTest, OnlyProgramsThatReadAndPrintStandWithoutTheirPrompt) {
  Problem problem{.task_id = "t",
                  .prompt = "Add two numbers.\n",
                  .entry_point = "",
                  .canonical_solution = "",
                  .test = "",
                  .form = ProblemForm::stdio,
                  .language = "cpp"};
  SandboxJob job;
  job.candidate = problem.prompt + "int main";
  set_program_form(problem, "int main", job);
  EXPECT_EQ(job.form, TestForm::stdio);
  EXPECT_EQ(job.language, "cpp");
  EXPECT_EQ(job.candidate, "int main");

  problem.form = ProblemForm::own_exit;
  job.candidate = "prompt and completion";
  set_program_form(problem, "completion", job);
  EXPECT_EQ(job.form, TestForm::own_exit);
  EXPECT_EQ(job.candidate, "prompt and completion");

  problem.form = ProblemForm::calls;
  job = {};
  set_program_form(problem, "completion", job);
  EXPECT_EQ(job.form, TestForm::calls);
  EXPECT_EQ(job.language, "");
}

/// A problem with helpers, as HumanEval/32 is.
Problem with_helpers(const std::string& helpers, const std::string& test) {
  return {.task_id = "t",
          .prompt = helpers + "def f(x):\n",
          .entry_point = "f",
          .canonical_solution = "",
          .test = test};
}

TEST(ProgramFormTest, TestsComeWithTheFunctionsOfThePromptThatTheyName) {
  const std::string test = "def check(candidate):\n    assert g(candidate(1)) == 0\n";
  const std::string helpers =
      "from __future__ import annotations\nimport json\nfrom math import *\nimport re\n\n"
      "def h(x):\n    return re.sub('a', '', x)\n\n"
      "def unused():\n    return json\n\n"
      "def g(x):\n    return h(x)\n\n\n";
  EXPECT_EQ(std::string_view(tests_of(with_helpers(helpers, test))),
            "from __future__ import annotations\nfrom math import *\nimport re\n"
            "def h(x):\n    return re.sub('a', '', x)\n"
            "def g(x):\n    return h(x)\n\n" +
                test);
}

TEST(ProgramFormTest, OtherTestsStayAsTheyAre) {
  const std::string test = "def check(candidate):\n    assert g(candidate(1)) == 0 or f\n";
  for (const char* const helpers : {
           "", "import g\n",
           "def gg(x):\n    return x\n",                       // Nothing names it.
           "class g:\n    pass\n",                             // The program makes its objects.
           "class P:\n    pass\ndef g(x):\n    return P()\n",  // As here.
           "seen = []\ndef g(x):\n    return seen\n",          // State of the program.
           "count = 0\ndef g(x):\n    global count\n    count += 1\n",
           "def g(x):\n    return '\n",  // No Python.
       })
    EXPECT_EQ(std::string_view(tests_of(with_helpers(helpers, test))), test) << helpers;
  Problem elsewhere = with_helpers("def g(x):\n    return x\n", test);
  elsewhere.entry_point = "another";  // The prompt is not of the known form.
  EXPECT_EQ(std::string_view(tests_of(elsewhere)), test);
}

TEST(ProgramFormTest, LanguageAndFormArePartOfAProgramsIdentity) {
  const Problem problem;
  SandboxJob job;
  job.form = TestForm::stdio;
  job.language = "cpp";
  const std::string key = program_key(problem, job);
  job.language = "rs";
  EXPECT_NE(program_key(problem, job), key);
  job.language = "cpp";
  job.form = TestForm::own_exit;
  EXPECT_NE(program_key(problem, job), key);
}

}  // namespace
}  // namespace scribe
