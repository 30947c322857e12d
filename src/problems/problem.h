// A programming problem in the form of HumanEval.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"

namespace scribe {

/// How tests and program meet: as in the sandbox's TestForm.
enum class ProblemForm {
  calls,     ///< the tests call the entry point, as in HumanEval
  own_exit,  ///< the tests stand behind the completion in one program, as in MultiPL-E
  stdio,     ///< the completion is a whole program that reads inputs and prints answers
};

/// One line of a problem file. The program that is judged is prompt + completion.
struct Problem {
  std::string task_id;
  std::string prompt;              ///< imports, signature and docstring, ends with a newline
  std::string entry_point;         ///< the function that the tests call
  std::string canonical_solution;  ///< a body that passes the tests
  std::string test;                ///< defines check(candidate); "" where a problem has no tests
  int blocks = 0;                  ///< chain problems: number of chained components; else 0
  ProblemForm form = ProblemForm::calls;
  std::string language = {};                   ///< of other forms than calls: "cpp", "go_test.go"
  std::vector<std::string> stop_strings = {};  ///< that the problem asks for; else the default
};

/// Reads a .jsonl or .jsonl.gz file; keys as in HumanEval, unknown keys are ignored. Lines in the
/// layouts of program_problems.h are recognised.
/// Errors: not_found, io, invalid_data ("path:line: field ..."; a task_id given twice).
Result<std::vector<Problem>> load_problems(Env& env, const std::string& path);

/// Writes HumanEval's five keys in its order (and "blocks" for chains), atomically.
Status save_problems(Env& env, const std::string& path, const std::vector<Problem>& problems);

}  // namespace scribe
