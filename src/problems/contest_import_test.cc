// Tests of contest lines: solutions, malformed ones, examples in statements, prompts.
#include "problems/contest_import.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

constexpr const char* kStatement =
    "Add two numbers.\n\n-----Input-----\nTwo numbers.\n\n-----Output-----\nTheir sum.\n\n"
    "-----Examples-----\nInput\n1 2\n\nOutput\n3\n\nInput\n4\n5\n\nOutput\n9\n\n"
    "-----Note-----\nInput\nis easy.\n";

class ContestImportTest : public testing::Test {
 protected:
  Result<ContestSet> load(const std::string& text, bool keep_going = false) {
    const std::string path = directory_.file("c.jsonl");
    EXPECT_TRUE(write_file_atomic(env_, path, text).ok());
    return load_contest_problems(env_, {path}, keep_going);
  }
  static std::string apps(int id, const Json& solutions = "[\"print(3)\"]") {
    return to_json_line({{"problem_id", id},
                         {"question", kStatement},
                         {"solutions", solutions},
                         {"input_output", R"({"inputs": ["1 2"], "outputs": ["3"]})"}}) +
           "\n";
  }
  FaultyEnv env_;
  TemporaryDirectory directory_;
};

TEST_F(ContestImportTest, SolutionsAreReadInEveryForm) {
  const auto set = load(
      apps(1) + apps(2, "") + apps(3, {"a", "b"}) +
      R"({"name": "c", "description": "Add.", "public_tests": {"input": ["1 2"], "output": ["3"]},)"
      R"x( "solutions": {"language": [2, 3], "solution": ["int main(){}", "print(3)"]},)x"
      R"x( "incorrect_solutions": {"language": [3, 1], "solution": ["print(4)", "print 4"]}})x"
      "\n");
  ASSERT_TRUE(set.ok()) << set.error().message();
  const auto& problems = set.value().problems;
  ASSERT_EQ(problems.size(), 4U);
  EXPECT_EQ(problems[0].solutions, std::vector<std::string>{"print(3)"});
  EXPECT_TRUE(problems[1].solutions.empty());
  EXPECT_EQ(problems[2].solutions, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(problems[3].solutions, std::vector<std::string>{"print(3)"});  // Python 3 only.
  EXPECT_EQ(problems[3].incorrect, std::vector<std::string>{"print(4)"});
  EXPECT_EQ(problems[3].problem.public_cases, R"([{"input":"1 2","output":"3"}])");
}

TEST_F(ContestImportTest, MalformedLinesAreNamedOrStopTheImport) {
  const std::string text = apps(1) + "{\n" + apps(1) + R"({"a": 1})" + "\n" +
                           apps(2, Json::array({7})) +
                           R"({"problem_id": 3, "question": "", "input_output": "{"})" + "\n";
  EXPECT_NE(load(text).error().message().find("c.jsonl:2:"), std::string::npos);
  const auto set = load(text, true);
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set.value().problems.size(), 1U);
  ASSERT_EQ(set.value().malformed.size(), 5U);
  const char* const reasons[] = {"c.jsonl:2:", "c.jsonl:3: task 'apps/1' was already given",
                                 "c.jsonl:4: neither", "c.jsonl:5: field 'solutions' holds a",
                                 "c.jsonl:6: field 'input_output'"};
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_NE(set.value().malformed[i].find(reasons[i]), std::string::npos)
        << set.value().malformed[i];
  EXPECT_EQ(load("{\n", true).error().code(), ErrorCode::invalid_data);
}

TEST_F(ContestImportTest, ExamplesOfAStatementArePublicCases) {
  EXPECT_EQ(to_json_line(public_cases_in_text(kStatement)),
            R"([{"input":"1 2\n","output":"3\n"},{"input":"4\n5\n","output":"9\n"}])");
  EXPECT_EQ(to_json_line(public_cases_in_text("-----Input-----\nx\n-----Sample Input-----\n1\n"
                                              "-----Sample Output-----\n2\n-----Explanation-----\n"
                                              "So.\n")),
            R"([{"input":"1\n","output":"2\n"}])");
  EXPECT_TRUE(public_cases_in_text("Input\n1\nOutput\n2\n").empty());  // No section of examples.
  EXPECT_TRUE(public_cases_in_text("").empty());
}

TEST_F(ContestImportTest, OneExampleShowsTheFormat) {
  Problem problem = load(apps(1)).value().problems[0].problem;
  Problem plain = problem;
  EXPECT_TRUE(set_contest_prompt(false, plain));
  EXPECT_EQ(plain.prompt, "\"\"\"\n" + std::string(kStatement) + "\"\"\"\n");
  EXPECT_TRUE(set_contest_prompt(true, problem));
  EXPECT_TRUE(problem.prompt.ends_with("\n\nExample\n\nInput\n1 2\n\nOutput\n3\n\"\"\"\n"))
      << problem.prompt;
  problem.public_cases.clear();
  EXPECT_FALSE(set_contest_prompt(true, problem));
}

TEST_F(ContestImportTest, PublicCasesAreSavedAndLoadedApart) {
  const Problem problem = load(apps(1)).value().problems[0].problem;
  const std::string path = directory_.file("p.jsonl");
  ASSERT_TRUE(save_problems(env_, path, {problem}).ok());
  const Problem again = load_problems(env_, path).value()[0];
  EXPECT_EQ(again.public_cases, problem.public_cases);
  EXPECT_EQ(again.test, problem.test);
  EXPECT_EQ(again.form, ProblemForm::stdio);
}

TEST_F(ContestImportTest, CallsBecomeProblemsOfAFunctionOrAMethod) {
  const auto line = [](int id, const std::string& name, const std::string& starter,
                       const std::string& inputs) {
    return to_json_line({{"problem_id", id},
                         {"question", "Say \"\"\"hi\"\"\" or \"ho\" \\n."},
                         {"starter_code", starter},
                         {"input_output", fmt::format(R"({{"fn_name": "{}", "inputs": {}, )"
                                                      R"("outputs": [1]}})",
                                                      name, inputs)}}) +
           "\n";
  };
  const auto set = load(line(1, "f", "", "[[1]]") +
                        line(2, "g", "class Solution:\n    def g(self, x):\n        ", "[[2]]"));
  ASSERT_TRUE(set.ok()) << set.error().message();
  const Problem& function = set.value().problems[0].problem;
  EXPECT_EQ(function.form, ProblemForm::calls);
  EXPECT_EQ(function.entry_point, "f");
  EXPECT_EQ(function.prompt, "\"\"\"\nSay \\\"\\\"\\\"hi\\\"\\\"\\\" or \"ho\" \\\\n.\n\"\"\"\n");
  const Problem& method = set.value().problems[1].problem;
  EXPECT_EQ(method.entry_point, "Solution");
  EXPECT_TRUE(method.prompt.ends_with("def g(self, x):\n        "));
  EXPECT_NE(method.prompt.find("from typing import *"), std::string::npos);
  EXPECT_NE(method.test.find("candidate().g(*arguments)"), std::string::npos);
  EXPECT_NE(load(line(1, "f", "", "[1]")).error().message().find("input 1 is a number"),
            std::string::npos);
  EXPECT_NE(load(line(1, "f(", "", "[[1]]")).error().message().find("fn_name is 'f('"),
            std::string::npos);
  EXPECT_EQ(load(line(1, "f", "", "[]")).error().code(), ErrorCode::invalid_data);
}

}  // namespace
}  // namespace scribe
