// Tests of a configuration's limits and of its number of parameters.
#include "model/config.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "model/presets.h"

namespace scribe {
namespace {

TEST(ModelConfigTest, ParameterCountIsThatOfThePublishedGpt2) {
  // GPT-2 small has 124,439,808 parameters with its tied head counted once.
  EXPECT_EQ(
      parameter_count(
          {.layers = 12, .width = 768, .heads = 12, .vocabulary_size = 50257, .context = 1024}),
      124439808);
}

TEST(ModelConfigTest, EveryWrongFieldIsNamed) {
  const std::vector<std::pair<std::string, std::function<void(ModelConfig&)>>> cases{
      {"layers", [](ModelConfig& c) { c.layers = 0; }},
      {"width", [](ModelConfig& c) { c.width = -8; }},
      {"heads", [](ModelConfig& c) { c.heads = 0; }},
      {"heads", [](ModelConfig& c) { c.heads = 3; }},
      {"head size", [](ModelConfig& c) { c.heads = 64; }},
      {"vocabulary_size", [](ModelConfig& c) { c.vocabulary_size = 0; }},
      {"context", [](ModelConfig& c) { c.context = 1 << 30; }},
      {"norm_epsilon", [](ModelConfig& c) { c.norm_epsilon = 0; }},
      {"kv_heads", [](ModelConfig& c) { c.kv_heads = 3; }},
      {"inner_width", [](ModelConfig& c) { c.inner_width = -1; }},
      {"rotary_size", [](ModelConfig& c) { c.rotary_size = 66; }},
      {"rotary_size", [](ModelConfig& c) { c.rotary_size = 7; }},
      {"rotary_theta",
       [](ModelConfig& c) {
         c.rotary_size = 8;
         c.rotary_theta = 0;
       }},
      {"rotary_yarn", [](ModelConfig& c) { c.rotary_yarn.original_context = -1; }},
      {"rotary_yarn", [](ModelConfig& c) { c.rotary_yarn.slow = c.rotary_yarn.fast; }},
      {"rotary_yarn", [](ModelConfig& c) { c.rotary_yarn.attention_factor = 0; }},
      {"only one of them",
       [](ModelConfig& c) {
         c.rotary_yarn.original_context = c.rotary_bands.original_context = 1024;
       }},
      {"window", [](ModelConfig& c) { c.window = -1; }},
      {"tied head", [](ModelConfig& c) { c.head_bias = true; }}};
  for (const auto& [word, change] : cases) {
    ModelConfig config;
    change(config);
    const Status status = validate(config);
    ASSERT_FALSE(status.ok()) << word;
    EXPECT_EQ(status.error().code(), ErrorCode::invalid_argument);
    EXPECT_NE(status.error().message().find(word), std::string::npos) << status.error().message();
  }
  EXPECT_TRUE(validate(ModelConfig()).ok());
}

TEST(ModelConfigTest, AllFieldsTellModelsApartThatComputeDifferentThings) {
  ModelConfig config;
  const std::string without = all_fields(config);
  config.rotary_yarn.original_context = 1024;
  const std::string with = all_fields(config);
  EXPECT_NE(with, without);
  config.rotary_yarn.attention_factor = 1.5;
  EXPECT_NE(all_fields(config), with);
}

TEST(ModelConfigTest, FlopPerTokenFollowsTheConvention) {
  const ModelConfig gpt2{
      .layers = 12, .width = 768, .heads = 12, .vocabulary_size = 50257, .context = 1024};
  // 6 (124,439,808 - 1024 768) + 6 12 1024 768.
  EXPECT_EQ(training_flop_per_token(gpt2, 1024), 6.0 * 123653376 + 56623104.0);
}

// 12 layers width^2 of the paper's eight sizes, and GPT-3's counts as published for the larger
// ones.
TEST(PresetTest, PresetsHaveTheParametersOfTheirNames) {
  const std::map<std::string_view, double> millions{
      {"12M", 12.58},   {"25M", 25.17},   {"42M", 42.47},   {"85M", 84.93},
      {"300M", 301.99}, {"679M", 679.48}, {"2.5B", 2516.6}, {"12B", 12582.9}};
  std::size_t checked = 0;
  for (const ModelPreset& preset : model_presets()) {
    ModelConfig config;
    config.layers = preset.layers;
    config.width = preset.width;
    config.heads = preset.heads;
    EXPECT_TRUE(validate(config).ok()) << preset.name;
    if (!millions.contains(preset.name)) continue;
    ++checked;
    const double count = 12.0 * preset.layers * preset.width * preset.width / 1e6;
    EXPECT_NEAR(count / millions.at(preset.name), 1, 1e-3) << preset.name;
  }
  EXPECT_EQ(checked, millions.size());
  EXPECT_EQ(preset_named("12B").value().layers, 40);
  EXPECT_EQ(preset_named("13B").error().code(), ErrorCode::invalid_argument);
}

TEST(ModelConfigTest, EveryFamilyFitsAnySizes) {
  for (const Family family : kFamilies)
    for (const ModelPreset& preset : model_presets()) {
      ModelConfig config = family_defaults(family);
      config.layers = preset.layers;
      config.width = preset.width;
      config.heads = preset.heads;
      fit_to_sizes(config);
      EXPECT_TRUE(validate(config).ok()) << name_of(family) << " " << preset.name;
      EXPECT_EQ(family_named(name_of(family)).value(), family);
    }
  EXPECT_EQ(family_named("gpt5").error().code(), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe
