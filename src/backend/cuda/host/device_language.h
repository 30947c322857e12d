// What kernels need of CUDA's language, for a host compiler: one block runs at a time, as fibers.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

#include "backend/cuda/host/block.h"

using std::isfinite;

// Kernels are plain functions here.
#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)

using __half = _Float16;
struct __nv_bfloat16 {
  std::uint16_t bits;
};

inline void __syncthreads(std::source_location where = std::source_location::current()) {
  scribe::cuda::wait_for_block(where.line());
}

inline void __syncwarp(unsigned = 0xffffffffU,
                       std::source_location where = std::source_location::current()) {
  scribe::cuda::exchange_in_warp(0, 0, where.line());
}

template <typename T>
T __shfl_xor_sync(unsigned, T value, int mask,
                  std::source_location where = std::source_location::current()) {
  static_assert(sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = scribe::cuda::exchange_in_warp(bits, static_cast<unsigned>(mask), where.line());
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

inline int __dp4a(int a, int b, int c) {
  for (int i = 0; i < 4; ++i)
    c += static_cast<int>(static_cast<std::int8_t>(a >> (8 * i))) *
         static_cast<int>(static_cast<std::int8_t>(b >> (8 * i)));
  return c;
}

inline __half __float2half_rn(float value) {
  return static_cast<__half>(value);
}
inline float __half2float(__half value) {
  return static_cast<float>(value);
}
inline __half __ushort_as_half(std::uint16_t bits) {
  return std::bit_cast<__half>(bits);
}
inline std::uint16_t __half_as_ushort(__half value) {
  return std::bit_cast<std::uint16_t>(value);
}
/// Ties to even, as the device has it; a NaN stays one.
inline __nv_bfloat16 __float2bfloat16_rn(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return {0x7fff};
  return {static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16)};
}

namespace scribe::cuda {

/// The block's shared memory: what launch() was asked for, filled with NaNs before each block.
template <typename T>
T* dynamic_shared() {
  return static_cast<T*>(shared_memory());
}

/// Pointers that a kernel is given, alone or as the `data` of a struct, are of device memory.
template <typename T>
void check_argument(const T& argument) {
  if constexpr (std::is_pointer_v<T>)
    check_device_pointer(argument);
  else if constexpr (requires { argument.data; })
    check_device_pointer(argument.data);
}

template <typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), Grid grid, unsigned threads, std::size_t shared_bytes,
            Stream, Arguments... arguments) {
  (check_argument(arguments), ...);
  const auto body = [&] { kernel(static_cast<Parameters>(arguments)...); };
  using Body = decltype(body);
  run_grid(
      grid, threads, shared_bytes, [](const void* of) { (*static_cast<const Body*>(of))(); },
      &body);
}

}  // namespace scribe::cuda
