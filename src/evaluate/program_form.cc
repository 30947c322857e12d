// From a problem's form to a job's.
#include "evaluate/program_form.h"

namespace scribe {

void set_program_form(const Problem& problem, std::string_view completion, SandboxJob& job) {
  if (problem.form == ProblemForm::calls) return;
  job.language = problem.language;
  job.form = problem.form == ProblemForm::stdio ? TestForm::stdio : TestForm::own_exit;
  if (problem.form == ProblemForm::stdio) job.candidate = completion;
}

}  // namespace scribe
