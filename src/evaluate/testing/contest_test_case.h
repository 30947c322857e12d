// What tests of contest solutions share: a problem out of one line, and the real sandbox.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/stop.h"
#include "base/testing/faulty_env.h"
#include "evaluate/check_solutions.h"
#include "problems/contest_import.h"

namespace scribe {

class ContestTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto capabilities = probe_sandbox();
    if (!capabilities.ok()) GTEST_SKIP() << "no sandbox here: " << capabilities.error().message();
  }

  /// Makes problems_ one problem with these programs.
  void load(const Json& line, std::vector<std::string> solutions,
            std::vector<std::string> incorrect) {
    const std::string path = directory_.file("c.jsonl");
    ASSERT_TRUE(write_file_atomic(env_, path, to_json_line(line) + "\n").ok());
    auto set = load_contest_problems(env_, {path}, false);
    ASSERT_TRUE(set.ok()) << set.error().message();
    problems_ = std::move(set.value().problems);
    problems_[0].solutions = std::move(solutions);
    problems_[0].incorrect = std::move(incorrect);
  }

  static Json calls(const std::string& cases, const std::string& starter = "") {
    return {
        {"problem_id", 1}, {"question", "?"}, {"starter_code", starter}, {"input_output", cases}};
  }

  /// How many right and how many incorrect solutions pass.
  static std::pair<std::int64_t, std::int64_t> passes(const SolutionsCheck& check) {
    return {std::ssize(check.solutions_passed), std::ssize(check.incorrect_passed)};
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
  CheckSolutionsOptions options_{.workers = 2, .quiet = true, .sandbox = {}};
  std::vector<ContestProblem> problems_;
};

}  // namespace scribe
