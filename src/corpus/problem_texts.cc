// Fields are read directly: what runs problems lies in another module.
#include "corpus/problem_texts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/json_object.h"
#include "corpus/python_docstrings.h"
#include "corpus/shared_text.h"

namespace scribe {
namespace {

constexpr std::string_view kForms =
    "expected task_id and prompt (HumanEval, EvalPlus, MBPP+, infilling), task_id and text (MBPP), "
    "or name, language and prompt (MultiPL-E)";

constexpr std::array<std::string_view, 8> kFields = {
    "task_id", "prompt", "canonical_solution", "suffix", "text", "code", "name", "language"};

/// The part before the examples if it is long enough.
std::string description_of(std::string_view text, std::size_t match_bytes_min) {
  const std::size_t end = std::min(text.find(">>>"), text.find("\nassert "));
  const std::string_view description = text.substr(0, end);
  return std::string(normalised_text(description).size() >= match_bytes_min ? description : text);
}

/// Docstrings as written, not as evaluated: in a document too they stand with their escapes. The
/// end of the last one goes to `end`.
std::vector<std::string_view> docstrings_of(std::string_view prompt, std::size_t& end) {
  std::vector<std::string_view> docstrings;
  const std::vector<PythonToken> tokens = lex_python(prompt);
  for (const PythonNote& note : find_notes(prompt, tokens)) {
    if (note.kind != PythonNote::Kind::docstring) continue;
    const auto token = std::ranges::find(tokens, note.begin, &PythonToken::begin);
    docstrings.push_back(python_string_parts(token->text(prompt)).body);
    end = token->end;
  }
  return docstrings;
}

/// The lines that hold nothing but a comment, in languages that mark them with // or /* */ or, in
/// shells, with #.
std::string comment_lines(std::string_view prompt, std::string_view language) {
  std::string comments;
  while (!prompt.empty()) {
    const std::string_view line = prompt.substr(0, prompt.find('\n'));
    prompt.remove_prefix(std::min(line.size() + 1, prompt.size()));
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    const std::string_view code = line.substr(first);
    const bool is_comment = language == "sh" ? code.starts_with("#") && !code.starts_with("#!")
                                             : code.starts_with("//") || code.starts_with("/*") ||
                                                   code.starts_with("*");
    if (is_comment) comments.append(code).append("\n");
  }
  return comments;
}

Result<std::string> field_or_empty(const Json& problem, std::string_view name,
                                   const std::string& where) {
  if (!problem.contains(name)) return std::string();
  return json_field<std::string>(problem, name, where);
}

Result<std::string> task_id_of(const Json& problem, const std::string& where) {
  const Json& id = problem["task_id"];
  if (id.is_number_integer()) return fmt::format("{}", id.get<std::int64_t>());
  return json_field<std::string>(problem, "task_id", where);
}

Status read_prompt_form(const Json& problem, const std::string& where, std::size_t match_bytes_min,
                        ProblemTexts& texts) {
  SCRIBE_TRY_ASSIGN(const std::string prompt, json_field<std::string>(problem, "prompt", where));
  SCRIBE_TRY_ASSIGN(const std::string solution,
                    field_or_empty(problem, "canonical_solution", where));
  SCRIBE_TRY_ASSIGN(const std::string suffix, field_or_empty(problem, "suffix", where));
  std::size_t end = 0;
  for (const std::string_view docstring : docstrings_of(prompt, end))
    texts.descriptions.push_back(description_of(docstring, match_bytes_min));
  if (solution.empty() && suffix.empty()) return {};
  texts.program = prompt + solution + suffix;
  // Infilling's solution is a part; what its task asks for is the whole.
  texts.solution = problem.contains("suffix") ? texts.program.substr(end) : solution;
  return {};
}

Status read_text_form(const Json& problem, const std::string& where, std::size_t match_bytes_min,
                      ProblemTexts& texts) {
  SCRIBE_TRY_ASSIGN(const std::string text, json_field<std::string>(problem, "text", where));
  SCRIBE_TRY_ASSIGN(texts.solution, field_or_empty(problem, "code", where));
  texts.descriptions.push_back(description_of(text, match_bytes_min));
  texts.program = texts.solution;
  return {};
}

Status read_language_form(const Json& problem, const std::string& where,
                          std::size_t match_bytes_min, ProblemTexts& texts) {
  SCRIBE_TRY_ASSIGN(texts.task_id, json_field<std::string>(problem, "name", where));
  SCRIBE_TRY_ASSIGN(const std::string language,
                    json_field<std::string>(problem, "language", where));
  SCRIBE_TRY_ASSIGN(const std::string prompt, json_field<std::string>(problem, "prompt", where));
  if (language == "py") {
    std::size_t end = 0;
    for (const std::string_view docstring : docstrings_of(prompt, end))
      texts.descriptions.push_back(description_of(docstring, match_bytes_min));
    return {};
  }
  const std::string comments = comment_lines(prompt, language);
  if (!comments.empty()) texts.descriptions.push_back(description_of(comments, match_bytes_min));
  return {};
}

std::string names_of(const Json& problem) {
  std::vector<std::string> names;
  for (const auto& item : problem.items()) names.push_back("'" + item.key() + "'");
  if (names.size() > 8) names.resize(8);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// The fields that hold texts; of others the names alone, which an error tells.
Result<Json> parse_problem(std::string_view line, const std::string& where) {
  SCRIBE_TRY_ASSIGN(const std::vector<JsonTextField> fields, split_json_object(line, where));
  Json problem = Json::object();
  for (const JsonTextField& field : fields) {
    problem[field.name] = nullptr;
    if (std::ranges::find(kFields, field.name) == kFields.end()) continue;
    SCRIBE_TRY_ASSIGN(problem[field.name], parse_json(field.text, where));
  }
  return problem;
}

}  // namespace

Result<ProblemTexts> read_problem_texts(const Json& problem, const std::string& where,
                                        std::size_t match_bytes_min) {
  ProblemTexts texts;
  if (problem.contains("name") && problem.contains("language")) {
    SCRIBE_TRY(read_language_form(problem, where, match_bytes_min, texts));
    return texts;
  }
  const bool has_prompt = problem.contains("prompt");
  if (!problem.contains("task_id") || (!has_prompt && !problem.contains("text")))
    return error(ErrorCode::invalid_data, "{}: not a problem, it has {}; {}", where,
                 names_of(problem), kForms);
  SCRIBE_TRY_ASSIGN(texts.task_id, task_id_of(problem, where));
  if (has_prompt)
    SCRIBE_TRY(read_prompt_form(problem, where, match_bytes_min, texts));
  else
    SCRIBE_TRY(read_text_form(problem, where, match_bytes_min, texts));
  return texts;
}

Status for_each_problem(Env& env, const std::string& path, std::size_t match_bytes_min,
                        const std::function<void(const ProblemTexts& texts)>& visit) {
  SCRIBE_TRY_ASSIGN(const std::string file, read_text_file(env, path));
  std::string_view rest = file;
  std::int64_t problems = 0;
  for (std::int64_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = fmt::format("{}:{}", path, number);
    SCRIBE_TRY_ASSIGN(const Json problem, parse_problem(line, where));
    SCRIBE_TRY_ASSIGN(const ProblemTexts texts,
                      read_problem_texts(problem, where, match_bytes_min));
    visit(texts);
    ++problems;
  }
  if (problems == 0)
    return error(ErrorCode::invalid_data, "{}: no problem, expected one JSON object a line", path);
  return {};
}

}  // namespace scribe
