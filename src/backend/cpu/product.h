// Matrix products of any size and orientation on all threads.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/arena.h"
#include "backend/cpu/kernels.h"
#include "base/thread_pool.h"

namespace scribe {

/// A matrix whose element (i, j) is data[i * row_stride + j * col_stride]; one stride is 1. A
/// right-hand side may be bf16 instead.
struct Operand {
  const float* data = nullptr;
  const std::uint16_t* bf16 = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t col_stride = 1;

  Operand(ConstMatrix matrix)  // NOLINT: a matrix is an operand
      : data(matrix.data), row_stride(matrix.stride) {}
  Operand(Matrix matrix) : Operand(ConstMatrix(matrix)) {}  // NOLINT: so is one that may be written
  Operand(Weight weight)                                    // NOLINT: so is a weight
      : data(weight.data), bf16(weight.bf16), row_stride(weight.stride) {}

  Operand transposed() const {
    Operand other = *this;
    std::swap(other.row_stride, other.col_stride);
    return other;
  }
  Operand at(std::int64_t row, std::int64_t col) const {
    const std::int64_t offset = row * row_stride + col * col_stride;
    Operand part = *this;
    if (bf16 == nullptr)
      part.data += offset;
    else
      part.bf16 += offset;
    return part;
  }
};

/// Packs rows [0, depth) and columns [0, cols) of b: see ProductKernels::pack_b.
void pack_b(const ProductKernels& kernels, const Operand& b, std::int64_t cols, std::int64_t depth,
            float* panels, std::int64_t panel_stride);

/// A product's depth is worked off in equal pieces of this, the last may be shorter. Depends on the
/// depth alone, so that the bits of a product do.
std::int64_t depth_of_piece(const ProductKernels& kernels, std::int64_t depth);

/// Packed numbers that a depth takes.
inline std::int64_t packed_depth(const ProductKernels& kernels, std::int64_t depth) {
  return (depth + kernels.depth_block - 1) / kernels.depth_block * kernels.packed_block;
}

/// out = a b + bias + initial, the last two optional (null). a (out.rows, depth),
/// b (depth, out.cols). `initial` may be out: the product is then accumulated.
struct ProductTask {
  Operand a;
  Operand b;
  std::int64_t depth = 0;
  Matrix out;
  const float* bias = nullptr;
  ConstMatrix initial = {};
};

/// Runs products of floats, or of floats that the kernels round. Each element is the same chain of
/// fused multiply-adds, in pieces of depth that depend on the total depth alone: its bits depend
/// neither on the other rows and columns nor on the threads. (After Goto and van de Geijn, "Anatomy
/// of High-Performance Matrix Multiplication", 2008.)
class ProductEngine {
 public:
  ProductEngine(const ProductKernels& kernels, ThreadPool& pool);
  void run(const ProductTask& task);

 private:
  /// Rows [k, k + depth) and columns [col, col + cols) of b.
  struct Part {
    std::int64_t k = 0;
    std::int64_t depth = 0;
    std::int64_t col = 0;
    std::int64_t cols = 0;
  };
  /// A block of out: rows of it, columns of a part.
  struct Place {
    std::int64_t row = 0;
    std::int64_t rows = 0;
    std::int64_t col = 0;
    std::int64_t cols = 0;
  };

  void run_few_rows(const ProductTask& task);
  void run_many_rows(const ProductTask& task);
  void pack_part(const ProductTask& task, const Part& part, float* packed);
  void multiply_part(const ProductTask& task, const Part& part, const float* packed_b);
  void multiply_block(const ProductTask& task, const Part& part, const float* packed_b,
                      float* packed_a, const Place& place);

  const ProductKernels& kernels_;
  ThreadPool& pool_;
  Arena shared_;
  std::vector<Arena> private_;  // one per thread
};

}  // namespace scribe
