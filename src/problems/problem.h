// A programming problem in the form of HumanEval.
#pragma once

#include <string>
#include <string_view>
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

/// One line of a problem file.
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
  std::string suffix = {};  ///< infilling problems: what follows the completion; else ""
  /// Standard input and output: the cases that the text shows, as a JSON list of {input, output};
  /// "" if none are known. They are told apart so that samples may be filtered by them.
  std::string public_cases = {};
  /// `test` compares with what canonical_solution returns, which it has to be told: see evalplus.h.
  bool expected_from_solution = false;
};

/// The program that is judged, as human-eval and human-eval-infilling build it: prompt, completion
/// and suffix in a row, with nothing between them.
std::string judged_program(const Problem& problem, std::string_view completion);

/// Reads a .jsonl or .jsonl.gz file; keys as in HumanEval, unknown keys are ignored. Lines with
/// EvalPlus's keys (evalplus.h) or in the layouts of program_problems.h are recognised.
/// Errors: not_found, io, invalid_data ("path:line: field ..."; a task_id given twice).
Result<std::vector<Problem>> load_problems(Env& env, const std::string& path);

/// A line of a problem file, as save_problems() writes it.
Json problem_to_json(const Problem& problem);

/// Writes HumanEval's five keys in its order (and "blocks", "suffix" and
/// "expected_from_solution" where there are any), atomically.
Status save_problems(Env& env, const std::string& path, const std::vector<Problem>& problems);

}  // namespace scribe
