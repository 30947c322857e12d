// Products with weights that were packed once, on all threads: what decoding spends its time on.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/arena.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/product.h"
#include "base/thread_pool.h"

namespace scribe {

/// out = activation(x weight + bias + residual), the last two optional (null).
struct PreparedTask {
  ConstMatrix x;
  const PreparedWeight& weight;
  const float* bias = nullptr;
  ConstMatrix residual = {};
  Activation activation = Activation::none;
  Matrix out;
};

/// Each element is the same chain of operations whatever the other rows and columns are and however
/// many threads there are; with f32 the chain is that of ProductEngine.
class PreparedProducts {
 public:
  /// `f32` multiply weights in WeightFormat::f32.
  PreparedProducts(const Kernels& kernels, const ProductKernels& f32, const Int8Kernels& int8,
                   ThreadPool& pool);

  std::unique_ptr<PreparedWeight> prepare(Operand weight, std::int64_t depth, std::int64_t cols,
                                          WeightFormat format);
  void run(const PreparedTask& task);

 private:
  void run_floats(const PreparedTask& task);
  void run_int8(const PreparedTask& task);
  template <typename Element>
  void multiply_panel(const PreparedTask& task, const float* packed_x, std::int64_t panel);
  template <typename Body>
  void for_each_panel(std::int64_t cols, std::int64_t tile_cols, const Body& body);

  /// The panel that comes next in a thread's run, in a cache line of its own.
  struct alignas(64) Next {
    std::atomic<std::int64_t> panel = 0;
  };

  const ProductKernels& kernels_of(WeightFormat format) const {
    return format == WeightFormat::f32 ? f32_ : kernels_.product;
  }

  const Kernels& kernels_;
  const ProductKernels& f32_;
  const Int8Kernels& int8_;
  ThreadPool& pool_;
  Arena shared_;                // packed rows
  std::vector<Arena> private_;  // one per thread, while weights are packed
  std::vector<Next> next_;      // one per thread
};

}  // namespace scribe
