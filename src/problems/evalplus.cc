// From EvalPlus's keys to a suite in Python; the rules of comparison stand in evalplus_oracle.h.
#include "problems/evalplus.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/json_object.h"
#include "problems/evalplus_oracle.h"

namespace scribe {
namespace {

using Fields = std::vector<JsonTextField>;

/// The Python literal of a text.
std::string python_text(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') literal += '\\';
    if (c == '\n')
      literal += "\\n";
    else if (c == '\r')
      literal += "\\r";
    else if (c == '\0')
      literal += "\\0";
    else
      literal += c;
  }
  return literal + "'";
}

/// The Python literal of any bytes.
std::string python_bytes(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string digits;
  digits.reserve(2 * bytes.size() + 16);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    digits += kHex[byte >> 4U];
    digits += kHex[byte & 15U];
  }
  return "bytes.fromhex('" + digits + "')";
}

Result<std::string> text_field(const Fields& fields, std::string_view name,
                               const std::string& where) {
  const std::string_view text = text_of_field(fields, name);
  if (text.empty()) return error(ErrorCode::invalid_data, "{}: field '{}' is missing", where, name);
  SCRIBE_TRY_ASSIGN(const Json value, parse_json(text, where));
  if (value.is_string()) return value.get<std::string>();
  return error(ErrorCode::invalid_data, "{}: field '{}' is of type {}, expected a string", where,
               name, value.type_name());
}

/// The text of a list of argument lists; MBPP+ writes {} for one that is empty.
Result<std::string> inputs_field(const Fields& fields, std::string_view name,
                                 const std::string& where) {
  const std::string_view text = text_of_field(fields, name);
  if (text == "{}") return std::string("[]");
  if (text.empty() || text[0] != '[')
    return error(ErrorCode::invalid_data, "{}: field '{}' is not a list of argument lists", where,
                 name);
  return std::string(text);
}

/// The number in "Mbpp/2": MBPP+'s inputs have types that only their task says.
Result<int> task_number(const std::string& task_id, const std::string& where) {
  const std::string_view digits =
      std::string_view(task_id).substr(std::min(task_id.find('/') + 1, task_id.size()));
  int number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failure == std::errc() && end == digits.data() + digits.size()) return number;
  return error(ErrorCode::invalid_data,
               "{}: field 'task_id' is '{}', expected a name and a number, as in Mbpp/2", where,
               task_id);
}

}  // namespace

bool has_evalplus_keys(std::string_view line) {
  return line.find("\"base_input\"") != std::string_view::npos &&
         line.find("\"plus_input\"") != std::string_view::npos;
}

Result<Problem> problem_from_evalplus(std::string_view line, const std::string& where) {
  SCRIBE_TRY_ASSIGN(const Fields fields, split_json_object(line, where));
  Problem problem;
  SCRIBE_TRY_ASSIGN(problem.task_id, text_field(fields, "task_id", where));
  SCRIBE_TRY_ASSIGN(problem.prompt, text_field(fields, "prompt", where));
  SCRIBE_TRY_ASSIGN(problem.entry_point, text_field(fields, "entry_point", where));
  SCRIBE_TRY_ASSIGN(problem.canonical_solution, text_field(fields, "canonical_solution", where));
  SCRIBE_TRY_ASSIGN(const std::string base, inputs_field(fields, "base_input", where));
  SCRIBE_TRY_ASSIGN(const std::string plus, inputs_field(fields, "plus_input", where));
  SCRIBE_TRY_ASSIGN(const int number, task_number(problem.task_id, where));
  const std::string_view tolerance = text_of_field(fields, "atol");
  SCRIBE_TRY_ASSIGN(const Json atol, parse_json(tolerance.empty() ? "0" : tolerance, where));
  if (!atol.is_number() || atol.get<double>() < 0)
    return error(ErrorCode::invalid_data, "{}: field 'atol' is {}, expected a number from 0 on",
                 where, tolerance);
  const bool is_mbpp = !text_of_field(fields, "assertion").empty();
  problem.expected_from_solution = true;
  problem.test = fmt::format(
      "oracle = scribe.library({})\n"
      "check = oracle.Check('{}', {}, {}, {}, {}, {})\n",
      python_text(kEvalplusOracle), is_mbpp ? "mbpp" : "humaneval", number,
      python_text(problem.entry_point), to_json_line(atol), python_text(base), python_text(plus));
  return problem;
}

std::string recording_suite(const Problem& problem) {
  SCRIBE_CHECK(problem.expected_from_solution, "'{}' has tests of its own", problem.task_id);
  return problem.test + "check = check.record\n";
}

std::string judging_suite(const Problem& problem, std::string_view recorded) {
  SCRIBE_CHECK(problem.expected_from_solution, "'{}' has tests of its own", problem.task_id);
  return problem.test + "check.expect(" + python_bytes(recorded) + ")\n";
}

}  // namespace scribe
