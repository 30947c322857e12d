// Thirty small documented functions, each solved rightly and with one subtle slip.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "problems/problem.h"

namespace scribe {

/// A slip compiles and runs: an index off by one, or a character or operator that is another. It
/// fails some of the tests.
struct ContextFunction {
  std::string_view name;
  std::string_view prompt;  ///< signature and docstring
  std::string_view right;   ///< bodies
  std::string_view wrong;
  std::string_view asserts;  ///< of candidate, indented: the body of check(candidate)
};

/// The two halves of the list.
std::span<const ContextFunction> context_functions();
std::span<const ContextFunction> more_context_functions();

/// All thirty, as problems with the right body as their solution; task_id is "context/NAME".
std::vector<Problem> context_problems();

}  // namespace scribe
