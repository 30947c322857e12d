// The unbiased estimator and the bootstrap.
#include "evaluate/pass_at_k.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/philox.h"

namespace scribe {

double pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k) {
  SCRIBE_CHECK(0 <= c && c <= n && 1 <= k && k <= n, "pass@{} of {} right among {}", k, c, n);
  if (n - c < k) return 1.0;
  double all_wrong = 1.0;
  for (std::int64_t i = n - c + 1; i <= n; ++i)
    all_wrong *= 1.0 - static_cast<double>(k) / static_cast<double>(i);
  return 1.0 - all_wrong;
}

Interval bootstrap_interval(std::span<const double> values, std::uint64_t seed) {
  return bootstrap_intervals(values, 1, seed).front();
}

std::vector<Interval> bootstrap_intervals(std::span<const double> values, std::size_t columns,
                                          std::uint64_t seed) {
  SCRIBE_CHECK(columns > 0 && values.size() % columns == 0, "{} values in {} columns",
               values.size(), columns);
  const std::size_t rows = values.size() / columns;
  SCRIBE_CHECK(rows >= 2, "a bootstrap over {} values", rows);
  PhiloxStream random(seed, 0);
  std::vector<std::vector<double>> means(columns, std::vector<double>(kBootstrapResamples));
  std::vector<double> sums(columns);
  for (std::size_t resample = 0; resample < kBootstrapResamples; ++resample) {
    std::ranges::fill(sums, 0.0);
    for (std::size_t draw = 0; draw < rows; ++draw) {
      const std::span<const double> row =
          values.subspan(random.next_below(rows) * columns, columns);
      for (std::size_t column = 0; column < columns; ++column) sums[column] += row[column];
    }
    for (std::size_t column = 0; column < columns; ++column)
      means[column][resample] = sums[column] / static_cast<double>(rows);
  }
  std::vector<Interval> intervals;
  for (std::vector<double>& of_column : means) {
    std::ranges::sort(of_column);
    constexpr std::size_t kTail = kBootstrapResamples / 40;  // 2.5 %
    intervals.push_back({of_column[kTail], of_column[of_column.size() - 1 - kTail]});
  }
  return intervals;
}

}  // namespace scribe
