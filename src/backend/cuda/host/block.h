// Blocks of threads as fibers of one thread: barriers and warps that complain if they diverge.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cuda/launch_types.h"

struct ThreadIndex {
  unsigned x = 0;
  unsigned y = 0;
  unsigned z = 0;
};
// CUDA's names; set before a fiber runs on.
inline thread_local ThreadIndex threadIdx;
inline thread_local ThreadIndex blockIdx;
inline thread_local ThreadIndex blockDim;
inline thread_local ThreadIndex gridDim;

namespace scribe::cuda {

/// Runs `body(argument)` once for each thread of each block. Blocks follow one another. Threads of
/// a block run from barrier to barrier, forwards or backwards by turns, so that a missing barrier
/// shows. Aborts if the threads of a block do not meet at the same barrier, or those of a warp at
/// the same exchange.
void run_grid(Grid grid, unsigned threads, std::size_t shared_bytes, void (*body)(const void*),
              const void* argument);

void wait_for_block(unsigned line);
/// The value that lane `lane ^ mask` gave at the same call.
std::uint64_t exchange_in_warp(std::uint64_t value, unsigned mask, unsigned line);
void* shared_memory();

/// Aborts unless it is null or in device memory.
void check_device_pointer(const volatile void* pointer);

}  // namespace scribe::cuda
