// Tests of a configuration's limits and of its number of parameters.
#include "model/config.h"

#include <gtest/gtest.h>

#include <functional>

namespace scribe {
namespace {

TEST(GptConfigTest, ParameterCountIsThatOfThePublishedGpt2) {
  // GPT-2 small has 124,439,808 parameters with its tied head counted once.
  EXPECT_EQ(
      parameter_count(
          {.layers = 12, .width = 768, .heads = 12, .vocabulary_size = 50257, .context = 1024}),
      124439808);
}

TEST(GptConfigTest, EveryWrongFieldIsNamed) {
  const std::vector<std::pair<std::string, std::function<void(GptConfig&)>>> cases{
      {"layers", [](GptConfig& c) { c.layers = 0; }},
      {"width", [](GptConfig& c) { c.width = -8; }},
      {"heads", [](GptConfig& c) { c.heads = 0; }},
      {"heads", [](GptConfig& c) { c.heads = 3; }},
      {"head size", [](GptConfig& c) { c.heads = 64; }},
      {"vocabulary_size", [](GptConfig& c) { c.vocabulary_size = 0; }},
      {"context", [](GptConfig& c) { c.context = 1 << 30; }},
      {"layer_norm_epsilon", [](GptConfig& c) { c.layer_norm_epsilon = 0; }}};
  for (const auto& [word, change] : cases) {
    GptConfig config;
    change(config);
    const Status status = validate(config);
    ASSERT_FALSE(status.ok()) << word;
    EXPECT_EQ(status.error().code(), ErrorCode::invalid_argument);
    EXPECT_NE(status.error().message().find(word), std::string::npos) << status.error().message();
  }
  EXPECT_TRUE(validate(GptConfig()).ok());
}

}  // namespace
}  // namespace scribe
