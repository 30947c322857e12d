// Tests of the figures on numbers made by hand.
#include "experiment/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scribe {
namespace {

constexpr double kTolerance = 1e-9;  // Of logarithms and powers in double precision.

TEST(PowerLaw, PointsOnTheCurveOfThePaperGiveItsConstants) {
  std::vector<PowerLawPoint> points;
  for (const double size : {12e6, 42e6, 300e6, 2.5e9, 12e9})
    points.push_back({size, std::pow(size / 5.92e7, -0.13)});
  const auto law = fit_power_law(points);
  ASSERT_TRUE(law.has_value());
  EXPECT_NEAR(law->scale / 5.92e7, 1, 1e-6);
  EXPECT_NEAR(law->exponent, 0.13, kTolerance);
  for (const double residual : law->residuals) EXPECT_NEAR(residual, 0, kTolerance);
  EXPECT_NEAR(law->exponent_interval->low, 0.13, 1e-6);
  EXPECT_NEAR(law->at(85e6), 0.954, 5e-4);  // As the paper's formula gives for 85 M.
}

TEST(PowerLaw, ThreePointsHaveTheIntervalOfLeastSquares) {
  // ln x = 0, 1, 2 and ln y = 0, -1, -1: slope -1/2, residuals 1/6, -1/3, 1/6, so that the slope's
  // standard error is sqrt((1/6) / 1 / 2) and t with one degree of freedom 12.706.
  const double e = std::exp(1.0);
  const auto law = fit_power_law(std::vector<PowerLawPoint>{{1, 1}, {e, 1 / e}, {e * e, 1 / e}});
  ASSERT_TRUE(law.has_value());
  EXPECT_NEAR(law->exponent, 0.5, kTolerance);
  EXPECT_NEAR(law->residuals[1], -1.0 / 3, kTolerance);
  EXPECT_NEAR(law->exponent_interval->high - 0.5, 12.706 * std::sqrt(1.0 / 12), 1e-6);
}

TEST(PowerLaw, OnePointOrOneSizeHasNone) {
  EXPECT_FALSE(fit_power_law(std::vector<PowerLawPoint>{{10, 3}}).has_value());
  EXPECT_FALSE(fit_power_law(std::vector<PowerLawPoint>{{10, 3}, {10, 4}}).has_value());
  EXPECT_FALSE(fit_power_law(std::vector<PowerLawPoint>{{10, 3}, {20, 3}}).has_value());
  const auto two = fit_power_law(std::vector<PowerLawPoint>{{10, 4}, {20, 2}});
  EXPECT_NEAR(two->exponent, 1, kTolerance);
  EXPECT_FALSE(two->exponent_interval.has_value());
}

TEST(Overlap, IsOneForEqualAndZeroForSeparateSamples) {
  const std::vector<double> low = {5, 15, 15};
  const std::vector<double> high = {85, 100};
  EXPECT_NEAR(overlap_coefficient(low, low, 0, 100, 10), 1, kTolerance);
  EXPECT_EQ(overlap_coefficient(low, high, 0, 100, 10), 0);
  const std::vector<double> half = {5, 95};  // Shares 1/3 of bin 0 with the first.
  EXPECT_NEAR(overlap_coefficient(low, half, 0, 100, 10), 1.0 / 3, kTolerance);
}

TEST(AreaUnderCurve, CountsPairsAndHalfOfTies) {
  EXPECT_NEAR(area_under_curve(std::vector<double>{3, 1}, std::vector<double>{1, 2}), 2.5 / 4,
              kTolerance);
}

TEST(FilteredPassAtK, HandsInAllWhereFewerAreLeft) {
  EXPECT_EQ(filtered_pass_at_k(0, 0, 1), 0);
  EXPECT_NEAR(filtered_pass_at_k(4, 1, 1), 0.25, kTolerance);
  EXPECT_EQ(filtered_pass_at_k(3, 1, 5), 1);
  EXPECT_EQ(filtered_pass_at_k(3, 0, 5), 0);
}

TEST(UpperHull, TakesTheBestAtEachKAndTheColderOfEquals) {
  const std::vector<ScoreCurve> curves = {
      {.temperature = 0.8, .pass_at = {{1, 0.2, {}}, {10, 0.6, {}}, {20, 0.7, {}}}},
      {.temperature = 0.2, .pass_at = {{1, 0.3, {}}, {10, 0.6, {}}}}};
  const std::vector<HullPoint> hull = upper_hull(curves);
  ASSERT_EQ(hull.size(), 2U);  // k = 20 was measured at one temperature only.
  EXPECT_EQ(hull[0].temperature, 0.2);
  EXPECT_EQ(hull[0].value, 0.3);
  EXPECT_EQ(hull[1].temperature, 0.2);
}

TEST(BlockFactors, DivideEachRateByTheNextAndAverageOverTheLengths) {
  const std::vector<std::optional<double>> rates = {0.8, 0.4, std::nullopt, 0.1, 0.0};
  const BlockFactors result = block_factors(rates);
  ASSERT_EQ(result.factors.size(), 5U);
  EXPECT_NEAR(*result.factors[1], 2, kTolerance);
  EXPECT_FALSE(result.factors[2].has_value());
  EXPECT_FALSE(result.factors[3].has_value());
  EXPECT_FALSE(result.factors[4].has_value());
  EXPECT_NEAR(*result.mean, 2, kTolerance);  // A factor of 8 over three lengths.
  EXPECT_FALSE(block_factors(std::vector<std::optional<double>>{0.0, 0.0}).mean.has_value());
}

TEST(CurveKs, GoUpToTheMost) {
  EXPECT_EQ(curve_ks(20), (std::vector<std::int64_t>{1, 2, 5, 10, 20}));
  EXPECT_EQ(curve_ks(1), (std::vector<std::int64_t>{1}));
  EXPECT_TRUE(curve_ks(0).empty());
}

}  // namespace
}  // namespace scribe
