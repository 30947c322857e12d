// From which of several corpora each window of a run comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace scribe {

/// A corpus, as a mixture sees it.
struct MixedCorpus {
  std::int64_t windows = 0;
  double weight = 1;  ///< in proportion to the others'; above 0
};

/// An endless sequence of windows that is a pure function of the seed, and of which any place is
/// computed on its own. Of each kBlockWindows windows every corpus has its share, rounded by the
/// largest remainders, in a shuffled order; the windows of a corpus come in shuffled epochs of its
/// own. One corpus alone is just its epochs.
class WindowMixture {
 public:
  static constexpr std::int64_t kBlockWindows = 1000;

  /// Requires windows > 0 of each. Errors: invalid_argument if a weight is not a number above 0 or
  /// so small that its corpus would never be seen.
  static Result<WindowMixture> create(std::vector<MixedCorpus> corpora, std::uint64_t seed);

  struct Place {
    std::size_t corpus = 0;
    std::int64_t window = 0;  ///< of the corpus
  };
  Place operator()(std::uint64_t cursor) const;

  /// Of a block, by corpus.
  const std::vector<std::int64_t>& shares() const { return shares_; }

 private:
  WindowMixture(std::vector<MixedCorpus> corpora, std::uint64_t seed)
      : corpora_(std::move(corpora)), seed_(seed) {}
  std::uint64_t seed_of(std::size_t corpus) const;

  std::vector<MixedCorpus> corpora_;
  std::uint64_t seed_;
  std::vector<std::int64_t> shares_;
};

}  // namespace scribe
