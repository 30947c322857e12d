// Every family draws, its solutions run, and those of one family do the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "exercises/draft.h"
#include "exercises/grammar.h"
#include "exercises/inputs.h"
#include "exercises/presentation.h"
#include "exercises/recording.h"

namespace scribe {
namespace {

constexpr int kDraftsPerFamily = 3;
constexpr int kInputs = 24;

ProgramToRecord program_of(const Draft& draft) {
  PhiloxStream random(7, 1);
  return {.source = plain_program(draft, draft.body),
          .name = draft.name,
          .inputs = make_inputs(draft.arguments, kInputs, random)};
}

TEST(FamiliesTest, PathsAreUniqueAndNoFieldIsMissing) {
  std::set<std::string> paths;
  for (const ExerciseFamily& family : all_families().families()) {
    EXPECT_TRUE(paths.insert(family.path).second) << family.path;
    EXPECT_FALSE(family.arguments.empty() || family.names.empty() || family.sayings.empty() ||
                 family.bodies.empty() || family.returns.empty())
        << family.path;
    EXPECT_GE(family.difficulty, 1) << family.path;
    EXPECT_LE(family.difficulty, 5) << family.path;
  }
  EXPECT_GE(paths.size(), 180U);
}

TEST(FamiliesTest, NothingOfTheNotationIsLeftInADraft) {
  for (const ExerciseFamily& family : all_families().families())
    for (std::uint64_t i = 0; i < 20; ++i) {
      const Draft draft = draft_of_family(family, PhiloxStream(i, 3));
      std::string text = draft.description + draft.name;
      for (const std::string& note : draft.notes) text += note;
      for (const std::string& hint : draft.hints) text += hint;
      EXPECT_EQ(text.find_first_of("$@~"), std::string::npos) << family.path << ": " << text;
      EXPECT_EQ(draft.body.find_first_of("$@~"), std::string::npos) << family.path << draft.body;
      EXPECT_TRUE(draft.description.ends_with('.') || draft.description.ends_with(')'))
          << draft.description;
    }
}

TEST(FamiliesTest, TheSameStreamGivesTheSameDraft) {
  const ExerciseFamily& family = all_families().families()[0];
  const Draft first = draft_of_family(family, PhiloxStream(5, 9));
  const Draft second = draft_of_family(family, PhiloxStream(5, 9));
  EXPECT_EQ(first.key + first.body + first.description,
            second.key + second.body + second.description);
}

class RunFamiliesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto workers = real_sandbox_workers();
    if (!workers.ok()) GTEST_SKIP() << "no sandbox here: " << workers.error().message();
    options_ = {.start_worker = workers.value().start, .workers = 2};
  }

  RecordingOptions options_;
  StopToken stop_;
};

TEST_F(RunFamiliesTest, EverySolutionRunsAndThoseOfOneFamilyAgree) {
  std::vector<ProgramToRecord> programs;
  std::vector<std::string> names;
  std::vector<std::string> raises;
  for (const ExerciseFamily& family : all_families().families())
    for (std::uint64_t i = 0; i < kDraftsPerFamily; ++i)
      for (std::size_t style = 0; style < family.bodies.size(); ++style) {
        raises.push_back("!" + family.raises);
        programs.push_back(
            program_of(draft_of_family(family, PhiloxStream(i, 11), static_cast<int>(style))));
        names.push_back(fmt::format("{} {}", family.path, i));
      }
  const auto records = record_programs(programs, options_, stop_);
  ASSERT_TRUE(records.ok()) << records.error().message();
  for (std::size_t i = 0; i < programs.size(); ++i) {
    const ProgramRecord& record = records.value()[i];
    ASSERT_EQ(record.problem, "") << names[i] << "\n" << programs[i].source;
    for (std::size_t k = 0; k < record.outputs.size(); ++k)
      EXPECT_FALSE(record.outputs[k].starts_with('!') && record.outputs[k] != raises[i])
          << names[i] << record.outputs[k] << programs[i].inputs[k] << "\n"
          << programs[i].source;
    if (i > 0 && names[i] == names[i - 1]) {
      EXPECT_EQ(record.outputs, records.value()[i - 1].outputs)
          << names[i] << "\n"
          << programs[i - 1].source << programs[i].source;
    }
  }
}

TEST_F(RunFamiliesTest, WhatTheGrammarComposesRuns) {
  std::vector<ProgramToRecord> programs;
  for (std::uint64_t i = 0; i < 150; ++i) {
    PhiloxStream random(i, 13);
    programs.push_back(program_of(draft_of_grammar(1, 5, random)));
  }
  const auto records = record_programs(programs, options_, stop_);
  ASSERT_TRUE(records.ok()) << records.error().message();
  for (std::size_t i = 0; i < programs.size(); ++i) {
    const ProgramRecord& record = records.value()[i];
    EXPECT_EQ(record.problem, "") << programs[i].source;
    for (const std::string& output : record.outputs)
      EXPECT_FALSE(output.starts_with('!') && output != "!OverflowError") << output << "\n"
                                                                          << programs[i].source;
  }
}

TEST_F(RunFamiliesTest, AFaultThatChangesNothingIsNotFoundAndOneThatDoesIs) {
  std::vector<ProgramToRecord> programs = {
      {.source = "def f(x):\n    return x + 1\n",
       .name = "f",
       .inputs = {"(1,)", "(2,)"},
       .telling = 2,
       .lesser = {"def f(x):\n    return 2 if x == 1 else 0\n", "def f(x):\n    return 1 + x\n"}},
      {.source = "def f(x):\n    while True:\n        pass\n", .name = "f", .inputs = {"(1,)"}},
      {.source = "def f(x):\n    x.append(1)\n    return x\n",
       .name = "f",
       .inputs = {"([],)"},
       .telling = 1},
      {.source = "def f(x:\n", .name = "f", .inputs = {"(1,)"}}};
  const auto records = record_programs(programs, options_, stop_);
  ASSERT_TRUE(records.ok()) << records.error().message();
  EXPECT_EQ(records.value()[0].outputs, (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(records.value()[0].faults[0], (std::vector<std::size_t>{1}));
  EXPECT_TRUE(records.value()[0].faults[1].empty());
  EXPECT_EQ(records.value()[1].outputs[0], "!_Endless");
  EXPECT_EQ(records.value()[2].problem, "changes its argument");
  EXPECT_TRUE(records.value()[3].problem.starts_with("definition: SyntaxError"));
}

}  // namespace
}  // namespace scribe
