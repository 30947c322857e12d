// Generation as a whole: reproducible, split, verified, decontaminated.
#include "exercises/generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/testing/faulty_env.h"
#include "exercises/grammar.h"

namespace scribe {
namespace {

class GenerateTest : public testing::Test {
 protected:
  void SetUp() override {
    auto workers = real_sandbox_workers();
    if (!workers.ok()) GTEST_SKIP() << "no sandbox here: " << workers.error().message();
    options_.count = 12;
    options_.sandbox = {.start_worker = workers.value().start, .workers = 2};
  }

  Exercises generate(const ExerciseOptions& options) {
    auto exercises = generate_exercises(options, stop_);
    EXPECT_TRUE(exercises.ok()) << exercises.error().message();
    return exercises.ok() ? std::move(exercises).value() : Exercises{};
  }

  static std::string text_of(const Exercises& exercises) {
    std::string text;
    for (const Problem& problem : exercises.problems)
      text += problem.task_id + problem.prompt + problem.canonical_solution + problem.test;
    return text;
  }

  ExerciseOptions options_;
  StopToken stop_;
};

TEST_F(GenerateTest, TheNumberOfWorkersDoesNotMatterAndTheSeedDoes) {
  const Exercises two = generate(options_);
  ExerciseOptions other = options_;
  other.sandbox.workers = 1;
  EXPECT_EQ(text_of(two), text_of(generate(other)));
  other.seed = 2;
  EXPECT_NE(text_of(two), text_of(generate(other)));
  EXPECT_EQ(two.problems.size(), 12U);
  EXPECT_EQ(two.counts.taken, 12);
  EXPECT_EQ(two.counts.distinct_share(), 1.0);
}

// The suite is run by the tester as `scribe eval` does.
TEST_F(GenerateTest, SolutionsPassTheirTestsAndTrivialOnesDoNot) {
  const Exercises exercises = generate(options_);
  std::vector<SandboxJob> jobs;
  std::set<std::string> ids;
  for (const Problem& problem : exercises.problems) {
    EXPECT_TRUE(problem.prompt.ends_with("\"\"\"\n")) << problem.prompt;
    EXPECT_TRUE(ids.insert(problem.task_id).second) << problem.task_id;
    EXPECT_TRUE(problem.task_id.starts_with("exercise/")) << problem.task_id;
    EXPECT_GE(std::ranges::count(problem.test, '\n'), 6) << problem.test;
    for (const std::string& body : {problem.canonical_solution, std::string("    return None\n")})
      jobs.push_back({.candidate = judged_program(problem, body),
                      .tests = problem.test,
                      .entry_point = problem.entry_point,
                      .limits = {}});
  }
  const Status status = judge(jobs, options_.sandbox.start_worker, 2, stop_,
                              [&](std::size_t index, const Verdict& verdict) -> Status {
                                EXPECT_EQ(verdict.passed(), index % 2 == 0)
                                    << jobs[index].candidate << verdict.detail;
                                return {};
                              });
  EXPECT_TRUE(status.ok());
}

TEST_F(GenerateTest, WhatIsProtectedIsRefusedByItsRule) {
  options_.difficulty_max = 1;
  const Exercises free = generate(options_);
  TemporaryDirectory directory;
  const std::string path = directory.file("protected.jsonl");
  std::vector<Problem> long_ones;
  for (const Problem& problem : free.problems)
    if (problem.canonical_solution.size() > 60) long_ones.push_back(problem);
  ASSERT_FALSE(long_ones.empty());
  ASSERT_TRUE(save_problems(Env::real(), path, long_ones).ok());
  auto decontaminator = Decontaminator::load(Env::real(), {path}, {});
  ASSERT_TRUE(decontaminator.ok());
  options_.decontaminator = decontaminator.value();
  options_.protected_names.insert(free.problems[0].entry_point);
  const Exercises others = generate(options_);
  const auto refused = [&](ExerciseRefusal why) {
    return others.counts.refused[static_cast<std::size_t>(why)];
  };
  EXPECT_GE(refused(ExerciseRefusal::same_name), 1);
  EXPECT_GE(refused(ExerciseRefusal::shared_docstring) + refused(ExerciseRefusal::shared_solution) +
                refused(ExerciseRefusal::shared_words) + refused(ExerciseRefusal::shared_form),
            1);
  for (const Problem& problem : others.problems) {
    EXPECT_FALSE(
        options_.decontaminator.find(problem.prompt + problem.canonical_solution).has_value());
    EXPECT_NE(problem.entry_point, free.problems[0].entry_point);
  }
}

TEST_F(GenerateTest, TheSidesShareNoStructure) {
  std::set<std::string> train;
  for (const Problem& problem : generate(options_).problems) train.insert(problem.task_id);
  options_.split = ChainSplit::evaluation;
  for (const Problem& problem : generate(options_).problems)
    EXPECT_FALSE(train.contains(problem.task_id)) << problem.task_id;
}

TEST_F(GenerateTest, AStopIsAnErrorAndOptionsAreChecked) {
  for (const auto& [count, low, high] :
       {std::tuple(0, 1, 3), std::tuple(kExerciseCountMax + 1, 1, 3), std::tuple(1, 0, 3),
        std::tuple(1, 3, 2), std::tuple(1, 1, 6)}) {
    ExerciseOptions options = options_;
    options.count = count;
    options.difficulty_min = low;
    options.difficulty_max = high;
    EXPECT_EQ(generate_exercises(options, stop_).error().code(), ErrorCode::invalid_argument);
  }
  stop_.request();
  EXPECT_EQ(generate_exercises(options_, stop_).error().code(), ErrorCode::interrupted);
}

TEST(ExerciseSplitTest, WholeFamiliesAndSingleCombinationsAreHeldOut) {
  int families = 0;
  int held_out = 0;
  for (const ExerciseFamily& family : all_families().families()) {
    int own = 0;
    for (int i = 0; i < 200; ++i)
      if (split_of_structure(1, family.path, fmt::format("{} {}", family.path, i)) ==
          ChainSplit::evaluation)
        ++own;
    ++families;
    if (own == 200) ++held_out;
    if (own < 200) {
      EXPECT_NEAR(own, 200 * kHeldOutStructures, 30) << family.path;
    }
  }
  EXPECT_GE(held_out, 5);
  EXPECT_LE(held_out, families / 5);
}

}  // namespace
}  // namespace scribe
