// Products of integers with a scale per run and column; included once per instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/kernels.h"
#include "backend/int8.h"

namespace scribe {
namespace {

constexpr std::int64_t kInt8TileCols = Int8::kTileVectors * Simd::kWidth;
constexpr std::int64_t kInt8LineBytes = 64;
constexpr std::int64_t kDepthsOfGroup = kInt8Group / 4;

void quantize_run(const float* x, std::int64_t count, std::uint8_t* integers, float* scale) {
  const Vector zero = Simd::zero();
  Vector largest = zero;
  bool finite = true;
  std::int64_t i = 0;
  const auto look = [&](Vector values) {
    const Vector size = Simd::max(values, Simd::sub(zero, values));
    finite &= Int8::all_finite(values);
    largest = Simd::max(largest, size);
  };
  for (; i + Simd::kWidth <= count; i += Simd::kWidth) look(Simd::load(x + i));
  if (i < count) look(Simd::load_some(x + i, count - i));
  const float most = finite ? Simd::largest(largest) : 0.0F;
  const float factor = most < kInt8Smallest ? 0.0F : 127.0F / most;
  *scale = !finite ? __builtin_nanf("") : factor == 0 ? 0.0F : most / 127.0F;
  const Vector factors = Simd::set(factor);
  for (i = 0; i + Simd::kWidth <= count; i += Simd::kWidth)
    Int8::store(integers + i, Simd::mul(factors, Simd::load(x + i)));
  if (i == count) return;
  alignas(64) std::uint8_t last[Simd::kWidth];
  Int8::store(last, Simd::mul(factors, Simd::load_some(x + i, count - i)));
  for (std::int64_t k = 0; i < (count + 3) / 4 * 4; ++i, ++k) integers[i] = last[k];
}

void quantize(const float* x, std::int64_t count, std::uint8_t* integers, float* scales) {
  for (std::int64_t i = 0; i < count; i += kInt8Group, ++scales)
    quantize_run(x + i, count - i < kInt8Group ? count - i : kInt8Group, integers + i, scales);
}

/// One row of a tile of sums: scaled, with bias and initial added, and stored.
inline void finish_int8_row(const Int8Block& block, const float* sums, std::int64_t row,
                            std::int64_t col) {
  float* out = block.out + row * block.out_stride + col;
  for (std::int64_t v = 0; v < static_cast<std::int64_t>(Int8::kTileVectors); ++v) {
    const std::int64_t offset = v * Simd::kWidth;
    const std::int64_t left = block.cols - col - offset;
    if (left <= 0) return;
    const auto finish = [&](auto lanes) {
      Vector x =
          Simd::mul(Simd::load(sums + offset), load(block.weight_scales + col + offset, lanes));
      if (block.bias != nullptr) x = Simd::add(x, load(block.bias + col + offset, lanes));
      if (block.initial != nullptr)
        x = Simd::add(x, load(block.initial + row * block.initial_stride + col + offset, lanes));
      if (block.gelu) x = gelu_of(x);
      store(out + offset, x, lanes);
    };
    if (left >= Simd::kWidth)
      finish(AllLanes{});
    else
      finish(SomeLanes{left});
  }
}

/// One run of the depth, for some rows by a panel.
struct Int8Run {
  const std::uint8_t* x;
  std::int64_t x_stride;
  const float* scales;  ///< of the rows, scales_stride apart
  std::int64_t scales_stride;
  const std::int8_t* weights;
  const std::int32_t* corrections;
  std::int64_t depths;      ///< fours
  const std::int8_t* next;  ///< weights to fetch ahead,
  std::int64_t lines;       ///< so many cache lines at each depth
};

/// Run `r` of a panel's weights, for the rows from `first` on. The next panel lies behind this one:
/// while the first rows are multiplied its run is fetched, `lines` at each depth.
inline Int8Run run_of(const Int8Block& block, const std::int8_t* weights,
                      const std::int32_t* corrections, std::int64_t first, std::int64_t r,
                      std::int64_t lines) {
  const std::int64_t runs = (block.depth + kInt8Group - 1) / kInt8Group;
  const std::int64_t left = (block.depth + 3) / 4 - r * kDepthsOfGroup;
  Int8Run run;
  run.x = block.x + first * block.x_stride + r * kInt8Group;
  run.x_stride = block.x_stride;
  run.scales = block.x_scales + first * runs + r;
  run.scales_stride = runs;
  run.weights = weights + r * kInt8Group * kInt8TileCols;
  run.corrections = corrections + r * kInt8TileCols;
  run.depths = left < kDepthsOfGroup ? left : kDepthsOfGroup;
  run.next = run.weights + block.panel_stride;
  run.lines = first == 0 ? lines : 0;
  return run;
}

/// Adds a run to totals[row][vector]. A function of its own, so that only the integers' sums live
/// in registers while they grow.
template <std::size_t kRows>
[[gnu::noinline]] void add_run(const Int8Run& run, float* totals) {
  Int8::Vector sums[kRows][Int8::kTileVectors];
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Int8::kTileVectors; ++v) {
    const Int8::Vector start =
        Int8::load(run.corrections + v * static_cast<std::size_t>(Simd::kWidth));
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) sums[r][v] = start;
  }
  const std::int64_t x_stride = run.x_stride;
  // Three rows by one address each: more pointers than registers would be kept in memory.
  constexpr std::size_t kRowsOfBase = 3;
  const std::uint8_t* bases[(kRows + kRowsOfBase - 1) / kRowsOfBase];
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kRows; r += kRowsOfBase)
    bases[r / kRowsOfBase] = run.x + static_cast<std::int64_t>(r) * x_stride;
  const std::int8_t* weights = run.weights;
  const std::int8_t* next = run.next;
  for (std::int64_t k = 0; k < run.depths; ++k) {
    for (std::int64_t line = 0; line < run.lines; ++line, next += kInt8LineBytes)
      _mm_prefetch(reinterpret_cast<const char*>(next), _MM_HINT_T1);
    Int8::Vector columns[Int8::kTileVectors];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < Int8::kTileVectors; ++v)
      columns[v] = Int8::load(weights + v * 4 * static_cast<std::size_t>(Simd::kWidth));
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
      const Int8::Factor factor = Int8::factor(
          bases[r / kRowsOfBase] + static_cast<std::int64_t>(r % kRowsOfBase) * x_stride);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < Int8::kTileVectors; ++v)
        sums[r][v] = Int8::add_products(factor, columns[v], sums[r][v]);
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; r += kRowsOfBase) bases[r / kRowsOfBase] += 4;
    weights += 4 * kInt8TileCols;
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r < kRows; ++r) {
    const Vector scale = Simd::set(run.scales[static_cast<std::int64_t>(r) * run.scales_stride]);
#pragma GCC unroll 4
    for (std::size_t v = 0; v < Int8::kTileVectors; ++v) {
      Simd::store(totals, Simd::fma(scale, Int8::to_floats(sums[r][v]), Simd::load(totals)));
      totals += Simd::kWidth;
    }
  }
}

using AddRun = void (*)(const Int8Run&, float*);

/// add_run() for `rows` in [1, kRows].
template <std::size_t kRows>
AddRun add_run_of(std::int64_t rows) {
  if constexpr (kRows > 1) {
    if (rows < static_cast<std::int64_t>(kRows)) return add_run_of<kRows - 1>(rows);
  }
  return add_run<kRows>;
}

// Totals of so many rows stay in the first-level cache beside a run of the weights.
constexpr std::int64_t kInt8RowsMax = 8 * Int8::kTileRows;

/// Up to kInt8RowsMax rows by one panel. All rows meet a run of the weights before the next one.
void multiply_int8_panel(const Int8Block& block, const std::int8_t* weights,
                         const std::int32_t* corrections, std::int64_t first, std::int64_t rows,
                         std::int64_t col) {
  alignas(64) float totals[kInt8RowsMax * kInt8TileCols];
  for (std::int64_t i = 0; i < rows * kInt8TileCols; i += Simd::kWidth)
    Simd::store(totals + i, Simd::zero());
  const AddRun add_last = add_run_of<Int8::kTileRows>((rows - 1) % Int8::kTileRows + 1);
  const std::int64_t runs = (block.depth + kInt8Group - 1) / kInt8Group;
  for (std::int64_t r = 0; r < runs; ++r) {
    // The first tile or two fetch ahead.
    constexpr std::int64_t kLines = 4 * kInt8TileCols / kInt8LineBytes;
    std::int64_t tiles_ahead = rows > Int8::kTileRows ? kLines : 1;
    Int8Run run = run_of(block, weights, corrections, first, r, kLines / tiles_ahead);
    std::int64_t row = 0;
    for (; row + Int8::kTileRows < rows; row += Int8::kTileRows) {
      add_run<Int8::kTileRows>(run, totals + row * kInt8TileCols);
      run.x += Int8::kTileRows * block.x_stride;
      run.scales += Int8::kTileRows * runs;
      run.next += kInt8LineBytes * run.depths;
      if (--tiles_ahead == 0) run.lines = 0;
    }
    add_last(run, totals + row * kInt8TileCols);
  }
  for (std::int64_t row = 0; row < rows; ++row)
    finish_int8_row(block, totals + row * kInt8TileCols, first + row, col);
}

using MultiplyInt8Panel = void (*)(const Int8Block&, const std::int8_t*, const std::int32_t*,
                                   std::int64_t, std::int64_t, std::int64_t);

template <MultiplyInt8Panel kMultiplyPanel>
void multiply_int8(const Int8Block& block) {
  const std::int64_t runs = (block.depth + kInt8Group - 1) / kInt8Group;
  const std::int8_t* weights = block.weights;
  const std::int32_t* corrections = block.corrections;
  for (std::int64_t col = 0; col < block.cols; col += kInt8TileCols) {
    for (std::int64_t row = 0; row < block.rows; row += kInt8RowsMax)
      kMultiplyPanel(block, weights, corrections, row,
                     block.rows - row < kInt8RowsMax ? block.rows - row : kInt8RowsMax, col);
    weights += block.panel_stride;
    corrections += runs * kInt8TileCols;
  }
}

constexpr Int8Kernels kInt8Kernels = {
    .tile_rows = 1,
    .tile_cols = kInt8TileCols,
    .offset = Int8::kOffset,
    .quantize = quantize,
    .multiply = multiply_int8<multiply_int8_panel>,
};

}  // namespace
}  // namespace scribe
