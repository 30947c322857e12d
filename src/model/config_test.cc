// Tests of a configuration's limits and of its number of parameters.
#include "model/config.h"

#include <gtest/gtest.h>

#include <functional>

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

}  // namespace
}  // namespace scribe
