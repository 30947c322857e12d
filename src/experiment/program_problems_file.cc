// Lines of a file with the keys that a Problem does not keep.
#include "experiment/program_problems_file.h"

#include <algorithm>
#include <set>

#include "problems/program_problems.h"

namespace scribe {
namespace {

Result<Json> first_cases(const Json& cases, std::size_t count) {
  Json first = Json::array();
  for (std::size_t i = 0; i < std::min(count, cases.size()); ++i) first.push_back(cases[i]);
  return first;
}

/// `cases` are all cases of the problem.
Result<Json> public_cases_of(const Json& line, const Json& cases, const std::string& where) {
  if (line.contains("public_tests") && line["public_tests"].is_object() &&
      line["public_tests"].contains("input"))
    return first_cases(cases, line["public_tests"]["input"].size());  // They stand first.
  if (!line.contains("public_cases")) return first_cases(cases, kPublicCasesDefault);
  const Json& given = line["public_cases"];
  if (given.is_number_unsigned()) return first_cases(cases, given.get<std::size_t>());
  const bool is_list = given.is_array() && std::ranges::all_of(given, [](const Json& one) {
                         return one.is_object() && one.contains("input") &&
                                one["input"].is_string() && one.contains("output") &&
                                one["output"].is_string();
                       });
  if (is_list) return given;
  return error(ErrorCode::invalid_data,
               "{}: field 'public_cases' is neither a number nor a list of {{input, output}}",
               where);
}

Result<ProgramProblem> program_of_line(const Json& line, const std::string& where) {
  if (!is_program_problem(line))
    return error(ErrorCode::invalid_data,
                 "{}: no problem of a whole program, expected cases, input_output or public_tests "
                 "(docs/formats/problems.md)",
                 where);
  ProgramProblem program;
  SCRIBE_TRY_ASSIGN(program.problem, problem_from_program_json(line, where));
  if (program.problem.form != ProblemForm::stdio || program.problem.language != "python")
    return error(ErrorCode::invalid_data,
                 "{}: the program reads no standard input or is not in Python, expected both",
                 where);
  SCRIBE_TRY_ASSIGN(const Json tests, parse_json(program.problem.test, where));
  SCRIBE_TRY_ASSIGN(program.public_cases, public_cases_of(line, tests["cases"], where));
  if (line.contains("difficulty") && line["difficulty"].is_string())
    program.level = line["difficulty"].get<std::string>();
  return program;
}

}  // namespace

Result<std::vector<ProgramProblem>> load_program_problems(Env& env, const std::string& path) {
  std::vector<ProgramProblem> programs;
  std::set<std::string> seen;
  const auto add = [&](const Json& line, const std::string& where) -> Status {
    SCRIBE_TRY_ASSIGN(ProgramProblem program, program_of_line(line, where));
    if (!seen.insert(program.problem.task_id).second)
      return error(ErrorCode::invalid_data, "{}: problem '{}' is given twice", where,
                   program.problem.task_id);
    programs.push_back(std::move(program));
    return {};
  };
  SCRIBE_TRY(for_each_json_line(env, path, add));
  if (programs.empty())
    return error(ErrorCode::invalid_data, "'{}' holds no problems, expected one per line", path);
  return programs;
}

std::optional<Problem> with_public_tests(const ProgramProblem& program) {
  if (program.public_cases.empty()) return std::nullopt;
  Result<Json> tests = parse_json(program.problem.test, program.problem.task_id);
  SCRIBE_CHECK(tests.ok(), "the tests of '{}' are no JSON", program.problem.task_id);
  tests.value()["cases"] = program.public_cases;
  Problem problem = program.problem;
  problem.test = to_json_line(tests.value());
  return problem;
}

std::string one_shot_prompt(const ProgramProblem& program) {
  std::string statement = program.problem.prompt;
  while (statement.ends_with('\n')) statement.pop_back();
  if (!program.public_cases.empty()) {
    const Json& shown = program.public_cases.front();
    const auto text = [&](const char* key) {
      std::string value = shown.value(key, std::string());
      return value.ends_with('\n') ? value : value + "\n";
    };
    statement += "\n\nInput:\n" + text("input") + "Output:\n" + text("output");
  }
  // What would end the docstring.
  for (std::size_t at = statement.find("\"\"\""); at != std::string::npos;
       at = statement.find("\"\"\"", at))
    statement.replace(at, 3, "'''");
  while (statement.ends_with('\n')) statement.pop_back();
  return "\"\"\"\n" + statement + "\n\"\"\"\n";
}

}  // namespace scribe
