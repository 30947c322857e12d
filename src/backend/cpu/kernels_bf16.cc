// The products of bf16 compiled for AVX-512 BF16; the build gives this file its instruction set.
// clang-format off: each header needs the one before it.
#include "backend/cpu/simd_avx512.h"
#include "backend/cpu/kernel_math.h"
#include "backend/cpu/kernel_matrix.h"
#include "backend/cpu/kernel_bf16.h"
// clang-format on

namespace scribe {

const ProductKernels& avx512_bf16_kernels() {
  return kBf16Kernels;
}

}  // namespace scribe
