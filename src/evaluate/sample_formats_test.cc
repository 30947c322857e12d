// Tests of the forms that samples come in.
#include "evaluate/sample_formats.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

Problem problem(const std::string& task_id) {
  return {.task_id = task_id,
          .prompt = "def f():\n",
          .entry_point = "f",
          .canonical_solution = "",
          .test = ""};
}

class SampleFormatsTest : public testing::Test {
 protected:
  Result<SampleFile> read(const std::string& text, const std::string& name = "s.jsonl") {
    EXPECT_TRUE(write_file_atomic(env_, directory_.file(name), text).ok());
    return read_sample_file(env_, directory_.file(name), problems_);
  }
  std::string message(const std::string& text) {
    const auto file = read(text);
    EXPECT_FALSE(file.ok());
    EXPECT_EQ(file.error().code(), ErrorCode::invalid_data);
    return file.error().message().substr(directory_.path().size() + 1);
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
  std::vector<Problem> problems_ = {problem("HumanEval/0"), problem("HumanEval/1")};
};

TEST_F(SampleFormatsTest, LinesWithCompletionsAreHumanEvals) {
  const auto file = read(R"({"task_id": "HumanEval/0", "completion": "    pass", "x": 1})"
                         "\n");
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_EQ(file.value().format, SampleFormat::human_eval);
  ASSERT_EQ(file.value().samples.size(), 1U);
  EXPECT_EQ(file.value().samples[0].text, "    pass");
  EXPECT_FALSE(file.value().samples[0].is_program);
  EXPECT_EQ(file.value().samples[0].line["x"], 1);
}

TEST_F(SampleFormatsTest, ASolutionIsAWholeProgramAndWinsOverACompletion) {
  const auto file = read(R"({"task_id": "HumanEval/0", "completion": "c", "solution": "s"})"
                         "\n"
                         R"({"task_id": "HumanEval/1", "completion": "c"})"
                         "\n");
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_EQ(file.value().format, SampleFormat::evalplus);
  EXPECT_EQ(file.value().samples[0].text, "s");
  EXPECT_TRUE(file.value().samples[0].is_program);
  EXPECT_EQ(file.value().samples[1].text, "c");
  EXPECT_FALSE(file.value().samples[1].is_program);
}

TEST_F(SampleFormatsTest, AListOfListsIsBigcodesAndFollowsTheProblems) {
  const auto file = read(" \n[[\"a\", \"b\"], [\"c\"]]", "generations.json");
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_EQ(file.value().format, SampleFormat::bigcode);
  ASSERT_EQ(file.value().samples.size(), 3U);
  const RawSample& last = file.value().samples[2];
  EXPECT_EQ(last.task_id, "HumanEval/1");
  EXPECT_EQ(last.text, "c");
  EXPECT_TRUE(last.is_program);
  EXPECT_EQ(to_json_line(file.value().samples[1].line),
            R"({"task_id":"HumanEval/0","solution":"b","sample_index":1})");
}

TEST_F(SampleFormatsTest, NumbersThatOnlyPythonsJsonHasAreNull) {
  const auto file = read(
      R"({"task_id": "HumanEval/0", "completion": "NaN, \"Infinity", "p": NaN, "q": [-Infinity,)"
      R"( {"r":Infinity}], "NaN": 1.5})"
      "\n");
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_EQ(file.value().samples[0].text, "NaN, \"Infinity");
  EXPECT_EQ(to_json_line(file.value().samples[0].line),
            R"({"task_id":"HumanEval/0","completion":"NaN, \"Infinity","p":null,"q":[null,)"
            R"({"r":null}],"NaN":1.5})");
  EXPECT_EQ(message("{\"task_id\": \"HumanEval/0\", \"completion\": NaN}\n"),
            "s.jsonl:1: field 'completion' is of type null, expected a string");
  for (const char* const word : {"nan", "NaN1", "-NaN", "inf", "+Infinity", "--Infinity", "NaNNaN"})
    EXPECT_NE(message(fmt::format(R"({{"task_id": "HumanEval/0", "completion": "", "p": {}}})"
                                  "\n",
                                  word))
                  .find("s.jsonl:1: not valid JSON"),
              std::string::npos)
        << word;
}

TEST_F(SampleFormatsTest, FewerListsThanProblemsAreAPartialFile) {
  const auto file = read("[[\"a\"]]");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file.value().samples.size(), 1U);
}

TEST_F(SampleFormatsTest, AFolderHasAFolderPerTaskAndItsFilesCountAsNumbers) {
  for (const char* const name : {"HumanEval_0", "HumanEval_1", "other"})
    ASSERT_TRUE(env_.create_directories(directory_.file(name)).ok());
  for (const char* const name :
       {"HumanEval_0/10.py", "HumanEval_0/9.py", "HumanEval_0/notes.txt", "other/0.py"})
    ASSERT_TRUE(write_file_atomic(env_, directory_.file(name), name).ok());
  const auto file = read_sample_file(env_, directory_.path(), problems_);
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_EQ(file.value().format, SampleFormat::evalplus_folder);
  ASSERT_EQ(file.value().samples.size(), 2U);
  EXPECT_EQ(file.value().samples[0].text, "HumanEval_0/9.py");
  EXPECT_EQ(file.value().samples[1].text, "HumanEval_0/10.py");
  EXPECT_EQ(file.value().samples[1].task_id, "HumanEval/0");
}

TEST_F(SampleFormatsTest, BadInputIsOneLineThatNamesThePlace) {
  EXPECT_EQ(message("{\"task_id\": \"HumanEval/0\"}\n"),
            "s.jsonl:1: field 'completion' is missing, and there is no 'solution' either");
  EXPECT_EQ(message("{\"task_id\": \"HumanEval/0\", \"completion\": 7}\n"),
            "s.jsonl:1: field 'completion' is of type number, expected a string");
  EXPECT_EQ(message("{\"task_id\": 3, \"completion\": \"\"}\n"),
            "s.jsonl:1: field 'task_id' is of type number, expected a string");
  EXPECT_EQ(message("{\"task_id\": \"HumanEval/0\", \"solution\": null}\n"),
            "s.jsonl:1: field 'solution' is of type null, expected a string");
  EXPECT_EQ(message("17\n"), "s.jsonl:1: field 'task_id' is missing");
  EXPECT_EQ(message("[[\"a\"], \"b\"]"),
            "s.jsonl: element 2 is of type string, expected a list of programs (generations as "
            "bigcode-evaluation-harness writes them)");
  EXPECT_EQ(message("[[\"a\", 1]]"),
            "s.jsonl: generation 2 of element 1 is of type number, expected a string");
  EXPECT_NE(message("[[\"a\"], ").find("s.jsonl: not valid JSON"), std::string::npos);
  EXPECT_NE(read("[[], [], []]").error().message().find("generations for 3 problems"),
            std::string::npos);
}

TEST_F(SampleFormatsTest, AFolderWithoutSamplesAndAMissingFileAreErrors) {
  EXPECT_EQ(read_sample_file(env_, directory_.path(), problems_).error().code(),
            ErrorCode::invalid_data);
  EXPECT_EQ(read_sample_file(env_, directory_.file("none"), problems_).error().code(),
            ErrorCode::not_found);
}

}  // namespace
}  // namespace scribe
