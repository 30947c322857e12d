// Matrix products on one thread, for the small matrices of one attention head.
#pragma once

#include <cstdint>

#include "backend/backend.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/product.h"

namespace scribe {

/// A packed right-hand side; `panel_stride` floats from one panel to the next.
struct PackedColumns {
  const float* data = nullptr;
  std::int64_t panel_stride = 0;
};

/// Packs and multiplies without blocking of the depth: a head's operands fit the caches.
class HeadProducts {
 public:
  explicit HeadProducts(const Kernels& kernels) : kernels_(kernels.product) {}

  /// Floats that a packed (rows, depth) left-hand side takes.
  std::int64_t rows_size(std::int64_t rows, std::int64_t depth) const {
    return round_up(rows, kernels_.tile_rows) * depth;
  }
  /// Floats that a packed (depth, cols) right-hand side takes.
  std::int64_t cols_size(std::int64_t depth, std::int64_t cols) const {
    return round_up(cols, kernels_.tile_cols) * depth;
  }

  const float* pack_rows(Operand a, std::int64_t rows, std::int64_t depth, float* memory) const {
    kernels_.pack_a(a.data, a.row_stride, a.col_stride, rows, depth, memory,
                    kernels_.tile_rows * depth);
    return memory;
  }
  PackedColumns pack_cols(Operand b, std::int64_t depth, std::int64_t cols, float* memory) const {
    const std::int64_t panel_stride = kernels_.tile_cols * depth;
    kernels_.pack_b(b.data, b.col_stride, b.row_stride, cols, depth, memory, panel_stride);
    return {memory, panel_stride};
  }

  /// out = a b, or out += a b. `depth` may be less than what b was packed with: the first rows of
  /// b.
  void multiply(const float* a, PackedColumns b, std::int64_t depth, Matrix out,
                bool accumulate = false) const {
    ProductBlock block;
    block.a = a;
    block.b = b.data;
    block.b_panel_stride = b.panel_stride;
    block.rows = out.rows;
    block.cols = out.cols;
    block.depth = depth;
    block.out = out.data;
    block.out_stride = out.stride;
    block.initial = accumulate ? out.data : nullptr;
    block.initial_stride = accumulate ? out.stride : 0;
    kernels_.multiply(block);
  }

  /// The packed matrix without its first columns, a multiple of tile_cols().
  PackedColumns skip_cols(PackedColumns b, std::int64_t cols) const {
    return {b.data + cols / kernels_.tile_cols * b.panel_stride, b.panel_stride};
  }
  /// The packed matrix without its first rows.
  PackedColumns skip_rows(PackedColumns b, std::int64_t rows) const {
    return {b.data + rows * kernels_.tile_cols, b.panel_stride};
  }
  std::int64_t tile_cols() const { return kernels_.tile_cols; }

 private:
  static std::int64_t round_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b * b; }

  const ProductKernels& kernels_;
};

}  // namespace scribe
