// The sampler's loops compiled for every processor that Scribe runs on.
#include "sample/sampler_loops.h"

namespace scribe {

const SamplerKernels& baseline_sampler_kernels() {
  return kKernels;
}

}  // namespace scribe
