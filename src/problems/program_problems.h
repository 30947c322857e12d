// Problems whose answer is a whole program, in any language: MultiPL-E, and standard input/output.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "problems/problem.h"

namespace scribe {

/// Is this line in one of the layouts below, and not in that of HumanEval?
bool is_program_problem(const Json& value);

/// Reads one line of a problem file. The layouts, told apart by their keys, are
/// - MultiPL-E: name, language, prompt, tests, stop_tokens;
/// - our own: task_id, prompt, language, cases [{input, output}], comparison, tolerance, checker;
/// - as in APPS: problem_id, question, input_output, itself a JSON text {inputs, outputs}; with
///   fn_name it becomes a problem of calls, see apps_calls.h;
/// - as in CodeContests: name, description, public_tests, private_tests, generated_tests, each
///   {input [], output []}. What public_tests holds is public_cases, too.
/// Errors: invalid_data "where: field ...".
Result<Problem> problem_from_program_json(const Json& value, const std::string& where);

/// The line of MultiPL-E's or of our own layout that reads as this problem.
Json program_problem_to_json(const Problem& problem);

}  // namespace scribe
