// Types that kernels and the code that calls them share; plain C++ for every compiler.
#pragma once

#include <cstdint>

namespace scribe::cuda {

/// A cudaStream_t.
using Stream = void*;

/// Blocks of a launch.
struct Grid {
  unsigned x = 1;
  unsigned y = 1;
  unsigned z = 1;
};

inline constexpr int kWarp = 32;

/// Rows of device memory, `stride` elements apart.
template <typename T>
struct Rows {
  T* data = nullptr;
  std::int64_t stride = 0;

  constexpr T* row(std::int64_t index) const { return data + index * stride; }
};

constexpr std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

constexpr std::int64_t round_up(std::int64_t a, std::int64_t b) {
  return divide_up(a, b) * b;
}

}  // namespace scribe::cuda
