// What kernels need beyond CUDA's language: shared memory by type, launches that are checked.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "backend/cuda/launch_types.h"

namespace scribe::cuda {

/// Aborts with the runtime's words unless `code` (a cudaError_t) is success.
void check_cuda(int code, const char* what);

/// The block's shared memory, as much as launch() was asked for.
template <typename T>
__device__ T* dynamic_shared() {
  extern __shared__ __align__(16) unsigned char scribe_shared_memory[];
  return reinterpret_cast<T*>(scribe_shared_memory);
}

/// Starts `threads` threads in each block of `grid`; arguments are converted to the kernel's types.
template <typename... Parameters, typename... Arguments>
void launch(void (*kernel)(Parameters...), Grid grid, unsigned threads, std::size_t shared_bytes,
            Stream stream, Arguments... arguments) {
  constexpr std::size_t kBytesWithoutAsking = std::size_t{48} << 10;
  if (shared_bytes > kBytesWithoutAsking)
    check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                    static_cast<int>(shared_bytes)),
               "shared memory of a kernel");
  kernel<<<dim3(grid.x, grid.y, grid.z), threads, shared_bytes,
           static_cast<cudaStream_t>(stream)>>>(static_cast<Parameters>(arguments)...);
  check_cuda(cudaGetLastError(), "launch of a kernel");
}

}  // namespace scribe::cuda
