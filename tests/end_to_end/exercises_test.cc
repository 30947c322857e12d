// Tests `scribe problems generate` as a user runs it: its file is scored by `scribe eval`.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

constexpr int kExitUsage = 2;
constexpr int kExitEnvironment = 3;

class ExercisesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (run_program({"doctor"}).exit_code == kExitEnvironment) GTEST_SKIP() << "no sandbox here";
  }

  std::string file(const std::string& name) const { return directory_.file(name); }

  TemporaryDirectory directory_;
};

TEST_F(ExercisesTest, EverySolutionIsScoredAsRight) {
  const std::string problems = file("exercises.jsonl");
  const auto made = run_program({"problems", "generate", "--count", "8", "--difficulty", "1-3",
                                 "--seed", "4", "--quiet", "--json", "--out", problems});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const auto report = parse_json(made.output, "report");
  ASSERT_TRUE(report.ok()) << made.output;
  EXPECT_EQ(report.value()["taken"], 8);
  EXPECT_EQ(report.value()["distinct_share"], 1.0);
  ASSERT_EQ(count_lines(problems), 8);

  std::string samples;
  const std::string text = read_bytes(problems);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const auto problem = parse_json(text.substr(begin, end - begin), problems);
    ASSERT_TRUE(problem.ok());
    EXPECT_GE(problem.value()["blocks"], 1);
    EXPECT_LE(problem.value()["blocks"], 3);
    samples += to_json_line({{"task_id", problem.value()["task_id"]},
                             {"completion", problem.value()["canonical_solution"]}}) +
               "\n";
    begin = end + 1;
  }
  ASSERT_TRUE(write_file_atomic(Env::real(), file("s.jsonl"), samples).ok());
  const auto scored = run_program(
      {"eval", file("s.jsonl"), "--problems", problems, "--k", "1", "--fail-under", "1.0"});
  EXPECT_EQ(scored.exit_code, 0) << scored.output;
}

TEST_F(ExercisesTest, FamiliesAreListedAndWrongOptionsNamed) {
  const auto list = run_program({"problems", "generate", "--list-families"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_NE(list.output.find("digits/reorder"), std::string::npos);
  const auto wrong =
      run_program({"problems", "generate", "--difficulty", "easy", "--out", file("x.jsonl")});
  EXPECT_EQ(wrong.exit_code, kExitUsage) << wrong.output;
  EXPECT_NE(wrong.output.find("--difficulty 'easy': expected a number or a range"),
            std::string::npos)
      << wrong.output;
  const auto missing = run_program({"problems", "generate", "--count", "3"});
  EXPECT_EQ(missing.exit_code, kExitUsage) << missing.output;
  EXPECT_NE(missing.output.find("--out is missing"), std::string::npos) << missing.output;
}

}  // namespace
}  // namespace scribe::testing
