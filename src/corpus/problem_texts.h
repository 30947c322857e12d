// Reads what a document must not hold from the problem files of several benchmarks.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"

namespace scribe {

/// The texts of one problem.
struct ProblemTexts {
  std::string task_id;
  std::vector<std::string> descriptions;  ///< docstrings or comments, as written
  std::string solution;                   ///< the body, or a whole function; empty if unknown
  std::string program;                    ///< Python that holds the solution's function, or empty
};

/// Takes a line of any of these forms; tests are left out:
///
/// - HumanEval, EvalPlus's HumanEval+ and MBPP+, our own files: task_id, prompt, and perhaps
///   canonical_solution;
/// - HumanEval infilling: the same with suffix, the solution being only what is missing between;
/// - MBPP: task_id, text, and perhaps code;
/// - MultiPL-E: name, language, prompt.
///
/// A description ends at its first ">>>" or line that begins with "assert" if what comes before is,
/// normalised, of at least `match_bytes_min` bytes. Errors: invalid_data (where, field).
Result<ProblemTexts> read_problem_texts(const Json& problem, const std::string& where,
                                        std::size_t match_bytes_min);

/// Calls visit(texts) for each line of a .jsonl or .jsonl.gz file that is not blank. Values beyond
/// JSON, such as the Infinity of EvalPlus's inputs, do no harm. Errors: not_found, io, invalid_data
/// (path, line, field; a file without problems), limit_exceeded.
Status for_each_problem(Env& env, const std::string& path, std::size_t match_bytes_min,
                        const std::function<void(const ProblemTexts& texts)>& visit);

}  // namespace scribe
