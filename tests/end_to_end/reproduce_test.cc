// Tests the whole plan on models that learn nothing: every stage runs, twice, and is not redone.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

void must(const Status& status) {
  ASSERT_TRUE(status.ok()) << status.error().message();
}

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

// A project's code may hold functions of another one, whose problems are for evaluation.
TEST(ReproduceTest, NothingIsLearnedOfTracedProblemsThatAreHeldOut) {
  const TemporaryDirectory directory;
  const std::string prompt =
      "def weave_strands(left, right):\n"
      "    \"\"\"Interleave the strands of two baskets, the longest of them first.\"\"\"\n";
  const std::string body =
      "    strands = sorted(list(left) + list(right), key=len, reverse=True)\n"
      "    return [strand.strip() for strand in strands if strand]\n";
  std::string other = prompt + body;  // Learned from: it is nobody's problem.
  for (const auto& [from, to] : {std::pair("weave_strands", "braid_ropes"),
                                 std::pair("Interleave the strands", "Braid all the ropes"),
                                 std::pair("sorted(list(left) + list(right), key=len",
                                           "sorted("
                                           "set(left).union(right), key=str.lower")})
    other.replace(other.find(from), std::string(from).size(), to);
  must(Env::real().create_directories(directory.file("source")));
  must(write_file_atomic(Env::real(), directory.file("source/a.py"), prompt + body));
  must(write_file_atomic(Env::real(), directory.file("source/b.py"), other));
  must(write_file_atomic(
      Env::real(), directory.file("traced.jsonl"),
      to_json_line({{"task_id", "p/weave"},
                    {"prompt", prompt},
                    {"entry_point", "weave_strands"},
                    {"canonical_solution", body},
                    {"test", "def check(candidate):\n    assert candidate(['a'], []) == ['a']\n"},
                    {"split", "held-out"}}) +
          "\n"));
  const std::string out = directory.file("run");
  const ProgramResult result = run_program(
      {"reproduce", "--scale", "smoke", "--out", out, "--traced", directory.file("traced.jsonl"),
       "--source", directory.file("source"), "--source", "/usr/lib/python3.11/json"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const std::string learned = read_bytes(out + "/problems/finetune.jsonl");
  EXPECT_NE(learned.find("braid_ropes"), std::string::npos);
  EXPECT_EQ(learned.find("weave_strands"), std::string::npos);
  const Json stats = parse_json(read_bytes(out + "/corpus/stats.json"), "stats").value();
  EXPECT_EQ(stats["summary"]["code"]["dropped"]["contaminated"]["files"], 1);
  EXPECT_NE(read_bytes(out + "/problems/traced.jsonl").find("weave_strands"), std::string::npos);
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
