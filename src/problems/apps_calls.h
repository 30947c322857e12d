// Problems of APPS whose tests call a function, as problems of HumanEval's kind.
#pragma once

#include <span>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "problems/problem.h"

namespace scribe {

/// Makes such a problem out of a line with `question`, `starter_code` (may be missing) and the text
/// of its `input_output`, which `pairs` is: {fn_name, inputs: argument lists, outputs: values}.
///
/// The prompt is the question as a module's docstring and the starter code behind it. Where that
/// defines a class Solution the tests call `Solution().fn_name`, else `fn_name` of the module. A
/// value is right if it equals the expected one, or the only element of an expected list; tuples
/// equal lists, and floats may differ by 1e-6 of their size.
///
/// Errors: invalid_data "where: ...".
Result<Problem> problem_from_apps_calls(const Json& value, const Json& pairs,
                                        const std::string& pairs_text, const std::string& where);

/// The tests of such a problem, whose entry point is Solution or fn_name: the cases of these texts
/// of {inputs, outputs}, one after the other.
std::string apps_calls_test(std::span<const std::string> texts, const std::string& fn_name,
                            const std::string& entry_point);

/// What the tests call, in Python, where `candidate` is the entry point.
std::string apps_calls_target(const std::string& fn_name, const std::string& entry_point);

}  // namespace scribe
