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
  expect_error(ErrorCode::unsupported, "the configuration ties them");
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

TEST_F(CheckpointTest, WhatTheConfigurationAsksForIsNotAllocatedForAnotherFile) {
  edit_config([](Json& json) {
    json["n_embd"] = 65536;  // A terabyte.
    json["n_head"] = 2;
    json["vocab_size"] = 4'000'000;
  });
  expect_error(ErrorCode::invalid_data, "wte.weight");
}

TEST_F(CheckpointTest, SpecialTokensThatTheConfigurationNamesEndTexts) {
  const TokenId end = load().value().tokenizer.end_of_text();
  EXPECT_TRUE(load().value().tokenizer.more_ends().empty());
  // An ordinary token, as in CodeGen's files, and one that does not exist.
  edit_config([&](Json& json) { json["eos_token_id"] = {end, 65, 100'000}; });
  EXPECT_TRUE(load().value().tokenizer.more_ends().empty());
  edit_config([&](Json& json) { json["eos_token_id"] = "x"; });
  expect_error(ErrorCode::invalid_data, "eos_token_id");
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
      {"model_type", "bert"},
      {"activation_function", "relu"},
      {"add_cross_attention", true},
      {"scale_attn_by_inverse_layer_idx", true}};
  const std::string original = env_.read_file(directory_.file("config.json")).value();
  for (const auto& [field, value] : changes) {
    edit_config([&](Json& json) { json[field] = value; });
    expect_error(ErrorCode::unsupported, field);
    check(write_file_atomic(env_, directory_.file("config.json"), original));
  }
}

TEST_F(CheckpointTest, VariantsOfOtherFamiliesThatWouldBeComputedWronglyAreUnsupported) {
  const Json dynamic = {{"rope_type", "dynamic"}, {"factor", 4.0}};
  const Json untruncated = {
      {"rope_type", "yarn"}, {"original_max_position_embeddings", 64}, {"truncate", false}};
  const Json partial = {{"rope_type", "default"}, {"partial_rotary_factor", 0.5}};
  const Json three_kinds = Json::array({Json::array({Json::array({"local", "global"}), 1})});
  const Json endless = Json::array({Json::array({Json::array(), std::int64_t{1} << 62})});
  const std::vector<std::tuple<Family, std::string, Json>> changes{
      {Family::llama, "rope_scaling", dynamic},
      {Family::qwen2, "truncate", untruncated},
      {Family::llama, "rope_parameters", partial},
      {Family::qwen2, "head_dim", 128},
      {Family::qwen3, "attention_bias", true},
      {Family::llama, "hidden_act", "gelu"},
      {Family::qwen2, "use_sliding_window", true},
      {Family::starcoder2, "use_bias", false},
      {Family::gpt_bigcode, "multi_query", false},
      {Family::gpt_neo, "attention_types", endless},
      {Family::gpt_neo, "attention_types", three_kinds}};
  for (const auto& [family, field, value] : changes) {
    Json json = model_config_json(family_defaults(family), 0);
    EXPECT_TRUE(parse_model_config(json, "c").ok()) << name_of(family);
    json[field == "truncate" ? "rope_scaling" : field] = value;
    const auto parsed = parse_model_config(json, "c");
    ASSERT_FALSE(parsed.ok()) << field;
    EXPECT_EQ(parsed.error().code(), ErrorCode::unsupported) << parsed.error().message();
    EXPECT_NE(parsed.error().message().find(field), std::string::npos) << parsed.error().message();
  }
}

TEST_F(CheckpointTest, LinearScalingOfRotationsIsRead) {
  Json json = model_config_json(family_defaults(Family::llama), 0);
  json["rope_scaling"] = {{"type", "linear"}, {"factor", 4.0}};
  json["rope_theta"] = 100000.0;
  const auto parsed = parse_model_config(json, "c");
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_EQ(parsed.value().rotary_factor, 4);
  EXPECT_EQ(parsed.value().rotary_theta, 100000);
  EXPECT_EQ(parse_model_config(model_config_json(parsed.value(), 0), "c").value(), parsed.value());
}

TEST_F(CheckpointTest, ScalingOfRotationsInBandsIsReadAndWritten) {
  Json json = model_config_json(family_defaults(Family::llama), 0);
  json["rope_scaling"] = {{"rope_type", "llama3"},
                          {"factor", 8.0},
                          {"low_freq_factor", 1.0},
                          {"high_freq_factor", 4.0},
                          {"original_max_position_embeddings", 8192}};
  const auto parsed = parse_model_config(json, "c");
  ASSERT_TRUE(parsed.ok()) << parsed.error().message();
  EXPECT_EQ(parsed.value().rotary_factor, 8);
  EXPECT_EQ(parsed.value().rotary_bands,
            (RotaryBands{.original_context = 8192, .low = 1, .high = 4}));
  EXPECT_EQ(parse_model_config(model_config_json(parsed.value(), 0), "c").value(), parsed.value());
  json["rope_scaling"]["low_freq_factor"] = 5.0;
  EXPECT_FALSE(parse_model_config(json, "c").ok()) << "low above high";
}

// The numbers are those of transformers 5.24 for these fields.
TEST_F(CheckpointTest, YarnsScalingOfRotationsIsReadAndWritten) {
  Json json = model_config_json(family_defaults(Family::qwen2), 0);
  json["max_position_embeddings"] = 512;
  json["rope_scaling"] = {
      {"type", "yarn"}, {"factor", 4.0}, {"original_max_position_embeddings", 128}};
  const auto expect_yarn = [&](double factor, const RotaryYarn& expected) {
    const auto parsed = parse_model_config(json, "c");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message();
    const ModelConfig& config = parsed.value();
    EXPECT_EQ(config.rotary_factor, factor);
    EXPECT_EQ(config.rotary_yarn.original_context, expected.original_context);
    EXPECT_EQ(config.rotary_yarn.fast, expected.fast);
    EXPECT_EQ(config.rotary_yarn.slow, expected.slow);
    EXPECT_NEAR(config.rotary_yarn.attention_factor, expected.attention_factor, 1e-15);
    EXPECT_EQ(parse_model_config(model_config_json(config, 0), "c").value(), config);
  };
  expect_yarn(4, {.original_context = 128, .attention_factor = 1.138629436111989});
  json["rope_scaling"].erase("factor");
  json["rope_scaling"]["beta_fast"] = 16;
  json["rope_scaling"]["beta_slow"] = 2;
  json["rope_scaling"]["mscale"] = 0.707;
  json["rope_scaling"]["mscale_all_dim"] = 1.0;
  expect_yarn(
      4, {.original_context = 128, .fast = 16, .slow = 2, .attention_factor = 0.964326914892074});
  json["rope_scaling"]["attention_factor"] = 0.5;
  expect_yarn(4, {.original_context = 128, .fast = 16, .slow = 2, .attention_factor = 0.5});
  json["rope_scaling"]["beta_slow"] = 17;
  EXPECT_FALSE(parse_model_config(json, "c").ok()) << "slow above fast";
  json["rope_scaling"].erase("original_max_position_embeddings");
  EXPECT_FALSE(parse_model_config(json, "c").ok());
}

TEST_F(CheckpointTest, AHeadOfItsOwnIsWrittenAndRead) {
  ModelConfig config = kConfig;
  config.tied_head = false;
  Parameters untied(*backend_, config);
  initialize(*backend_, untied, 5);
  check(write_parameters(env_, weights(), *backend_, untied));
  edit_config([](Json& json) { json["tie_word_embeddings"] = false; });
  const auto loaded = load();
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_TRUE(std::ranges::equal(loaded.value().parameters.all(), untied.all()));
}

/// The weights in two files with an index, as transformers saves large models.
class ShardedCheckpointTest : public CheckpointTest {
 protected:
  ShardedCheckpointTest() {
    std::vector<TensorToWrite> parts[2];
    Json map = Json::object();
    for (const ParameterInfo& info : parameters_.layout()) {
      const std::size_t part = map.size() % 2;
      parts[part].push_back({info.name, info.shape, parameters_.tensor(info)});
      map[info.name] = part == 0 ? "a.safetensors" : "b.safetensors";
    }
    check(write_safetensors(env_, directory_.file("a.safetensors"), parts[0], {}));
    check(write_safetensors(env_, directory_.file("b.safetensors"), parts[1], {}));
    check(env_.remove(weights()));
    write_index(map);
    map_ = map;
  }

  void write_index(const Json& map) {
    check(
        write_file_atomic(env_, weights() + ".index.json", to_json_pretty({{"weight_map", map}})));
  }

  Json map_;
};

TEST_F(ShardedCheckpointTest, PartsAreFoundByTheIndex) {
  const auto loaded = load();
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_TRUE(std::ranges::equal(loaded.value().parameters.all(), parameters_.all()));
}

TEST_F(ShardedCheckpointTest, AnIndexThatDoesNotFitIsInvalid) {
  const std::string name = parameters_.layout()[0].name;
  Json map = map_;
  map[name] = "b.safetensors";
  write_index(map);
  expect_error(ErrorCode::invalid_data, "'" + name + "' is not in 'b.safetensors'");
  for (const char* const path : {"../a.safetensors", "/etc/passwd", "", ".hidden"}) {
    map[name] = path;
    write_index(map);
    expect_error(ErrorCode::invalid_data, "expected the name of a file beside the index");
  }
  write_index(Json::object());
  expect_error(ErrorCode::invalid_data, "'weight_map' is empty");
  map = map_;
  map["zz"] = "c.safetensors";
  write_index(map);
  expect_error(ErrorCode::not_found, "c.safetensors");
  const std::string copy = env_.read_file(directory_.file("a.safetensors")).value();
  check(write_file_atomic(env_, directory_.file("c.safetensors"), copy));
  expect_error(ErrorCode::invalid_data, "is in two of the files");
  map["zz"] = "a.safetensors";
  write_index(map);
  expect_error(ErrorCode::invalid_data, "'zz' is not in 'a.safetensors'");
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
