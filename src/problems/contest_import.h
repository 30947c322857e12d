// Lines of APPS and CodeContests with what problem files do not hold: solutions, also wrong ones.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "problems/problem.h"

namespace scribe {

constexpr std::size_t kPublicCasesMax = 3;  ///< taken out of a text, as Chen et al. 2021 used

struct ContestProblem {
  Problem problem;
  std::vector<std::string> solutions;  ///< whole programs in the problem's language
  std::vector<std::string> incorrect;
  std::string calls;  ///< of problems of calls: the text {fn_name, inputs, outputs}
};

struct ContestSet {
  std::vector<ContestProblem> problems;
  std::vector<std::string> malformed;  ///< a message for each line that was left out
};

/// Reads .jsonl files in the layouts of program_problems.h with these further keys: `solutions` and
/// `incorrect_solutions`, as a list, as a JSON text of one (APPS), or as {language, solution} with
/// CodeContests's numbers of languages. APPS's public cases are looked for in the question.
///
/// A malformed line is an error, or with `keep_going` a message in `malformed`.
/// Errors: not_found, io; invalid_data for such a line, a task given twice, or no problem at all.
Result<ContestSet> load_contest_problems(Env& env, const std::vector<std::string>& paths,
                                         bool keep_going);

/// The examples that a statement shows below "-----Sample Input-----" and "-----Sample
/// Output-----", or below "Input" and "Output" in a section of examples: a list of {input, output}
/// with at most kPublicCasesMax.
Json public_cases_in_text(std::string_view text);

/// The prompt as a model of Python is asked for a program: the statement as a module's docstring,
/// with one_shot and the first public case at its end, to show the format. Problems of calls stay
/// as they are. False if one_shot found no case.
bool set_contest_prompt(bool one_shot, Problem& problem);

}  // namespace scribe
