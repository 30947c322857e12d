// Tests of the samples of a model in training: what is written, and that training does not notice.
#include "cli/watched_samples.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"
#include "train/testing/small_corpus.h"

namespace scribe::cli {
namespace {

class WatchedSamplesTest : public testing::Test {
 protected:
  TrainOptions options(const std::string& out, const WatchFlags& flags) {
    TrainOptions options = corpus_.options(out);
    auto watched = watched_samples(Env::real(), flags, 1);
    SCRIBE_CHECK(watched.ok(), "{}", watched.error().message());
    options.cadence.samples = std::move(watched.value());
    return options;
  }
  Result<TrainSummary> run(const TrainOptions& options, Env& env = Env::real()) {
    const auto backend = make_backend(Device::cpu, 1).value();
    StopToken stop;
    return train(env, stop, *backend, options);
  }
  std::string read(const std::string& name) {
    return Env::real().read_file(corpus_.file(name)).value();
  }
  std::vector<Json> log(const std::string& out) {
    std::vector<Json> lines;
    require(for_each_json_line(Env::real(), corpus_.file(out + "/samples_log.jsonl"),
                               [&](Json line, const std::string&) -> Status {
                                 lines.push_back(std::move(line));
                                 return {};
                               }));
    return lines;
  }
  void expect_error(const WatchFlags& flags, ErrorCode code) {
    const auto watched = watched_samples(Env::real(), flags, 1);
    ASSERT_FALSE(watched.ok());
    EXPECT_EQ(watched.error().code(), code) << watched.error().message();
  }
  std::string prompts_file(const std::string& text) {
    require(write_file_atomic(Env::real(), corpus_.file("prompts.jsonl"), text));
    return corpus_.file("prompts.jsonl");
  }

  SmallCorpus corpus_;
};

TEST_F(WatchedSamplesTest, TrainingDoesNotNoticeThem) {
  ASSERT_TRUE(run(corpus_.options("alone")).ok());
  const auto watched = run(options("watched", {.every = 1, .tokens = 8, .temperature = 0.8}));
  ASSERT_TRUE(watched.ok()) << watched.error().message();
  for (const char* name :
       {"model.safetensors", "scribe_state.safetensors", "train_log.jsonl", "run.toml"})
    EXPECT_TRUE(read(std::string("alone/") + name) == read(std::string("watched/") + name)) << name;
}

TEST_F(WatchedSamplesTest, EveryPromptIsCompletedBeforeAtEverySoManyAndAfterTheLastStep) {
  const std::string file = prompts_file("{\"prompt\":\"]^_\"}\n{\"prompt\":\"\"}\n");
  TrainOptions watched = options("run", {.every = 50, .prompts = file, .tokens = 4});
  watched.steps = 80;
  ASSERT_TRUE(run(watched).ok());
  const std::vector<Json> lines = log("run");
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0]["step"], 0);
  EXPECT_EQ(lines[2]["step"], 50);
  EXPECT_EQ(lines[5]["step"], 80);
  EXPECT_EQ(lines[4]["prompt"], "]^_");
  EXPECT_EQ(lines[5]["prompt"], "");
  const Tokenizer tokenizer = Tokenizer::load(Env::real(), corpus_.tokenizer()).value();
  // The corpus counts from token 60 to 90.
  ASSERT_EQ(tokenizer.encode("]^_"), (std::vector<TokenId>{60, 61, 62}));
  EXPECT_EQ(lines[4]["completion"], tokenizer.decode(std::vector<TokenId>{63, 64, 65, 66}));
  EXPECT_NE(lines[0]["completion"], lines[4]["completion"]);
}

TEST_F(WatchedSamplesTest, AResumedRunHasTheSameLines) {
  const WatchFlags flags{.every = 2, .tokens = 8, .temperature = 0.8};
  ASSERT_TRUE(run(options("unbroken", flags)).ok());
  for (const std::int64_t bytes : {20'000, 200'000, 400'000}) {
    const std::string out = fmt::format("broken-{}", bytes);
    FaultyEnv env;
    env.fill_disk_after(bytes);
    ASSERT_FALSE(run(options(out, flags), env).ok()) << bytes;
    ASSERT_TRUE(run(options(out, flags)).ok());
    EXPECT_EQ(read("unbroken/samples_log.jsonl"), read(out + "/samples_log.jsonl")) << bytes;
  }
}

TEST_F(WatchedSamplesTest, WhatDoesNotFitIsSaidBeforeTheFirstStep) {
  const auto failed = run(options("run", {.every = 100, .tokens = 64}));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), ErrorCode::invalid_argument);
  EXPECT_NE(failed.error().message().find("--sample-tokens"), std::string::npos);
  EXPECT_EQ(Env::real().read_file(corpus_.file("run/train_log.jsonl")).value(), "");
}

TEST_F(WatchedSamplesTest, WrongPromptsAreRefused) {
  expect_error({.every = 1, .prompts = corpus_.file("none.jsonl")}, ErrorCode::not_found);
  expect_error({.every = 1, .prompts = prompts_file("")}, ErrorCode::invalid_data);
  expect_error({.every = 1, .prompts = prompts_file("{\"text\":\"a\"}\n")},
               ErrorCode::invalid_data);
  std::string many;
  for (int i = 0; i < 65; ++i) many += "{\"prompt\":\"a\"}\n";
  expect_error({.every = 1, .prompts = prompts_file(many)}, ErrorCode::limit_exceeded);
  expect_error({.every = 1, .temperature = -1}, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe::cli
