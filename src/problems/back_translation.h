// Asks the way back: the docstring of a problem, given the code.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "problems/problem.h"

namespace scribe {

/// What a model that writes docstrings is given, and what it should say: Codex-D (Chen et al. 2021,
/// section 5) sees the signature and the solution, then the docstring.
struct BackTranslation {
  std::string code;       ///< judged_program() without the docstring; ends with a newline
  std::string docstring;  ///< its lines as they stand in the prompt, quotes and indent included
};

/// The docstring is the last statement of the prompt that is made of string literals alone.
/// Errors, naming the problem: unsupported (not a Python function), invalid_data (the prompt does
/// not lex as Python 3 or has no such statement).
Result<BackTranslation> back_translation(const Problem& problem, std::string_view completion);

}  // namespace scribe
