// A shuffled order without a list: any position of any epoch is computed on its own.
#pragma once

#include <cstdint>

namespace scribe {

/// A permutation of [0, count) that is a pure function of (seed, epoch): a Feistel network over the
/// smallest even number of bits that holds count, with Philox as its round function; values at or
/// above count are walked on until they fall below (Black and Rogaway 2002, "cycle walking"). It
/// takes no memory, so the cursor of a resumed run is one number.
class IndexPermutation {
 public:
  /// Requires count > 0.
  IndexPermutation(std::uint64_t count, std::uint64_t seed, std::uint64_t epoch);

  /// Requires position < count.
  std::uint64_t operator()(std::uint64_t position) const;

 private:
  std::uint64_t permute(std::uint64_t value) const;

  std::uint64_t count_;
  std::uint64_t seed_;
  std::uint64_t epoch_;
  int half_bits_ = 1;
};

/// Where example number `cursor` of an endless sequence of shuffled epochs lies in [0, count).
std::uint64_t shuffled_index(std::uint64_t count, std::uint64_t seed, std::uint64_t cursor);

}  // namespace scribe
