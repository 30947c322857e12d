// Packing weights and sharing out their panels; the arithmetic is in the kernels.
#include "backend/cpu/prepared_product.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "backend/host_backend.h"
#include "backend/int8.h"

namespace scribe {
namespace {

// Rows at once: their packed part stays in the second-level cache while panels stream past it.
constexpr std::int64_t kRowsMax = 192;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}
std::int64_t round_up(std::int64_t a, std::int64_t b) {
  return divide_up(a, b) * b;
}
std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// Memory of whole cache lines, as a backend's buffers are.
class Bytes {
 public:
  explicit Bytes(std::int64_t count)
      : count_(count), memory_(allocate_host_buffer(divide_up(count, sizeof(float)))) {}
  std::int64_t count() const { return count_; }
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(memory_->data());
  }

 private:
  std::int64_t count_;
  std::unique_ptr<Buffer> memory_;
};

/// Panels of tile_cols columns over the whole depth, one after the other. f32, f16: depth-major as
/// Kernels::pack_b leaves them. int8: see Int8Block.
class PackedWeight : public PreparedWeight {
 public:
  PackedWeight(std::int64_t depth, std::int64_t cols, WeightFormat format, std::int64_t tile_cols_,
               std::int64_t panel_bytes_)
      : PreparedWeight(depth, cols, format),
        tile_cols(tile_cols_),
        panel_bytes(panel_bytes_),
        panels(divide_up(cols, tile_cols_)),
        numbers(panels * panel_bytes_),
        scales(is_int8() ? panels * tile_cols * 4 : 0),
        corrections(is_int8() ? panels * runs() * tile_cols * 4 : 0) {}

  std::int64_t bytes() const override {
    return numbers.count() + scales.count() + corrections.count();
  }
  template <typename T>
  T* panel(std::int64_t p) const {
    return numbers.as<T>() + p * panel_bytes / static_cast<std::int64_t>(sizeof(T));
  }
  bool is_int8() const { return format() == WeightFormat::int8; }
  std::int64_t runs() const { return divide_up(depth(), kInt8Group); }

  const std::int64_t tile_cols;
  const std::int64_t panel_bytes;
  const std::int64_t panels;
  const Bytes numbers;
  const Bytes scales;       ///< int8: (cols), floats
  const Bytes corrections;  ///< int8: [panel][run][column], int32
};

/// Quantizes column `n`, whose values lie side by side, into its place among the panel's columns.
void pack_int8_column(const PackedWeight& weight, const float* values, std::int32_t offset,
                      std::int64_t n, std::int8_t* integers) {
  const std::int64_t p = n / weight.tile_cols;
  const std::int64_t lane = n % weight.tile_cols;
  weight.scales.as<float>()[n] = quantize_int8(values, weight.depth(), integers);
  std::int8_t* const panel = weight.panel<std::int8_t>(p);
  std::int32_t* const corrections =
      weight.corrections.as<std::int32_t>() + p * weight.runs() * weight.tile_cols;
  for (std::int64_t k = 0; k < weight.depth(); ++k) {
    panel[(k / 4 * weight.tile_cols + lane) * 4 + k % 4] = integers[k];
    corrections[k / kInt8Group * weight.tile_cols + lane] -= offset * integers[k];
  }
}

/// A single row of floats needs no packing.
bool is_used_as_it_is(const ProductKernels& kernels, std::int64_t rows) {
  return rows == 1 && kernels.depth_block == 1;
}

}  // namespace

PreparedProducts::PreparedProducts(const Kernels& kernels, const ProductKernels& f32,
                                   const Int8Kernels& int8, ThreadPool& pool)
    : kernels_(kernels),
      f32_(f32),
      int8_(int8),
      pool_(pool),
      private_(index(pool.thread_count())),
      next_(index(pool.thread_count())) {}

std::unique_ptr<PreparedWeight> PreparedProducts::prepare(Operand weight, std::int64_t depth,
                                                          std::int64_t cols, WeightFormat format) {
  const bool is_int8 = format == WeightFormat::int8;
  const ProductKernels& kernels = kernels_of(format);
  const std::int64_t tile = is_int8 ? int8_.tile_cols : kernels.tile_cols;
  const std::int64_t panel_bytes = format == WeightFormat::f32
                                       ? tile * packed_depth(kernels, depth) * 4
                                   : format == WeightFormat::f16 ? tile * depth * 2
                                                                 : tile * round_up(depth, 4);
  auto packed = std::make_unique<PackedWeight>(depth, cols, format, tile, panel_bytes);
  pool_.run(packed->panels, [&](std::int64_t p, int thread) {
    const std::int64_t lanes = std::min(tile, cols - p * tile);
    const Operand b = weight.at(0, p * tile);
    if (format == WeightFormat::f32) {
      pack_b(kernels, b, lanes, depth, packed->panel<float>(p), packed->panel_bytes / 4);
      return;
    }
    Arena& arena = private_[static_cast<std::size_t>(thread)];
    arena.reset(tile * depth + depth, 2);
    float* const values = arena.take(tile * depth);
    if (format == WeightFormat::f16) {
      pack_b(kernels, b, lanes, depth, values, tile * depth);
      kernels_.to_half(values, packed->panel<std::uint16_t>(p), tile * depth);
      return;
    }
    auto* const integers = reinterpret_cast<std::int8_t*>(arena.take(depth));
    for (std::int64_t k = 0; k < depth; ++k)  // along the rows, which may lie far apart
      for (std::int64_t lane = 0; lane < lanes; ++lane)
        values[lane * depth + k] = b.data[k * b.row_stride + lane * b.col_stride];
    for (std::int64_t lane = 0; lane < lanes; ++lane)
      pack_int8_column(*packed, values + lane * depth, int8_.offset, p * tile + lane, integers);
  });
  return packed;
}

void PreparedProducts::run(const PreparedTask& task) {
  for (std::int64_t row = 0; row < task.out.rows; row += kRowsMax) {
    const std::int64_t rows = std::min(kRowsMax, task.out.rows - row);
    PreparedTask part = task;
    part.x = {task.x.row(row), rows, task.x.cols, task.x.stride};
    part.out = {task.out.row(row), rows, task.out.cols, task.out.stride};
    if (task.residual.data != nullptr)
      part.residual = {task.residual.row(row), rows, task.residual.cols, task.residual.stride};
    if (task.weight.format() == WeightFormat::int8)
      run_int8(part);
    else
      run_floats(part);
  }
}

/// Calls body(panel) for each. Every thread has a run of neighbouring panels, so that it reads the
/// weights as one stream; who is done early helps the others with the rest of theirs.
template <typename Body>
void PreparedProducts::for_each_panel(std::int64_t cols, std::int64_t tile_cols, const Body& body) {
  const std::int64_t panels = divide_up(cols, tile_cols);
  const std::int64_t threads = pool_.thread_count();
  for (std::int64_t t = 0; t < threads; ++t) next_[index(t)].panel.store(panels * t / threads);
  pool_.run(threads, [&](std::int64_t own, int) {
    for (std::int64_t i = 0; i < threads; ++i) {
      const std::int64_t t = (own + i) % threads;
      for (;;) {
        const std::int64_t panel = next_[index(t)].panel.fetch_add(1);
        if (panel >= panels * (t + 1) / threads) break;
        body(panel);
      }
    }
  });
}

void PreparedProducts::run_floats(const PreparedTask& task) {
  const ProductKernels& kernels = kernels_of(task.weight.format());
  const std::int64_t rows = task.x.rows;
  const std::int64_t depth = task.weight.depth();
  const float* x = task.x.data;
  if (!is_used_as_it_is(kernels, rows)) {
    const std::int64_t tile = kernels.tile_rows;
    const std::int64_t piece = depth_of_piece(kernels, depth);
    const std::int64_t padded = round_up(rows, tile);
    shared_.reset(padded * packed_depth(kernels, depth));
    float* const packed = shared_.take(padded * packed_depth(kernels, depth));
    pool_.run(divide_up(rows, tile), [&](std::int64_t t, int) {
      for (std::int64_t k = 0; k < depth; k += piece) {
        const std::int64_t deep = std::min(piece, depth - k);
        const std::int64_t panel = tile * packed_depth(kernels, deep);
        kernels.pack_a(task.x.row(t * tile) + k, task.x.stride, 1, std::min(tile, rows - t * tile),
                       deep, packed + padded * packed_depth(kernels, k) + t * panel, panel);
      }
    });
    x = packed;
  }
  for_each_panel(task.out.cols, kernels.tile_cols, [&](std::int64_t panel) {
    if (task.weight.format() == WeightFormat::f16)
      multiply_panel<std::uint16_t>(task, x, panel);
    else
      multiply_panel<float>(task, x, panel);
  });
}

template <typename Element>
void PreparedProducts::multiply_panel(const PreparedTask& task, const float* packed_x,
                                      std::int64_t panel) {
  const ProductKernels& kernels = kernels_of(task.weight.format());
  const auto& weight = static_cast<const PackedWeight&>(task.weight);
  const std::int64_t depth = weight.depth();
  const std::int64_t piece = depth_of_piece(kernels, depth);
  const std::int64_t col = panel * weight.tile_cols;
  BasicProductBlock<Element> block;
  block.a_is_one_row = is_used_as_it_is(kernels, task.x.rows);
  const std::int64_t padded = block.a_is_one_row ? 1 : round_up(task.x.rows, kernels.tile_rows);
  block.rows = task.x.rows;
  block.cols = std::min(weight.tile_cols, task.out.cols - col);
  block.out = task.out.data + col;
  block.out_stride = task.out.stride;
  for (std::int64_t k = 0; k < depth; k += piece) {
    block.a = packed_x + padded * packed_depth(kernels, k);
    block.b = weight.panel<Element>(panel) + weight.tile_cols * packed_depth(kernels, k);
    block.depth = packed_depth(kernels, std::min(piece, depth - k));
    const bool first = k == 0;
    const ConstMatrix initial = first ? task.residual : ConstMatrix(task.out);
    block.bias = first && task.bias != nullptr ? task.bias + col : nullptr;
    block.initial = initial.data != nullptr ? initial.data + col : nullptr;
    block.initial_stride = initial.stride;
    block.gelu = task.activation == Activation::gelu && k + piece >= depth;
    if constexpr (std::is_same_v<Element, float>)
      kernels.multiply(block);
    else
      kernels_.multiply_half(block);
  }
}

void PreparedProducts::run_int8(const PreparedTask& task) {
  const auto& weight = static_cast<const PackedWeight&>(task.weight);
  const std::int64_t rows = task.x.rows;
  const std::int64_t row_bytes = round_up(weight.depth(), 64);
  const std::int64_t runs = weight.runs();
  const std::int64_t read_rows = round_up(rows, int8_.tile_rows);
  shared_.reset(read_rows * row_bytes / 4 + rows * runs, 2);
  auto* const integers = reinterpret_cast<std::uint8_t*>(shared_.take(read_rows * row_bytes / 4));
  float* const scales = shared_.take(rows * runs);
  pool_.run(rows, [&](std::int64_t m, int) {
    int8_.quantize(task.x.row(m), weight.depth(), integers + m * row_bytes, scales + m * runs);
  });
  for_each_panel(task.out.cols, weight.tile_cols, [&](std::int64_t panel) {
    const std::int64_t col = panel * weight.tile_cols;
    Int8Block block;
    block.x = integers;
    block.x_stride = row_bytes;
    block.x_scales = scales;
    block.weights = weight.panel<std::int8_t>(panel);
    block.panel_stride = weight.panel_bytes;
    block.weight_scales = weight.scales.as<float>() + col;
    block.corrections = weight.corrections.as<std::int32_t>() + panel * runs * weight.tile_cols;
    block.rows = rows;
    block.cols = std::min(weight.tile_cols, task.out.cols - col);
    block.depth = weight.depth();
    block.out = task.out.data + col;
    block.out_stride = task.out.stride;
    block.bias = task.bias != nullptr ? task.bias + col : nullptr;
    block.initial = task.residual.data != nullptr ? task.residual.data + col : nullptr;
    block.initial_stride = task.residual.stride;
    block.gelu = task.activation == Activation::gelu;
    int8_.multiply(block);
  });
}

}  // namespace scribe
