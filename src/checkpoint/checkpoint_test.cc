// Tests of Hugging Face directories: out and in again, old names, and every way to be broken.
#include "checkpoint/checkpoint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/testing/faulty_env.h"
#include "checkpoint/model_config.h"
#include "tokenizer/bpe_trainer.h"

namespace scribe {
namespace {

constexpr ModelConfig kConfig{
    .layers = 2, .width = 16, .heads = 2, .vocabulary_size = 260, .context = 12};

Tokenizer small_tokenizer() {
  BpeTrainer trainer({.vocabulary_size = 260, .space_run_max = 0});
  trainer.add("return return return self.value = self.value + 1\n");
  return trainer.train().value();
}

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest()
      : backend_(make_backend(Device::reference, 1).value()), parameters_(*backend_, kConfig) {
    initialize(*backend_, parameters_, 4);
    const Tokenizer tokenizer = small_tokenizer();
    check(tokenizer.save(env_, directory_.file("source.json")));
    check(write_model_description(env_, directory_.path(), kConfig, tokenizer,
                                  directory_.file("source.json")));
    check(write_parameters(env_, weights(), *backend_, parameters_));
  }

  static void check(const Status& status) {
    SCRIBE_CHECK(status.ok(), "{}", status.error().message());
  }
  std::string weights() const { return directory_.file("model.safetensors"); }
  Result<Checkpoint> load() { return load_checkpoint(env_, directory_.path(), *backend_); }

  /// Writes the weights again with other names, shapes or tensors.
  void rewrite(const std::function<void(std::vector<TensorToWrite>&)>& change) {
    std::vector<TensorToWrite> tensors;
    for (const ParameterInfo& info : parameters_.layout())
      tensors.push_back({info.name, info.shape, parameters_.tensor(info)});
    change(tensors);
    check(write_safetensors(env_, weights(), tensors, {}));
  }
  void edit_config(const std::function<void(Json&)>& change) {
    const std::string path = directory_.file("config.json");
    Json json = parse_json(env_.read_file(path).value(), path).value();
    change(json);
    check(write_file_atomic(env_, path, to_json_pretty(json)));
  }
  void expect_error(ErrorCode code, const std::string& part) {
    const auto loaded = load();
    ASSERT_FALSE(loaded.ok()) << part;
    EXPECT_EQ(loaded.error().code(), code) << loaded.error().message();
    EXPECT_NE(loaded.error().message().find(part), std::string::npos) << loaded.error().message();
    EXPECT_EQ(loaded.error().message().find('\n'), std::string::npos) << "one line";
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
  std::unique_ptr<Backend> backend_;
  Parameters parameters_;
};

TEST_F(CheckpointTest, WhatIsWrittenIsLoaded) {
  const auto loaded = load();
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_EQ(loaded.value().config, kConfig);
  EXPECT_TRUE(std::ranges::equal(loaded.value().parameters.all(), parameters_.all()));
  EXPECT_EQ(loaded.value().tokenizer.vocabulary_size(), 260);
}

TEST_F(CheckpointTest, TheTokenizerFileIsCopiedByteForByte) {
  EXPECT_EQ(env_.read_file(directory_.file("tokenizer.json")).value(),
            env_.read_file(directory_.file("source.json")).value());
}

// The fields that transformers' GPT2Config needs to rebuild the model.
TEST_F(CheckpointTest, ConfigHasTheFieldsOfGpt2) {
  const Json json = model_config_json(kConfig, 259);
  EXPECT_EQ(json["architectures"][0], "GPT2LMHeadModel");
  EXPECT_EQ(json["model_type"], "gpt2");
  EXPECT_EQ(json["n_layer"], 2);
  EXPECT_EQ(json["n_embd"], 16);
  EXPECT_EQ(json["n_head"], 2);
  EXPECT_EQ(json["n_positions"], 12);
  EXPECT_EQ(json["vocab_size"], 260);
  EXPECT_EQ(json["layer_norm_epsilon"], 1e-5);
  EXPECT_EQ(json["activation_function"], "gelu_new");
  EXPECT_EQ(json["tie_word_embeddings"], true);
  EXPECT_EQ(json["eos_token_id"], 259);
}

TEST_F(CheckpointTest, NamesWithoutPrefixAndMasksOfOldFilesLoad) {
  const std::vector<float> mask(144, 1);
  rewrite([&](std::vector<TensorToWrite>& tensors) {
    for (TensorToWrite& tensor : tensors) tensor.name.erase(0, std::string("transformer.").size());
    tensors.push_back({"h.0.attn.bias", {1, 1, 12, 12}, mask});
  });
  const auto loaded = load();
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_TRUE(std::ranges::equal(loaded.value().parameters.all(), parameters_.all()));
}

TEST_F(CheckpointTest, AHeadThatIsACopyOfTheTableLoadsAndAnotherDoesNot) {
  rewrite([&](std::vector<TensorToWrite>& tensors) {
    tensors.push_back({"lm_head.weight", {260, 16}, tensors.front().data});
  });
  EXPECT_TRUE(load().ok());
  const std::vector<float> other(260 * 16, 1);
  rewrite([&](std::vector<TensorToWrite>& tensors) {
    tensors.push_back({"lm_head.weight", {260, 16}, other});
  });
  expect_error(ErrorCode::unsupported, "only tied heads");
}

TEST_F(CheckpointTest, AMissingTensorIsNamed) {
  rewrite([](std::vector<TensorToWrite>& tensors) { tensors.erase(tensors.begin() + 1); });
  expect_error(ErrorCode::invalid_data, "'transformer.wpe.weight' is missing");
}

TEST_F(CheckpointTest, AnUnexpectedTensorIsNamed) {
  const std::vector<float> extra(1);
  rewrite([&](std::vector<TensorToWrite>& tensors) { tensors.push_back({"lora.A", {1}, extra}); });
  expect_error(ErrorCode::invalid_data, "unexpected tensor 'lora.A'");
}

TEST_F(CheckpointTest, AWrongShapeIsAnErrorWithBothShapes) {
  edit_config([](Json& json) { json["n_positions"] = 13; });
  expect_error(ErrorCode::invalid_data, "has shape (12, 16), expected (13, 16)");
}

TEST_F(CheckpointTest, ATruncatedFileIsInvalid) {
  const std::int64_t size = env_.file_size(weights()).value();
  ASSERT_TRUE(env_.truncate(weights(), size - 4).ok());
  expect_error(ErrorCode::invalid_data, "truncated");
}

TEST_F(CheckpointTest, AMissingFolderOrFileIsNotFound) {
  const auto loaded = load_checkpoint(env_, directory_.file("nowhere"), *backend_);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code(), ErrorCode::not_found);
  ASSERT_TRUE(env_.remove(directory_.file("tokenizer.json")).ok());
  expect_error(ErrorCode::not_found, "no tokenizer.json");
  ASSERT_TRUE(env_.remove(weights()).ok());
  expect_error(ErrorCode::not_found, "no model.safetensors");
  ASSERT_TRUE(env_.remove(directory_.file("config.json")).ok());
  expect_error(ErrorCode::not_found, "no config.json");
}

TEST_F(CheckpointTest, ModelsThatWouldBeComputedWronglyAreUnsupported) {
  const std::vector<std::pair<std::string, Json>> changes{
      {"model_type", "llama"},        {"activation_function", "relu"},
      {"tie_word_embeddings", false}, {"n_inner", 40},
      {"scale_attn_weights", false},  {"scale_attn_by_inverse_layer_idx", true}};
  const std::string original = env_.read_file(directory_.file("config.json")).value();
  for (const auto& [field, value] : changes) {
    edit_config([&](Json& json) { json[field] = value; });
    expect_error(ErrorCode::unsupported, field);
    check(write_file_atomic(env_, directory_.file("config.json"), original));
  }
}

TEST_F(CheckpointTest, WrongConfigFieldsAreNamed) {
  const std::string original = env_.read_file(directory_.file("config.json")).value();
  const std::vector<std::pair<std::string, Json>> changes{
      {"n_layer", "two"}, {"n_embd", 0}, {"n_head", -3}, {"vocab_size", 1e9}, {"n_head", 5}};
  for (const auto& [field, value] : changes) {
    edit_config([&](Json& json) { json[field] = value; });
    expect_error(ErrorCode::invalid_data, "config.json");
    check(write_file_atomic(env_, directory_.file("config.json"), original));
  }
  check(write_file_atomic(env_, directory_.file("config.json"), "{\"model_type\": "));
  expect_error(ErrorCode::invalid_data, "not valid JSON");
}

TEST_F(CheckpointTest, ATokenizerWithMoreIdsThanTheModelIsInvalid) {
  BpeTrainer trainer({.vocabulary_size = 262, .space_run_max = 0});
  trainer.add("return return return self.value = self.value + 1\n");
  check(trainer.train().value().save(env_, directory_.file("tokenizer.json")));
  expect_error(ErrorCode::invalid_data, "the tokenizer has 262 ids but the model only 260");
}

}  // namespace
}  // namespace scribe
