// Tests of the layout of parameters and of their first values.
#include "model/parameters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tensor/bf16.h"

namespace scribe {
namespace {

constexpr ModelConfig kSmall{
    .layers = 3, .width = 64, .heads = 4, .vocabulary_size = 300, .context = 40};

std::unique_ptr<Backend> reference() {
  return make_backend(Device::reference, 1).value();
}

struct Statistics {
  double mean = 0;
  double deviation = 0;
};
Statistics statistics_of(std::span<const float> values) {
  double sum = 0;
  double squares = 0;
  for (const float value : values) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const auto count = static_cast<double>(values.size());
  return {sum / count, std::sqrt(squares / count - sum * sum / count / count)};
}

TEST(ParametersTest, TensorsFillTheBlockWithoutGapsAndDecayingOnesComeFirst) {
  const auto backend = reference();
  const Parameters parameters(*backend, kSmall);
  std::int64_t offset = 0;
  std::set<std::string> names;
  bool decays = true;
  for (const ParameterInfo& info : parameters.layout()) {
    EXPECT_EQ(info.offset, offset) << info.name;
    EXPECT_TRUE(decays || !info.decays) << info.name;
    EXPECT_EQ(info.decays, info.shape.size() == 2) << info.name;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    decays = info.decays;
    offset += info.size;
  }
  EXPECT_EQ(offset, parameter_count(kSmall));
  EXPECT_EQ(names.size(), 2U + 3U * 12U + 2U);
  EXPECT_EQ(parameters.decaying().size() + parameters.not_decaying().size(),
            parameters.all().size());
}

TEST(ParametersTest, ViewsLieWhereTheLayoutSays) {
  const auto backend = reference();
  const Parameters parameters(*backend, kSmall);
  for (const ParameterInfo& info : parameters.layout()) {
    if (info.name == "transformer.h.1.mlp.c_fc.weight") {
      EXPECT_EQ(parameters.blocks[1].fc_weight.data, parameters.tensor(info).data());
      EXPECT_EQ(parameters.blocks[1].fc_weight.rows, 64);
      EXPECT_EQ(parameters.blocks[1].fc_weight.cols, 256);
    }
    if (info.name == "transformer.ln_f.bias") {
      EXPECT_EQ(parameters.norm_f.bias.data(), parameters.tensor(info).data());
    }
  }
}

// Radford et al. 2019: 0.02, residual projections 0.02 / sqrt(2 layers); positions 0.01.
TEST(ParametersTest, FirstValuesHaveTheDeviationsOfGpt2) {
  const auto backend = reference();
  Parameters parameters(*backend, kSmall);
  initialize(*backend, parameters, 1);
  for (const ParameterInfo& info : parameters.layout()) {
    const Statistics found = statistics_of(parameters.tensor(info));
    double expected = info.decays ? 0.02 : 0.0;
    if (info.name == "transformer.wpe.weight") expected = 0.01;
    if (info.decays && info.name.find("c_proj") != std::string::npos)
      expected = 0.02 / std::sqrt(6.0);
    // The deviation of n draws has a standard error of 1 / sqrt(2 n): under 1.5 % from 2560 on.
    EXPECT_NEAR(found.deviation, expected, 0.05 * expected) << info.name;
    const bool is_norm_weight = !info.decays && info.name.ends_with("weight");
    EXPECT_NEAR(found.mean, is_norm_weight ? 1.0 : 0.0, 0.1 * expected) << info.name;
  }
}

TEST(ParametersTest, TheSameSeedGivesTheSameValuesAndAnotherSeedOthers) {
  const auto backend = reference();
  Parameters a(*backend, kSmall);
  Parameters b(*backend, kSmall);
  initialize(*backend, a, 7);
  initialize(*backend, b, 7);
  EXPECT_TRUE(std::ranges::equal(a.all(), b.all()));
  initialize(*backend, b, 8);
  EXPECT_FALSE(std::ranges::equal(a.all(), b.all()));
}

TEST(ParametersTest, InBf16MatricesAreRoundedAndVectorsAreNot) {
  const auto backend = reference();
  Parameters wide(*backend, kSmall);
  Parameters narrow(*backend, kSmall, WeightStorage::bf16);
  initialize(*backend, wide, 7);
  initialize(*backend, narrow, 7);
  EXPECT_EQ(narrow.size(), wide.size());
  EXPECT_EQ(narrow.decaying_bf16().size(), wide.decaying().size());
  std::vector<float> copy;
  for (const ParameterInfo& info : narrow.layout()) {
    const std::span<const float> found = narrow.read(*backend, info, copy);
    const std::span<const float> values = wide.tensor(info);
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(found[i], info.decays ? from_bf16(to_bf16(values[i])) : values[i]) << info.name;
  }
  EXPECT_EQ(narrow.blocks[1].fc_weight.bf16[5], to_bf16(wide.blocks[1].fc_weight.data[5]));
  EXPECT_DEATH(narrow.all(), "no block of floats");
}

TEST(ParametersTest, ALayerMoreDoesNotChangeTheQkvOfTheFirst) {
  const auto backend = reference();
  ModelConfig deeper = kSmall;
  deeper.layers = 4;
  Parameters a(*backend, kSmall);
  Parameters b(*backend, deeper);
  initialize(*backend, a, 7);
  initialize(*backend, b, 7);
  const std::span first(a.blocks[0].qkv_weight.data, 64 * 192);
  const std::span second(b.blocks[0].qkv_weight.data, 64 * 192);
  EXPECT_TRUE(std::ranges::equal(first, second));
}

}  // namespace
}  // namespace scribe
