// The products of bf16 and int8 compiled for AMX; the build gives this file its instruction set.
// clang-format off: each header needs the one before it.
#include "backend/cpu/simd_avx512.h"
#include "backend/cpu/int8_vnni.h"
#include "backend/cpu/kernel_math.h"
#include "backend/cpu/kernel_matrix.h"
#include "backend/cpu/kernel_bf16.h"
#include "backend/cpu/kernel_int8.h"
#include "backend/cpu/kernel_amx.h"
// clang-format on

namespace scribe {

const ProductKernels& amx_bf16_kernels() {
  return kAmxKernels;
}
const Int8Kernels& amx_int8_kernels() {
  return kAmxInt8Kernels;
}

}  // namespace scribe
