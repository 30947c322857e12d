// Causal attention in tiles, which never holds a (T, T) matrix.
//
// After Dao et al., "FlashAttention" (2022) and "FlashAttention-2" (2023): a block keeps a tile of
// queries, goes over the keys that it sees and rescales what it has as the largest score grows. In
// float on ordinary units, for parity; tensor cores would want bf16.
#include "backend/cuda/attention_tiles.h"

namespace scribe::cuda {
namespace {

// Grid: tiles of queries, heads, batch.
template <int T, int kCols>
__global__ void __launch_bounds__(kTileThreads)
    attention_kernel(AttentionInput input, Rows<float> out, float* log_sum_exp) {
  constexpr int R = T / kTileSide;
  const int tx = static_cast<int>(threadIdx.x) % kTileSide;
  const int ty = static_cast<int>(threadIdx.x) / kTileSide;
  const int size = input.head_size;
  const int stride = tile_stride(size);
  float* const queries = dynamic_shared<float>();
  float* const keys = queries + T * stride;  // later the values
  float* const weights = keys + T * stride;
  const int tile = static_cast<int>(blockIdx.x) * T;
  const int head = static_cast<int>(blockIdx.y);
  const int batch = static_cast<int>(blockIdx.z);
  const HeadInput in = head_input(input, batch, head);

  load_tile<T>(in.query, in.stride, tile, input.time, size, queries);
  float largest[R];
  float total[R];
  float sums[R][kCols];
#pragma unroll
  for (int i = 0; i < R; ++i) {
    largest[i] = -INFINITY;
    total[i] = 0;
#pragma unroll
    for (int c = 0; c < kCols; ++c) sums[i][c] = 0;
  }
  const int end = tile + T < input.time ? tile + T : input.time;
  for (int key = first_visible(input, in.begin, tile) / T * T; key < end; key += T) {
    __syncthreads();
    load_tile<T>(in.key, in.stride, key, input.time, size, keys);
    __syncthreads();
    float scores[R][R];
    multiply_tiles(queries, keys, size, input.time - tile, scores);
#pragma unroll
    for (int i = 0; i < R; ++i) {
      const int query = tile + ty * R + i;
      float row_largest = largest[i];
#pragma unroll
      for (int j = 0; j < R; ++j) {
        const bool visible = is_visible(input, in.begin, query, key + tx + kTileSide * j);
        scores[i][j] = visible ? scores[i][j] * input.scale : -INFINITY;
        row_largest = fmaxf(row_largest, scores[i][j]);
      }
      for (int mask = kTileSide / 2; mask > 0; mask /= 2)
        row_largest = fmaxf(row_largest, __shfl_xor_sync(kAllLanes, row_largest, mask));
      // Without a visible key so far everything stays 0.
      const float shift = row_largest == -INFINITY ? 0 : row_largest;
      const float correction = expf(largest[i] - shift);
      float sum = 0;
#pragma unroll
      for (int j = 0; j < R; ++j) {
        const float weight = expf(scores[i][j] - shift);
        weights[(ty * R + i) * tile_stride(T) + tx + kTileSide * j] = weight;
        sum += weight;
      }
      for (int mask = kTileSide / 2; mask > 0; mask /= 2)
        sum += __shfl_xor_sync(kAllLanes, sum, mask);
      total[i] = total[i] * correction + sum;
      largest[i] = row_largest;
#pragma unroll
      for (int c = 0; c < kCols; ++c) sums[i][c] *= correction;
    }
    __syncthreads();
    load_tile<T>(in.value, in.stride, key, input.time, size, keys);
    __syncthreads();
    add_weighted<R, kCols, false>(weights, tile_stride(T), keys, end - key < T ? end - key : T,
                                  input.time - tile, size, sums);
  }
#pragma unroll
  for (int i = 0; i < R; ++i) {
    const int query = tile + ty * R + i;
    if (query >= input.time) continue;
    const bool padding = query < in.begin;
    float* const target =
        out.row(static_cast<Size>(batch) * input.time + query) + static_cast<Size>(head) * size;
#pragma unroll
    for (int c = 0; c < kCols; ++c)
      if (const int col = tx + kTileSide * c; col < size)
        target[col] = padding ? 0 : sums[i][c] / total[i];
    if (tx == 0)
      log_sum_exp[(static_cast<Size>(batch) * input.heads + head) * input.time + query] =
          padding ? 0 : largest[i] + logf(total[i]);
  }
}

}  // namespace

void attention(Stream stream, const AttentionInput& input, Rows<float> out, float* log_sum_exp) {
  with_tiles_of(input.head_size, [&]<int T, int kCols>() {
    const Grid grid{static_cast<unsigned>(divide_up(input.time, T)),
                    static_cast<unsigned>(input.heads), static_cast<unsigned>(input.batch)};
    const int floats = 2 * T * tile_stride(input.head_size) + T * tile_stride(T);
    launch(attention_kernel<T, kCols>, grid, kTileThreads, floats * sizeof(float), stream, input,
           out, log_sum_exp);
  });
}

}  // namespace scribe::cuda
