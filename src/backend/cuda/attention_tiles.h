// Tiles of attention: which thread has which scores and columns, loading, visibility.
#pragma once

#include "backend/cuda/kernels.h"
#include "backend/cuda/reduce.h"

namespace scribe::cuda {

/// A block of 16 x 16 threads works on tiles of T queries and T keys. Thread (ty, tx) has the
/// scores of rows ty * T/16 + i and columns tx + 16 j, and of results those rows and columns tx +
/// 16 c.
inline constexpr int kTileSide = 16;
inline constexpr unsigned kTileThreads = kTileSide * kTileSide;

/// Floats between rows of a tile in shared memory: odd, so that a column's lie in different banks
/// where head sizes are even.
constexpr int tile_stride(int cols) {
  return cols + 1;
}

/// Copies rows [begin, begin + T) of which those below `rows` exist; others are zero.
template <int T>
__device__ __forceinline__ void load_tile(const float* from, Size stride, int begin, int rows,
                                          int cols, float* tile) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  for (int r = static_cast<int>(threadIdx.x) / kWarp; r < T; r += kTileThreads / kWarp)
    for (int c = lane; c < cols; c += kWarp)
      tile[r * tile_stride(cols) + c] =
          begin + r < rows ? from[static_cast<Size>(begin + r) * stride + c] : 0.0F;
}

/// scores[i][j] = sum over d of a[row i][d] * b[column j][d] of this thread's rows and columns. Of
/// a's rows, `rows` count: threads whose rows all lie behind do nothing.
template <int R, int C>
__device__ __forceinline__ void multiply_tiles(const float* a, const float* b, int depth, int rows,
                                               float (&scores)[R][C]) {
  const int tx = static_cast<int>(threadIdx.x) % kTileSide;
  const int ty = static_cast<int>(threadIdx.x) / kTileSide;
  const int stride = tile_stride(depth);
#pragma unroll
  for (int i = 0; i < R; ++i)
#pragma unroll
    for (int j = 0; j < C; ++j) scores[i][j] = 0;
  if (ty * R >= rows) return;
  for (int d = 0; d < depth; ++d) {
    float x[R];
    float y[C];
#pragma unroll
    for (int i = 0; i < R; ++i) x[i] = a[(ty * R + i) * stride + d];
#pragma unroll
    for (int j = 0; j < C; ++j) y[j] = b[(tx + kTileSide * j) * stride + d];
#pragma unroll
    for (int i = 0; i < R; ++i)
#pragma unroll
      for (int j = 0; j < C; ++j) scores[i][j] += x[i] * y[j];
  }
}

/// sums[i][c] += sum over k of weights[row i][k] * values[k][column c]; with kTransposed, of
/// weights[k][row i], for k below `depth`. Of the rows, `rows` count.
template <int R, int kCols, bool kTransposed>
__device__ __forceinline__ void add_weighted(const float* weights, int weight_stride,
                                             const float* values, int depth, int rows, int cols,
                                             float (&sums)[R][kCols]) {
  const int tx = static_cast<int>(threadIdx.x) % kTileSide;
  const int ty = static_cast<int>(threadIdx.x) / kTileSide;
  if (ty * R >= rows) return;
  for (int k = 0; k < depth; ++k) {
    float w[R];
#pragma unroll
    for (int i = 0; i < R; ++i)
      w[i] = kTransposed ? weights[k * weight_stride + ty * R + i]
                         : weights[(ty * R + i) * weight_stride + k];
#pragma unroll
    for (int c = 0; c < kCols; ++c) {
      const int col = tx + kTileSide * c;
      if (col >= cols) continue;
      const float value = values[k * tile_stride(cols) + col];
#pragma unroll
      for (int i = 0; i < R; ++i) sums[i][c] += w[i] * value;
    }
  }
}

/// One head of one sequence, as tiles see it.
struct HeadInput {
  const float* query = nullptr;  ///< of the sequence's first row
  const float* key = nullptr;
  const float* value = nullptr;
  Size stride = 0;
  int begin = 0;  ///< first real position
};

__device__ __forceinline__ HeadInput head_input(const AttentionInput& input, int batch, int head) {
  const int key_head = head / (input.heads / input.key_heads);
  const float* const rows = input.qkv.row(static_cast<Size>(batch) * input.time);
  HeadInput result;
  result.query = rows + static_cast<Size>(head) * input.head_size;
  result.key = rows + static_cast<Size>(input.heads + key_head) * input.head_size;
  result.value = result.key + static_cast<Size>(input.key_heads) * input.head_size;
  result.stride = input.qkv.stride;
  result.begin = input.first == nullptr ? 0 : input.first[batch];
  return result;
}

__device__ __forceinline__ bool is_visible(const AttentionInput& input, int begin, int query,
                                           int key) {
  return query < input.time && query >= begin && key <= query && key >= begin &&
         (input.window == 0 || key > query - input.window);
}

/// The first key that any query from `query` on sees.
__device__ __forceinline__ int first_visible(const AttentionInput& input, int begin, int query) {
  const int of_window = input.window == 0 ? 0 : query - input.window + 1;
  return of_window > begin ? of_window : begin;
}

/// Calls launcher.template operator()<T, kCols>() with tiles that fit shared memory of every GPU
/// since sm_80 (163 KiB a block): T * T scores, kCols * 16 columns.
template <typename Launcher>
void with_tiles_of(int head_size, const Launcher& launcher) {
  if (head_size <= 64)
    launcher.template operator()<64, 4>();
  else if (head_size <= 128)
    launcher.template operator()<32, 8>();
  else
    launcher.template operator()<32, kHeadSizeMax / kTileSide>();
}

}  // namespace scribe::cuda
