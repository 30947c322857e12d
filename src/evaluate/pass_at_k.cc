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
  SCRIBE_CHECK(values.size() >= 2, "a bootstrap over {} values", values.size());
  PhiloxStream random(seed, 0);
  std::vector<double> means(kBootstrapResamples);
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t draw = 0; draw < values.size(); ++draw)
      sum += values[random.next_below(values.size())];
    mean = sum / static_cast<double>(values.size());
  }
  std::ranges::sort(means);
  constexpr std::size_t kTail = kBootstrapResamples / 40;  // 2.5 %
  return {means[kTail], means[means.size() - 1 - kTail]};
}

}  // namespace scribe
