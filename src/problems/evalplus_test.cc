// Tests of reading EvalPlus's files; what their suites judge is tested in the sandbox.
#include "problems/evalplus.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

constexpr const char* kLine =
    R"({"task_id": "Mbpp/404", "prompt": "p\n", "entry_point": "f", "canonical_solution": "s", )"
    R"("base_input": [[1, 2]], "plus_input": [[Infinity, 10000000000000000000000]], )"
    R"("atol": 1e-06, "contract": "", "assertion": "assert f(1, 2) == 1"})";

std::string without(std::string line, const std::string& part, const std::string& instead = "") {
  const std::size_t start = line.find(part);
  EXPECT_NE(start, std::string::npos) << part;
  return line.replace(start, part.size(), instead);
}

std::string message_of(const std::string& line) {
  const auto problem = problem_from_evalplus(line, "f:1");
  return problem.ok() ? "ok" : problem.error().message();
}

TEST(EvalplusTest, ItsLinesAreRecognisedByTheirKeys) {
  EXPECT_TRUE(has_evalplus_keys(kLine));
  EXPECT_FALSE(has_evalplus_keys(R"({"task_id": "t", "prompt": "\"base_input\" \"plus_input\""})"));
}

TEST(EvalplusTest, NumbersReachTheSuiteAsTheyAreWritten) {
  const auto problem = problem_from_evalplus(kLine, "f:1");
  ASSERT_TRUE(problem.ok()) << problem.error().message();
  EXPECT_TRUE(problem.value().expected_from_solution);
  EXPECT_EQ(problem.value().canonical_solution, "s");
  EXPECT_NE(problem.value().test.find("oracle.Check('mbpp', 404, 'f', 1e-06, '[[1, 2]]', "
                                      "'[[Infinity, 10000000000000000000000]]')"),
            std::string::npos);
}

TEST(EvalplusTest, TextsThatArePythonInsideStayTexts) {
  const auto problem =
      problem_from_evalplus(without(kLine, "[[1, 2]]", R"([["it's \"a\\b\" \n"]])"), "f:1");
  ASSERT_TRUE(problem.ok());
  EXPECT_NE(problem.value().test.find(R"('[["it\'s \\"a\\\\b\\" \\n"]]')"), std::string::npos)
      << problem.value().test;
}

TEST(EvalplusTest, AnEmptyObjectIsAnEmptyListOfInputs) {
  const auto problem = problem_from_evalplus(without(kLine, "[[1, 2]]", "{}"), "f:1");
  ASSERT_TRUE(problem.ok());
  EXPECT_NE(problem.value().test.find("'[]'"), std::string::npos);
}

TEST(EvalplusTest, WrongFieldsAreNamed) {
  EXPECT_EQ(message_of(without(kLine, R"("prompt": "p\n", )")), "f:1: field 'prompt' is missing");
  EXPECT_EQ(message_of(without(kLine, R"("p\n")", "3")),
            "f:1: field 'prompt' is of type number, expected a string");
  EXPECT_EQ(message_of(without(kLine, "[[1, 2]]", "3")),
            "f:1: field 'base_input' is not a list of argument lists");
  EXPECT_EQ(message_of(without(kLine, "1e-06", "\"x\"")),
            "f:1: field 'atol' is \"x\", expected a number from 0 on");
  EXPECT_EQ(message_of(without(kLine, "Mbpp/404", "Mbpp")),
            "f:1: field 'task_id' is 'Mbpp', expected a name and a number, as in Mbpp/2");
}

TEST(EvalplusTest, SuitesRecordAndJudge) {
  const auto problem = problem_from_evalplus(kLine, "f:1");
  ASSERT_TRUE(problem.ok());
  EXPECT_TRUE(recording_suite(problem.value()).ends_with("\ncheck = check.record\n"));
  EXPECT_TRUE(judging_suite(problem.value(), std::string_view("\0\xff", 2))
                  .ends_with("\ncheck.expect(bytes.fromhex('00ff'))\n"));
}

TEST(EvalplusTest, BothPublishedFilesAreReadWholeAndSavedAgain) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data directory (SCRIBE_DATA_DIR)";
  TemporaryDirectory directory;
  Env& env = Env::real();
  for (const auto& [name, count] :
       {std::pair{"HumanEvalPlus.jsonl.gz", 164U}, std::pair{"MbppPlus.jsonl.gz", 378U}}) {
    const auto problems = load_problems(env, data + "/evalplus/" + name);
    ASSERT_TRUE(problems.ok()) << problems.error().message();
    EXPECT_EQ(problems.value().size(), count);
    ASSERT_TRUE(save_problems(env, directory.file(name), problems.value()).ok());
    const auto again = load_problems(env, directory.file(name));
    ASSERT_TRUE(again.ok()) << again.error().message();
    EXPECT_EQ(again.value().back().test, problems.value().back().test);
    EXPECT_TRUE(again.value().back().expected_from_solution);
  }
}

}  // namespace
}  // namespace scribe
