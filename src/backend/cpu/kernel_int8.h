// Products of integers with a scale per run and column; included once per instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/kernels.h"
#include "backend/int8.h"

namespace scribe {
namespace {

constexpr std::int64_t kInt8TileCols = Int8::kTileVectors * Simd::kWidth;
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
inline void finish_int8_row(const Int8Block& block, const Vector* sums, std::int64_t row,
                            std::int64_t col) {
  float* out = block.out + row * block.out_stride + col;
  for (std::int64_t v = 0; v < static_cast<std::int64_t>(Int8::kTileVectors); ++v) {
    const std::int64_t offset = v * Simd::kWidth;
    const std::int64_t left = block.cols - col - offset;
    if (left <= 0) return;
    const auto finish = [&](auto lanes) {
      Vector x = Simd::mul(sums[v], load(block.weight_scales + col + offset, lanes));
      if (block.bias != nullptr) x = Simd::add(x, load(block.bias + col + offset, lanes));
      if (block.initial != nullptr)
        x = Simd::add(x, load(block.initial + row * block.initial_stride + col + offset, lanes));
      store(out + offset, x, lanes);
    };
    if (left >= Simd::kWidth)
      finish(AllLanes{});
    else
      finish(SomeLanes{left});
  }
}

/// The integers' sums of one run, kRows rows by a panel.
template <std::size_t kRows>
inline void multiply_run(const std::uint8_t* x, std::int64_t x_stride, const std::int8_t* weights,
                         const std::int32_t* corrections, std::int64_t depths,
                         Int8::Vector (&sums)[kRows][Int8::kTileVectors]) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < Int8::kTileVectors; ++v) {
    const Int8::Vector start =
        Int8::load(corrections + v * static_cast<std::size_t>(Simd::kWidth));
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) sums[r][v] = start;
  }
  for (std::int64_t k = 0; k < depths; ++k) {
    Int8::Vector columns[Int8::kTileVectors];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < Int8::kTileVectors; ++v)
      columns[v] = Int8::load(weights + v * 4 * static_cast<std::size_t>(Simd::kWidth));
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
      const Int8::Factor factor = Int8::factor(x + static_cast<std::int64_t>(r) * x_stride);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < Int8::kTileVectors; ++v)
        sums[r][v] = Int8::add_products(factor, columns[v], sums[r][v]);
    }
    x += 4;
    weights += 4 * kInt8TileCols;
  }
}

template <std::size_t kRows>
void multiply_int8_tile(const Int8Block& block, const std::int8_t* weights,
                        const std::int32_t* corrections, std::int64_t row, std::int64_t col) {
  Vector totals[kRows][Int8::kTileVectors];
  for (auto& total : totals)
    for (Vector& part : total) part = Simd::zero();
  const std::int64_t runs = (block.depth + kInt8Group - 1) / kInt8Group;
  const std::uint8_t* x = block.x + row * block.x_stride;
  const float* scales = block.x_scales + row * runs;
  std::int64_t left = (block.depth + 3) / 4;
  for (std::int64_t run = 0; run < runs; ++run) {
    Int8::Vector sums[kRows][Int8::kTileVectors];
    multiply_run<kRows>(x, block.x_stride, weights, corrections,
                        left < kDepthsOfGroup ? left : kDepthsOfGroup, sums);
#pragma GCC unroll 16
    for (std::size_t r = 0; r < kRows; ++r) {
      const Vector scale = Simd::set(scales[static_cast<std::int64_t>(r) * runs + run]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < Int8::kTileVectors; ++v)
        totals[r][v] = Simd::fma(scale, Int8::to_floats(sums[r][v]), totals[r][v]);
    }
    x += kInt8Group;
    weights += kInt8Group * kInt8TileCols;
    corrections += kInt8TileCols;
    left -= kDepthsOfGroup;
  }
  for (std::size_t r = 0; r < kRows; ++r)
    finish_int8_row(block, totals[r], row + static_cast<std::int64_t>(r), col);
}

using Int8TileFunction = void (*)(const Int8Block&, const std::int8_t*, const std::int32_t*,
                                  std::int64_t, std::int64_t);

/// The tile function for `rows` in [1, kRows].
template <std::size_t kRows>
Int8TileFunction int8_tile_function(std::int64_t rows) {
  if constexpr (kRows > 1) {
    if (rows < static_cast<std::int64_t>(kRows)) return int8_tile_function<kRows - 1>(rows);
  }
  return multiply_int8_tile<kRows>;
}

void multiply_int8(const Int8Block& block) {
  const std::int64_t runs = (block.depth + kInt8Group - 1) / kInt8Group;
  const Int8TileFunction last_tile =
      int8_tile_function<Int8::kTileRows>((block.rows - 1) % Int8::kTileRows + 1);
  const std::int8_t* weights = block.weights;
  const std::int32_t* corrections = block.corrections;
  for (std::int64_t col = 0; col < block.cols; col += kInt8TileCols) {
    std::int64_t row = 0;
    for (; row + Int8::kTileRows < block.rows; row += Int8::kTileRows)
      multiply_int8_tile<Int8::kTileRows>(block, weights, corrections, row, col);
    last_tile(block, weights, corrections, row, col);
    weights += block.panel_stride;
    corrections += runs * kInt8TileCols;
  }
}

constexpr Int8Kernels kInt8Kernels = {
    .tile_cols = kInt8TileCols,
    .offset = Int8::kOffset,
    .quantize = quantize,
    .multiply = multiply_int8,
};

}  // namespace
}  // namespace scribe
