// Tests that a command that was killed with SIGKILL and given again ends as an unbroken one does.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

/// A tiny corpus, tokenizer, token files and a model, made once for all tests.
class ResumeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TemporaryDirectory>();
    Env& env = Env::real();
    ASSERT_TRUE(env.create_directories(file("source")).ok());
    for (int index = 0; index < 60; ++index)
      ASSERT_TRUE(
          write_file_atomic(env, file(fmt::format("source/m{}.py", index)), module(index)).ok());
    must({"corpus", "build", "--source", file("source"), "--no-prose", "--out", file("corpus"),
          "--validation-share", "0.2"});
    must({"tokenizer", "train", file("corpus/code"), "--vocab-size", "400", "--fim", "--out",
          file("tokenizer.json")});
    must({"corpus", "tokenize", "--corpus", file("corpus/code"), "--tokenizer",
          file("tokenizer.json"), "--out", file("tokens")});
    must({"problems", "chains", "--split", "evaluation", "--lengths", "1-2", "--count", "4",
          "--out", file("problems.jsonl")});
    must(train_arguments("unbroken"));
  }
  static void TearDownTestSuite() { directory_.reset(); }

  static std::string file(const std::string& name) { return directory_->file(name); }

  static std::string module(int index) {
    std::string text = "\"\"\"A module.\"\"\"\n";
    for (int line = 0; line < 12; ++line)
      text += fmt::format("def function_{}_{}(x):\n    return x * {} + {}\n\n", index, line, line,
                          index);
    return text;
  }

  static void must(const std::vector<std::string>& arguments) {
    const ProgramResult result = run_program(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.output;
  }

  static std::vector<std::string> train_arguments(const std::string& out) {
    return {"train",
            "--data",
            file("tokens"),
            "--tokenizer",
            file("tokenizer.json"),
            "--out",
            file(out),
            "--layers",
            "1",
            "--width",
            "32",
            "--heads",
            "2",
            "--context",
            "256",
            "--steps",
            "150",
            "--batch-size",
            "2",
            "--checkpoint-every-steps",
            "20",
            "--validate-every",
            "50",
            "--batch-start",
            "1",
            "--batch-ramp-tokens",
            "20000",
            "--fim-rate",
            "0.5",
            "--document-attention",
            "own",
            "--keep-last",
            "2",
            "--keep-best",
            "--sample-every",
            "40",
            "--threads",
            "1"};
  }

  static std::string first_task() {
    const std::string text = read_bytes(file("problems.jsonl"));
    const Json problem = parse_json(text.substr(0, text.find('\n')), "problems.jsonl").value();
    return problem["task_id"].get<std::string>();
  }

  static std::vector<std::string> sample_arguments(const std::string& out) {
    return {"sample", "--model", file("unbroken"), "--problems", file("problems.jsonl"),
            "--n",    "40",      "--max-tokens",   "24",         "--truncate-prompts",
            "--out",  file(out), "--threads",      "1"};
  }

 private:
  inline static std::unique_ptr<TemporaryDirectory> directory_;
};

TEST_F(ResumeTest, AVocabularyThatWasKilledLeavesTheOldOneAndNothingElse) {
  const std::string out = file("killed");
  must({"tokenizer", "train", file("corpus/code"), "--vocab-size", "300", "--out", out});
  const std::string before = read_bytes(out + "/tokenizer.json");
  const std::string pipe = file("pipe.jsonl");  // It has a reader when counting has begun.
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  int writer = -1;
  EXPECT_TRUE(run_and_kill({"tokenizer", "train", pipe, "--vocab-size", "400", "--out", out}, [&] {
    writer = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return writer >= 0;
  }));
  ::close(writer);
  EXPECT_EQ(read_bytes(out + "/tokenizer.json"), before);
  EXPECT_EQ(Env::real().list_directory(out).value().size(), 1U);
}

TEST_F(ResumeTest, TrainingKilledAndRepeatedEndsWithTheSameBytes) {
  const auto arguments = train_arguments("killed");
  ASSERT_TRUE(
      run_and_kill(arguments, [] { return count_lines(file("killed/train_log.jsonl")) >= 50; }));
  must(arguments);
  for (const std::string name :
       {"model.safetensors", "train_log.jsonl", "scribe_state.safetensors", "samples_log.jsonl",
        "best/model.safetensors", "checkpoints/step-140/model.safetensors",
        "checkpoints/step-150/model.safetensors"})
    EXPECT_EQ(read_bytes(file("killed/" + name)), read_bytes(file("unbroken/" + name))) << name;
}

TEST_F(ResumeTest, TrainingTwiceDoesNothingTheSecondTime) {
  const std::string before = read_bytes(file("unbroken/model.safetensors"));
  must(train_arguments("unbroken"));
  EXPECT_EQ(read_bytes(file("unbroken/model.safetensors")), before);
}

TEST_F(ResumeTest, SamplingKilledAndRepeatedEndsWithTheSameBytes) {
  must(sample_arguments("samples.jsonl"));
  const auto arguments = sample_arguments("killed.jsonl");
  ASSERT_TRUE(run_and_kill(arguments, [] { return count_lines(file("killed.jsonl")) >= 20; }));
  ASSERT_LT(count_lines(file("killed.jsonl")), count_lines(file("samples.jsonl")));
  must(arguments);
  EXPECT_EQ(read_bytes(file("killed.jsonl")), read_bytes(file("samples.jsonl")));
}

TEST_F(ResumeTest, ASweepOfTemperaturesKilledAndRepeatedIsTheSingleRuns) {
  auto arguments = sample_arguments("single.jsonl");
  arguments.insert(arguments.end(), {"--temperature", "0.5"});
  must(arguments);
  arguments = sample_arguments("sweep.jsonl");
  arguments.insert(arguments.end(), {"--temperature", "0.5,0.8"});
  ASSERT_TRUE(run_and_kill(arguments, [] { return count_lines(file("sweep.t0.8.jsonl")) >= 20; }));
  ASSERT_LT(count_lines(file("sweep.t0.8.jsonl")), count_lines(file("single.jsonl")));
  must(arguments);
  EXPECT_EQ(read_bytes(file("sweep.t0.5.jsonl")), read_bytes(file("single.jsonl")));
  EXPECT_EQ(count_lines(file("sweep.t0.8.jsonl")), count_lines(file("single.jsonl")));
}

TEST_F(ResumeTest, ExperimentsKilledAndRepeatedHaveTheSameFigures) {
  const auto arguments = [](const std::string& out) {
    return std::vector<std::string>{"experiment",
                                    "run",
                                    "temperature",
                                    "diversity",
                                    "ranking",
                                    "--model",
                                    file("unbroken"),
                                    "--out",
                                    file(out),
                                    "--samples",
                                    "20",
                                    "--problems-max",
                                    "4",
                                    "--max-tokens",
                                    "24",
                                    "--temperatures",
                                    "0.5,1",
                                    "--threads",
                                    "1",
                                    "--quiet"};
  };
  must(arguments("once"));
  const std::string folder = Env::real().list_directory(file("once/samples")).value()[0].path;
  const std::string samples =
      file("twice/samples/") + folder.substr(folder.rfind('/') + 1) + "/unbroken.t1.jsonl";
  ASSERT_TRUE(run_and_kill(arguments("twice"), [&] { return count_lines(samples) >= 20; }));
  ASSERT_FALSE(Env::real().exists(file("twice/results.json")));
  must(arguments("twice"));
  for (const std::string name : {"results.json", "report.html", "ranking/section.json"})
    EXPECT_EQ(read_bytes(file("twice/" + name)), read_bytes(file("once/" + name))) << name;
}

/// Results without the measured time, which differs from run to run.
std::vector<std::string> verdicts(const std::string& path) {
  std::vector<std::string> lines;
  const Status read =
      for_each_json_line(Env::real(), path, [&](Json line, const std::string&) -> Status {
        line.erase("cpu_seconds");
        lines.push_back(to_json_line(line));
        return {};
      });
  EXPECT_TRUE(read.ok());
  return lines;
}

TEST_F(ResumeTest, ScoringKilledAndRepeatedGivesTheSameVerdicts) {
  std::string samples;
  for (const char* body : {"    return s\\n", "    return s.lower()\\n", "    return 1 / 0\\n"})
    for (int index = 0; index < 40; ++index)
      samples += fmt::format("{{\"task_id\": \"{}\", \"completion\": \"    x = {}\\n{}\"}}\n",
                             first_task(), index, body);
  for (const std::string name : {"once.jsonl", "twice.jsonl"})
    ASSERT_TRUE(write_file_atomic(Env::real(), file(name), samples).ok());
  const auto arguments = [](const std::string& name) {
    return std::vector<std::string>{
        "eval", file(name), "--problems", file("problems.jsonl"), "--allow-partial", "--k", "1"};
  };
  must(arguments("once.jsonl"));
  ASSERT_TRUE(run_and_kill(arguments("twice.jsonl"), [] {
    return count_lines(file("twice.jsonl_results.jsonl.partial")) >= 10;
  }));
  must(arguments("twice.jsonl"));
  EXPECT_EQ(verdicts(file("twice.jsonl_results.jsonl")),
            verdicts(file("once.jsonl_results.jsonl")));
}

}  // namespace
}  // namespace scribe::testing
