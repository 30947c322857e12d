// Tests of number formats: every half is its own, rounding is to the nearest, errors are bounded.
#include "tensor/number_format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/philox.h"

namespace scribe {
namespace {

std::vector<std::byte> encoded(std::span<const float> values, NumberFormat format) {
  std::vector<std::byte> bytes(values.size() / static_cast<std::size_t>(block_size(format)) *
                               static_cast<std::size_t>(block_bytes(format)));
  const Status status = encode(values, format, bytes);
  SCRIBE_CHECK(status.ok(), "{}", status.error().message());
  return bytes;
}

std::vector<float> there_and_back(std::span<const float> values, NumberFormat format) {
  std::vector<float> back(values.size());
  decode(encoded(values, format), format, back);
  return back;
}

std::uint16_t bits_of(float value, NumberFormat format) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, encoded({&value, 1}, format).data(), 2);
  return bits;
}

float value_of(std::uint16_t bits, NumberFormat format) {
  float value = 0;
  decode(std::as_bytes(std::span(&bits, 1)), format, {&value, 1});
  return value;
}

TEST(NumberFormatTest, Every16BitNumberComesBackAsItself) {
  for (const NumberFormat format : {NumberFormat::f16, NumberFormat::bf16})
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
      const float value = value_of(static_cast<std::uint16_t>(bits), format);
      if (std::isnan(value)) {
        EXPECT_TRUE(std::isnan(value_of(bits_of(value, format), format))) << bits;
        continue;
      }
      ASSERT_EQ(bits_of(value, format), bits) << name_of(format);
    }
}

// Halfway between two neighbours goes to the even one, a hair more or less to the nearer one.
TEST(NumberFormatTest, RoundingIsToTheNearestAndTiesGoToEven) {
  for (const NumberFormat format : {NumberFormat::f16, NumberFormat::bf16}) {
    const std::uint32_t infinity = format == NumberFormat::f16 ? 0x7C00 : 0x7F80;
    for (std::uint32_t low = 0; low + 1 < infinity; ++low) {
      const double below = static_cast<double>(value_of(static_cast<std::uint16_t>(low), format));
      const double above =
          static_cast<double>(value_of(static_cast<std::uint16_t>(low + 1), format));
      const auto middle = static_cast<float>((below + above) / 2);
      if (static_cast<double>(middle) != (below + above) / 2) continue;  // No such float.
      ASSERT_EQ(bits_of(middle, format), low + low % 2) << name_of(format) << ' ' << low;
      ASSERT_EQ(bits_of(std::nextafter(middle, 0.0F), format), low) << name_of(format);
      ASSERT_EQ(bits_of(std::nextafter(middle, INFINITY), format), low + 1) << name_of(format);
    }
  }
}

TEST(NumberFormatTest, KnownNumbersOfF16) {
  EXPECT_EQ(bits_of(1, NumberFormat::f16), 0x3C00);
  EXPECT_EQ(bits_of(-2, NumberFormat::f16), 0xC000);
  EXPECT_EQ(bits_of(65504, NumberFormat::f16), 0x7BFF);
  EXPECT_EQ(bits_of(0x1.0p-24F, NumberFormat::f16), 0x0001);
  EXPECT_EQ(bits_of(-0.0F, NumberFormat::f16), 0x8000);
  EXPECT_EQ(bits_of(INFINITY, NumberFormat::f16), 0x7C00);
}

TEST(NumberFormatTest, WhatIsTooLargeIsAnErrorAndNotInfinity) {
  std::vector<std::byte> two(2);
  for (const float value : {65520.0F, -1e6F}) {
    const Status status = encode({&value, 1}, NumberFormat::f16, two);
    ASSERT_FALSE(status.ok()) << value;
    EXPECT_EQ(status.error().code(), ErrorCode::limit_exceeded);
  }
  std::vector<float> block(32, 1);
  std::vector<std::byte> bytes(34);
  block[7] = 127 * 65600.0F;
  EXPECT_EQ(encode(block, NumberFormat::q8_0, bytes).error().code(), ErrorCode::limit_exceeded);
  block[7] = NAN;
  EXPECT_EQ(encode(block, NumberFormat::q8_0, bytes).error().code(), ErrorCode::invalid_data);
}

/// The definition of q8_0 with doubles, one value at a time.
double slow_quantized(std::span<const float> block, std::size_t index) {
  double largest = 0;
  for (const float value : block) largest = std::max(largest, std::abs(double{value}));
  return largest == 0 ? 0 : std::round(double{block[index]} / (largest / 127));
}

TEST(NumberFormatTest, Q8IsTheNearestMultipleOfTheScale) {
  PhiloxStream random(3, 1);
  std::vector<float> values(32 * 200);
  // Scales from 2^-12 to 2^12, so that no scale is below the normal numbers of f16.
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = (static_cast<float>(random.next_u32()) * 0x1.0p-31F - 1) *
                std::exp2(static_cast<float>(i / 32 % 25) - 12) * 127;
  for (std::size_t i = 32; i < 64; ++i) values[i] = 0;
  const std::vector<std::byte> bytes = encoded(values, NumberFormat::q8_0);
  const std::vector<float> back = there_and_back(values, NumberFormat::q8_0);
  std::size_t different = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t block = i / 32;
    const auto part = std::span<const float>(values).subspan(block * 32, 32);
    double largest = 0;
    for (const float value : part) largest = std::max(largest, std::abs(double{value}));
    EXPECT_LE(std::abs(double{back[i]} - double{values[i]}), 0.5625 * largest / 127) << i;
    const auto q = static_cast<double>(static_cast<std::int8_t>(bytes[block * 34 + 2 + i % 32]));
    different += q == slow_quantized(part, i % 32) ? 0U : 1U;
    EXPECT_LE(std::abs(q - slow_quantized(part, i % 32)), 1) << i;
  }
  // Floats and doubles disagree only within some 1e-7 of a half: at these 6,400 values never.
  EXPECT_EQ(different, 0U);
}

TEST(NumberFormatTest, SizesThatDoNotFitAreABug) {
  std::vector<float> values(31);
  std::vector<std::byte> bytes(34);
  EXPECT_DEATH(encode(values, NumberFormat::q8_0, bytes).ok(), "31 values of q8_0 in 34 bytes");
  EXPECT_DEATH(decode(bytes, NumberFormat::f32, values), "31 values of f32");
}

}  // namespace
}  // namespace scribe
