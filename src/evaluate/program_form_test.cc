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
