// The sampler's loops compiled for AVX-512; the build gives this file its instruction set.
#include "sample/sampler_loops.h"

namespace scribe {

const SamplerKernels& avx512_sampler_kernels() {
  return kKernels;
}

}  // namespace scribe
