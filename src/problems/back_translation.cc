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

struct Place {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Where the docstring's lines stand in the prompt. Errors: as back_translation().
Result<Place> place_of_docstring(const Problem& problem) {
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
  return Place{docstring->begin, docstring->end};
}

/// Its quotes: three or one of a kind; "" if there are none.
std::string_view quotes_at(std::string_view text) {
  for (const std::string_view quotes : {R"(""")", "'''", "\"", "'"})
    if (text.starts_with(quotes)) return quotes;
  return "";
}

}  // namespace

Result<BackTranslation> back_translation(const Problem& problem, std::string_view completion) {
  SCRIBE_TRY_ASSIGN(const Place place, place_of_docstring(problem));
  BackTranslation back;
  back.docstring = problem.prompt.substr(place.begin, place.end - place.begin);
  const std::string program = judged_program(problem, completion);
  back.code = program.substr(0, place.begin) + program.substr(place.end);
  if (!back.code.ends_with('\n')) back.code += '\n';
  return back;
}

Result<Problem> docstring_problem(const Problem& problem) {
  if (problem.canonical_solution.empty())
    return error(ErrorCode::invalid_data, "task '{}' has no canonical solution to describe",
                 problem.task_id);
  SCRIBE_TRY_ASSIGN(const BackTranslation back,
                    back_translation(problem, problem.canonical_solution));
  return Problem{.task_id = problem.task_id,
                 .prompt = back.code,
                 .entry_point = problem.entry_point,
                 .canonical_solution = back.docstring,
                 .test = ""};
}

std::optional<std::string> leading_docstring(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of(" \t\n"), text.size());
  std::size_t at = start;
  while (at < text.size() && std::string_view("rRuU").find(text[at]) != std::string_view::npos)
    ++at;
  const std::string_view quotes = quotes_at(text.substr(at));
  if (quotes.empty()) return std::nullopt;
  for (at += quotes.size(); at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text.substr(at).starts_with(quotes)) {
      const std::size_t line = text.rfind('\n', start);
      const std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
      return std::string(text.substr(begin, at + quotes.size() - begin)) + "\n";
    } else if (text[at] == '\n' && quotes.size() == 1) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

Result<Problem> with_docstring(const Problem& problem, std::string_view docstring) {
  SCRIBE_TRY_ASSIGN(const Place place, place_of_docstring(problem));
  const std::string_view old = std::string_view(problem.prompt).substr(place.begin);
  Problem other = problem;
  const std::string_view indent = old.substr(0, old.find_first_not_of(" \t"));
  docstring.remove_prefix(std::min(docstring.find_first_not_of(" \t\n"), docstring.size()));
  other.prompt = problem.prompt.substr(0, place.begin) + std::string(indent) +
                 std::string(docstring) + problem.prompt.substr(place.end);
  return other;
}

}  // namespace scribe
