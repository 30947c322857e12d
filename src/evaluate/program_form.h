// What of a problem becomes part of a job of the sandbox: its tests and its form.
#pragma once

#include <string_view>

#include "problems/problem.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// The problem's tests as a job holds them. Where they name a function that the prompt defines
/// before the entry point (HumanEval/32, 38 and 50: poly, encode_cyclic, encode_shift), they come
/// with the prompt's own, since a program may define it anew so that any answer is right. As
/// functions_named_in() says, this leaves out functions that need a class or a global of the
/// prompt: what those make has to be the program's own.
SuiteText tests_of(const Problem& problem);

/// Sets form and language of a job; where the answer is a whole program, the prompt (a text for
/// people) is no part of the candidate. Changes nothing for ProblemForm::calls.
void set_program_form(const Problem& problem, std::string_view completion, SandboxJob& job);

}  // namespace scribe
