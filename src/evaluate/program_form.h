// Problems of other forms than HumanEval's, as jobs of the sandbox.
#pragma once

#include <string_view>

#include "problems/problem.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// Sets form and language of a job; where the answer is a whole program, the prompt (a text for
/// people) is no part of the candidate. Changes nothing for ProblemForm::calls.
void set_program_form(const Problem& problem, std::string_view completion, SandboxJob& job);

}  // namespace scribe
