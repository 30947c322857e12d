// How an exercise is written down: signature, docstring, where imports stand.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/philox.h"
#include "exercises/draft.h"
#include "problems/problem.h"

namespace scribe {

/// A call and what it returns, as literals.
struct ExerciseExample {
  std::string arguments;
  std::string output;
};

/// Fills prompt, entry point and canonical solution. Annotations (none, typing's, modern), the
/// docstring's style (plain, with examples, Google's, reStructuredText) and the way the first
/// sentence begins are drawn; with no examples given none are shown.
Problem present(const Draft& draft, std::span<const ExerciseExample> examples,
                PhiloxStream& random);

/// The least that can run: imports, signature without annotations, and a body.
std::string plain_program(const Draft& draft, const std::string& body);

/// "list[int]" -> "List[int]", "int | None" -> "Optional[int]".
std::string typing_annotation(const std::string& modern);

/// Breaks at spaces; a newline in the text stays, and what follows "- " or "1. " hangs.
std::string wrapped(const std::string& text, std::size_t width, const std::string& indent);

}  // namespace scribe
