// From a problem's tests and form to a job's.
#include "evaluate/program_form.h"

#include "evaluate/python_definition.h"

namespace scribe {

SuiteText tests_of(const Problem& problem) {
  if (problem.form != ProblemForm::calls || problem.expected_from_solution ||
      problem.entry_point.empty() || !defines_name(problem.prompt, problem.entry_point))
    return problem.test;
  const std::string_view before = before_definition(problem.prompt, problem.entry_point);
  const std::string functions = functions_named_in(problem.test, before);
  return functions.empty() ? problem.test : functions + "\n" + problem.test;
}

void set_program_form(const Problem& problem, std::string_view completion, SandboxJob& job) {
  if (problem.form == ProblemForm::calls) return;
  job.language = problem.language;
  job.form = problem.form == ProblemForm::stdio ? TestForm::stdio : TestForm::own_exit;
  if (problem.form == ProblemForm::stdio) job.candidate = completion;
}

}  // namespace scribe
