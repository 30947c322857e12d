// Reading line by line, so that one bad line costs one problem.
#include "problems/contest_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "problems/program_problems.h"

namespace scribe {
namespace {

constexpr std::string_view kQuotes = "\"\"\"";

/// CodeContests numbers languages: Python 2 and 3, C++, Java. Nothing else is run here.
std::int64_t language_number(std::string_view language) {
  if (language == "cpp") return 2;
  return language == "java" ? 4 : 3;
}

Result<std::vector<std::string>> texts_of(const Json& list, const std::string& where) {
  std::vector<std::string> texts;
  if (!list.is_array())
    return error(ErrorCode::invalid_data, "{} is a {}, expected a list", where, list.type_name());
  for (const Json& text : list) {
    if (!text.is_string())
      return error(ErrorCode::invalid_data, "{} holds a {}, expected strings", where,
                   text.type_name());
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

/// The programs under one key; none if it is absent or an empty text, as in APPS.
Result<std::vector<std::string>> programs_of(const Json& value, const std::string& key,
                                             const Problem& problem, const std::string& where) {
  const std::string place = fmt::format("{}: field '{}'", where, key);
  if (!value.contains(key) || value[key].is_null()) return std::vector<std::string>();
  Json programs = value[key];
  if (programs.is_string()) {
    const auto text = programs.get<std::string>();
    if (text.empty()) return std::vector<std::string>();
    SCRIBE_TRY_ASSIGN(programs, parse_json(text, place));
  }
  if (!programs.is_object()) return texts_of(programs, place);
  SCRIBE_TRY_ASSIGN(const Json languages, json_field<Json>(programs, "language", place));
  SCRIBE_TRY_ASSIGN(const Json solutions, json_field<Json>(programs, "solution", place));
  SCRIBE_TRY_ASSIGN(const std::vector<std::string> texts, texts_of(solutions, place));
  if (!languages.is_array() || languages.size() != texts.size())
    return error(ErrorCode::invalid_data, "{}: language and solution are not equally long", place);
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (languages[i] == language_number(problem.language)) chosen.push_back(texts[i]);
  return chosen;
}

Result<ContestProblem> contest_problem(std::string_view line, const std::string& where) {
  SCRIBE_TRY_ASSIGN(const Json value, parse_json(line, where));
  if (!is_program_problem(value))
    return error(ErrorCode::invalid_data,
                 "{}: neither a line of APPS (input_output) nor of CodeContests (public_tests, "
                 "private_tests) nor one with cases",
                 where);
  ContestProblem contest;
  SCRIBE_TRY_ASSIGN(contest.problem, problem_from_program_json(value, where));
  SCRIBE_TRY_ASSIGN(contest.solutions, programs_of(value, "solutions", contest.problem, where));
  SCRIBE_TRY_ASSIGN(contest.incorrect,
                    programs_of(value, "incorrect_solutions", contest.problem, where));
  Problem& problem = contest.problem;
  if (problem.form == ProblemForm::calls) {
    SCRIBE_TRY_ASSIGN(contest.calls, json_field<std::string>(value, "input_output", where));
  }
  if (problem.form == ProblemForm::stdio && problem.public_cases.empty()) {
    const Json cases = public_cases_in_text(problem.prompt);
    if (!cases.empty()) problem.public_cases = to_json_line(cases);
  }
  return contest;
}

/// What a line of a statement is for.
enum class StatementLine { text, examples, input, output, other_section };

StatementLine kind_of(std::string_view line) {
  const bool has_dashes = line.starts_with("---");
  std::string word;
  for (const char c : line)
    if (c != '-' && c != ':' && c != '\r' && !(c >= '0' && c <= '9'))
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::size_t first = std::min(word.find_first_not_of(' '), word.size());
  word = word.substr(first, word.find_last_not_of(' ') - first + 1);
  if (word == "sample input" || word == "example input") return StatementLine::input;
  if (word == "sample output" || word == "example output") return StatementLine::output;
  if (word == "example" || word == "examples") return StatementLine::examples;
  if (!has_dashes && word == "input") return StatementLine::input;
  if (!has_dashes && word == "output") return StatementLine::output;
  const bool ends = has_dashes || word == "note" || word == "explanation";
  return ends ? StatementLine::other_section : StatementLine::text;
}

/// Without blank lines around it, ended by a newline.
std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \r\n") - first + 1)) + "\n";
}

/// A docstring of this text, which cannot end it.
std::string in_quotes(std::string text) {
  for (std::size_t at = text.find(kQuotes); at != std::string::npos; at = text.find(kQuotes, at))
    text.replace(at, kQuotes.size(), "'''");
  return fmt::format("{0}\n{1}{2}{0}\n", kQuotes, text, text.ends_with('\n') ? "" : "\n");
}

}  // namespace

Json public_cases_in_text(std::string_view text) {
  Json cases = Json::array();
  std::string input;
  std::string output;
  bool in_examples = false;
  StatementLine section = StatementLine::text;
  const auto finish = [&] {
    if (!trimmed(output).empty() && cases.size() < kPublicCasesMax)
      cases.push_back({{"input", trimmed(input)}, {"output", trimmed(output)}});
    input.clear();
    output.clear();
  };
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    start = end + 1;
    const StatementLine kind = kind_of(line);
    const bool is_sample = line.find("ample") != std::string_view::npos;
    if (kind == StatementLine::text ||
        (!in_examples && !is_sample && kind != StatementLine::other_section)) {
      if (section == StatementLine::input) input += std::string(line) + "\n";
      if (section == StatementLine::output) output += std::string(line) + "\n";
      continue;
    }
    if (kind != StatementLine::output) finish();
    in_examples = kind != StatementLine::other_section;
    section = kind;
  }
  finish();
  return cases;
}

bool set_contest_prompt(bool one_shot, Problem& problem) {
  if (problem.form != ProblemForm::stdio) return !one_shot;
  std::string text = problem.prompt;
  const Result<Json> cases = parse_json(problem.public_cases, problem.task_id);
  const bool has_case = cases.ok() && !cases.value().empty();
  if (one_shot && has_case) {
    const Json& first = cases.value()[0];
    text += fmt::format("\n\nExample\n\nInput\n{}\nOutput\n{}", first["input"].get<std::string>(),
                        first.value("output", ""));
  }
  problem.prompt = in_quotes(std::move(text));
  return has_case || !one_shot;
}

Result<ContestSet> load_contest_problems(Env& env, const std::vector<std::string>& paths,
                                         bool keep_going) {
  ContestSet set;
  std::unordered_set<std::string> seen;
  for (const std::string& path : paths) {
    SCRIBE_TRY_ASSIGN(const std::string text, read_text_file(env, path));
    std::size_t number = 0;
    for (std::size_t start = 0; start < text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      const std::string_view line = std::string_view(text).substr(start, end - start);
      const std::string where = fmt::format("{}:{}", path, ++number);
      start = end + 1;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      Result<ContestProblem> contest = contest_problem(line, where);
      if (contest.ok() && !seen.insert(contest.value().problem.task_id).second)
        contest = error(ErrorCode::invalid_data, "{}: task '{}' was already given", where,
                        contest.value().problem.task_id);
      if (!contest.ok() && !keep_going) return std::move(contest).error();
      if (contest.ok())
        set.problems.push_back(std::move(contest).value());
      else
        set.malformed.push_back(contest.error().message());
    }
  }
  if (set.problems.empty())
    return error(ErrorCode::invalid_data, "no problem could be read from {} file(s){}",
                 paths.size(), set.malformed.empty() ? "" : ": " + set.malformed.front());
  return set;
}

}  // namespace scribe
