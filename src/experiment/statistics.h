// Figures of samples: a fitted power law, how far two distributions overlap, hulls of curves.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evaluate/pass_at_k.h"
#include "evaluate/score_summary.h"

namespace scribe {

/// y = (x / scale)^-exponent, fitted by least squares to the logarithms.
struct PowerLaw {
  double scale = 0;
  double exponent = 0;
  std::optional<Interval> exponent_interval =
      {};                              ///< 95 %, by Student's t; of three points or more
  std::vector<double> residuals = {};  ///< ln(y) - ln(fitted y), by point

  double at(double x) const;
};

struct PowerLawPoint {
  double x = 0;
  double y = 0;
};

/// Nothing for fewer than two different x or if y does not change with x. Requires x, y > 0.
std::optional<PowerLaw> fit_power_law(std::span<const PowerLawPoint> points);

/// The area that the histograms of two samples share when each has area 1: 0 ... 1. Bins divide
/// [low, high] evenly. Requires values within, none of the two empty.
double overlap_coefficient(std::span<const double> a, std::span<const double> b, double low,
                           double high, int bins);

/// The share of values in each bin.
std::vector<double> histogram(std::span<const double> values, double low, double high, int bins);

/// The probability that a value of `a` is larger than one of `b`, ties counting half: the area
/// under the ROC curve. Requires none of the two empty.
double area_under_curve(std::span<const double> a, std::span<const double> b);

/// pass@k of the samples that a filter let through, `kept` of them with `right` among them. All
/// are handed in where they are fewer than k, so that it is 1 if any is right; without any, 0.
/// Requires 0 <= right <= kept and k >= 1.
double filtered_pass_at_k(std::int64_t kept, std::int64_t right, std::int64_t k);

/// pass@k of samples drawn at one temperature.
struct ScoreCurve {
  double temperature = 0;
  std::vector<PassAtK> pass_at;
};

struct HullPoint {
  std::int64_t k = 0;
  double value = 0;
  double temperature = 0;  ///< that reaches it, the lowest of equals
};

/// The best of several curves at each k that all of them have.
std::vector<HullPoint> upper_hull(std::span<const ScoreCurve> curves);

/// How much one more block in a chain divides the pass rate, from rates by length.
struct BlockFactors {
  /// By length: the rate of the length before divided by its own; nothing for the first and where
  /// one of the two is 0 or missing.
  std::vector<std::optional<double>> factors;
  std::optional<double> mean;  ///< geometric, over the lengths up to the last that has a rate > 0
};
/// Rates of lengths 1, 2 ...; nothing where a length was not measured.
BlockFactors block_factors(std::span<const std::optional<double>> rates);

/// 1, 2, 5, 10, 20 ... up to `most`, and `most` itself.
std::vector<std::int64_t> curve_ks(std::int64_t most);

}  // namespace scribe
