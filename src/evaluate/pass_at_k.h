// The probability that one of k samples is right, without bias, and how sure we are of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace scribe {

/// pass@k of one problem: 1 - C(n - c, k) / C(n, k), as the product 1 - prod (1 - k / i) over
/// i = n - c + 1 ... n, in that order (Chen et al. 2021, section 2.1).
///
/// Requires: 0 <= c <= n and 1 <= k <= n. There is no unbiased estimate for k > n.
double pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k);

struct Interval {
  double low = 0;
  double high = 0;
};

constexpr int kBootstrapResamples = 10'000;

/// The 95 % interval of the mean over problems by the percentile bootstrap: problems are drawn with
/// replacement kBootstrapResamples times; the 2.5 and 97.5 percentiles of the means are given. It
/// covers the choice of problems, not only that of samples. Same values and seed, same interval.
/// Requires: at least two values.
Interval bootstrap_interval(std::span<const double> values, std::uint64_t seed);

/// The intervals of several columns at once, over the same drawn problems, so that columns can be
/// compared. `values` has one row per problem. Requires: at least two rows.
std::vector<Interval> bootstrap_intervals(std::span<const double> values, std::size_t columns,
                                          std::uint64_t seed);

}  // namespace scribe
