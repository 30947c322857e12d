// Tests of what samples do on examples and made inputs, in the real sandbox.
#include "evaluate/sample_behaviour.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/json.h"
#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

constexpr const char* kPrompt =
    "def double(x: int) -> int:\n"
    "    \"\"\" Twice the number.\n"
    "    >>> double(2)\n"
    "    4\n"
    "    double(5) == 10\n"
    "    For example, double(7) returns 14.\n"
    "    \"\"\"\n";

class SampleBehaviourTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto capabilities = probe_sandbox();
    if (!capabilities.ok()) GTEST_SKIP() << "no sandbox here: " << capabilities.error().message();
    options_.inputs = 20;
    options_.limits = {.cpu_seconds = 0.5, .wall_seconds = 5};
    options_.workers = 2;
    options_.quiet = true;
  }

  void write_problem(const std::string& prompt, const std::string& entry_point = "double") {
    const Problem problem{.task_id = "t/0",
                          .prompt = prompt,
                          .entry_point = entry_point,
                          .canonical_solution = "",
                          .test = "def check(candidate): pass\n"};
    ASSERT_TRUE(save_problems(env_, problems_path_, {problem}).ok());
  }

  void write_results(const std::vector<std::string>& completions) {
    std::string text;
    for (const std::string& completion : completions)
      text +=
          to_json_line({{"task_id", "t/0"}, {"completion", completion}, {"passed", true}}) + "\n";
    ASSERT_TRUE(write_file_atomic(env_, results_path_, text).ok());
  }

  Result<Behaviours> run() {
    return sample_behaviours(env_, stop_, results_path_, problems_path_, options_);
  }

  /// "PASSED TOTAL" of the examples of a prompt for one body.
  std::string examples(const std::string& prompt, const std::string& entry_point,
                       const std::string& body) {
    if (!worker_) worker_ = SandboxWorker::start(probe_sandbox().value()).value();
    const Problem problem{.task_id = "t",
                          .prompt = prompt,
                          .entry_point = entry_point,
                          .canonical_solution = "",
                          .test = ""};
    const auto verdict = worker_->run({.candidate = prompt + body,
                                       .tests = examples_suite(problem),
                                       .entry_point = entry_point,
                                       .limits = options_.limits});
    EXPECT_TRUE(verdict.value().passed()) << verdict.value().detail;
    return verdict.value().report;
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
  std::string problems_path_ = directory_.file("p.jsonl");
  std::string results_path_ = directory_.file("r.jsonl");
  BehaviourOptions options_;
  std::unique_ptr<SandboxWorker> worker_;
};

TEST_F(SampleBehaviourTest, ProgramsThatComputeTheSameAreOfOneGroup) {
  write_problem(kPrompt);
  write_results({"    return 2 * x\n", "    return x + x\n", "    return x * x\n",
                 "    print('noise')\n    return x << 1\n", "    raise ValueError\n",
                 "    while True: pass\n", "    import time\n    return time.time_ns()\n",
                 "    return 4 if x == 2 else 10 if x == 5 else 14\n", "    return (\n"});
  const auto behaviours = run();
  ASSERT_TRUE(behaviours.ok()) << behaviours.error().message();
  const auto& samples = behaviours.value().samples;
  ASSERT_EQ(samples.size(), 9U);
  EXPECT_NE(samples[0].outputs, "");
  EXPECT_EQ(samples[1].outputs, samples[0].outputs);
  EXPECT_EQ(samples[3].outputs, samples[0].outputs);  // What it prints does not count.
  for (const std::size_t other : {2U, 6U, 7U})
    EXPECT_NE(samples[other].outputs, samples[0].outputs);
  for (const std::size_t none : {4U, 5U, 8U}) EXPECT_EQ(samples[none].outputs, "") << none;
  for (std::size_t i = 0; i < samples.size(); ++i)
    EXPECT_EQ(samples[i].passes_examples, i == 0 || i == 1 || i == 3 || i == 7) << i;
  EXPECT_EQ(behaviours.value().problems, 1);
  EXPECT_EQ(behaviours.value().with_examples, 1);
  EXPECT_EQ(behaviours.value().with_inputs, 1);
}

TEST_F(SampleBehaviourTest, RunsAreKeptAndOnlyNewProgramsRun) {
  write_problem(kPrompt);
  write_results({"    return 2 * x\n", "    return x\n"});
  const auto first = run();
  ASSERT_TRUE(first.ok()) << first.error().message();
  EXPECT_EQ(first.value().runs, 4);
  const auto again = run();
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value().runs, 0);
  EXPECT_EQ(again.value().samples[0].outputs, first.value().samples[0].outputs);
  // A kill in the middle of a line costs that run alone.
  const std::string path = behaviour_path_of(results_path_);
  const std::string kept = env_.read_file(path).value();
  ASSERT_TRUE(env_.truncate(path, static_cast<std::int64_t>(kept.size()) - 5).ok());
  EXPECT_EQ(run().value().runs, 1);
  write_results({"    return 2 * x\n", "    return x\n", "    return 3 * x\n"});
  EXPECT_EQ(run().value().runs, 2);
  options_.seed = 2;  // Other inputs: the examples stay.
  EXPECT_EQ(run().value().runs, 3);
}

TEST_F(SampleBehaviourTest, ExamplesAreReadInTheFormsThatPromptsUse) {
  const auto prompt = [](const std::string& line) {
    return "def f(x):\n    \"\"\"\n    " + line + "\n    \"\"\"\n";
  };
  const std::string body = "    return x\n";
  for (const char* line :
       {">>> f([1, 2])\n    [1, 2]", "f(1) == 1", "f('a)') => 'a)'", "f(1.5) ➞ 1.5",
        "f((1, 'x')) -> (1, 'x')", "For f(3) returns 3.", "f(True) should return true",
        "f({'a': 1}) = {'a': 1} # so", "* f(None) => None (nothing)", "f(3) == 3, since it is odd"})
    EXPECT_EQ(examples(prompt(line), "f", body), "1 1") << line;
  // What is no plain value, another function's, or not certain to be an answer is left alone.
  for (const char* line : {"f(y) == 1", "f(x=1) == 1", "g(1) == 1", "f(1) is prime", "a.f(1) == 1",
                           "f(1) == 1, 2", "f(f(1)) == 1", ">>> f(1) + 1\n    2", "f(1"})
    EXPECT_EQ(examples(prompt(line), "f", body), "0 0") << line;
  EXPECT_EQ(examples(prompt("f(1) == 2"), "f", body), "0 1");
}

TEST_F(SampleBehaviourTest, InputsComeFromAnnotationsWhereNoExampleStands) {
  write_problem("from typing import List\n\n\ndef double(x: List[int], y: str = ''):\n");
  write_results({"    return sorted(x)\n", "    return sorted(x, reverse=True)\n",
                 "    return sorted(list(x))\n"});
  const auto typed = run();
  ASSERT_TRUE(typed.ok());
  EXPECT_EQ(typed.value().with_examples, 0);
  EXPECT_EQ(typed.value().with_inputs, 1);
  EXPECT_TRUE(typed.value().samples[1].passes_examples);  // There are none to fail.
  EXPECT_EQ(typed.value().samples[0].outputs, typed.value().samples[2].outputs);
  EXPECT_NE(typed.value().samples[0].outputs, typed.value().samples[1].outputs);
  write_problem("def double(x):\n");
  const auto untyped = run();
  ASSERT_TRUE(untyped.ok());
  EXPECT_EQ(untyped.value().with_inputs, 0);
  EXPECT_EQ(untyped.value().samples[0].outputs, "");
}

TEST_F(SampleBehaviourTest, ExamplesOfProgramsAreTheirPublicCases) {
  const auto write_cases = [&](const Json& public_cases) {
    Json line = {
        {"task_id", "t/0"}, {"prompt", "Twice."}, {"cases", {{{"input", "3"}, {"output", "6"}}}}};
    if (!public_cases.is_null()) line["public_cases"] = public_cases;
    ASSERT_TRUE(write_file_atomic(env_, problems_path_, to_json_line(line) + "\n").ok());
  };
  write_cases(Json::array({Json{{"input", "2"}, {"output", "4"}}}));
  write_results({"print(int(input()) * 2)\n", "print(6)\n", "print(4)\n"});
  const auto behaviours = run();
  ASSERT_TRUE(behaviours.ok()) << behaviours.error().message();
  const auto& samples = behaviours.value().samples;
  EXPECT_TRUE(samples[0].passes_examples);
  EXPECT_FALSE(samples[1].passes_examples);  // It passes the hidden case only.
  EXPECT_TRUE(samples[2].passes_examples);
  EXPECT_EQ(samples[0].outputs, "");
  EXPECT_EQ(behaviours.value().with_examples, 1);
  write_cases(nullptr);
  const auto without = run();
  ASSERT_TRUE(without.ok());
  EXPECT_EQ(without.value().runs, 0);
  EXPECT_TRUE(without.value().samples[1].passes_examples);
  EXPECT_EQ(without.value().with_examples, 0);
}

TEST_F(SampleBehaviourTest, WhatCannotBeRunIsSaid) {
  write_problem(kPrompt);
  write_results({"    return x\n"});
  options_.inputs = 0;
  EXPECT_EQ(run().error().code(), ErrorCode::invalid_argument);
  options_.inputs = 5;
  ASSERT_TRUE(write_file_atomic(env_, problems_path_,
                                R"({"name": "t/0", "language": "cpp", "prompt": "p", "tests": "}"})"
                                "\n")
                  .ok());
  EXPECT_EQ(run().error().code(), ErrorCode::unsupported);
}

}  // namespace
}  // namespace scribe
