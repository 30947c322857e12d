// Counter-based random numbers: a pure function of (key, counter), so that any draw can be redone.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

namespace scribe {

/// Philox4x32 with 10 rounds (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011).
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

__extension__ using Uint128 = unsigned __int128;

/// A stream of draws keyed by (seed, stream). Two streams never share a counter.
class PhiloxStream {
 public:
  constexpr PhiloxStream(std::uint64_t seed, std::uint64_t stream)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        stream_(stream) {}

  /// 32 uniform bits.
  constexpr std::uint32_t next_u32() {
    const std::uint64_t block = position_ / 4;
    if (position_ % 4 == 0)
      values_ = philox4x32(
          {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
           static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
          key_);
    return values_[position_++ % 4];
  }
  constexpr std::uint64_t next_u64() {
    const std::uint64_t high = next_u32();
    return (high << 32) | next_u32();
  }
  /// Uniform in [0, 1) with 53 bits.
  constexpr double next_double() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }
  /// Uniform in [0, bound), bound > 0, without modulo bias that matters (64-bit multiply-shift).
  constexpr std::uint64_t next_below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<Uint128>(next_u64()) * bound) >> 64);
  }
  /// Standard normal (Box-Muller, one of the pair).
  double next_normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - next_double()));
    return radius * std::cos(2.0 * std::numbers::pi * next_double());
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t stream_;
  std::uint64_t position_ = 0;
  std::array<std::uint32_t, 4> values_{};
};

/// Fisher-Yates over any container with operator[] and size().
template <typename Container>
void shuffle(Container& items, PhiloxStream& random) {
  for (std::size_t left = items.size(); left > 1; --left)
    std::swap(items[left - 1], items[static_cast<std::size_t>(random.next_below(left))]);
}

}  // namespace scribe
