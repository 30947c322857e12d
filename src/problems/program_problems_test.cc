// Tests of reading problems whose answer is a whole program.
#include "problems/program_problems.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

Result<Problem> read(std::string_view line) {
  const Result<Json> value = parse_json(line, "p.jsonl:1");
  EXPECT_TRUE(value.ok()) << line;
  EXPECT_TRUE(is_program_problem(value.value())) << line;
  return problem_from_program_json(value.value(), "p.jsonl:1");
}

std::string failure_of(std::string_view line) {
  const Result<Problem> problem = read(line);
  EXPECT_FALSE(problem.ok()) << line;
  if (problem.ok()) return "";
  EXPECT_EQ(problem.error().code(), ErrorCode::invalid_data);
  return problem.error().message();
}

TEST(ProgramProblemsTest, LinesOfHumanEvalAreNotTaken) {
  const Json value = {{"task_id", "t"}, {"prompt", ""}, {"entry_point", "f"}, {"cases", 1}};
  EXPECT_FALSE(is_program_problem(value));
  EXPECT_FALSE(is_program_problem(Json::array()));
}

TEST(ProgramProblemsTest, MultiplEKeepsItsPromptItsTestsAndItsStops) {
  const auto problem =
      read(R"({"name": "h_0", "language": "go_test.go", "prompt": "package p", "tests": "func T",)"
           R"( "stop_tokens": ["\nfunc", "\n// "], "doctests": "keep"})");
  ASSERT_TRUE(problem.ok()) << problem.error().message();
  EXPECT_EQ(problem.value().task_id, "h_0");
  EXPECT_EQ(problem.value().form, ProblemForm::own_exit);
  EXPECT_EQ(problem.value().language, "go_test.go");
  EXPECT_EQ(problem.value().prompt, "package p");
  EXPECT_EQ(problem.value().test, "func T");
  EXPECT_EQ(problem.value().stop_strings, (std::vector<std::string>{"\nfunc", "\n// "}));
}

TEST(ProgramProblemsTest, OwnCasesKeepHowTheyAreCompared) {
  const auto problem =
      read(R"({"task_id": "t", "prompt": "Add.", "language": "cpp", "comparison": "floats",)"
           R"( "tolerance": 0.001, "cases": [{"input": "1 2", "output": "3"}]})");
  ASSERT_TRUE(problem.ok()) << problem.error().message();
  EXPECT_EQ(problem.value().form, ProblemForm::stdio);
  EXPECT_EQ(problem.value().language, "cpp");
  EXPECT_EQ(problem.value().test,
            R"({"cases":[{"input":"1 2","output":"3"}],"comparison":"floats","tolerance":0.001})");
}

TEST(ProgramProblemsTest, AppsAndCodeContestsBecomeTheSameCases) {
  const auto apps = read(R"({"problem_id": 7, "question": "Add.", "difficulty": "interview",)"
                         R"( "input_output": "{\"inputs\": [\"1 2\"], \"outputs\": [\"3\"]}"})");
  ASSERT_TRUE(apps.ok()) << apps.error().message();
  EXPECT_EQ(apps.value().task_id, "apps/7");
  EXPECT_EQ(apps.value().prompt, "Add.");
  EXPECT_EQ(apps.value().language, "python");
  const auto contests =
      read(R"({"name": "1_A. Add", "description": "Add.", "public_tests": {"input": ["1 2"],)"
           R"( "output": ["3"]}, "private_tests": {"input": ["4 5"], "output": ["9"]}})");
  ASSERT_TRUE(contests.ok()) << contests.error().message();
  EXPECT_EQ(contests.value().task_id, "1_A. Add");
  EXPECT_EQ(apps.value().test, R"({"cases":[{"input":"1 2","output":"3"}]})");
  EXPECT_EQ(contests.value().test,
            R"({"cases":[{"input":"1 2","output":"3"},{"input":"4 5","output":"9"}]})");
}

TEST(ProgramProblemsTest, WrongLinesAreNamedByFieldAndPlace) {
  EXPECT_EQ(failure_of(R"({"name": "n", "language": "cpp", "tests": ""})"),
            "p.jsonl:1: field 'prompt' is missing");
  EXPECT_EQ(failure_of(R"({"task_id": "t", "prompt": "", "cases": []})"),
            "p.jsonl:1: the problem has no cases, expected a list of {input, output}");
  EXPECT_EQ(failure_of(R"({"task_id": "t", "prompt": "", "cases": [{"input": "1"}]})"),
            "p.jsonl:1: field 'output' is missing");
  EXPECT_EQ(failure_of(R"({"task_id": "t", "prompt": "", "comparison": "near",)"
                       R"( "cases": [{"input": "", "output": ""}]})"),
            "p.jsonl:1: field 'comparison' is 'near', expected exact, tokens, floats or checker");
  EXPECT_EQ(failure_of(R"({"task_id": "t", "prompt": "", "comparison": "checker",)"
                       R"( "cases": [{"input": ""}]})"),
            "p.jsonl:1: field 'checker' is missing");
  EXPECT_EQ(failure_of(R"({"problem_id": 1, "question": "", "input_output": "{\"fn_name\": 1}"})"),
            "p.jsonl:1: field 'fn_name' is of type number, expected a string");
  EXPECT_EQ(failure_of(R"({"problem_id": 1, "question": "", "input_output":)"
                       R"( "{\"inputs\": [\"1\"], \"outputs\": []}"})"),
            "p.jsonl:1: inputs and outputs are no lists of the same length");
  EXPECT_EQ(failure_of(R"({"name": "", "language": "cpp", "prompt": "", "tests": ""})"),
            "p.jsonl:1: the problem's name is empty, expected a name");
}

TEST(ProgramProblemsTest, WhatIsSavedIsLoadedAgain) {
  FaultyEnv env;
  const TemporaryDirectory directory;
  const std::string path = directory.file("p.jsonl");
  ASSERT_TRUE(
      write_file_atomic(
          env, path,
          R"({"name": "a", "language": "rs", "prompt": "fn", "tests": "}", "stop_tokens": [)"
          R"("\n}"]})"
          "\n"
          R"({"task_id": "b", "prompt": "Add.", "cases": [{"input": "1"}], "checker": "c"})"
          "\n")
          .ok());
  const auto first = load_problems(env, path);
  ASSERT_TRUE(first.ok()) << first.error().message();
  ASSERT_TRUE(save_problems(env, path, first.value()).ok());
  const auto second = load_problems(env, path);
  ASSERT_TRUE(second.ok()) << second.error().message();
  ASSERT_EQ(second.value().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(first.value()[i].task_id, second.value()[i].task_id);
    EXPECT_EQ(first.value()[i].form, second.value()[i].form);
    EXPECT_EQ(first.value()[i].language, second.value()[i].language);
    EXPECT_EQ(first.value()[i].test, second.value()[i].test);
    EXPECT_EQ(first.value()[i].stop_strings, second.value()[i].stop_strings);
  }
}

TEST(ProgramProblemsTest, TheFilesOfMultiplEAreReadWhole) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data directory (SCRIBE_DATA_DIR)";
  FaultyEnv env;
  // Records by the data's own list.
  constexpr std::pair<const char*, std::size_t> files[] = {
      {"cpp", 161}, {"js", 161}, {"ts", 159}, {"sh", 158}, {"java", 158}, {"rs", 156}, {"go", 154}};
  for (const auto& [language, count] : files) {
    const auto problems =
        load_problems(env, fmt::format("{}/multipl-e/humaneval-{}.jsonl.gz", data, language));
    ASSERT_TRUE(problems.ok()) << problems.error().message();
    EXPECT_EQ(problems.value().size(), count);
    for (const Problem& problem : problems.value()) EXPECT_FALSE(problem.stop_strings.empty());
  }
}

}  // namespace
}  // namespace scribe
