// The sampler's loops compiled for AVX2; the build gives this file its instruction set.
#include "sample/sampler_loops.h"

namespace scribe {

const SamplerKernels& avx2_sampler_kernels() {
  return kKernels;
}

}  // namespace scribe
