// The inner loops compiled for AVX2; the build gives this file its instruction set.
// clang-format off: each header needs the one before it.
#include "backend/cpu/simd_avx2.h"
#include "backend/cpu/kernel_math.h"
#include "backend/cpu/kernel_matrix.h"
#include "backend/cpu/kernel_keys.h"
#include "backend/cpu/kernel_rows.h"
#include "backend/cpu/kernel_table.h"
// clang-format on

namespace scribe {

const Kernels& avx2_kernels() {
  return kKernels;
}

}  // namespace scribe
