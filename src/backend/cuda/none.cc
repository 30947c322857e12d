// Stands in for the CUDA backend in builds without it.
#include "backend/cuda/cuda_options.h"

namespace scribe {

Result<std::unique_ptr<Backend>> make_cuda_backend(const CudaOptions& options) {
  return error(
      ErrorCode::unsupported,
      "device 'cuda:{}': this build has no CUDA; install NVIDIA's toolkit (nvcc) and build "
      "with -DSCRIBE_CUDA=on, or use --device cpu",
      options.device);
}

int cuda_device_count() {
  return 0;
}

}  // namespace scribe
