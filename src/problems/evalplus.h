// HumanEval+ and MBPP+ in EvalPlus's own files: inputs, and a solution that says what is right.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "problems/problem.h"

namespace scribe {

/// Does this line of a problem file have EvalPlus's keys (`base_input` and `plus_input`)? Looks at
/// the text only.
bool has_evalplus_keys(std::string_view line);

/// Reads such a line. The problem's `test` is a suite over both lists of inputs that judges as
/// EvalPlus does (docs/formats/problems.md says how), and expected_from_solution is set: what the
/// canonical solution returns has to be added to the suite before it can judge.
///
/// Errors: invalid_data.
Result<Problem> problem_from_evalplus(std::string_view line, const std::string& where);

/// The suite of a problem with expected_from_solution that hands over, by scribe.report(), what the
/// program under test returns. The program has to be the canonical solution.
std::string recording_suite(const Problem& problem);

/// The suite of such a problem that judges; `recorded` is what its recording suite handed over.
std::string judging_suite(const Problem& problem, std::string_view recorded);

}  // namespace scribe
