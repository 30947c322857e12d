// Choice and writing of tests.
#include "exercises/exercise_tests.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "exercises/presentation.h"
#include "exercises/tidy_code.h"

namespace scribe {
namespace {

const std::vector<std::string> kInputs = {"(0,)", "(1,)", "(2,)", "(3,)", "(4,)",
                                          "(5,)", "(6,)", "(7,)", "(8,)", "(9,)"};

ProgramRecord record_of(std::vector<std::string> outputs) {
  return {.outputs = std::move(outputs)};
}

TEST(ExerciseTestsTest, EveryFaultThatCanBeFoundIsFound) {
  ProgramRecord record = record_of({"0", "1", "0", "1", "0", "1", "0", "1", "0", "1"});
  record.faults = {{9}, {4, 9}, {5}, {}};
  const auto tests = choose_tests(record, kInputs, 6);
  for (const std::size_t needed : {std::size_t{9}, std::size_t{5}})
    EXPECT_TRUE(std::ranges::binary_search(tests, needed)) << needed;
  EXPECT_EQ(tests[0], 0U);
}

TEST(ExerciseTestsTest, ConstantIdenticalRaisingAndUnfoundProgramsAreRefused) {
  const Draft draft;
  const auto refusal = [&](const ProgramRecord& record) {
    return refusal_of(draft, record, kInputs);
  };
  EXPECT_EQ(refusal(record_of({"0", "0", "0", "0", "0", "0", "0", "0", "0", "1"})),
            ExerciseRefusal::constant);
  EXPECT_EQ(refusal(record_of({"0", "1", "2", "3", "4", "5", "6", "7", "8", "0"})),
            ExerciseRefusal::identity);
  EXPECT_EQ(refusal(record_of({"0", "1", "!ValueError", "3", "0", "5", "0", "7", "0", "0"})),
            ExerciseRefusal::raises);
  EXPECT_EQ(refusal(record_of({"0", "1", "!_Endless", "3", "0", "5", "0", "7", "0", "0"})),
            ExerciseRefusal::failed);
  ProgramRecord good = record_of({"0", "2", "4", "6", "8", "10", "12", "14", "16", "18"});
  EXPECT_EQ(refusal(good), std::nullopt);
  good.faults = {{}, {}, {1}};
  EXPECT_EQ(refusal(good), ExerciseRefusal::undistinguished);
  good.faults = {{}, {1}, {2}, {3}};
  EXPECT_EQ(refusal(good), std::nullopt);
  good.necessary = 1;
  EXPECT_EQ(refusal(good), ExerciseRefusal::undistinguished);
}

TEST(ExerciseTestsTest, FloatsAreComparedWithATolerance) {
  const std::vector<std::string> inputs = {"(1,)", "([1], 2)"};
  EXPECT_EQ(write_tests(record_of({"0.5", "2"}), inputs, std::vector<std::size_t>{0, 1}),
            "def check(candidate):\n    assert abs(candidate(1) - 0.5) < 1e-6\n"
            "    assert abs(candidate([1], 2) - 2) < 1e-6\n");
  EXPECT_NE(write_tests(record_of({"[0.5]"}), inputs, std::vector<std::size_t>{0})
                .find("assert close(candidate(1), [0.5])"),
            std::string::npos);
  EXPECT_EQ(write_tests(record_of({"'1.5'"}), inputs, std::vector<std::size_t>{0}),
            "def check(candidate):\n    assert candidate(1) == '1.5'\n");
  EXPECT_NE(write_tests(record_of({"!ValueError"}), inputs, std::vector<std::size_t>{0})
                .find("except ValueError:"),
            std::string::npos);
}

TEST(PresentationTest, AnnotationsOfBothKinds) {
  EXPECT_EQ(typing_annotation("dict[str, list[int]]"), "Dict[str, List[int]]");
  EXPECT_EQ(typing_annotation("tuple[int, int] | None"), "Optional[Tuple[int, int]]");
  EXPECT_EQ(typing_annotation("int"), "int");
}

TEST(PresentationTest, LinesAreBrokenAndListsHang) {
  EXPECT_EQ(wrapped("one two three", 8, "    "), "    one two\n    three");
  EXPECT_EQ(wrapped("- one two three\nfour", 8, ""), "- one\n  two\n  three\nfour");
}

TEST(TidyCodeTest, NamesThatAreOnlySetDisappear) {
  EXPECT_EQ(tidy_body("    n0 = n\n    count = 0\n    for x in xs:\n        count += 1\n"
                      "        if x:\n            n0 = x\n    return count\n"),
            "    count = 0\n    for x in xs:\n        count += 1\n    return count\n");
  const std::string kept =
      "    best = 0\n    for x in xs:\n        best = max(best, x)\n"
      "    return best\n";
  EXPECT_EQ(tidy_body(kept), kept);
  const std::string chain = "    x = y = 0\n    x += n\n    return y\n";
  EXPECT_EQ(tidy_body(chain), "    x = y = 0\n    x += n\n    return y\n");
  // Without its only line the first branch could not stand.
  const std::string branch =
      "    a = 0\n    if x:\n        a = 1\n    else:\n        x = 2\n"
      "    return x\n";
  EXPECT_EQ(tidy_body(branch), branch);
}

TEST(TidyCodeTest, BreaksAndPasses) {
  EXPECT_EQ(tidy_body("    if a:\n        b~~c\n    else:\n        pass\n    return b\n"),
            "    if a:\n        b\n        c\n    return b\n");
  EXPECT_EQ(tidy_body("    while a:\n        a = f(a)\n        pass\n    return a\n"),
            "    while a:\n        a = f(a)\n    return a\n");
}

}  // namespace
}  // namespace scribe
