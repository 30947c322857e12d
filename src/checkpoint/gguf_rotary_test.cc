// Tests of scaled rotations in GGUF: through a file and back, and what other files have.
#include "checkpoint/gguf_rotary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "checkpoint/gguf_config.h"
#include "checkpoint/testing/convert_fixture.h"

namespace scribe {
namespace {

class GgufRotaryTest : public ConvertTest {
 protected:
  /// A file of `config` without its weights, but for the token table; `factors` as kRotaryFactors.
  GgufFile file_with(const ModelConfig& config, const std::vector<float>& factors) {
    GgufHeader header;
    add_gguf_config(config, header);
    const std::vector<std::int64_t> table{config.vocabulary_size, config.width};
    header.add_tensor("token_embd.weight", table, NumberFormat::f32);
    header.add_tensor(kRotaryFactors, {std::ssize(factors)}, NumberFormat::f32);
    const std::vector<float> zeros(static_cast<std::size_t>(table[0] * table[1]));
    check(write_gguf(env_, file("file.gguf"), header, [&](std::size_t i) {
      return Result<std::span<const std::byte>>(std::as_bytes(std::span(i == 0 ? zeros : factors)));
    }));
    return must(GgufFile::open(env_, file("file.gguf")));
  }
};

/// Llama 3.2's scaling, in heads of 64 as that of 1 billion parameters has.
ModelConfig scaled_in_bands(Family family, double factor) {
  ModelConfig config = tiny_config(family);
  config.width = 128;
  config.heads = 2;
  config.kv_heads = 1;
  config.rotary_size = 64;
  config.vocabulary_size = kTokens + 3;
  config.rotary_theta = 500000;
  config.rotary_factor = factor;
  config.rotary_bands = {.original_context = 8192, .low = 1, .high = 4};
  return config;
}

TEST_F(GgufRotaryTest, RotationsScaledInBandsAreATensorThatIsReadBack) {
  for (const double factor : {8.0, 32.0}) {
    const std::string name = fmt::format("model{}", factor);
    const std::string model = make_model(name, scaled_in_bands(Family::llama, factor));
    const ConvertSummary summary = must(to_gguf_file(model, NumberFormat::q8_0));
    const GgufFile written = must(GgufFile::open(env_, file("model.gguf")));
    EXPECT_EQ(summary.tensors, std::ssize(written.tensors()));
    EXPECT_FALSE(written.contains("llama.rope.scaling.factor")) << "llama.cpp would scale twice";
    std::vector<float> factors(32);
    ASSERT_TRUE(written.read("rope_freqs.weight", {32}, factors).ok());
    // What llama.cpp's converter makes of these parameters, by its formula in double precision.
    EXPECT_EQ(factors[0], 1);
    EXPECT_EQ(factors[14], 1);
    EXPECT_NEAR(factors[15], factor == 8 ? 1.553415 : 1.651329, 1e-6);
    EXPECT_NEAR(factors[16], factor == 8 ? 2.694530 : 3.292262, 1e-6);
    EXPECT_NEAR(factors[17], factor == 8 ? 5.257327 : 9.666729, 1e-6);
    EXPECT_EQ(factors[18], factor);
    EXPECT_EQ(factors[31], factor);
    must(from_gguf_file(name + "-back"));
    EXPECT_EQ(bytes_of(file(name + "-back/config.json")), bytes_of(file(name + "/config.json")));
    EXPECT_TRUE(load_checkpoint(env_, file(name + "-back"), *backend_).ok());
  }
}

TEST_F(GgufRotaryTest, RotationsScaledInBandsThatLlamaCppDoesNotComputeAreRefused) {
  const std::string model = make_model("model", scaled_in_bands(Family::qwen2, 8));
  const auto refused = to_gguf_file(model, NumberFormat::f32);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
  EXPECT_NE(refused.error().message().find("family qwen2, only in llama"), std::string::npos);
}

TEST_F(GgufRotaryTest, FactorsOfRotationsThatComeOfOtherParametersAreRefused) {
  ModelConfig config = scaled_in_bands(Family::llama, 8);
  config.rotary_bands.high = 5;
  must(to_gguf_file(make_model("model", config), NumberFormat::f32));
  const auto refused = from_gguf_file("back");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::unsupported);
  for (const char* const part : {"'rope_freqs.weight' is", "factor 8", "scribe import --hf"})
    EXPECT_NE(refused.error().message().find(part), std::string::npos) << refused.error().message();
  EXPECT_FALSE(env_.exists(file("back")));
}

ModelConfig scaled_by_yarn(Family family) {
  ModelConfig config = scaled_in_bands(family, 4);
  config.rotary_bands = {};
  config.rotary_yarn = {.original_context = 4096,
                        .attention_factor = yarn_attention_factor(config.rotary_factor)};
  return config;
}

TEST_F(GgufRotaryTest, YarnsScalingIsKeysThatAreReadBack) {
  for (const Family family : {Family::llama, Family::qwen2, Family::starcoder2}) {
    const std::string name(name_of(family));
    ModelConfig config = scaled_by_yarn(family);
    config.window = 0;
    must(to_gguf_file(make_model(name, config), NumberFormat::f32));
    const GgufFile written = must(GgufFile::open(env_, file("model.gguf")));
    EXPECT_EQ(written.text(name + ".rope.scaling.type").value(), "yarn");
    EXPECT_EQ(written.number(name + ".rope.scaling.factor").value(), 4);
    EXPECT_EQ(written.integer(name + ".rope.scaling.original_context_length").value(), 4096);
    must(from_gguf_file(name + "-back"));
    EXPECT_EQ(bytes_of(file(name + "-back/config.json")), bytes_of(file(name + "/config.json")));
  }
}

TEST_F(GgufRotaryTest, YarnThatLlamaCppComputesOtherwiseIsRefused) {
  const auto refused = [&](const std::string& name, auto change) {
    ModelConfig config = scaled_by_yarn(Family::qwen2);
    change(config.rotary_yarn);
    const auto written = to_gguf_file(make_model(name, config), NumberFormat::f32);
    ASSERT_FALSE(written.ok()) << name;
    EXPECT_EQ(written.error().code(), ErrorCode::unsupported);
    EXPECT_NE(written.error().message().find("beta_fast 32"), std::string::npos);
  };
  refused("fast", [](RotaryYarn& yarn) { yarn.fast = 16; });
  refused("slow", [](RotaryYarn& yarn) { yarn.slow = 2; });
  refused("attention", [](RotaryYarn& yarn) { yarn.attention_factor = 1; });
}

TEST_F(GgufRotaryTest, KeysOfOtherKindsOfYarnAreRefused) {
  for (const char* const key : {"yarn_beta_fast", "yarn_beta_slow", "attn_factor",
                                "yarn_attn_factor", "yarn_ext_factor", "yarn_log_multiplier"}) {
    const ModelConfig config = scaled_by_yarn(Family::llama);
    GgufHeader header;
    add_gguf_config(config, header);
    header.add(fmt::format("llama.rope.scaling.{}", key), 0.25F);
    check(
        write_gguf(env_, file(key), header, [](std::size_t) -> Result<std::span<const std::byte>> {
          return error(ErrorCode::invalid_data, "a tensor");
        }));
    const auto read = gguf_config(must(GgufFile::open(env_, file(key))));
    ASSERT_FALSE(read.ok()) << key;
    EXPECT_EQ(read.error().code(), ErrorCode::unsupported) << read.error().message();
    EXPECT_NE(read.error().message().find(key), std::string::npos) << read.error().message();
  }
}

// Published files have no key of the original context, and factors that were computed in floats.
TEST_F(GgufRotaryTest, FactorsComputedInFloatsAreRecognisedWithoutFurtherKeys) {
  ModelConfig expected = scaled_in_bands(Family::llama, 32);
  expected.tied_head = true;  // The file has no head.
  ModelConfig plain = expected;
  plain.rotary_factor = 1;
  plain.rotary_bands = {};
  std::vector<float> factors;
  for (int i = 0; i < 32; ++i) {
    const float frequency = 1 / std::pow(500000.0F, static_cast<float>(2 * i) / 64);
    const float turns = 8192 / (2 * std::numbers::pi_v<float> / frequency);
    const float share = std::clamp((turns - 1) / 3, 0.0F, 1.0F);
    factors.push_back(1 / ((1 - share) / 32 + share));
  }
  EXPECT_EQ(must(gguf_config(file_with(plain, factors))), expected);
  // Far more than rounding: 0.1 % of one factor.
  factors[16] *= 1.001F;
  EXPECT_EQ(gguf_config(file_with(plain, factors)).error().code(), ErrorCode::unsupported);
}

TEST_F(GgufRotaryTest, FactorsThatAreNoneOfAnyModelAreRefused) {
  ModelConfig config = scaled_in_bands(Family::llama, 8);
  const std::vector<float> good = rotary_factors(config);
  EXPECT_TRUE(gguf_config(file_with(config, good)).ok());
  for (const float bad : {0.0F, -8.0F, 0.5F, INFINITY, NAN}) {
    const auto refused = gguf_config(file_with(config, std::vector<float>(32, bad)));
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_EQ(refused.error().code(), ErrorCode::unsupported) << bad;
  }
  EXPECT_EQ(gguf_config(file_with(config, std::vector<float>(31, 8))).error().code(),
            ErrorCode::invalid_data);
  config.rotary_bands = {};  // Linear scaling by a key, and factors on top of it.
  const auto twice = gguf_config(file_with(config, good));
  ASSERT_FALSE(twice.ok());
  EXPECT_NE(twice.error().message().find("only one of them"), std::string::npos);
  ModelConfig yarn = scaled_by_yarn(Family::llama);
  yarn.rotary_factor = 1;  // YaRN's keys too, if they scale nothing.
  EXPECT_FALSE(gguf_config(file_with(yarn, good)).ok());
}

}  // namespace
}  // namespace scribe
