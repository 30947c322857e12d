// Tests of ranking, filtering and grading as a user runs them.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

constexpr int kExitEnvironment = 3;

class RankingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (run_program({"doctor"}).exit_code == kExitEnvironment) GTEST_SKIP() << "no sandbox here";
  }
  std::string file(const std::string& name) const { return directory_.file(name); }
  void write(const std::string& name, const std::vector<Json>& lines) {
    std::string text;
    for (const Json& line : lines) text += to_json_line(line) + "\n";
    ASSERT_TRUE(write_file_atomic(Env::real(), file(name), text).ok());
  }
  /// One problem with an example, whose tests ask more than the example shows.
  void write_problem() {
    write("p.jsonl",
          {{{"task_id", "t/0"},
            {"prompt", "def f(x: int):\n    \"\"\"Twice x.\n    >>> f(2)\n    4\n    \"\"\"\n"},
            {"entry_point", "f"},
            {"canonical_solution", "    return 2 * x\n"},
            {"test", "def check(candidate):\n    assert candidate(3) == 6\n"}}});
  }
  static Json sample(int index, const std::string& completion, double mean) {
    return {{"task_id", "t/0"},
            {"completion", completion},
            {"sample_index", index},
            {"sum_logprob", mean * 9},
            {"mean_logprob", mean}};
  }
  Json run_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json"});
    const ProgramResult result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    const auto value = parse_json(result.output, "output");
    EXPECT_TRUE(value.ok()) << result.output;
    return value.ok() ? value.value() : Json();
  }

  TemporaryDirectory directory_;
};

TEST_F(RankingTest, SamplesArePickedByExamplesAndAgreement) {
  write_problem();
  // The likeliest fails the example; the next passes it by chance; two agree and are right.
  write("s.jsonl", {sample(0, "    return x\n", -0.1), sample(1, "    return x * x\n", -0.2),
                    sample(2, "    return 2 * x\n", -0.4), sample(3, "    return x + x\n", -0.3)});
  const std::string results = file("s.jsonl_results.jsonl");
  run_json({"eval", file("s.jsonl"), "--problems", file("p.jsonl"), "--k", "1", "--quiet"});
  const std::vector<std::string> rank = {"rank",    results,  "--problems",     file("p.jsonl"),
                                         "--quiet", "--html", file("rank.html")};
  const Json first = run_json(rank);
  const Json& all = first["rows"].back();
  EXPECT_EQ(all["samples"], 4);
  EXPECT_EQ(all["random"], 0.5);
  EXPECT_EQ(all["mean_logprob"], 0);
  EXPECT_EQ(all["public_tests"], 0);
  EXPECT_EQ(all["agreement"], 1);
  EXPECT_EQ(first["behaviours"]["runs"], 8);
  EXPECT_EQ(run_json(rank)["behaviours"]["runs"], 0);
  EXPECT_NE(read_bytes(file("rank.html")).find("agreement"), std::string::npos);
  const ProgramResult text = run_program({"rank", results});
  EXPECT_NE(text.output.find("mean log-prob"), std::string::npos) << text.output;
  EXPECT_EQ(text.output.find("agreement"), std::string::npos);
}

TEST_F(RankingTest, FilteredProblemsAreThoseThatSamplesSolve) {
  write_problem();
  write("s.jsonl", {sample(0, "    return x\n", -1), sample(1, "    return 2 * x\n", -1)});
  run_json({"eval", file("s.jsonl"), "--problems", file("p.jsonl"), "--k", "1", "--quiet"});
  const std::vector<std::string> filter = {
      "problems",      "filter",    "--problems",
      file("p.jsonl"), "--results", file("s.jsonl_results.jsonl"),
      "--quiet",       "--out",     file("kept.jsonl")};
  EXPECT_EQ(run_json(filter)["fates"]["kept"], 1);
  std::vector<std::string> strict = filter;
  strict.insert(strict.end(), {"--max-share", "0.4"});
  EXPECT_EQ(run_program(strict).exit_code, 1);  // Half of them pass: none is kept.
}

TEST_F(RankingTest, DocstringsAreSampledGradedAndPutBack) {
  write_problem();
  run_json({"problems", "docstrings", "--problems", file("p.jsonl"), "--out", file("d.jsonl")});
  write("d-samples.jsonl", {{{"task_id", "t/0"}, {"completion", "    \"\"\"Doubles.\"\"\"\n"}},
                            {{"task_id", "t/0"}, {"completion", "    pass\n"}}});
  const ProgramResult sheet =
      run_program({"grade", "sheet", "--problems", file("d.jsonl"), "--samples",
                   file("d-samples.jsonl"), "--out", file("sheet.html")});
  EXPECT_EQ(sheet.exit_code, 0) << sheet.output;
  EXPECT_NE(read_bytes(file("sheet.html")).find("Doubles."), std::string::npos);
  write("grades.json", {{{"format", "scribe-grades"},
                         {"version", 1},
                         {"sheet", "s"},
                         {"items", 2},
                         {"grades",
                          {{{"task_id", "t/0"}, {"sample_index", 0}, {"correct", true}},
                           {{"task_id", "t/0"}, {"sample_index", 1}, {"correct", false}}}}}});
  EXPECT_EQ(run_json({"grade", "read", file("grades.json")})["scores"][0]["pass_at_k"], 0.5);
  const Json put_back =
      run_json({"problems", "redocument", "--problems", file("p.jsonl"), "--docstrings",
                file("d-samples.jsonl"), "--out", file("r.jsonl")});
  EXPECT_EQ(put_back["written"], 1);
  EXPECT_EQ(put_back["no_docstring"], 1);
  // Its own solution passes the hidden tests under the other docstring.
  write("r-samples.jsonl",
        {{{"task_id", "t/0/docstring/0"}, {"completion", "    return 2 * x\n"}}});
  EXPECT_EQ(run_json({"eval", file("r-samples.jsonl"), "--problems", file("r.jsonl"), "--k", "1",
                      "--quiet"})["scores"][0]["pass_at_k"],
            1);
}

TEST_F(RankingTest, ImportedProblemsHaveSolutionsThatPass) {
  write("c.jsonl", {{{"problem_id", 1},
                     {"question", "Twice."},
                     {"solutions", {"def f(x):\n    return x\n", "def f(x):\n    return 2 * x\n"}},
                     {"incorrect_solutions", {"def f(x):\n    return x * x\n"}},
                     {"input_output", R"({"fn_name": "f", "inputs": [[2]], "outputs": [4]})"}},
                    {{"problem_id", 2}, {"question", "?"}, {"input_output", "{"}}});
  EXPECT_EQ(
      run_program({"problems", "import", file("c.jsonl"), "--out", file("o.jsonl")}).exit_code, 1);
  const Json imported = run_json({"problems", "import", file("c.jsonl"), "--keep-going", "--verify",
                                  "--quiet", "--out", file("o.jsonl")});
  EXPECT_EQ(imported["written"], 1);
  EXPECT_EQ(imported["malformed"].size(), 1U);
  EXPECT_EQ(imported["solutions"]["passed"], 1);
  EXPECT_EQ(imported["weak"], 1);  // 2 * 2 is 2 squared.
  const Json shown = run_json({"problems", "show", file("o.jsonl"), "apps/1"});
  EXPECT_EQ(shown["canonical_solution"], "def f(x):\n    return 2 * x\n");
}

TEST_F(RankingTest, DerivedCasesCatchWhatTheGivenOnesMiss) {
  write("c.jsonl",
        {{{"problem_id", 1},
          {"question", "Twice."},
          {"solutions", {"print(2 * int(input()))\n", "x = int(input())\nprint(x + x)\n"}},
          {"incorrect_solutions", {"print(int(input()) ** 2)\n"}},
          {"input_output", R"({"inputs": ["2\n"], "outputs": ["4\n"]})"}}});
  const std::vector<std::string> command{"problems", "import", file("c.jsonl"), "--verify",
                                         "--quiet",  "--out",  file("o.jsonl"), "--drop-weak",
                                         "--seed",   "3",      "--derive-cases"};
  auto with = [&](const std::string& cases) {
    std::vector<std::string> arguments = command;
    arguments.push_back(cases);
    return arguments;
  };
  EXPECT_EQ(run_program(with("0")).exit_code, 1);  // 2 * 2 is 2 squared: nothing is left.
  const Json imported = run_json(with("5"));
  EXPECT_EQ(imported["derived"]["problems"], 1);
  EXPECT_EQ(imported["weak"], 0);
  EXPECT_EQ(imported["written"], 1);
  const Json shown = run_json({"problems", "show", file("o.jsonl"), "apps/1"});
  const Json tests = parse_json(shown["test"].get<std::string>(), "test").value();
  EXPECT_EQ(tests["cases"].size(), 1U + imported["derived"]["cases"].get<std::size_t>());
}

}  // namespace
}  // namespace scribe::testing
