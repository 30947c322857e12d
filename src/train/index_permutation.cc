// A shuffled order without a list: any position of any epoch is computed on its own.
#include "train/index_permutation.h"

#include <bit>

#include "base/check.h"
#include "base/philox.h"

namespace scribe {
namespace {

/// Four rounds are a pseudo-random permutation of large blocks; small ones mix worse.
constexpr std::uint32_t kRounds = 8;

}  // namespace

IndexPermutation::IndexPermutation(std::uint64_t count, std::uint64_t seed, std::uint64_t epoch)
    : count_(count), seed_(seed), epoch_(epoch) {
  SCRIBE_CHECK(count > 0 && count < std::uint64_t{1} << 62, "count {}", count);
  const int bits = static_cast<int>(std::bit_width(count - 1));
  half_bits_ = bits < 2 ? 1 : (bits + 1) / 2;
}

std::uint64_t IndexPermutation::operator()(std::uint64_t position) const {
  SCRIBE_CHECK(position < count_, "position {} count {}", position, count_);
  // The cycle through `position` returns to it, so it meets a value below count; the domain is less
  // than four times count, so it does so soon.
  std::uint64_t value = permute(position);
  while (value >= count_) value = permute(value);
  return value;
}

std::uint64_t IndexPermutation::permute(std::uint64_t value) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  auto left = static_cast<std::uint32_t>(value >> half_bits_);
  auto right = static_cast<std::uint32_t>(value & mask);
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    const std::uint32_t mixed =
        philox4x32({right, round, static_cast<std::uint32_t>(epoch_),
                    static_cast<std::uint32_t>(epoch_ >> 32)},
                   {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)})[0];
    const std::uint32_t next = left ^ (mixed & static_cast<std::uint32_t>(mask));
    left = right;
    right = next;
  }
  return (std::uint64_t{left} << half_bits_) | right;
}

std::uint64_t shuffled_index(std::uint64_t count, std::uint64_t seed, std::uint64_t cursor) {
  return IndexPermutation(count, seed, cursor / count)(cursor % count);
}

}  // namespace scribe
