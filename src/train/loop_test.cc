// Tests of the loop on batches made by hand: what it says when numbers are not finite.
#include "train/loop.h"

#include <gtest/gtest.h>

#include <limits>

#include "checkpoint/training_state.h"
#include "comm/testing/thread_ranks.h"
#include "train/testing/small_corpus.h"

namespace scribe {
namespace {

constexpr std::int32_t kPoison = 99;

/// Two micro-batches of two windows of four tokens; from step 3 on a window of the second one holds
/// the token kPoison.
class PoisonedSource : public BatchSource {
 public:
  Result<std::vector<TokenBatch>> batches(std::int64_t step) override {
    TokenBatch batch{.batch = 2,
                     .time = 4,
                     .tokens = {1, 2, 3, 4, 2, 3, 4, 5},
                     .targets = {2, 3, 4, 5, 3, 4, 5, 6},
                     .first = {}};
    std::vector<TokenBatch> both{batch, batch};
    if (step >= 3) both[1].tokens[4] = kPoison;
    return both;
  }
  std::string describe(std::int64_t step, std::int64_t index) const override {
    return fmt::format("example {} of step {}", index, step);
  }
  std::int64_t rows_max() const override { return 8; }
};

class LoopTest : public testing::Test {
 protected:
  /// Runs a model whose table of tokens holds `poison` at kPoison.
  Result<TrainSummary> run(float poison, std::vector<ValidationSet> validation = {},
                           const DataParallel& parallel = {}) {
    // The head is not tied: no other token sees the poison.
    ModelConfig config = family_defaults(Family::llama);
    config.layers = 3;
    config.width = 16;
    config.heads = 2;
    config.context = 16;
    config.vocabulary_size = 260;
    config.tied_head = false;
    config.norm_epsilon = 1e-38F;
    fit_to_sizes(config);
    const auto backend = make_backend(Device::cpu, 1).value();
    Parameters parameters(*backend, config);
    initialize(*backend, parameters, 0);
    std::vector<float> row(16, poison);
    backend->upload(row, std::span(parameters.token_table.data + kPoison * 16, 16));
    const Tokenizer tokenizer = Tokenizer::load(Env::real(), corpus_.tokenizer()).value();
    PoisonedSource source;
    const CadenceOptions cadence{.validate_every = 1,
                                 .checkpoint_every_steps = 1,
                                 .checkpoint_every_seconds = 0,
                                 .quiet = true};
    TrainingRun run{.out = out_,
                    .label = "train",
                    .parameters = parameters,
                    .tokenizer = tokenizer,
                    .tokenizer_path = corpus_.tokenizer(),
                    .source = source,
                    .batch = {.examples = 4, .micro = 2},
                    .validation = std::move(validation),
                    .steps = 5,
                    .optimizer = {},
                    .cadence = cadence,
                    .seed = 0,
                    .options = Json::object(),
                    .parallel = parallel};
    StopToken stop;
    return run_training(Env::real(), stop, *backend, run);
  }

  SmallCorpus corpus_;
  std::string out_ = corpus_.file("run");
};

TEST_F(LoopTest, ALossThatIsNotFiniteNamesStepMicroBatchAndExamples) {
  const auto summary = run(std::numeric_limits<float>::quiet_NaN());
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error().code(), ErrorCode::invalid_argument);
  EXPECT_EQ(summary.error().message(),
            "step 3: the loss of micro-batch 2 of 2 is nan: example 2 of step 3, example 3 of step "
            "3; nothing of this step was kept: lower --learning-rate, or look at these examples "
            "(the last checkpoint is kept)");
}

TEST_F(LoopTest, TheCheckpointBeforeABadStepIsKept) {
  ASSERT_FALSE(run(std::numeric_limits<float>::quiet_NaN()).ok());
  EXPECT_EQ(read_training_numbers(Env::real(), out_).value().step, 2);
  const std::string model = Env::real().read_file(out_ + "/model.safetensors").value();
  const std::string log = Env::real().read_file(out_ + "/train_log.jsonl").value();
  ASSERT_FALSE(run(std::numeric_limits<float>::quiet_NaN()).ok());
  EXPECT_EQ(Env::real().read_file(out_ + "/model.safetensors").value(), model);
  EXPECT_EQ(Env::real().read_file(out_ + "/train_log.jsonl").value(), log);
}

TEST_F(LoopTest, AGradientThatIsNotFiniteAfterAFiniteLossIsCalledThat) {
  // A row of zeros stays zero in every norm, and each of them multiplies its gradient by 1e19.
  const auto summary = run(0);
  ASSERT_FALSE(summary.ok());
  EXPECT_NE(summary.error().message().find("step 3: the gradient's norm of micro-batch 2"),
            std::string::npos)
      << summary.error().message();
}

TEST_F(LoopTest, RanksThatShardGradientsFindWhatIsNotFinite) {
  for (const auto& [poison, expected] :
       {std::pair(std::numeric_limits<float>::quiet_NaN(),
                  "step 3: the loss of micro-batch 1 of 1"),
        std::pair(0.0F, "step 3: the gradient's norm of micro-batch 1 of 1")}) {
    std::string message;
    run_ranks(2, [&](Communicator& ranks) {
      const auto summary =
          run(poison, {}, {.ranks = &ranks, .zero = Zero::gradients, .part_floats = 1000});
      ASSERT_FALSE(summary.ok());
      if (ranks.rank() == 0) message = summary.error().message();
    });
    EXPECT_NE(message.find(expected), std::string::npos) << message;
    EXPECT_NE(message.find("example 2 of step 3, example 3 of step 3"), std::string::npos)
        << message;
    require(Env::real().remove_tree(out_));
  }
}

TEST_F(LoopTest, AValidationLossThatIsNotFiniteIsAnErrorAndIsNotSaved) {
  PoisonedSource source;
  const auto summary = run(std::numeric_limits<float>::quiet_NaN(),
                           {{.name = "held out", .batches = source.batches(3).value()}});
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(
      summary.error().message(),
      "step 1: the validation loss is nan after the update; the last checkpoint is kept: lower "
      "--learning-rate");
  EXPECT_FALSE(has_training_state(Env::real(), out_));
}

}  // namespace
}  // namespace scribe
