// Lines of a file with the keys that a Problem does not keep.
#include "experiment/program_problems_file.h"

#include <algorithm>
#include <set>

#include "problems/contest_import.h"
#include "problems/program_problems.h"

namespace scribe {
namespace {

/// Those that the problem names, else the first of `cases`.
Result<Json> public_cases_of(const Problem& problem, const Json& cases, const std::string& where) {
  if (!problem.public_cases.empty()) return parse_json(problem.public_cases, where);
  Json first = Json::array();
  for (std::size_t i = 0; i < std::min(kPublicCasesDefault, cases.size()); ++i)
    first.push_back(cases[i]);
  return first;
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
  SCRIBE_TRY_ASSIGN(program.public_cases, public_cases_of(program.problem, tests["cases"], where));
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
  Problem problem = program.problem;
  problem.public_cases = to_json_line(program.public_cases);
  set_contest_prompt(!program.public_cases.empty(), problem);
  return problem.prompt;
}

}  // namespace scribe
