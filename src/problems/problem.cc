// Reading and writing of problem files.
#include "problems/problem.h"

#include <algorithm>
#include <unordered_map>

#include "base/packed_file.h"
#include "problems/evalplus.h"
#include "problems/program_problems.h"

namespace scribe {
namespace {

/// A field that may be absent; when it is present it must be a string.
Result<std::string> optional_text(const Json& value, std::string_view name,
                                  const std::string& where) {
  if (value.is_object() && !value.contains(name)) return std::string();
  return json_field<std::string>(value, name, where);
}

Result<Problem> problem_from_json(const Json& value, const std::string& where) {
  if (is_program_problem(value)) return problem_from_program_json(value, where);
  Problem problem;
  SCRIBE_TRY_ASSIGN(problem.task_id, json_field<std::string>(value, "task_id", where));
  SCRIBE_TRY_ASSIGN(problem.prompt, json_field<std::string>(value, "prompt", where));
  SCRIBE_TRY_ASSIGN(problem.entry_point, json_field<std::string>(value, "entry_point", where));
  SCRIBE_TRY_ASSIGN(problem.canonical_solution, optional_text(value, "canonical_solution", where));
  SCRIBE_TRY_ASSIGN(problem.test, optional_text(value, "test", where));
  SCRIBE_TRY_ASSIGN(problem.suffix, optional_text(value, "suffix", where));
  if (value.contains("blocks")) {
    SCRIBE_TRY_ASSIGN(problem.blocks, json_field<int>(value, "blocks", where));
  }
  if (value.contains("expected_from_solution")) {
    SCRIBE_TRY_ASSIGN(problem.expected_from_solution,
                      json_field<bool>(value, "expected_from_solution", where));
  }
  return problem;
}

/// EvalPlus's lines hold what JSON does not know (Infinity): they are recognised before they are
/// parsed.
Result<Problem> problem_from_line(std::string_view line, const std::string& where) {
  Problem problem;
  if (has_evalplus_keys(line)) {
    SCRIBE_TRY_ASSIGN(problem, problem_from_evalplus(line, where));
  } else {
    SCRIBE_TRY_ASSIGN(const Json value, parse_json(line, where));
    SCRIBE_TRY_ASSIGN(problem, problem_from_json(value, where));
  }
  if (problem.task_id.empty())
    return error(ErrorCode::invalid_data, "{}: field 'task_id' is empty, expected a name", where);
  if (problem.form == ProblemForm::calls && problem.entry_point.empty())
    return error(ErrorCode::invalid_data,
                 "{}: field 'entry_point' is empty, expected the name of a function", where);
  return problem;
}

/// What is wrong with a last line without a newline: most likely that it is not whole.
Error truncated(const std::string& where, const Error& failure) {
  if (failure.message().find("not valid JSON") == std::string::npos) return failure;
  return error(ErrorCode::invalid_data,
               "{}: the last line is truncated (no newline, not valid JSON); delete it or make the "
               "file again",
               where);
}

constexpr std::size_t kFileBytesMax = std::size_t{1} << 31;  // What read_text_file accepts.

}  // namespace

Json problem_to_json(const Problem& problem) {
  if (problem.form != ProblemForm::calls) return program_problem_to_json(problem);
  Json value = {{"task_id", problem.task_id},
                {"prompt", problem.prompt},
                {"entry_point", problem.entry_point},
                {"canonical_solution", problem.canonical_solution},
                {"test", problem.test}};
  if (problem.blocks > 0) value["blocks"] = problem.blocks;
  if (!problem.suffix.empty()) value["suffix"] = problem.suffix;
  if (problem.expected_from_solution) value["expected_from_solution"] = true;
  return value;
}

std::string judged_program(const Problem& problem, std::string_view completion) {
  return problem.prompt + std::string(completion) + problem.suffix;
}

Result<std::vector<Problem>> load_problems(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(const std::string text, read_text_file(env, path));
  std::vector<Problem> problems;
  std::unordered_map<std::string, std::string> first_seen;  // task_id -> "path:line"
  std::size_t number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = std::string_view(text).substr(start, end - start);
    const std::string where = fmt::format("{}:{}", path, ++number);
    start = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    Result<Problem> problem = problem_from_line(line, where);
    if (!problem.ok() && end == text.size()) return truncated(where, problem.error());
    if (!problem.ok()) return std::move(problem).error();
    const auto [place, is_new] = first_seen.emplace(problem.value().task_id, where);
    if (!is_new)
      return error(ErrorCode::invalid_data, "{}: task_id '{}' was already given at {}", where,
                   problem.value().task_id, place->second);
    problems.push_back(std::move(problem).value());
  }
  if (problems.empty())
    return error(ErrorCode::invalid_data, "'{}' holds no problems, expected one per line", path);
  return problems;
}

Status save_problems(Env& env, const std::string& path, const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) text += to_json_line(problem_to_json(problem)) + "\n";
  if (text.size() > kFileBytesMax)
    return error(ErrorCode::limit_exceeded,
                 "'{}': {} bytes of problems, at most {} can be read again", path, text.size(),
                 kFileBytesMax);
  return write_file_atomic(env, path, is_gzip_path(path) ? gzip(text) : text);
}

}  // namespace scribe
