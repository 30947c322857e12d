// Moves a prompt's docstring behind the code.
#include "problems/back_translation.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <vector>

#include "problems/python_lines.h"

namespace scribe {
namespace {

bool is_text(const PythonLine& line) {
  return !line.tokens.empty() && std::ranges::all_of(line.tokens, [](const PythonLineToken& token) {
    return token.kind == PythonLineTokenKind::string;
  });
}

}  // namespace

Result<BackTranslation> back_translation(const Problem& problem, std::string_view completion) {
  if (problem.form != ProblemForm::calls)
    return error(ErrorCode::unsupported,
                 "task '{}' is of another form than a Python function with a docstring",
                 problem.task_id);
  const std::optional<std::vector<PythonLine>> lines = python_lines(problem.prompt);
  if (!lines)
    return error(ErrorCode::invalid_data,
                 "task '{}': the prompt does not lex as Python 3, so its docstring is not found",
                 problem.task_id);
  const auto reversed = std::views::reverse(*lines);
  const auto docstring = std::ranges::find_if(reversed, is_text);
  if (docstring == reversed.end())
    return error(ErrorCode::invalid_data, "task '{}': the prompt has no docstring",
                 problem.task_id);
  BackTranslation back;
  back.docstring = problem.prompt.substr(docstring->begin, docstring->end - docstring->begin);
  const std::string program = judged_program(problem, completion);
  back.code = program.substr(0, docstring->begin) + program.substr(docstring->end);
  if (!back.code.ends_with('\n')) back.code += '\n';
  return back;
}

}  // namespace scribe
