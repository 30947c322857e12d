// Blocks with exact shares, each shuffled.
#include "train/window_mixture.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "train/index_permutation.h"

namespace scribe {
namespace {

/// Keep the order within blocks, and those of the corpora, apart from one another.
constexpr std::uint64_t kBlockStream = 0x6D6978;  // "mix"
constexpr std::uint64_t kCorpusStride = 0x9E3779B97F4A7C15;

/// Whole numbers that sum to `total`, in proportion to the weights: each is rounded down, and those
/// that lost most, the first among equals, get what is left.
std::vector<std::int64_t> largest_remainders(const std::vector<MixedCorpus>& corpora,
                                             std::int64_t total) {
  double sum = 0;
  for (const MixedCorpus& corpus : corpora) sum += corpus.weight;
  std::vector<std::int64_t> shares;
  std::vector<double> lost;
  for (const MixedCorpus& corpus : corpora) {
    const double exact = corpus.weight / sum * static_cast<double>(total);
    shares.push_back(static_cast<std::int64_t>(exact));
    lost.push_back(exact - std::floor(exact));
  }
  std::vector<std::size_t> order(corpora.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t at) { return lost[at]; });
  const std::int64_t left = total - std::reduce(shares.begin(), shares.end());
  for (std::size_t at = 0; at < static_cast<std::size_t>(left); ++at) ++shares[order[at]];
  return shares;
}

}  // namespace

Result<WindowMixture> WindowMixture::create(std::vector<MixedCorpus> corpora, std::uint64_t seed) {
  SCRIBE_CHECK(!corpora.empty(), "no corpus");
  for (const MixedCorpus& corpus : corpora) {
    SCRIBE_CHECK(corpus.windows > 0, "{} windows", corpus.windows);
    if (!(corpus.weight > 0) || !std::isfinite(corpus.weight))
      return error(ErrorCode::invalid_argument, "weight {}: expected a number above 0",
                   corpus.weight);
  }
  WindowMixture mixture(std::move(corpora), seed);
  mixture.shares_ = largest_remainders(mixture.corpora_, kBlockWindows);
  for (std::size_t at = 0; at < mixture.shares_.size(); ++at)
    if (mixture.shares_[at] == 0)
      return error(ErrorCode::invalid_argument,
                   "weight {}: its share of {} windows is none; give it more, or leave its corpus "
                   "out",
                   mixture.corpora_[at].weight, kBlockWindows);
  return mixture;
}

std::uint64_t WindowMixture::seed_of(std::size_t corpus) const {
  return seed_ ^ (kCorpusStride * static_cast<std::uint64_t>(corpus));
}

WindowMixture::Place WindowMixture::operator()(std::uint64_t cursor) const {
  std::size_t corpus = 0;
  std::uint64_t ordinal = cursor;  // Of the corpus's own windows, over all epochs.
  if (corpora_.size() > 1) {
    const auto block_windows = static_cast<std::uint64_t>(kBlockWindows);
    const std::uint64_t block = cursor / block_windows;
    const IndexPermutation order(block_windows, seed_ ^ kBlockStream, block);
    auto place = static_cast<std::int64_t>(order(cursor % block_windows));
    while (place >= shares_[corpus]) place -= shares_[corpus++];
    ordinal =
        block * static_cast<std::uint64_t>(shares_[corpus]) + static_cast<std::uint64_t>(place);
  }
  const auto windows = static_cast<std::uint64_t>(corpora_[corpus].windows);
  return {.corpus = corpus,
          .window = static_cast<std::int64_t>(shuffled_index(windows, seed_of(corpus), ordinal))};
}

}  // namespace scribe
