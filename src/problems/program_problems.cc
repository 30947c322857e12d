// Four layouts become one Problem; cases become the JSON text that the sandbox reads.
#include "problems/program_problems.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "problems/apps_calls.h"

namespace scribe {
namespace {

constexpr std::string_view kDefaultLanguage = "python";
constexpr std::array<std::string_view, 4> kComparisons = {"exact", "tokens", "floats", "checker"};

/// A string that may be absent.
Result<std::string> text_or(const Json& value, std::string_view name, std::string_view otherwise,
                            const std::string& where) {
  if (!value.contains(name) || value[std::string(name)].is_null()) return std::string(otherwise);
  return json_field<std::string>(value, name, where);
}

Result<std::vector<std::string>> stop_strings_of(const Json& value, const std::string& where) {
  std::vector<std::string> stops;
  if (!value.contains("stop_tokens")) return stops;
  SCRIBE_TRY_ASSIGN(const Json list, json_field<Json>(value, "stop_tokens", where));
  for (const Json& one : list) {
    if (!one.is_string())
      return error(ErrorCode::invalid_data, "{}: field 'stop_tokens' holds a {}, expected strings",
                   where, one.type_name());
    stops.push_back(one.get<std::string>());
  }
  return stops;
}

Result<Problem> from_multipl_e(const Json& value, const std::string& where) {
  Problem problem;
  problem.form = ProblemForm::own_exit;
  SCRIBE_TRY_ASSIGN(problem.task_id, json_field<std::string>(value, "name", where));
  SCRIBE_TRY_ASSIGN(problem.language, json_field<std::string>(value, "language", where));
  SCRIBE_TRY_ASSIGN(problem.prompt, json_field<std::string>(value, "prompt", where));
  SCRIBE_TRY_ASSIGN(problem.test, json_field<std::string>(value, "tests", where));
  SCRIBE_TRY_ASSIGN(problem.canonical_solution, text_or(value, "canonical_solution", "", where));
  SCRIBE_TRY_ASSIGN(problem.stop_strings, stop_strings_of(value, where));
  return problem;
}

/// Appends the pairs of two lists of the same length.
Status add_cases(const Json& inputs, const Json& outputs, const std::string& where, Json& cases) {
  if (!inputs.is_array() || !outputs.is_array() || inputs.size() != outputs.size())
    return error(ErrorCode::invalid_data, "{}: inputs and outputs are no lists of the same length",
                 where);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].is_string() || !outputs[i].is_string())
      return error(ErrorCode::invalid_data, "{}: case {} is not a pair of strings", where, i + 1);
    cases.push_back({{"input", inputs[i]}, {"output", outputs[i]}});
  }
  return {};
}

/// Checks what the sandbox will read, so that a wrong file is refused before anything runs.
Status check_tests(const Json& tests, const std::string& where) {
  if (!tests["cases"].is_array() || tests["cases"].empty())
    return error(ErrorCode::invalid_data,
                 "{}: the problem has no cases, expected a list of {{input, output}}", where);
  SCRIBE_TRY_ASSIGN(const std::string comparison, text_or(tests, "comparison", "tokens", where));
  if (std::ranges::find(kComparisons, comparison) == kComparisons.end())
    return error(ErrorCode::invalid_data,
                 "{}: field 'comparison' is '{}', expected exact, tokens, floats or checker", where,
                 comparison);
  const bool is_checked = comparison == "checker" || tests.contains("checker");
  for (const Json& one : tests["cases"]) {
    SCRIBE_TRY(json_field<std::string>(one, "input", where));
    if (!is_checked || one.contains("output"))
      SCRIBE_TRY(json_field<std::string>(one, "output", where));
  }
  if (tests.contains("tolerance")) SCRIBE_TRY(json_field<double>(tests, "tolerance", where));
  if (is_checked) SCRIBE_TRY(json_field<std::string>(tests, "checker", where));
  return {};
}

/// The key "public_cases" of our own layout and of APPS's: a list like the cases, maybe empty.
Status read_public_cases(const Json& value, Json tests, const std::string& where,
                         Problem& problem) {
  if (!value.contains("public_cases")) return {};
  tests["cases"] = value["public_cases"];
  const bool is_empty = tests["cases"].is_array() && tests["cases"].empty();
  if (!is_empty) SCRIBE_TRY(check_tests(tests, where + ": field 'public_cases'"));
  problem.public_cases = to_json_line(value["public_cases"]);
  return {};
}

Result<Problem> from_own_cases(const Json& value, const std::string& where) {
  Problem problem;
  SCRIBE_TRY_ASSIGN(problem.task_id, json_field<std::string>(value, "task_id", where));
  SCRIBE_TRY_ASSIGN(problem.prompt, json_field<std::string>(value, "prompt", where));
  Json tests = Json::object();
  for (const char* key : {"cases", "comparison", "tolerance", "checker"})
    if (value.contains(key)) tests[key] = value[key];
  problem.form = ProblemForm::stdio;
  problem.test = to_json_line(tests);
  SCRIBE_TRY(read_public_cases(value, std::move(tests), where, problem));
  return problem;
}

/// APPS keeps the cases as a text, and other tests (calls of a function) under the same key.
Result<Problem> from_apps(const Json& value, const std::string& where) {
  Problem problem;
  SCRIBE_TRY_ASSIGN(problem.prompt, json_field<std::string>(value, "question", where));
  const Json& id = value.contains("problem_id") ? value["problem_id"] : Json();
  if (!id.is_string() && !id.is_number_integer())
    return error(ErrorCode::invalid_data,
                 "{}: field 'problem_id' is missing, expected a number or a string", where);
  problem.task_id = fmt::format("apps/{}", id.is_string() ? id.get<std::string>() : id.dump());
  SCRIBE_TRY_ASSIGN(const std::string text, json_field<std::string>(value, "input_output", where));
  SCRIBE_TRY_ASSIGN(const Json pairs, parse_json(text, where + ": field 'input_output'"));
  if (pairs.contains("fn_name") && !pairs["fn_name"].is_null()) {
    SCRIBE_TRY_ASSIGN(Problem calls, problem_from_apps_calls(value, pairs, text, where));
    calls.task_id = problem.task_id;
    return calls;
  }
  problem.form = ProblemForm::stdio;
  Json cases = Json::array();
  SCRIBE_TRY_ASSIGN(const Json inputs, json_field<Json>(pairs, "inputs", where));
  SCRIBE_TRY_ASSIGN(const Json outputs, json_field<Json>(pairs, "outputs", where));
  SCRIBE_TRY(add_cases(inputs, outputs, where, cases));
  problem.test = to_json_line({{"cases", cases}});
  SCRIBE_TRY(read_public_cases(value, Json::object(), where, problem));
  return problem;
}

Result<Problem> from_code_contests(const Json& value, const std::string& where) {
  Problem problem;
  SCRIBE_TRY_ASSIGN(problem.task_id, json_field<std::string>(value, "name", where));
  SCRIBE_TRY_ASSIGN(problem.prompt, json_field<std::string>(value, "description", where));
  Json cases = Json::array();
  for (const char* key : {"public_tests", "private_tests", "generated_tests"}) {
    if (!value.contains(key) || value[key].is_null()) continue;
    SCRIBE_TRY_ASSIGN(const Json inputs, json_field<Json>(value[key], "input", where));
    SCRIBE_TRY_ASSIGN(const Json outputs, json_field<Json>(value[key], "output", where));
    SCRIBE_TRY(add_cases(inputs, outputs, where, cases));
    if (std::string_view(key) == "public_tests" && !cases.empty())
      problem.public_cases = to_json_line(cases);
  }
  problem.form = ProblemForm::stdio;
  problem.test = to_json_line({{"cases", cases}});
  return problem;
}

Result<Problem> from_stdio(const Json& value, const std::string& where) {
  Result<Problem> read = value.contains("cases")          ? from_own_cases(value, where)
                         : value.contains("input_output") ? from_apps(value, where)
                                                          : from_code_contests(value, where);
  if (!read.ok()) return read;
  Problem& problem = read.value();
  if (problem.form == ProblemForm::calls) return read;
  SCRIBE_TRY_ASSIGN(problem.language, text_or(value, "language", kDefaultLanguage, where));
  SCRIBE_TRY_ASSIGN(problem.canonical_solution, text_or(value, "canonical_solution", "", where));
  SCRIBE_TRY_ASSIGN(const Json tests, parse_json(problem.test, where));
  SCRIBE_TRY(check_tests(tests, where));
  return read;
}

bool is_multipl_e(const Json& value) {
  return value.contains("name") && value.contains("language") && value.contains("tests");
}

}  // namespace

bool is_program_problem(const Json& value) {
  if (!value.is_object() || value.contains("entry_point")) return false;
  return is_multipl_e(value) || value.contains("cases") || value.contains("input_output") ||
         value.contains("public_tests") || value.contains("private_tests");
}

Result<Problem> problem_from_program_json(const Json& value, const std::string& where) {
  Result<Problem> problem =
      is_multipl_e(value) ? from_multipl_e(value, where) : from_stdio(value, where);
  if (problem.ok() && problem.value().task_id.empty())
    return error(ErrorCode::invalid_data, "{}: the problem's name is empty, expected a name",
                 where);
  return problem;
}

Json program_problem_to_json(const Problem& problem) {
  Json value;
  if (problem.form == ProblemForm::own_exit) {
    value = {{"name", problem.task_id},
             {"language", problem.language},
             {"prompt", problem.prompt},
             {"tests", problem.test},
             {"stop_tokens", problem.stop_strings}};
  } else {
    value = {
        {"task_id", problem.task_id}, {"prompt", problem.prompt}, {"language", problem.language}};
    const Result<Json> tests = parse_json(problem.test, problem.task_id);
    SCRIBE_CHECK(tests.ok(), "the tests of '{}' are no JSON", problem.task_id);
    for (const auto& [key, field] : tests.value().items()) value[key] = field;
    if (!problem.public_cases.empty()) {
      const Result<Json> cases = parse_json(problem.public_cases, problem.task_id);
      SCRIBE_CHECK(cases.ok(), "the public cases of '{}' are no JSON", problem.task_id);
      value["public_cases"] = cases.value();
    }
  }
  if (!problem.canonical_solution.empty()) value["canonical_solution"] = problem.canonical_solution;
  return value;
}

}  // namespace scribe
