// Problems of whole programs with what an experiment wants to know beside: public cases, level.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "problems/problem.h"

namespace scribe {

inline constexpr std::size_t kPublicCasesDefault = 3;  // As the paper has them.

struct ProgramProblem {
  Problem problem;
  Json public_cases;  ///< a list of {input, output}: the examples that the statement shows
  std::string level;  ///< APPS's "difficulty"; "" where a file has none
};

/// Reads a file in one of the layouts of standard input and output (program_problems.h).
///
/// Public are the cases of Problem::public_cases, else the first kPublicCasesDefault.
///
/// Errors: not_found, io; invalid_data for bad lines, other forms and task ids given twice.
Result<std::vector<ProgramProblem>> load_program_problems(Env& env, const std::string& path);

/// The same problem with its public cases as the only tests; nothing if it has none.
std::optional<Problem> with_public_tests(const ProgramProblem& program);

/// The prompt of a Python program: the statement as a docstring, with one public case below it that
/// shows the format of input and output ("1-shot", section 3.5).
std::string one_shot_prompt(const ProgramProblem& program);

}  // namespace scribe
