// Tests the whole plan on models that learn nothing: every stage runs, twice, and is not redone.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

TEST(ReproduceTest, WritesResultsAndAReportAndDoesNothingTheSecondTime) {
  const TemporaryDirectory directory;
  const std::string out = directory.file("run");
  const std::vector<std::string> arguments{"reproduce", "--scale", "smoke", "--out", out};
  const ProgramResult first = run_program(arguments);
  ASSERT_EQ(first.exit_code, 0) << first.output;
  EXPECT_NE(first.output.find("Codex-S, oracle"), std::string::npos) << first.output;
  EXPECT_NE(read_bytes(out + "/report.html").find("</html>"), std::string::npos);
  const std::string results = read_bytes(out + "/results.json");
  const int stages = count_lines(out + "/stages.jsonl");

  const ProgramResult second = run_program(arguments);
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_NE(second.output.find("Codex-S, oracle"), std::string::npos);
  EXPECT_EQ(read_bytes(out + "/results.json"), results);
  EXPECT_EQ(count_lines(out + "/stages.jsonl"), stages);
}

TEST(ReproduceTest, KilledAndRepeatedFindsTheSame) {
  const TemporaryDirectory directory;
  const auto arguments = [&](const std::string& name) {
    return std::vector<std::string>{"reproduce", "--scale", "smoke", "--out", directory.file(name)};
  };
  ASSERT_EQ(run_program(arguments("once")).exit_code, 0);
  const std::string killed = directory.file("killed");
  ASSERT_TRUE(run_and_kill(arguments("killed"),
                           [&] { return count_lines(killed + "/stages.jsonl") >= 7; }));
  ASSERT_EQ(run_program(arguments("killed")).exit_code, 0);
  const auto table = [&](const std::string& name) {
    const std::string path = directory.file(name) + "/results.json";
    return parse_json(read_bytes(path), path).value()["findings"]["table"];
  };
  EXPECT_EQ(table("killed"), table("once"));
}

TEST(ReproduceTest, AFolderOfAnotherPlanIsRefused) {
  const TemporaryDirectory directory;
  const std::string plan = directory.file("plan.json");
  ASSERT_TRUE(write_file_atomic(Env::real(), plan, "{}\n").ok());
  const ProgramResult result =
      run_program({"reproduce", "--scale", "smoke", "--out", directory.path()});
  EXPECT_EQ(result.exit_code, 2) << result.output;
  EXPECT_NE(result.output.find("another plan"), std::string::npos) << result.output;
  EXPECT_EQ(read_bytes(plan), "{}\n");
}

}  // namespace
}  // namespace scribe::testing
