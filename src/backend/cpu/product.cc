// Blocking and sharing of work of the matrix product; the arithmetic is in the kernels.
#include "backend/cpu/product.h"

#include <algorithm>

namespace scribe {
namespace {

// A block of a (rows x depth) stays in the second-level cache while panels of b stream past it.
constexpr std::int64_t kDepthMax = 256;
constexpr std::int64_t kRowsMax = 144;
// Fewer rows would read b more often than they multiply it.
constexpr std::int64_t kRowsMin = 48;
// Packed b is shared by all threads: 2 MB stay in the caches between packing and use.
constexpr std::int64_t kPackedFloatsMax = std::int64_t{1} << 19;
// Panels of b that a thread packs together: runs of 256 or 512 bytes of each of its rows.
constexpr std::int64_t kPanelsAtOnce = 4;
constexpr std::int64_t kTasksPerThread = 4;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}
std::int64_t round_up(std::int64_t a, std::int64_t b) {
  return divide_up(a, b) * b;
}

/// Fills in what the piece of depth that starts at `begin` adds: bias and initial with the first,
/// what stands in out with the others.
void set_addends(const ProductTask& task, std::int64_t row, std::int64_t col, bool first,
                 ProductBlock& block) {
  block.out = task.out.row(row) + col;
  block.out_stride = task.out.stride;
  block.bias = first && task.bias != nullptr ? task.bias + col : nullptr;
  const bool has_initial = !first || task.initial.data != nullptr;
  const ConstMatrix initial = first ? task.initial : ConstMatrix(task.out);
  block.initial = has_initial ? initial.row(row) + col : nullptr;
  block.initial_stride = has_initial ? initial.stride : 0;
}

/// A depth of zero: out = bias + initial.
void add_nothing(const ProductTask& task) {
  for (std::int64_t row = 0; row < task.out.rows; ++row)
    for (std::int64_t col = 0; col < task.out.cols; ++col)
      task.out.row(row)[col] = (task.bias != nullptr ? task.bias[col] : 0.0F) +
                               (task.initial.data != nullptr ? task.initial.row(row)[col] : 0.0F);
}

}  // namespace

std::int64_t depth_of_piece(const ProductKernels& kernels, std::int64_t depth) {
  const std::int64_t pieces = divide_up(packed_depth(kernels, depth), kDepthMax);
  return divide_up(divide_up(depth, kernels.depth_block), pieces) * kernels.depth_block;
}

void pack_b(const ProductKernels& kernels, const Operand& b, std::int64_t cols, std::int64_t depth,
            float* panels, std::int64_t panel_stride) {
  if (b.bf16 == nullptr)
    kernels.pack_b(b.data, b.col_stride, b.row_stride, cols, depth, panels, panel_stride);
  else
    kernels.pack_b_bf16(b.bf16, b.col_stride, b.row_stride, cols, depth, panels, panel_stride);
}

ProductEngine::ProductEngine(const ProductKernels& kernels, ThreadPool& pool)
    : kernels_(kernels), pool_(pool), private_(static_cast<std::size_t>(pool.thread_count())) {}

void ProductEngine::run(const ProductTask& task) {
  if (task.out.rows == 0 || task.out.cols == 0) return;
  if (task.depth == 0) return add_nothing(task);
  if (task.out.rows <= 6 * kernels_.tile_rows)
    run_few_rows(task);
  else
    run_many_rows(task);
}

// Few rows (decoding): each thread packs some panels of b just before it multiplies them, in its
// own cache; a is packed once.
void ProductEngine::run_few_rows(const ProductTask& task) {
  const std::int64_t rows = task.out.rows;
  const std::int64_t padded_rows = round_up(rows, kernels_.tile_rows);
  const std::int64_t piece = depth_of_piece(kernels_, task.depth);
  const std::int64_t all_packed = padded_rows * packed_depth(kernels_, task.depth);
  shared_.reset(all_packed);
  float* packed_a = shared_.take(all_packed);
  for (std::int64_t k = 0; k < task.depth; k += piece) {
    const std::int64_t depth = std::min(piece, task.depth - k);
    const Operand a = task.a.at(0, k);
    kernels_.pack_a(a.data, a.row_stride, a.col_stride, rows, depth,
                    packed_a + padded_rows * packed_depth(kernels_, k),
                    kernels_.tile_rows * packed_depth(kernels_, depth));
  }
  const std::int64_t cols_at_once = kPanelsAtOnce * kernels_.tile_cols;
  pool_.run(divide_up(task.out.cols, cols_at_once), [&](std::int64_t index, int thread) {
    Arena& arena = private_[static_cast<std::size_t>(thread)];
    const std::int64_t room = cols_at_once * packed_depth(kernels_, piece);
    arena.reset(room);
    float* packed_b = arena.take(room);
    const std::int64_t col = index * cols_at_once;
    ProductBlock block;
    block.rows = rows;
    block.cols = std::min(cols_at_once, task.out.cols - col);
    for (std::int64_t k = 0; k < task.depth; k += piece) {
      const std::int64_t depth = std::min(piece, task.depth - k);
      block.depth = packed_depth(kernels_, depth);
      block.b_panel_stride = kernels_.tile_cols * block.depth;
      const Operand b = task.b.at(k, col);
      scribe::pack_b(kernels_, b, block.cols, depth, packed_b, block.b_panel_stride);
      block.a = packed_a + padded_rows * packed_depth(kernels_, k);
      block.b = packed_b;
      set_addends(task, 0, col, k == 0, block);
      kernels_.multiply(block);
    }
  });
}

// Many rows (training): a part of b as large as the caches like is packed by all threads; then each
// takes blocks of rows.
void ProductEngine::run_many_rows(const ProductTask& task) {
  const std::int64_t tile_cols = kernels_.tile_cols;
  const std::int64_t piece = depth_of_piece(kernels_, task.depth);
  Part part;
  const std::int64_t packed_piece = packed_depth(kernels_, piece);
  part.cols = std::min(round_up(task.out.cols, tile_cols),
                       kPackedFloatsMax / packed_piece / tile_cols * tile_cols);
  part.depth = std::max<std::int64_t>(1, kPackedFloatsMax / part.cols / packed_piece) * piece;
  const std::int64_t room = part.cols * packed_depth(kernels_, std::min(part.depth, task.depth));
  shared_.reset(room);
  float* packed_b = shared_.take(room);
  const Part step = part;
  for (part.col = 0; part.col < task.out.cols; part.col += step.cols)
    for (part.k = 0; part.k < task.depth; part.k += step.depth) {
      part.cols = std::min(step.cols, task.out.cols - part.col);
      part.depth = std::min(step.depth, task.depth - part.k);
      pack_part(task, part, packed_b);
      multiply_part(task, part, packed_b);
    }
}

// A piece of depth after the other, each as panels.
void ProductEngine::pack_part(const ProductTask& task, const Part& part, float* packed) {
  const std::int64_t piece = depth_of_piece(kernels_, task.depth);
  const std::int64_t packed_cols = round_up(part.cols, kernels_.tile_cols);
  const std::int64_t cols_at_once = kPanelsAtOnce * kernels_.tile_cols;
  const std::int64_t groups = divide_up(part.cols, cols_at_once);
  pool_.run(groups * divide_up(part.depth, piece), [&](std::int64_t index, int) {
    const std::int64_t k = index / groups * piece;
    const std::int64_t col = index % groups * cols_at_once;
    const std::int64_t depth = std::min(piece, part.depth - k);
    const Operand b = task.b.at(part.k + k, part.col + col);
    const std::int64_t packed_here = packed_depth(kernels_, depth);
    scribe::pack_b(kernels_, b, std::min(cols_at_once, part.cols - col), depth,
                   packed + packed_cols * packed_depth(kernels_, k) + col * packed_here,
                   kernels_.tile_cols * packed_here);
  });
}

// With some tasks per thread, a thread that was held up leaves its share to the others: where rows
// are few, blocks are smaller, and only then split by columns, because each split packs a again.
void ProductEngine::multiply_part(const ProductTask& task, const Part& part,
                                  const float* packed_b) {
  const std::int64_t threads = pool_.thread_count();
  const std::int64_t tasks = threads == 1 ? 1 : kTasksPerThread * threads;
  const std::int64_t blocks = round_up(
      std::max(divide_up(task.out.rows, kRowsMax), std::min(tasks, task.out.rows / kRowsMin)),
      threads);
  const std::int64_t block_rows = round_up(divide_up(task.out.rows, blocks), kernels_.tile_rows);
  const std::int64_t splits = std::max<std::int64_t>(1, tasks / blocks);
  const std::int64_t split_cols = round_up(divide_up(part.cols, splits), kernels_.tile_cols);
  const std::int64_t row_blocks = divide_up(task.out.rows, block_rows);
  const std::int64_t piece = depth_of_piece(kernels_, task.depth);
  pool_.run(row_blocks * divide_up(part.cols, split_cols), [&](std::int64_t index, int thread) {
    const std::int64_t row = index % row_blocks * block_rows;
    const std::int64_t col = index / row_blocks * split_cols;
    Arena& arena = private_[static_cast<std::size_t>(thread)];
    const std::int64_t room = block_rows * packed_depth(kernels_, piece);
    arena.reset(room);
    multiply_block(task, part, packed_b, arena.take(room),
                   {row, std::min(block_rows, task.out.rows - row), col,
                    std::min(split_cols, part.cols - col)});
  });
}

void ProductEngine::multiply_block(const ProductTask& task, const Part& part, const float* packed_b,
                                   float* packed_a, const Place& place) {
  const std::int64_t piece = depth_of_piece(kernels_, task.depth);
  const std::int64_t packed_cols = round_up(part.cols, kernels_.tile_cols);
  ProductBlock block;
  block.rows = place.rows;
  block.cols = place.cols;
  for (std::int64_t k = 0; k < part.depth; k += piece) {
    const std::int64_t depth = std::min(piece, part.depth - k);
    block.depth = packed_depth(kernels_, depth);
    const Operand a = task.a.at(place.row, part.k + k);
    kernels_.pack_a(a.data, a.row_stride, a.col_stride, block.rows, depth, packed_a,
                    kernels_.tile_rows * block.depth);
    block.a = packed_a;
    block.b = packed_b + packed_cols * packed_depth(kernels_, k) + place.col * block.depth;
    block.b_panel_stride = kernels_.tile_cols * block.depth;
    set_addends(task, place.row, part.col + place.col, part.k + k == 0, block);
    kernels_.multiply(block);
  }
}

}  // namespace scribe
