// Tests of whole runs: learning, resuming to the same bytes, finishing, and refusing.
#include "train/train.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "checkpoint/checkpoint.h"
#include "checkpoint/training_state.h"
#include "tensor/safetensors.h"
#include "train/finetune.h"
#include "train/testing/train_test_case.h"

namespace scribe {
namespace {

TEST_F(TrainTest, ARunLearnsAndLeavesACheckpointThatLoads) {
  TrainOptions options = corpus_.options("run");
  options.steps = 80;
  const auto summary = run(options);
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(summary.value().steps, 80);
  EXPECT_EQ(summary.value().tokens, 80 * 4 * 16);
  ASSERT_TRUE(summary.value().validation_loss.has_value());
  // Counting is learned: far below the log(260) = 5.56 of knowing nothing.
  EXPECT_LT(*summary.value().validation_loss, 2.0);
  const auto backend = make_backend(Device::cpu, 1).value();
  const auto loaded = load_checkpoint(Env::real(), options.out, *backend);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_EQ(loaded.value().config.vocabulary_size, 260);
}

TEST_F(TrainTest, TheSameCommandAgainIsDoneAtOnce) {
  const TrainOptions options = corpus_.options("run");
  const auto first = run(options);
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(first.value().already_done);
  const std::string model = read(options.out + "/model.safetensors");
  const auto second = run(options);
  ASSERT_TRUE(second.ok()) << second.error().message();
  EXPECT_TRUE(second.value().already_done);
  EXPECT_EQ(second.value().steps, first.value().steps);
  EXPECT_EQ(second.value().final_train_loss, first.value().final_train_loss);
  EXPECT_EQ(second.value().validation_loss, first.value().validation_loss);
  EXPECT_EQ(read(options.out + "/model.safetensors"), model);
}

TEST_F(TrainTest, TheSameSeedGivesTheSameBytesAtAnyThreadCount) {
  ASSERT_TRUE(run(corpus_.options("one"), Env::real(), 1).ok());
  ASSERT_TRUE(run(corpus_.options("two"), Env::real(), 2).ok());
  expect_same_run("one", "two");
  TrainOptions other = corpus_.options("other");
  other.seed = 1;
  ASSERT_TRUE(run(other).ok());
  EXPECT_NE(read(other.out + "/model.safetensors"), read(corpus_.file("one/model.safetensors")));
}

TEST_F(TrainTest, ARunKilledAnywhereResumesToTheBytesOfAnUnbrokenOne) {
  ASSERT_TRUE(run(corpus_.options("unbroken")).ok());
  TrainOptions options = corpus_.options("killed");
  int kills = 0;
  // Each life is longer by some prime, so that kills fall between all kinds of operations.
  for (int operations = 1; operations < 2000; operations += 17) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      HookedEnv env(kill_at(operations));
      ::_exit(run(options, env).ok() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0);
      break;
    }
    ASSERT_EQ(WTERMSIG(status), SIGKILL);
    ++kills;
  }
  EXPECT_GT(kills, 3);
  expect_same_run("unbroken", "killed");
}

TEST_F(TrainTest, ParametersInBf16LearnAndResumeToTheSameBytes) {
  TrainOptions options = corpus_.options("unbroken");
  options.steps = 80;
  options.optimizer.storage = WeightStorage::bf16;
  const auto summary = run(options);
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_LT(*summary.value().validation_loss, 2.0);  // As in ARunLearnsAndLeavesACheckpoint...

  options.out = corpus_.file("stopped");
  StopToken stop;
  HookedEnv env([&stop, operations = 40]() mutable {
    if (operations-- == 0) stop.request();
  });
  const auto backend = make_backend(Device::cpu, 1).value();
  const auto stopped = train(env, stop, *backend, options);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), ErrorCode::interrupted);
  options.optimizer.storage = WeightStorage::f32;
  const auto refused = run(options);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("parameters"), std::string::npos)
      << refused.error().message();
  options.optimizer.storage = WeightStorage::bf16;
  ASSERT_TRUE(run(options, Env::real(), 2).ok());
  expect_same_run("unbroken", "stopped");
}

TEST_F(TrainTest, AFullDiskIsOneErrorAndLosesNothing) {
  ASSERT_TRUE(run(corpus_.options("unbroken")).ok());
  const TrainOptions options = corpus_.options("full");
  FaultyEnv env;
  env.fill_disk_after(200'000);  // The description and the first checkpoints fit.
  const auto failed = run(options, env);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), ErrorCode::io);
  EXPECT_NE(failed.error().message().find("No space left"), std::string::npos);
  const auto resumed = run(options);
  ASSERT_TRUE(resumed.ok()) << resumed.error().message();
  expect_same_run("unbroken", "full");
}

TEST_F(TrainTest, AStopSavesAndIsContinued) {
  ASSERT_TRUE(run(corpus_.options("unbroken")).ok());
  TrainOptions options = corpus_.options("stopped");
  options.cadence.checkpoint_every_steps = 0;
  StopToken stop;
  // The description of a run takes 13 operations; then every step has one, its log line.
  HookedEnv env([&stop, operations = 17]() mutable {
    if (operations-- == 0) stop.request();
  });
  const auto backend = make_backend(Device::cpu, 1).value();
  const auto stopped = train(env, stop, *backend, options);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), ErrorCode::interrupted);
  const std::int64_t step = read_training_numbers(env, options.out).value().step;
  EXPECT_GT(step, 0);
  EXPECT_LT(step, 12);
  ASSERT_TRUE(run(options).ok());
  expect_same_run("unbroken", "stopped");
}

TEST_F(TrainTest, GradientAccumulationDoesNotChangeTheLoss) {
  TrainOptions whole = corpus_.options("whole");
  whole.batch.micro = 4;
  const auto a = run(whole);
  const auto b = run(corpus_.options("halves"));
  ASSERT_TRUE(a.ok() && b.ok());
  // The same sums in another order, over twelve steps.
  EXPECT_NEAR(a.value().final_train_loss, b.value().final_train_loss, 1e-4);
}

TEST_F(TrainTest, RecomputationGivesTheSameBytes) {
  TrainOptions options = corpus_.options("again");
  options.recompute = Recompute::block;
  ASSERT_TRUE(run(corpus_.options("unbroken")).ok());
  ASSERT_TRUE(run(options).ok());
  expect_same_run("unbroken", "again");
}

TEST_F(TrainTest, TokensAreRoundedUpToSteps) {
  TrainOptions options = corpus_.options("run");
  options.steps = 0;
  options.tokens = 65;  // A step has 4 * 16.
  const auto summary = run(options);
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary.value().steps, 2);
}

TEST_F(TrainTest, ARampCountsInTheNumberOfStepsAndResumesToTheSameBytes) {
  TrainOptions options = corpus_.options("unbroken");
  options.steps = 0;
  options.tokens = 1600;
  options.batch = {.examples = 8, .micro = 2};
  options.ramp = {.start = 2, .tokens = 960};
  const auto whole = run(options);
  ASSERT_TRUE(whole.ok()) << whole.error().message();
  // Examples: 10 of 2, then 20 / 4, 20 / 6 rounded up to 4, and 36 are left for 8: 5.
  EXPECT_EQ(whole.value().steps, 10 + 5 + 4 + 5);
  EXPECT_GE(whole.value().tokens, 1600);
  EXPECT_LT(whole.value().tokens, 1600 + 8 * 16);
  const TrainingState state = read_training_numbers(Env::real(), options.out).value();
  EXPECT_EQ(state.examples * 16, state.tokens);
  options.out = corpus_.file("broken");
  FaultyEnv env;
  env.fill_disk_after(300'000);
  ASSERT_FALSE(run(options, env).ok());
  EXPECT_GT(read_training_numbers(Env::real(), options.out).value().step, 0);
  ASSERT_TRUE(run(options).ok());
  expect_same_run("unbroken", "broken");
  options.ramp.tokens = 961;
  expect_error(options, ErrorCode::invalid_argument, "batch_ramp_tokens is 960 there, 961 here");
}

TEST_F(TrainTest, FillingInWithoutItsTokensIsRefusedAndItsRateIsAnOptionOfTheRun) {
  TrainOptions options = corpus_.options("run");
  options.fim.rate = 0.5;
  expect_error(options, ErrorCode::invalid_data, "tokenizer train --fim");
  options.fim.rate = 2;
  expect_error(options, ErrorCode::invalid_argument, "--fim-rate");
  BpeTrainer trainer({.vocabulary_size = 263, .space_run_max = 0, .fill_in_middle = true});
  trainer.add("return return return self.value = self.value + 1\n");
  require(trainer.train().value().save(Env::real(), corpus_.tokenizer()));
  for (const char* name : {"train.tokens", "validation.tokens"})
    require(write_token_file(Env::real(), corpus_.file(name), std::vector<TokenId>(500, 1), 263,
                             corpus_.tokenizer_hash()));
  options.fim.rate = 0.5;
  const auto summary = run(options);
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  options.fim.rate = 0;
  expect_error(options, ErrorCode::invalid_argument, "fim_rate is 0.5 there, null here");
}

TEST_F(TrainTest, DocumentAttentionChangesTheRunAndIsAnOptionOfIt) {
  std::vector<TokenId> tokens;
  for (int i = 0; i < 600; ++i) tokens.push_back(i % 7 == 6 ? 259 : i % 31 + 60);
  for (const char* name : {"train.tokens", "validation.tokens"})
    require(
        write_token_file(Env::real(), corpus_.file(name), tokens, 260, corpus_.tokenizer_hash()));
  TrainOptions options = corpus_.options("all");
  ASSERT_TRUE(run(options).ok());
  options.out = corpus_.file("own");
  options.document_attention = DocumentAttention::own;
  const auto own = run(options);
  ASSERT_TRUE(own.ok()) << own.error().message();
  EXPECT_NE(read(corpus_.file("all/model.safetensors")), read(options.out + "/model.safetensors"));
  options.document_attention = DocumentAttention::all;
  expect_error(options, ErrorCode::invalid_argument, "document_attention is \"own\" there");
}

TEST_F(TrainTest, AnotherTokenizerOrVocabularyIsRefused) {
  const std::vector<TokenId> tokens(500, 1);
  TrainOptions options = corpus_.options("run");
  require(write_token_file(Env::real(), corpus_.file("train.tokens"), tokens, 260, 12345));
  expect_error(options, ErrorCode::invalid_data, "another tokenizer");
  require(write_token_file(Env::real(), corpus_.file("train.tokens"), tokens, 300,
                           corpus_.tokenizer_hash()));
  expect_error(options, ErrorCode::invalid_data, "vocabulary of 300");
}

TEST_F(TrainTest, AMixtureReportsEachFoldersLossAndResumesToTheSameBytes) {
  require(Env::real().create_directories(corpus_.file("other")));
  std::vector<TokenId> tokens;
  for (int i = 0; i < 900; ++i) tokens.push_back(i % 17 + 100);
  for (const char* name : {"other/train.tokens", "other/validation.tokens"})
    require(
        write_token_file(Env::real(), corpus_.file(name), tokens, 260, corpus_.tokenizer_hash()));
  TrainOptions options = corpus_.options("whole");
  options.data = {corpus_.path(), corpus_.file("other")};
  options.weights = {0.25, 0.75};
  ASSERT_TRUE(run(options).ok());
  const std::string log = read(corpus_.file("whole/train_log.jsonl"));
  const Json last = parse_json(log.substr(log.rfind('\n', log.size() - 2) + 1), "log").value();
  const Json& losses = last["validation_losses"];
  ASSERT_EQ(losses.size(), 2U);
  EXPECT_DOUBLE_EQ(last["validation_loss"].get<double>(),
                   0.25 * losses[corpus_.path()].get<double>() +
                       0.75 * losses[corpus_.file("other")].get<double>());

  options.out = corpus_.file("stopped");
  StopToken stop;
  const auto backend = make_backend(Device::cpu, 1).value();
  FaultyEnv full;
  full.fill_disk_after(200'000);  // In the middle of the run.
  ASSERT_FALSE(train(full, stop, *backend, options).ok());
  ASSERT_TRUE(run(options).ok());
  expect_same_run("whole", "stopped");

  options.weights = {0.5, 0.5};
  expect_error(options, ErrorCode::invalid_argument, "data_weights is \"0.25,0.75\" there");
  options.weights = {1};
  expect_error(options, ErrorCode::invalid_argument, "1 weights for 2 folders");
  options.weights = {};
  options.data = {corpus_.path(), corpus_.path()};
  expect_error(options, ErrorCode::invalid_argument, "is named twice");
}

TEST_F(TrainTest, ALossThatIsNotFiniteIsAnErrorThatNamesTheStep) {
  TrainOptions options = corpus_.options("run");
  options.optimizer.learning_rate = 1e30;
  options.optimizer.warmup_steps = 0;
  expect_error(options, ErrorCode::invalid_argument, "step ");
}

TEST_F(TrainTest, ARunWithOtherOptionsIsRefusedAndTheOptionNamed) {
  TrainOptions options = corpus_.options("run");
  ASSERT_TRUE(run(options).ok());
  options.optimizer.learning_rate = 0.02;
  expect_error(options, ErrorCode::invalid_argument, "learning_rate is 0.01 there, 0.02 here");
}

TEST_F(TrainTest, AModelWithoutARunIsNotOverwritten) {
  const TrainOptions options = corpus_.options("run");
  ASSERT_TRUE(run(options).ok());
  ASSERT_TRUE(Env::real().remove(options.out + "/scribe_state.safetensors").ok());
  expect_error(options, ErrorCode::invalid_argument, "already holds a model");
}

TEST_F(TrainTest, ACorruptCheckpointIsOneErrorAndIsKept) {
  TrainOptions options = corpus_.options("run");
  ASSERT_TRUE(run(options).ok());
  const std::string state = options.out + "/scribe_state.safetensors";
  ASSERT_TRUE(Env::real().truncate(state, 1000).ok());
  const std::string model = read(options.out + "/model.safetensors");
  expect_error(options, ErrorCode::invalid_data, "scribe_state.safetensors");
  EXPECT_EQ(read(options.out + "/model.safetensors"), model);
}

TEST_F(TrainTest, MissingInputsAreNotFound) {
  TrainOptions options = corpus_.options("run");
  options.data = {corpus_.file("nowhere")};
  expect_error(options, ErrorCode::not_found, "nowhere/train.tokens");
  options = corpus_.options("run");
  options.tokenizer = corpus_.file("none.json");
  expect_error(options, ErrorCode::not_found, "none.json");
  options = corpus_.options("run");
  options.init_from = corpus_.file("no-checkpoint");
  expect_error(options, ErrorCode::not_found, "no-checkpoint");
}

TEST_F(TrainTest, WrongOptionsAreRefused) {
  const std::vector<std::pair<std::string, std::function<void(TrainOptions&)>>> cases{
      {"steps", [](TrainOptions& o) { o.steps = 0; }},
      {"steps", [](TrainOptions& o) { o.tokens = 5; }},
      {"batch size", [](TrainOptions& o) { o.batch.examples = 0; }},
      {"micro-batch", [](TrainOptions& o) { o.batch.micro = 5; }},
      {"--batch-start", [](TrainOptions& o) { o.ramp.tokens = 5; }},
      {"multiple of the micro-batch", [](TrainOptions& o) { o.ramp = {.start = 3, .tokens = 5}; }},
      {"learning rate", [](TrainOptions& o) { o.optimizer.learning_rate = 0; }},
      {"beta2", [](TrainOptions& o) { o.optimizer.beta2 = 1; }},
      {"clip", [](TrainOptions& o) { o.optimizer.clip = -1; }},
      {"warm-up", [](TrainOptions& o) { o.optimizer.warmup_steps = 13; }},
      {"width", [](TrainOptions& o) { o.model.width = 0; }}};
  for (const auto& [part, change] : cases) {
    TrainOptions options = corpus_.options("run");
    change(options);
    expect_error(options, ErrorCode::invalid_argument, part);
  }
}

TEST_F(TrainTest, ContinuingFromACheckpointStartsAtItsLoss) {
  TrainOptions options = corpus_.options("gpt");
  options.steps = 80;
  const auto first = run(options);
  ASSERT_TRUE(first.ok());
  TrainOptions next = corpus_.options("codex");
  next.init_from = options.out;
  next.tokenizer = "";
  next.optimizer.learning_rate = 1e-5;
  const auto second = run(next);
  ASSERT_TRUE(second.ok()) << second.error().message();
  EXPECT_LT(*second.value().validation_loss, *first.value().validation_loss + 0.1);
}

class FinetuneTest : public TrainTest {
 protected:
  FinetuneTest() {
    require(run(corpus_.options("base")).ok() ? Status() : error(ErrorCode::internal, "base"));
    std::string text;
    for (int i = 0; i < 6; ++i)
      text += fmt::format("{{\"prompt\":\"{}\",\"completion\":\"={}\"}}\n",
                          std::string("abcdef", 6).substr(0, static_cast<std::size_t>(i + 1)), i);
    text += "{\"prompt\":\"" + std::string(40, 'x') + "\",\"completion\":\"y\"}\n";
    require(write_file_atomic(Env::real(), corpus_.file("sft.jsonl"), text));
  }
  FinetuneOptions options(const std::string& out) {
    FinetuneOptions options{.init = corpus_.file("base"),
                            .data = {corpus_.file("sft.jsonl")},
                            .out = corpus_.file(out),
                            .batch = {.examples = 4, .micro = 2},
                            .epochs = 3};
    options.cadence.quiet = true;
    options.cadence.checkpoint_every_steps = 2;
    return options;
  }
  Result<TrainSummary> tune(const FinetuneOptions& options, Env& env = Env::real()) {
    const auto backend = make_backend(Device::cpu, 1).value();
    StopToken stop;
    return finetune(env, stop, *backend, options);
  }
};

TEST_F(FinetuneTest, TheRateIsATenthOfTheRunsAndLongExamplesAreCounted) {
  const auto summary = tune(options("sft"));
  ASSERT_TRUE(summary.ok()) << summary.error().message();
  EXPECT_EQ(summary.value().steps, 5) << "18 examples in batches of 4";
  EXPECT_EQ(summary.value().examples, 6);
  EXPECT_EQ(summary.value().skipped_examples, 1);
  const TrainingState state = read_training_numbers(Env::real(), corpus_.file("sft")).value();
  EXPECT_DOUBLE_EQ(state.options["learning_rate"].get<double>(), 1e-3);
}

TEST_F(FinetuneTest, CompletionsAreLearned) {
  FinetuneOptions long_run = options("sft");
  long_run.epochs = 0;
  long_run.steps = 150;
  long_run.learning_rate = 2e-2;
  const auto summary = tune(long_run);
  ASSERT_TRUE(summary.ok());
  EXPECT_LT(read_training_numbers(Env::real(), long_run.out).value().last_loss, 0.1);
}

TEST_F(FinetuneTest, AnInterruptedRunResumesToTheSameBytes) {
  ASSERT_TRUE(tune(options("unbroken")).ok());
  FaultyEnv env;
  env.fill_disk_after(150'000);
  ASSERT_FALSE(tune(options("broken"), env).ok());
  ASSERT_TRUE(tune(options("broken")).ok());
  expect_same_run("unbroken", "broken");
}

TEST_F(FinetuneTest, WithoutARecordedRateOneMustBeGiven) {
  ASSERT_TRUE(Env::real().remove(corpus_.file("base") + "/run.toml").ok());
  const auto summary = tune(options("sft"));
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error().code(), ErrorCode::invalid_argument);
  EXPECT_NE(summary.error().message().find("--learning-rate"), std::string::npos);
}

}  // namespace
}  // namespace scribe
