// Makes the backend for NVIDIA's GPUs, or says why there is none.
#pragma once

#include <cstdint>
#include <memory>

#include "backend/backend.h"

namespace scribe {

struct CudaOptions {
  int device = 0;  ///< as CUDA numbers them
  Precision precision = Precision::f32;
  /// Logits that head_loss() holds at once, in floats: 256 MiB.
  std::int64_t logits_floats_max = std::int64_t{1} << 26;
};

/// Errors: unsupported if this build has no CUDA, or this machine no driver or no cuBLAS; not_found
/// if there is no such device. The backend aborts when device memory runs out.
Result<std::unique_ptr<Backend>> make_cuda_backend(const CudaOptions& options);

/// How many devices make_cuda_backend() would find; 0 if this build or machine has none.
int cuda_device_count();

}  // namespace scribe
