// Tests what people do first: complete, sample and score without naming a model.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

std::string shipped(const std::string& file) {
  const char* const root = std::getenv("SCRIBE_SOURCE_DIR");
  return std::string(root == nullptr ? "." : root) + "/models/default/" + file;
}

/// A file of exercises that the model has not seen.
std::string exercises(const TemporaryDirectory& directory, const char* count) {
  const std::string path = directory.file("exercises.jsonl");
  const ProgramResult made =
      run_program({"problems", "generate", "--split", "evaluation", "--count", count,
                   "--difficulty", "1", "--quiet", "--out", path});
  EXPECT_EQ(made.exit_code, 0) << made.output;
  return path;
}

TEST(DefaultModelTest, IsSmallAndSaysWhatItIs) {
  std::int64_t bytes = 0;
  const std::vector<DirectoryEntry> files = Env::real().list_directory(shipped("")).value();
  for (const DirectoryEntry& file : files) bytes += file.size_bytes;
  EXPECT_LT(bytes, 30 << 20);
  const std::string card = read_bytes(shipped("README.md"));
  for (const char* const part :
       {"## Scores", "HumanEval", "## How it was made", "## Data", "licence", "loss.svg", "Seed"})
    EXPECT_NE(card.find(part), std::string::npos) << part;
  EXPECT_TRUE(Env::real().exists(shipped("loss.svg")));
}

TEST(DefaultModelTest, CompletesSamplesAndSolvesExercises) {
  const TemporaryDirectory directory;
  const std::string prompt = directory.file("prompt.py");
  ASSERT_TRUE(write_file_atomic(Env::real(), prompt, "def double(x):\n").ok());
  const ProgramResult completed =
      run_program({"complete", prompt, "--temperature", "0", "--max-tokens", "16"});
  ASSERT_EQ(completed.exit_code, 0) << completed.output;
  EXPECT_FALSE(completed.output.empty());

  const std::string problems = exercises(directory, "20");
  const std::string samples = directory.file("samples.jsonl");
  const ProgramResult sampled =
      run_program({"sample", "--problems", problems, "--n", "10", "--quiet", "--out", samples});
  ASSERT_EQ(sampled.exit_code, 0) << sampled.output;
  const ProgramResult judged =
      run_program({"eval", samples, "--problems", problems, "--k", "10", "--json"});
  ASSERT_EQ(judged.exit_code, 0) << judged.output;
  // It has never seen them; one that learned nothing solves none.
  const Json score =
      parse_json(judged.output.substr(judged.output.find('{')), "score").value()["scores"][0];
  EXPECT_GT(score["pass_at_k"].get<double>(), 0.1) << judged.output;
}

TEST(DefaultModelTest, AStrippedPromptIsAPromptWithoutItsLastLineEnd) {
  const TemporaryDirectory directory;
  const auto completion = [&](const std::string& prompt, const std::vector<std::string>& more) {
    const std::string path = directory.file("prompt.py");
    EXPECT_TRUE(write_file_atomic(Env::real(), path, prompt).ok());
    std::vector<std::string> command{"complete",     path, "--temperature", "0",
                                     "--max-tokens", "8",  "--quiet",       "--no-stop"};
    command.insert(command.end(), more.begin(), more.end());
    const ProgramResult result = run_program(command);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.output;
  };
  const std::string text = "def double(x):\n    return";
  EXPECT_EQ(completion(text + "\n    ", {"--strip-prompt"}), completion(text, {}));
  EXPECT_NE(completion(text + "\n    ", {}), completion(text, {}));
}

TEST(DefaultModelTest, SamplesOfStrippedPromptsAreOthers) {
  const TemporaryDirectory directory;
  const std::string problems = exercises(directory, "1");
  const std::string samples = directory.file("samples.jsonl");
  const std::vector<std::string> command{"sample",    "--problems",   problems, "--n",
                                         "1",         "--max-tokens", "4",      "--quiet",
                                         "--no-stop", "--out",        samples};
  std::vector<std::string> stripped = command;
  stripped.emplace_back("--strip-prompts");
  ASSERT_EQ(run_program(stripped).exit_code, 0);
  EXPECT_EQ(run_program(stripped).exit_code, 0) << "the same command continues";
  const ProgramResult other = run_program(command);
  EXPECT_NE(other.exit_code, 0) << "other prompts are other samples";
  const ProgramResult scored =
      run_program({"score", "--problems", problems, "--samples", samples, "--strip-prompts",
                   "--quiet", "--out", directory.file("scored.jsonl")});
  ASSERT_EQ(scored.exit_code, 0) << scored.output;
  const auto sum_in = [](const std::string& path) {
    const std::string line = read_bytes(path);
    return parse_json(line.substr(0, line.find('\n')), path).value()["sum_logprob"].get<double>();
  };
  EXPECT_NEAR(sum_in(directory.file("scored.jsonl")), sum_in(samples), 1e-3);
}

}  // namespace
}  // namespace scribe::testing
