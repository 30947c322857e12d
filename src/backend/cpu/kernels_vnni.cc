// The loops of int8 compiled for AVX-512 VNNI; the build gives this file its instruction set.
// clang-format off: each header needs the one before it.
#include "backend/cpu/simd_avx512.h"
#include "backend/cpu/int8_vnni.h"
#include "backend/cpu/kernel_math.h"
#include "backend/cpu/kernel_int8.h"
// clang-format on

namespace scribe {

const Int8Kernels& vnni_int8_kernels() {
  return kInt8Kernels;
}

}  // namespace scribe
