// Tests of `scribe experiment` with a server on the loopback interface.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"
#include "experiment/testing/tiny_server.h"

namespace scribe::testing {
namespace {

TEST(Experiment, ListNamesAllWithWhatTheyCost) {
  const ProgramResult result = run_program({"experiment", "list"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  for (const char* name : {"temperature", "sizes", "bleu", "chains", "context", "apps", "diversity",
                           "ranking", "Figure 8", "cost:"})
    EXPECT_NE(result.output.find(name), std::string::npos) << name;
}

TEST(Experiment, RunsOnAServerAndJudgesWhatItGives) {
  // Solves "convert the string to lowercase" and nothing else; half of each reply is wrong.
  const TinyServer server([](const TinyRequest& request) {
    if (request.method == "GET") return TinyReply{.body = R"({"data": [{"id": "org/toy"}]})"};
    std::vector<std::string> texts;
    for (std::int64_t i = 0; i < request.json()["n"].get<std::int64_t>(); ++i)
      texts.emplace_back(i % 2 == 0 ? "    return s.lower()\n" : "    return None\n");
    return TinyReply{.body = completions_body(texts)};
  });
  const TemporaryDirectory directory;
  const std::string problem =
      R"({"task_id": "t/0", "prompt": "def f(s):\n", "entry_point": "f",)"
      R"( "canonical_solution": "    return s.lower()\n",)"
      R"( "test": "def check(candidate):\n    assert candidate('A') == 'a'\n"})";
  ASSERT_TRUE(write_file_atomic(Env::real(), directory.file("p.jsonl"), problem + "\n").ok());
  const ProgramResult result = run_program(
      {"experiment", "run", "ranking", "bleu", "--model", server.url(), "--problems",
       directory.file("p.jsonl"), "--samples", "4", "--out", directory.file("out"), "--quiet"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_NE(result.output.find("| n | random |"), std::string::npos) << result.output;
  const Json results =
      parse_json(read_bytes(directory.file("out/results.json")), "results.json").value();
  const Json& ranking = results["experiments"]["ranking"];
  EXPECT_EQ(ranking["settings"]["models"][0]["name"], "toy");
  EXPECT_EQ(ranking["figures"]["rows"].back()["random"], 0.5);
  EXPECT_EQ(ranking["figures"]["rows"].back()["mean_logprob"], 1);
  EXPECT_EQ(results["experiments"]["bleu"]["figures"]["13a"]["auc"], 1);
  EXPECT_EQ(server.requests(), 2);  // One for the name, one for four samples; bleu shares them.
}

TEST(Experiment, SaysWhatIsWrongInOneLine) {
  const TemporaryDirectory directory;
  for (const auto& [arguments, words] :
       {std::pair{std::vector<std::string>{"odd", "--model", "nowhere"}, "nowhere"},
        {std::vector<std::string>{"chains", "--model", "http://127.0.0.1:1/v1#m", "--retries", "0"},
         "is the server running?"},
        {std::vector<std::string>{"chains", "--model", "http://127.0.0.1:1/v1#m", "--api-key-file",
                                  "none"},
         "none"}}) {
    std::vector<std::string> all = {"experiment", "run", "--out", directory.file("out"), "--quiet"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ProgramResult result = run_program(all);
    EXPECT_NE(result.exit_code, 0);
    EXPECT_NE(result.output.find(words), std::string::npos) << result.output;
    EXPECT_EQ(std::ranges::count(result.output, '\n'), 1) << result.output;
  }
}

}  // namespace
}  // namespace scribe::testing
