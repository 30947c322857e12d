// Tests `scribe problems trace` as a user runs it, and that its problems are scored.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/env.h"
#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

constexpr int kExitUsage = 2;
constexpr int kExitEnvironment = 3;

class ProblemsTraceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (run_program({"doctor"}).exit_code == kExitEnvironment) GTEST_SKIP() << "no sandbox here";
  }
  std::string file(const std::string& name) const { return directory_.file(name); }
  TemporaryDirectory directory_;
};

TEST_F(ProblemsTraceTest, AStandardModulesFunctionsBecomeProblemsThatTheirSolutionsPass) {
  const std::string out = file("colorsys.jsonl");
  const std::vector<std::string> arguments = {
      "problems",
      "trace",
      "--project",
      "colorsys",
      "--files",
      "/usr/lib/python3.11/colorsys.py",
      "--allow-undocumented",
      "--out",
      out,
      "--json",
      "--",
      "python3.11",
      "-c",
      "import colorsys\nfor i in range(9): colorsys.rgb_to_hsv(i / 9, 0.5, 0.2)"};
  const ProgramResult result = run_program(arguments);
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("\"trace\": 1"), std::string::npos) << result.output;
  const std::string bytes = read_bytes(out);
  ASSERT_TRUE(std::filesystem::remove_all(out + ".work") > 0);
  ASSERT_EQ(run_program(arguments).exit_code, 0);
  EXPECT_EQ(read_bytes(out), bytes);  // Made anew, not taken from the work folder.

  const Json problem = Json::parse(bytes.substr(0, bytes.find('\n')));
  const std::string sample = to_json_line(
      {{"task_id", problem["task_id"]}, {"completion", problem["canonical_solution"]}});
  ASSERT_TRUE(write_file_atomic(Env::real(), file("s.jsonl"), sample + "\n").ok());
  const ProgramResult scored =
      run_program({"eval", file("s.jsonl"), "--problems", out, "--k", "1", "--json"});
  EXPECT_EQ(scored.exit_code, 0) << scored.output;
  EXPECT_NE(scored.output.find("1.0"), std::string::npos) << scored.output;
}

TEST_F(ProblemsTraceTest, WrongUseSaysWhatIsMissing) {
  EXPECT_NE(run_program({"problems", "trace", "--out", file("x.jsonl")}).exit_code, 0);
  const ProgramResult nothing = run_program(
      {"problems", "trace", "--project", "p", "--out", file("x.jsonl"), "--", "python3", "-V"});
  EXPECT_EQ(nothing.exit_code, kExitUsage) << nothing.output;
  EXPECT_NE(nothing.output.find("--files"), std::string::npos) << nothing.output;
}

}  // namespace
}  // namespace scribe::testing
