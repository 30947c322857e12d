// Products of a CPU in bf16: against the reference on operands that rounding leaves as they are.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "backend/testing/test_data.h"

namespace scribe {
namespace {

using namespace testing;  // NOLINT: the helpers of these tests

// As in f32: a product of two bf16 is exact in a float, so that sums alone are rounded.
constexpr double kTolerance = 2e-5;

/// To the nearest bf16, ties to even: by the distances to both neighbours.
float nearest_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto below = std::bit_cast<float>(bits & 0xFFFF0000U);
  const auto above = std::bit_cast<float>((bits & 0xFFFF0000U) + 0x10000U);
  const float to_below = std::abs(value - below);
  const float to_above = std::abs(above - value);
  if (to_below != to_above) return to_below < to_above ? below : above;
  return (bits & 0x10000U) == 0 ? below : above;
}

OwnedMatrix rounded(OwnedMatrix matrix) {
  for (float& value : matrix.values()) value = nearest_bf16(value);
  return matrix;
}

class Bf16Test : public VariantTest {};

struct ProductShape {
  std::int64_t m, k, n;
};

// Depths of one, odd, of one piece (512), of a piece and an odd rest, of three pieces.
constexpr ProductShape kProductShapes[] = {
    {1, 1, 1},    {1, 3, 7},    {5, 65, 33},    {37, 3, 16},     {13, 64, 48},    {6, 512, 100},
    {72, 513, 9}, {73, 65, 60}, {200, 770, 70}, {145, 1291, 33}, {300, 257, 256}, {1, 1100, 96}};

TEST_P(Bf16Test, LinearIsTheProductOfTheRoundedOperands) {
  for (const auto [m, k, n] : kProductShapes) {
    SCOPED_TRACE(fmt::format("m {} k {} n {}", m, k, n));
    OwnedMatrix x(m, k, 1, 1, 3);
    OwnedMatrix weight(k, n, 2, 0.1, 5);
    OwnedMatrix x_rounded = rounded(x);
    OwnedMatrix weight_rounded = rounded(weight);
    OwnedMatrix residual(m, n, 3, 1, 2);
    const Floats bias = random_floats(n, 4);
    Floats expected(index(m * n)), found(index(m * n)), again(index(m * n));
    reference_->linear(x_rounded.view(), weight_rounded.view(), bias, residual.view(),
                       {expected.data(), m, n});
    backend_->linear(x_rounded.view(), weight_rounded.view(), bias, residual.view(),
                     {found.data(), m, n});
    EXPECT_LE(largest_difference(found, expected), kTolerance);
    backend_->linear(x.view(), weight.view(), bias, residual.view(), {again.data(), m, n});
    EXPECT_TRUE(same_bits(again, found));
  }
}

TEST_P(Bf16Test, LinearBackwardIsTheProductsOfTheRoundedOperands) {
  for (const auto [m, k, n] : kProductShapes) {
    SCOPED_TRACE(fmt::format("m {} k {} n {}", m, k, n));
    OwnedMatrix d_out = rounded(OwnedMatrix(m, n, 1, 1, 1));
    OwnedMatrix x(m, k, 2, 0.3, 2);
    OwnedMatrix weight(k, n, 3, 0.3, 3);
    OwnedMatrix x_rounded = rounded(x);
    OwnedMatrix weight_rounded = rounded(weight);
    const auto run = [&](Backend& backend, OwnedMatrix& inputs, OwnedMatrix& weights) {
      std::vector<Floats> out = {random_floats(m * k, 4), random_floats(k * n, 5),
                                 random_floats(n, 6)};
      backend.linear_backward(d_out.view(), inputs.view(), weights.view(), {out[0].data(), m, k},
                              {out[1].data(), k, n}, out[2]);
      return out;
    };
    const auto expected = run(*reference_, x_rounded, weight_rounded);
    const auto found = run(*backend_, x_rounded, weight_rounded);
    const auto again = run(*backend_, x, weight);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_LE(largest_difference(found[i], expected[i]), kTolerance) << "output " << i;
      EXPECT_TRUE(same_bits(again[i], found[i])) << "output " << i;
    }
  }
}

// The gradient of the logits is rounded too, by up to 2^-9 of each.
TEST_P(Bf16Test, HeadLossIsThatOfTheRoundedOperands) {
  constexpr std::int64_t kRows = 150, kWidth = 65, kVocabulary = 2003;
  OwnedMatrix x = rounded(OwnedMatrix(kRows, kWidth, 1));
  OwnedMatrix table = rounded(OwnedMatrix(kVocabulary, kWidth, 2, 0.2));
  const Ids targets = random_ids(kRows, -1, kVocabulary, 3);
  const auto run = [&](Backend& backend) {
    std::vector<Floats> out = {Floats(index(kRows)), Floats(index(kRows * kWidth)),
                               Floats(index(kVocabulary * kWidth))};
    backend.head_loss(x.view(), table.view(), {}, targets, 1.0F, out[0],
                      {{out[1].data(), kRows, kWidth}, {out[2].data(), kVocabulary, kWidth}, {}});
    return out;
  };
  const auto expected = run(*reference_);
  const auto found = run(*backend_);
  EXPECT_LE(largest_difference(found[0], expected[0]), kTolerance);
  EXPECT_LE(largest_difference(found[1], expected[1]), 4e-3);
  EXPECT_LE(largest_difference(found[2], expected[2]), 4e-3);
}

TEST_P(Bf16Test, OfPreparedWeightsFloatsAreRoundedAndOtherFormatsAreAsTheyWere) {
  const auto plain = make_cpu_backend(InstructionSet::avx512, 1).value();
  for (const auto [m, k, n] : kProductShapes) {
    SCOPED_TRACE(fmt::format("m {} k {} n {}", m, k, n));
    OwnedMatrix x(m, k, 1, 1, 3);
    OwnedMatrix weight(k, n, 2, 0.2, 5);
    const auto product = [&](Backend& backend, WeightFormat format) {
      Floats out(index(m * n));
      backend.linear(x.view(), *backend.prepare(weight.view(), false, format), {}, {},
                     Activation::none, {out.data(), m, n});
      return out;
    };
    Floats linear(index(m * n));
    backend_->linear(x.view(), weight.view(), {}, {}, {linear.data(), m, n});
    EXPECT_TRUE(same_bits(product(*backend_, WeightFormat::f32), linear));
    for (const auto format : {WeightFormat::f16, WeightFormat::int8})
      EXPECT_TRUE(same_bits(product(*backend_, format), product(*plain, format)));
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, Bf16Test, cpu_bf16_variants(), variant_name);

TEST(Bf16DeviceTest, IsForProcessorsThatHaveIt) {
  const auto made = make_backend(DeviceChoice(Device::cpu, Precision::bf16));
  EXPECT_EQ(made.ok(), has_bf16_products());
  if (!made.ok()) {
    EXPECT_EQ(made.error().code(), ErrorCode::unsupported);
  }
  const auto narrow = make_cpu_backend(InstructionSet::avx2, 1, Precision::bf16);
  EXPECT_FALSE(narrow.ok());
}

}  // namespace
}  // namespace scribe
