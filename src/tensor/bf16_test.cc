// Tests of rounding to bf16.
#include "tensor/bf16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

namespace scribe {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Bf16Test, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(from_bf16(to_bf16(1.0F)), 1.0F);
  EXPECT_EQ(from_bf16(to_bf16(1.0F + 0x1p-8F)), 1.0F);             // A tie: down to even,
  EXPECT_EQ(from_bf16(to_bf16(1.0F + 3 * 0x1p-8F)), 1 + 0x1p-6F);  // and up.
  EXPECT_EQ(from_bf16(to_bf16(1.0F + 0x1.01p-8F)), 1 + 0x1p-7F);
  EXPECT_EQ(from_bf16(to_bf16(-kInfinity)), -kInfinity);
  EXPECT_TRUE(std::isnan(from_bf16(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(Bf16Test, AtRandomIsOneOfTheTwoNeighboursInProportion) {
  // A quarter of the way from 1 to the next bf16.
  const float value = 1 + 0x1p-9F;
  constexpr std::uint32_t kCount = 100'000;
  std::uint32_t up = 0;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const float rounded = from_bf16(to_bf16_at_random(value, bf16_noise(12345, i)));
    ASSERT_TRUE(rounded == 1 || rounded == 1 + 0x1p-7F);
    up += rounded == 1 ? 0 : 1;
  }
  EXPECT_NEAR(up / double{kCount}, 0.25, 5 * std::sqrt(0.25 * 0.75 / kCount));
}

TEST(Bf16Test, AtRandomKeepsWhatABf16IsAndWhatIsNotFinite) {
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::uint32_t noise = bf16_noise(7, i);
    EXPECT_LT(noise, 0x10000U);
    for (const float value : {1.5F, -0.0F, 0.0F, kInfinity, -kInfinity})
      EXPECT_EQ(from_bf16(to_bf16_at_random(value, noise)), value);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(from_bf16(to_bf16_at_random(nan, noise))));
  }
}

TEST(Bf16Test, NoiseIsOtherForOtherElementsAndKeys) {
  std::set<std::uint32_t> seen;
  for (std::uint32_t i = 0; i < 4096; ++i) seen.insert(bf16_noise(1, i));
  EXPECT_GT(seen.size(), 3900U);  // Of 65,536: about 124 meet by chance.
  int same = 0;
  for (std::uint32_t i = 0; i < 4096; ++i) same += bf16_noise(1, i) == bf16_noise(2, i) ? 1 : 0;
  EXPECT_LT(same, 8);
}

}  // namespace
}  // namespace scribe
