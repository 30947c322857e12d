// Least squares, histograms and ranks.
#include "experiment/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "base/check.h"

namespace scribe {
namespace {

/// 97.5 % points of Student's t for 1 ... 10 degrees of freedom, then that of the normal
/// distribution for the many that nobody trains.
constexpr std::array kStudent = {12.706, 4.303, 3.182, 2.776, 2.571,
                                 2.447,  2.365, 2.306, 2.262, 2.228};
constexpr double kNormal = 1.960;

double student(std::size_t freedom) {
  return freedom <= kStudent.size() ? kStudent[freedom - 1] : kNormal;
}

std::size_t bin_of(double value, double low, double high, int bins) {
  const double place = (value - low) / (high - low) * bins;
  return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins - 1)));
}

}  // namespace

double PowerLaw::at(double x) const {
  return std::pow(x / scale, -exponent);
}

std::optional<PowerLaw> fit_power_law(std::span<const PowerLawPoint> points) {
  double mean_x = 0;
  double mean_y = 0;
  for (const PowerLawPoint& point : points) {
    SCRIBE_CHECK(point.x > 0 && point.y > 0, "point {}, {}", point.x, point.y);
    mean_x += std::log(point.x) / static_cast<double>(points.size());
    mean_y += std::log(point.y) / static_cast<double>(points.size());
  }
  double squares = 0;
  double products = 0;
  for (const PowerLawPoint& point : points) {
    squares += (std::log(point.x) - mean_x) * (std::log(point.x) - mean_x);
    products += (std::log(point.x) - mean_x) * (std::log(point.y) - mean_y);
  }
  if (points.size() < 2 || squares < 1e-12 || products == 0) return std::nullopt;
  const double slope = products / squares;
  PowerLaw law{.scale = std::exp(mean_x - mean_y / slope), .exponent = -slope};
  double residual_squares = 0;
  for (const PowerLawPoint& point : points) {
    law.residuals.push_back(std::log(point.y) - mean_y - slope * (std::log(point.x) - mean_x));
    residual_squares += law.residuals.back() * law.residuals.back();
  }
  if (points.size() > 2) {
    const std::size_t freedom = points.size() - 2;
    const double error = std::sqrt(residual_squares / static_cast<double>(freedom) / squares);
    law.exponent_interval = {law.exponent - student(freedom) * error,
                             law.exponent + student(freedom) * error};
  }
  return law;
}

std::vector<double> histogram(std::span<const double> values, double low, double high, int bins) {
  std::vector<double> shares(static_cast<std::size_t>(bins));
  for (const double value : values)
    shares[bin_of(value, low, high, bins)] += 1.0 / static_cast<double>(values.size());
  return shares;
}

double overlap_coefficient(std::span<const double> a, std::span<const double> b, double low,
                           double high, int bins) {
  SCRIBE_CHECK(!a.empty() && !b.empty(), "{} and {} values", a.size(), b.size());
  const std::vector<double> in_a = histogram(a, low, high, bins);
  const std::vector<double> in_b = histogram(b, low, high, bins);
  double shared = 0;
  for (std::size_t i = 0; i < in_a.size(); ++i) shared += std::min(in_a[i], in_b[i]);
  return shared;
}

double area_under_curve(std::span<const double> a, std::span<const double> b) {
  SCRIBE_CHECK(!a.empty() && !b.empty(), "{} and {} values", a.size(), b.size());
  std::vector<double> sorted(b.begin(), b.end());
  std::ranges::sort(sorted);
  double wins = 0;
  for (const double value : a) {
    const auto [first, last] = std::ranges::equal_range(sorted, value);
    wins += static_cast<double>(first - sorted.begin()) + 0.5 * static_cast<double>(last - first);
  }
  return wins / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

double filtered_pass_at_k(std::int64_t kept, std::int64_t right, std::int64_t k) {
  if (kept == 0) return 0;
  return pass_at_k(kept, right, std::min(k, kept));
}

std::vector<HullPoint> upper_hull(std::span<const ScoreCurve> curves) {
  std::map<std::int64_t, std::vector<HullPoint>> by_k;
  for (const ScoreCurve& curve : curves)
    for (const PassAtK& score : curve.pass_at)
      by_k[score.k].push_back({score.k, score.value, curve.temperature});
  std::vector<HullPoint> hull;
  for (const auto& [k, points] : by_k)
    if (points.size() == curves.size())
      hull.push_back(*std::ranges::max_element(points, {}, [](const HullPoint& point) {
        return std::pair(point.value, -point.temperature);
      }));
  return hull;
}

BlockFactors block_factors(std::span<const std::optional<double>> rates) {
  BlockFactors result;
  std::optional<std::pair<std::size_t, double>> first;
  std::optional<std::pair<std::size_t, double>> last;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    const bool both = i > 0 && rates[i].value_or(0) > 0 && rates[i - 1].value_or(0) > 0;
    result.factors.push_back(both ? std::optional(*rates[i - 1] / *rates[i]) : std::nullopt);
    if (rates[i].value_or(0) <= 0) continue;
    if (!first) first = {i, *rates[i]};
    last = {i, *rates[i]};
  }
  if (first && last->first > first->first)
    result.mean = std::pow(first->second / last->second,
                           1.0 / static_cast<double>(last->first - first->first));
  return result;
}

std::vector<std::int64_t> curve_ks(std::int64_t most) {
  std::vector<std::int64_t> ks;
  for (std::int64_t power = 1; power < most; power *= 10)
    for (const std::int64_t factor : {1, 2, 5})
      if (factor * power < most) ks.push_back(factor * power);
  if (most > 0) ks.push_back(most);
  return ks;
}

}  // namespace scribe
