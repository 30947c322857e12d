// A device as the backend uses it: memory, copies, products. gpu/ has it on CUDA, host/ in loops.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "backend/cuda/launch_types.h"
#include "base/result.h"

namespace scribe::cuda {

/// What the numbers of a product are, before they are multiplied; sums are floats. tf32: floats
/// whose last 13 bits the units drop. bf16: the operands are bf16 in memory.
enum class Operands { f32, tf32, bf16 };

/// d (m, n) = a b + residual + bias. Matrices by rows, `*_stride` elements apart.
struct Product {
  Operands operands = Operands::f32;
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  const void* a = nullptr;  ///< (m, k), or if transposed (k, m)
  std::int64_t a_stride = 0;
  bool a_transposed = false;
  const void* b = nullptr;  ///< (k, n), or if transposed (n, k)
  std::int64_t b_stride = 0;
  bool b_transposed = false;
  const float* bias = nullptr;      ///< (n), or null
  const float* residual = nullptr;  ///< (m, n), or null; may be d
  std::int64_t residual_stride = 0;
  float* d = nullptr;
  std::int64_t d_stride = 0;
  /// A row's bits must not depend on m: the way to compute is chosen without it.
  bool rows_are_independent = false;
};

/// One device and one stream, in whose order everything is done. Not for several threads at once.
///
/// What goes wrong on a device that worked when it was opened aborts: out of memory with what was
/// asked for and what is free, a failed launch with the runtime's words.
class Runtime {
 public:
  /// Errors: unsupported if there is no driver or no library for products; not_found if there is no
  /// such device.
  static Result<std::unique_ptr<Runtime>> open(int device);

  virtual ~Runtime() = default;
  virtual Stream stream() = 0;
  /// For example "NVIDIA H100 80GB HBM3".
  virtual std::string device_name() = 0;
  /// In the order of the stream; memory that was given back is handed out again without the driver.
  virtual void* allocate(std::int64_t bytes) = 0;
  virtual void release(void* pointer) = 0;
  virtual void zero(void* pointer, std::int64_t bytes) = 0;
  /// Returns once `host` may change.
  virtual void upload(const void* host, void* device, std::int64_t bytes) = 0;
  /// Returns once `host` is written.
  virtual void download(const void* device, void* host, std::int64_t bytes) = 0;
  virtual void multiply(const Product& product) = 0;
};

/// How many devices there are; 0 without a driver.
int device_count();

}  // namespace scribe::cuda
