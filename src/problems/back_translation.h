// Asks the way back: the docstring of a problem, given the code.
#pragma once

#include <optional>
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

/// The problem of writing the docstring: the prompt is `code` of the canonical solution, the
/// solution is the docstring. A model is trained, sampled and scored on the same two texts. It has
/// no tests. Errors: those of back_translation(); invalid_data without a canonical solution.
Result<Problem> docstring_problem(const Problem& problem);

/// The docstring with which a sampled text begins, with quotes and indent, ended by a newline; what
/// stands behind it is left out. Nothing if the text begins otherwise or the docstring has no end.
std::optional<std::string> leading_docstring(std::string_view text);

/// The problem with another docstring, which gets the indent of the old one, in place of its own;
/// its tests are the same: do programs written from that docstring pass them?
/// Errors: those of back_translation().
Result<Problem> with_docstring(const Problem& problem, std::string_view docstring);

}  // namespace scribe
