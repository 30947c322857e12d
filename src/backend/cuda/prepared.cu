// Products with weights in f16 and int8, read once from memory as they are stored.
//
// Made for few rows, where a product is as fast as its weight can be read: columns lie one after
// the other, a warp reads 4 of them along the depth and multiplies 8 rows. A row's sums are taken
// in the same order whatever the other rows.
#include "backend/cuda/kernels.h"
#include "backend/cuda/reduce.h"

namespace scribe::cuda {
namespace {

constexpr int kRowsOfWarp = 8;
constexpr int kColsOfWarp = 4;
constexpr int kSums = kRowsOfWarp * kColsOfWarp;
static_assert(kSums == kWarp, "each lane adds up one sum");
constexpr int kWarps = 4;
constexpr unsigned kThreads = kWarps * kWarp;
constexpr int kHalvesPerLoad = 4;
constexpr int kIntegersPerLoad = 8;
constexpr int kRun = 256;
static_assert(kRun == kWarp * kIntegersPerLoad && kPreparedDepth % kRun == 0);

/// A column of the weight, either way it lies.
__device__ __forceinline__ float element(Rows<const float> weight, bool transposed, Size k,
                                         Size n) {
  return transposed ? weight.row(n)[k] : weight.row(k)[n];
}

// A block per column, threads along the depth.
__global__ void prepare_f16_kernel(Rows<const float> weight, bool transposed, Size depth,
                                   Size padded, std::uint16_t* columns) {
  const Size n = blockIdx.x;
  for (Size k = threadIdx.x; k < padded; k += kThreads)
    columns[n * padded + k] =
        __half_as_ushort(__float2half_rn(k < depth ? element(weight, transposed, k, n) : 0.0F));
}

/// 127 / largest, NaN if a value was not finite, 0 if all are tiny.
__device__ __forceinline__ float int8_factor(float largest, float broken) {
  if (broken > 0) return NAN;
  return largest < 1e-30F ? 0.0F : 127.0F / largest;
}

__device__ __forceinline__ float int8_scale(float largest, float factor) {
  return factor == 0 ? 0.0F : factor != factor ? NAN : largest / 127.0F;
}

__device__ __forceinline__ std::int8_t int8_of(float value, float factor) {
  return factor != factor ? std::int8_t{0} : static_cast<std::int8_t>(rintf(value * factor));
}

__global__ void prepare_int8_kernel(Rows<const float> weight, bool transposed, Size depth,
                                    Size padded, std::int8_t* columns, float* scales) {
  float* const shared = dynamic_shared<float>();
  const Size n = blockIdx.x;
  float largest = 0;
  float broken = 0;
  for (Size k = threadIdx.x; k < depth; k += kThreads) {
    const float value = element(weight, transposed, k, n);
    if (!isfinite(value)) broken = 1;
    largest = fmaxf(largest, fabsf(value));
  }
  largest = block_max(largest, shared);
  broken = block_max(broken, shared);
  const float factor = int8_factor(largest, broken);
  if (threadIdx.x == 0) scales[n] = int8_scale(largest, factor);
  for (Size k = threadIdx.x; k < padded; k += kThreads)
    columns[n * padded + k] =
        k < depth ? int8_of(element(weight, transposed, k, n), factor) : std::int8_t{0};
}

// A warp per row and run of 256. Grid: rows, runs / 4.
__global__ void quantize_kernel(Rows<const float> x, Size depth, Size padded, std::int8_t* integers,
                                float* scales) {
  const Size m = blockIdx.x;
  const Size run = static_cast<Size>(blockIdx.y) * kWarps + threadIdx.x / kWarp;
  if (run * kRun >= padded) return;
  const Size begin = run * kRun;
  float values[kIntegersPerLoad];
  float largest = 0;
  float broken = 0;
  for (int i = 0; i < kIntegersPerLoad; ++i) {
    const Size k = begin + threadIdx.x % kWarp + kWarp * i;
    values[i] = k < depth ? x.row(m)[k] : 0.0F;
    if (!isfinite(values[i])) broken = 1;
    largest = fmaxf(largest, fabsf(values[i]));
  }
  largest = warp_max(largest);
  const float factor = int8_factor(largest, warp_max(broken));
  for (int i = 0; i < kIntegersPerLoad; ++i)
    integers[m * padded + begin + threadIdx.x % kWarp + kWarp * i] = int8_of(values[i], factor);
  if (threadIdx.x % kWarp == 0) scales[m * (padded / kRun) + run] = int8_scale(largest, factor);
}

/// Where this warp's rows and columns begin.
struct WarpTile {
  Size row = 0;
  Size col = 0;
};

__device__ __forceinline__ WarpTile warp_tile() {
  return {static_cast<Size>(blockIdx.y) * kRowsOfWarp,
          (static_cast<Size>(blockIdx.x) * kWarps + threadIdx.x / kWarp) * kColsOfWarp};
}

/// Adds up the lanes' sums, in order of lanes; lane i finishes sum i.
__device__ __forceinline__ void finish_sums(const float (&sums)[kRowsOfWarp][kColsOfWarp],
                                            WarpTile tile, const float* scales, Added added,
                                            Size rows, Size cols, Rows<float> out) {
  constexpr int kStride = kWarp + 1;
  float* const shared =
      dynamic_shared<float>() + threadIdx.x / kWarp * static_cast<unsigned>(kSums * kStride);
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  for (int r = 0; r < kRowsOfWarp; ++r)
    for (int c = 0; c < kColsOfWarp; ++c)
      shared[(r * kColsOfWarp + c) * kStride + lane] = sums[r][c];
  __syncwarp();
  float sum = 0;
  for (int i = 0; i < kWarp; ++i) sum += shared[lane * kStride + i];
  const Size m = tile.row + lane / kColsOfWarp;
  const Size n = tile.col + lane % kColsOfWarp;
  if (m >= rows || n >= cols) return;
  if (scales != nullptr) sum *= scales[n];
  if (added.bias != nullptr) sum += added.bias[n];
  if (added.residual.data != nullptr) sum += added.residual.row(m)[n];
  out.row(m)[n] = sum;
}

// Grid: runs of 16 columns, runs of 8 rows. Rows and columns that are not there repeat the last.
__global__ void multiply_f16_kernel(Rows<const float> x, const std::uint16_t* columns, Added added,
                                    Size rows, Size depth, Size padded, Size cols,
                                    Rows<float> out) {
  const WarpTile tile = warp_tile();
  const float* x_rows[kRowsOfWarp];
  const std::uint16_t* weights[kColsOfWarp];
  for (int r = 0; r < kRowsOfWarp; ++r)
    x_rows[r] = x.row(tile.row + r < rows ? tile.row + r : rows - 1);
  for (int c = 0; c < kColsOfWarp; ++c)
    weights[c] = columns + (tile.col + c < cols ? tile.col + c : cols - 1) * padded;
  float sums[kRowsOfWarp][kColsOfWarp] = {};
  const Size lane = threadIdx.x % kWarp;
  for (Size k = lane * kHalvesPerLoad; k < depth; k += kWarp * kHalvesPerLoad) {
    float w[kColsOfWarp][kHalvesPerLoad];
    for (int c = 0; c < kColsOfWarp; ++c) {
      const auto bits = *reinterpret_cast<const std::uint64_t*>(weights[c] + k);
      for (int i = 0; i < kHalvesPerLoad; ++i)
        w[c][i] = __half2float(__ushort_as_half(static_cast<std::uint16_t>(bits >> (16 * i))));
    }
    for (int r = 0; r < kRowsOfWarp; ++r)
      for (int i = 0; i < kHalvesPerLoad; ++i) {
        const float value = k + i < depth ? x_rows[r][k + i] : 0.0F;
        for (int c = 0; c < kColsOfWarp; ++c) sums[r][c] += value * w[c][i];
      }
  }
  finish_sums(sums, tile, nullptr, added, rows, cols, out);
}

// As above; a run's integers are summed exactly, lane by lane, then scaled.
__global__ void multiply_int8_kernel(const std::int8_t* x, const float* x_scales,
                                     const std::int8_t* columns, const float* scales, Added added,
                                     Size rows, Size padded, Size cols, Rows<float> out) {
  const WarpTile tile = warp_tile();
  const Size runs = padded / kRun;
  const Size lane = threadIdx.x % kWarp;
  float sums[kRowsOfWarp][kColsOfWarp] = {};
  for (Size run = 0; run < runs; ++run) {
    const Size k = run * kRun + lane * kIntegersPerLoad;
    std::uint64_t w[kColsOfWarp];
    for (int c = 0; c < kColsOfWarp; ++c) {
      const Size n = tile.col + c < cols ? tile.col + c : cols - 1;
      w[c] = *reinterpret_cast<const std::uint64_t*>(columns + n * padded + k);
    }
    for (int r = 0; r < kRowsOfWarp; ++r) {
      const Size m = tile.row + r < rows ? tile.row + r : rows - 1;
      const auto q = *reinterpret_cast<const std::uint64_t*>(x + m * padded + k);
      const float scale = x_scales[m * runs + run];
      for (int c = 0; c < kColsOfWarp; ++c) {
        const int low = __dp4a(static_cast<int>(q), static_cast<int>(w[c]), 0);
        const int sum = __dp4a(static_cast<int>(q >> 32), static_cast<int>(w[c] >> 32), low);
        sums[r][c] += scale * static_cast<float>(sum);
      }
    }
  }
  finish_sums(sums, tile, scales, added, rows, cols, out);
}

Grid product_grid(Size rows, Size cols) {
  return {static_cast<unsigned>(divide_up(cols, kWarps * kColsOfWarp)),
          static_cast<unsigned>(divide_up(rows, kRowsOfWarp))};
}

constexpr std::size_t kProductBytes = kWarps * kSums * (kWarp + 1) * sizeof(float);

}  // namespace

void prepare_f16(Stream stream, Rows<const float> weight, bool transposed, Size depth, Size cols,
                 std::uint16_t* columns) {
  if (depth * cols == 0) return;
  launch(prepare_f16_kernel, {static_cast<unsigned>(cols)}, kThreads, 0, stream, weight, transposed,
         depth, round_up(depth, kPreparedDepth), columns);
}

void prepare_int8(Stream stream, Rows<const float> weight, bool transposed, Size depth, Size cols,
                  std::int8_t* columns, float* scales) {
  if (depth * cols == 0) return;
  launch(prepare_int8_kernel, {static_cast<unsigned>(cols)}, kThreads, kWarps * sizeof(float),
         stream, weight, transposed, depth, round_up(depth, kPreparedDepth), columns, scales);
}

void quantize_rows(Stream stream, Rows<const float> x, Size rows, Size depth, std::int8_t* integers,
                   float* scales) {
  if (rows * depth == 0) return;
  const Size padded = round_up(depth, kPreparedDepth);
  const Grid grid{static_cast<unsigned>(rows),
                  static_cast<unsigned>(divide_up(padded / kRun, kWarps))};
  launch(quantize_kernel, grid, kThreads, 0, stream, x, depth, padded, integers, scales);
}

void multiply_f16(Stream stream, Rows<const float> x, const std::uint16_t* columns, Added added,
                  Size rows, Size depth, Size cols, Rows<float> out) {
  if (rows * cols == 0) return;
  launch(multiply_f16_kernel, product_grid(rows, cols), kThreads, kProductBytes, stream, x, columns,
         added, rows, depth, round_up(depth, kPreparedDepth), cols, out);
}

void multiply_int8(Stream stream, const std::int8_t* x, const float* x_scales,
                   const std::int8_t* columns, const float* scales, Added added, Size rows,
                   Size depth, Size cols, Rows<float> out) {
  if (rows * cols == 0) return;
  launch(multiply_int8_kernel, product_grid(rows, cols), kThreads, kProductBytes, stream, x,
         x_scales, columns, scales, added, rows, round_up(depth, kPreparedDepth), cols, out);
}

}  // namespace scribe::cuda
