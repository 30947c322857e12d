// Tests of a run's state: a kill or a full disk at any point leaves a pair that loads.
#include "checkpoint/training_state.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

constexpr ModelConfig kConfig{
    .layers = 1, .width = 8, .heads = 1, .vocabulary_size = 20, .context = 4};

/// Dies before rename number `renames_left`: from then on nothing is renamed, as after a kill.
class DyingEnv : public FaultyEnv {
 public:
  void die_before_rename(int count) { renames_left_ = count; }
  Status rename(const std::string& from, const std::string& to) override {
    if (renames_left_ == 0) return error(ErrorCode::io, "killed before the rename to '{}'", to);
    if (renames_left_ > 0) --renames_left_;
    return FaultyEnv::rename(from, to);
  }

 private:
  int renames_left_ = -1;  // -1: never
};

class TrainingStateTest : public testing::Test {
 protected:
  TrainingStateTest()
      : backend_(make_backend(Device::reference, 1).value()),
        parameters_(*backend_, kConfig),
        m_(*backend_, kConfig),
        v_(*backend_, kConfig) {}

  TrainingTensors tensors() { return {parameters_, moments_in(*backend_, m_, v_)}; }

  /// Everything of step `step` has values that only that step has.
  TrainingState fill(std::int64_t step) {
    const auto value = static_cast<float>(step);
    backend_->fill(parameters_.all(), value);
    backend_->fill(m_.all(), value + 0.25F);
    backend_->fill(v_.all(), value + 0.5F);
    return {.step = step,
            .tokens = step * 100,
            .examples = step * 8,
            .seed = 0xFFFFFFFFFFFFFFFF,
            .loss_average = 1.0 / 3.0,
            .last_loss = 0.1,
            .validation_loss = 2.5,
            .has_validation = true,
            .done = step == 9,
            .options = {{"learning_rate", 0.1}, {"device", "cpu"}}};
  }
  Status save(std::int64_t step) {
    const TrainingState state = fill(step);
    return save_training_state(env_, directory_.path(), *backend_, state, tensors());
  }
  /// The step that loads; parameters, moments and numbers must all be of it.
  std::int64_t loaded_step() {
    backend_->fill(parameters_.all(), -1);
    const auto state = load_training_state(Env::real(), directory_.path(), *backend_, tensors());
    EXPECT_TRUE(state.ok()) << state.error().message();
    if (!state.ok()) return -1;
    const auto value = static_cast<float>(state.value().step);
    EXPECT_TRUE(std::ranges::all_of(parameters_.all(), [&](float x) { return x == value; }));
    EXPECT_TRUE(std::ranges::all_of(m_.all(), [&](float x) { return x == value + 0.25F; }));
    EXPECT_TRUE(std::ranges::all_of(v_.all(), [&](float x) { return x == value + 0.5F; }));
    return state.value().step;
  }

  DyingEnv env_;
  TemporaryDirectory directory_;
  std::unique_ptr<Backend> backend_;
  Parameters parameters_, m_, v_;
};

TEST_F(TrainingStateTest, WhatIsSavedIsLoadedToTheLastBit) {
  ASSERT_TRUE(save(9).ok());
  EXPECT_EQ(loaded_step(), 9);
  const TrainingState state = read_training_numbers(env_, directory_.path()).value();
  EXPECT_EQ(state.tokens, 900);
  EXPECT_EQ(state.examples, 72);
  EXPECT_EQ(state.seed, 0xFFFFFFFFFFFFFFFF);
  EXPECT_EQ(state.loss_average, 1.0 / 3.0);
  EXPECT_EQ(state.last_loss, 0.1);
  EXPECT_TRUE(state.has_validation);
  EXPECT_EQ(state.validation_loss, 2.5);
  EXPECT_TRUE(state.done);
  EXPECT_EQ(state.options["learning_rate"], 0.1);
}

// Saving renames three times: the next model, the state (the commitment), the model into place.
TEST_F(TrainingStateTest, AKillBeforeAnyRenameLeavesTheOldPairOrTheNewOne) {
  for (int renames = 0; renames <= 3; ++renames) {
    env_.die_before_rename(-1);
    ASSERT_TRUE(save(1).ok());
    env_.die_before_rename(renames);
    EXPECT_EQ(save(2).ok(), renames == 3);
    EXPECT_EQ(loaded_step(), renames < 2 ? 1 : 2) << "killed before rename " << renames;
    env_.die_before_rename(-1);
    ASSERT_TRUE(save(3).ok()) << "what a kill leaves is no obstacle";
    EXPECT_EQ(loaded_step(), 3);
  }
}

TEST_F(TrainingStateTest, AFullDiskAtAnyByteLeavesTheOldPair) {
  ASSERT_TRUE(save(1).ok());
  const std::int64_t size = env_.file_size(directory_.file("model.safetensors")).value() +
                            env_.file_size(directory_.file("scribe_state.safetensors")).value();
  for (std::int64_t bytes = 0; bytes < size; bytes += size / 7) {
    env_.fill_disk_after(bytes);
    const Status saved = save(2);
    ASSERT_FALSE(saved.ok()) << bytes;
    EXPECT_EQ(saved.error().code(), ErrorCode::io);
    EXPECT_NE(saved.error().message().find("No space left"), std::string::npos);
    EXPECT_EQ(loaded_step(), 1) << bytes;
  }
}

TEST_F(TrainingStateTest, AModelOfAnotherStepIsRefused) {
  ASSERT_TRUE(save(1).ok());
  const std::string old = env_.read_file(directory_.file("model.safetensors")).value();
  ASSERT_TRUE(save(2).ok());
  ASSERT_TRUE(write_file_atomic(env_, directory_.file("model.safetensors"), old).ok());
  const auto state = load_training_state(env_, directory_.path(), *backend_, tensors());
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(state.error().message().find("is of step 2"), std::string::npos);
}

TEST_F(TrainingStateTest, ATruncatedStateIsInvalidAndAMissingOneNotFound) {
  EXPECT_FALSE(has_training_state(env_, directory_.path()));
  const auto missing = read_training_numbers(env_, directory_.path());
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
  ASSERT_TRUE(save(1).ok());
  EXPECT_TRUE(has_training_state(env_, directory_.path()));
  ASSERT_TRUE(env_.truncate(directory_.file("scribe_state.safetensors"), 500).ok());
  const auto broken = read_training_numbers(env_, directory_.path());
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code(), ErrorCode::invalid_data);
}

}  // namespace
}  // namespace scribe
