// Tests what every command promises: help with an example, usage errors, one clear line on failure.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "end_to_end/program.h"

namespace scribe::testing {
namespace {

const std::vector<std::vector<std::string>> kCommands{{},
                                                      {"reproduce"},
                                                      {"corpus", "build"},
                                                      {"corpus", "tokenize"},
                                                      {"corpus", "check"},
                                                      {"corpus", "export-tokens"},
                                                      {"corpus", "stats"},
                                                      {"corpus", "show"},
                                                      {"tokenizer", "train"},
                                                      {"tokenizer", "encode"},
                                                      {"tokenizer", "decode"},
                                                      {"tokenizer", "stats"},
                                                      {"tokenizer", "diff"},
                                                      {"problems", "list"},
                                                      {"problems", "show"},
                                                      {"problems", "chains"},
                                                      {"problems", "functions"},
                                                      {"problems", "filter"},
                                                      {"problems", "docstrings"},
                                                      {"problems", "redocument"},
                                                      {"problems", "import"},
                                                      {"grade", "sheet"},
                                                      {"grade", "read"},
                                                      {"train"},
                                                      {"finetune"},
                                                      {"sample"},
                                                      {"complete"},
                                                      {"score"},
                                                      {"bench", "sample"},
                                                      {"bench", "train"},
                                                      {"bench", "tokenizer"},
                                                      {"eval"},
                                                      {"rank"},
                                                      {"compare"},
                                                      {"doctor"},
                                                      {"export"},
                                                      {"import"},
                                                      {"evaluate_functional_correctness"},
                                                      {"report"},
                                                      {"view"},
                                                      {"manual"},
                                                      {"serve"}};

/// What bash offers for the last word of `line`.
std::string offered_by_bash(const std::string& script, const std::string& line) {
  const ProgramResult result = run_words({"/bin/bash", "--norc", "-c",
                                          "source '" + script + "'; COMP_WORDS=(" + line +
                                              "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _scribe; "
                                              "printf '%s ' \"${COMPREPLY[@]}\""});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return result.output;
}

TEST(CommandTest, BashCompletesCommandsOptionsAndChoices) {
  const TemporaryDirectory directory;
  const ProgramResult manual = run_program({"manual", "--out", directory.path()});
  ASSERT_EQ(manual.exit_code, 0) << manual.output;
  const std::string script = directory.file("bash-completion/completions/scribe");
  EXPECT_EQ(offered_by_bash(script, "scribe finet"), "finetune ");
  EXPECT_EQ(offered_by_bash(script, "scribe corpus sc"), "scan ");
  EXPECT_EQ(offered_by_bash(script, "scribe problems generate --quiet --dec"), "--decontaminate ");
  EXPECT_EQ(offered_by_bash(script, "scribe problems generate --split ''"), "train evaluation ");
  EXPECT_EQ(offered_by_bash(script, "scribe problems generate --out ''"), " ") << "bash has files";
}

TEST(CommandTest, EveryCommandHasAManualPage) {
  const TemporaryDirectory directory;
  ASSERT_EQ(run_program({"manual", "--out", directory.path()}).exit_code, 0);
  for (const std::vector<std::string>& words : kCommands) {
    std::string name = "scribe";
    for (const std::string& word : words) name += "-" + word;
    const std::string page = read_bytes(directory.file("man/man1/" + name + ".1"));
    EXPECT_TRUE(page.starts_with(".TH ")) << name;
    EXPECT_NE(page.find("\n.SH EXAMPLE\n"), std::string::npos) << name;
  }
}

TEST(CommandTest, EveryHelpHasAnExample) {
  for (std::vector<std::string> arguments : kCommands) {
    arguments.emplace_back("--help");
    const ProgramResult result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments.front();
    EXPECT_NE(result.output.find("Example"), std::string::npos) << result.output;
  }
}

TEST(CommandTest, UnknownOptionsAndCommandsAreUsageErrors) {
  EXPECT_EQ(run_program({"train", "--no-such-option"}).exit_code, 2);
  EXPECT_EQ(run_program({"no-such-command"}).exit_code, 2);
  EXPECT_EQ(run_program({}).exit_code, 2);
}

TEST(CommandTest, AMissingFileIsOneClearLine) {
  const TemporaryDirectory directory;
  const std::string missing = directory.file("missing");
  const std::vector<std::vector<std::string>> calls{
      {"train", "--data", missing, "--tokenizer", missing, "--out", directory.file("out"),
       "--steps", "1"},
      {"finetune", "--init", missing, "--data", missing, "--out", directory.file("out"), "--epochs",
       "1"},
      {"sample", "--model", missing, "--problems", missing, "--out", directory.file("out.jsonl")},
      {"bench", "sample", "--model", missing},
      {"eval", missing, "--problems", missing},
      {"rank", missing},
      {"compare", missing, missing},
      {"report", missing},
      {"view", missing},
      {"export", "--model", missing, "--out", directory.file("out.gguf")},
      {"export", "--model", missing, "--out", directory.file("out")},
      {"import", "--gguf", missing, "--out", directory.file("out")},
      {"import", "--hf", missing, "--out", directory.file("out")},
      {"corpus", "build", "--source", missing, "--out", directory.file("out")},
      {"tokenizer", "train", missing, "--out", directory.file("out")},
      {"problems", "list", missing}};
  for (const auto& arguments : calls) {
    const ProgramResult result = run_program(arguments);
    EXPECT_NE(result.exit_code, 0) << arguments.front();
    EXPECT_NE(result.output.find("missing"), std::string::npos) << result.output;
    EXPECT_EQ(std::ranges::count(result.output, '\n'), 1) << result.output;
  }
}

TEST(CommandTest, MeasuredTrainingIsFiguresThatBelongTogether) {
  const ProgramResult result =
      run_program({"bench", "train", "--layers", "1", "--width", "32", "--heads", "2", "--context",
                   "16", "--vocabulary-size", "300", "--seconds", "0", "--threads", "1", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const Json figures = parse_json(result.output, "bench train").value();
  EXPECT_GT(figures["tokens_per_second"].get<double>(), 0);
  EXPECT_NEAR(figures["tokens_per_second"].get<double>() * figures["flop_per_token"].get<double>(),
              figures["flop_per_second"].get<double>(), 1);
  EXPECT_GT(figures["memory_mib"].get<double>(), 0);
  EXPECT_EQ(run_program({"bench", "train", "--batch-size", "0", "--layers", "1"}).exit_code, 2);
}

TEST(CommandTest, ALearnedVocabularySaysWhatItCameFrom) {
  const TemporaryDirectory directory;
  const std::string text = directory.file("a.py");
  ASSERT_TRUE(write_file_atomic(Env::real(), text, "if x:\n    y = x\n    z = x\n").ok());
  const std::vector<std::string> arguments{
      "tokenizer",    "train",     text,        "--out",           directory.file("out"),
      "--vocab-size", "262",       "--pattern", "code_lines",      "--special",
      "<|a|>",        "--special", "<|b|>",     "--space-run-max", "0",
      "--json",       "--threads", "2"};
  const ProgramResult result = run_program(arguments);
  ASSERT_EQ(result.exit_code, 0) << result.output;
  const Json report = parse_json(result.output, "tokenizer train").value();
  EXPECT_EQ(report["documents"], 1);
  EXPECT_EQ(report["bytes"], 26);
  // if, " x" (3), ":\n   ", " y", " =" (2), "\n   ", " z", "\n"
  EXPECT_EQ(report["pieces"], 11);
  EXPECT_EQ(report["different_pieces"], 8);
  EXPECT_EQ(report["merges"], 3);
  EXPECT_GT(report["seconds"].get<double>(), 0);
  EXPECT_GT(report["memory_bytes_max"].get<double>(), 0);
  const Json file =
      parse_json(Env::real().read_file(directory.file("out/tokenizer.json")).value(), "file")
          .value();
  EXPECT_EQ(file["added_tokens"].size(), 3U);
  EXPECT_EQ(file["added_tokens"][1]["content"], "<|b|>");
}

TEST(CommandTest, TokensAndTokenizersGoToOthers) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(Env::real().create_directories(directory.file("corpus")).ok());
  ASSERT_TRUE(write_file_atomic(Env::real(), directory.file("corpus/train.jsonl"),
                                "{\"text\": \"if x:\\n\"}\n{\"text\": \"x\"}\n")
                  .ok());
  const auto run = [](const std::vector<std::string>& arguments) {
    const ProgramResult result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return result.output;
  };
  const std::string tokens = directory.file("tokens");
  const std::string out = directory.file("out");
  run({"tokenizer", "train", directory.file("corpus"), "--vocab-size", "258", "--space-run-max",
       "0", "--out", directory.file("tokenizer.json"), "--quiet"});
  run({"corpus", "tokenize", "--corpus", directory.file("corpus"), "--tokenizer",
       directory.file("tokenizer.json"), "--out", tokens, "--quiet"});
  const Json report =
      parse_json(
          run({"corpus", "export-tokens", tokens, "--format", "megatron", "--out", out, "--json"}),
          "export")
          .value();
  EXPECT_EQ(report["train"]["documents"], 2);
  // Megatron's index has 34 bytes, 12 for each document and 8 for each bound of them.
  EXPECT_EQ(Env::real().file_size(out + "/train.idx").value(), 34 + 2 * 12 + 3 * 8);
  EXPECT_EQ(Env::real().file_size(out + "/train.bin").value(),
            2 * report["train"]["tokens"].get<std::int64_t>());
  EXPECT_EQ(run_program({"corpus", "export-tokens", directory.file("corpus"), "--format", "npy",
                         "--out", out})
                .exit_code,
            1);
  run({"tokenizer", "convert", directory.file("tokenizer.json"), "--to", "vocab.json", "--out",
       out});
  const std::string text = directory.file("corpus/train.jsonl");
  EXPECT_EQ(run({"tokenizer", "encode", "--tokenizer", out, text}),
            run({"tokenizer", "encode", "--tokenizer", directory.file("tokenizer.json"), text}));
}

TEST(CommandTest, WrongValuesOfScoringOptionsAreUsageErrors) {
  const TemporaryDirectory directory;
  const std::string missing = directory.file("missing");
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--extract", "best"},
                                             {"--format", "other"},
                                             {"--verify", "-1"},
                                             {"--fail-under", "much"},
                                             {"--fail-under", "pass@0=0.5"},
                                             {"--fail-under", "pass@1=2"},
                                             {"--rank", "3", "--ranks", "2"}}) {
    std::vector<std::string> arguments{"eval", missing, "--problems", missing};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const ProgramResult result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 2) << wrong[1] << ": " << result.output;
  }
  const ProgramResult bad_k =
      run_program({"evaluate_functional_correctness", missing, "--k=x", "--problem_file", missing});
  EXPECT_EQ(bad_k.exit_code, 2) << bad_k.output;
}

}  // namespace
}  // namespace scribe::testing
