// Gradients of attention in tiles: the weights are computed again from the log-sum-exp.
//
// With P the weights and dP = d_out v^T: dS = P (dP - delta) scale, delta = sum(d_out out);
// dq = dS k, dk = dS^T q, dv = P^T d_out. One kernel goes over the queries of a tile of keys, for
// dk and dv, another over the keys of a tile of queries, for dq: the scores are computed twice, and
// no sum depends on an order of blocks.
#include "backend/cuda/attention_tiles.h"

namespace scribe::cuda {
namespace {

constexpr unsigned kDeltaThreads = 128;

// A warp per row and head.
__global__ void delta_kernel(AttentionInput input, Rows<const float> d_out, Rows<const float> out,
                             float* delta) {
  const Size at = static_cast<Size>(blockIdx.x) * (kDeltaThreads / kWarp) + threadIdx.x / kWarp;
  const Size rows = static_cast<Size>(input.batch) * input.time;
  if (at >= rows * input.heads) return;
  const Size row = at / input.heads;
  const int head = static_cast<int>(at % input.heads);
  const Size begin = static_cast<Size>(head) * input.head_size;
  float sum = 0;
  for (int c = static_cast<int>(threadIdx.x) % kWarp; c < input.head_size; c += kWarp)
    sum += d_out.row(row)[begin + c] * out.row(row)[begin + c];
  sum = warp_sum(sum);
  if (threadIdx.x % kWarp == 0)
    delta[(row / input.time * input.heads + head) * input.time + row % input.time] = sum;
}

/// What both kernels compute of one tile of queries and one of keys.
struct TileGradients {
  const float* log_sum_exp = nullptr;  ///< of the head's first position
  const float* delta = nullptr;
  int begin = 0;
};

/// Writes dS, and P if there is room for it, of this thread's scores to shared memory.
template <int T>
__device__ __forceinline__ void score_gradients(const AttentionInput& input,
                                                const TileGradients& head, int query_begin,
                                                int key_begin, const float* queries,
                                                const float* d_outs, const float* keys,
                                                const float* values, float* weights,
                                                float* d_scores) {
  constexpr int R = T / kTileSide;
  const int tx = static_cast<int>(threadIdx.x) % kTileSide;
  const int ty = static_cast<int>(threadIdx.x) / kTileSide;
  float scores[R][R];
  float d_weights[R][R];
  multiply_tiles(queries, keys, input.head_size, input.time - query_begin, scores);
  multiply_tiles(d_outs, values, input.head_size, input.time - query_begin, d_weights);
#pragma unroll
  for (int i = 0; i < R; ++i)
#pragma unroll
    for (int j = 0; j < R; ++j) {
      const int query = query_begin + ty * R + i;
      const int key = key_begin + tx + kTileSide * j;
      float weight = 0;
      float d_score = 0;
      if (is_visible(input, head.begin, query, key)) {
        weight = expf(scores[i][j] * input.scale - head.log_sum_exp[query]);
        d_score = weight * (d_weights[i][j] - head.delta[query]) * input.scale;
      }
      const int at = (ty * R + i) * tile_stride(T) + tx + kTileSide * j;
      if (weights != nullptr) weights[at] = weight;
      d_scores[at] = d_score;
    }
}

template <int T, int kCols>
__device__ __forceinline__ void store_gradients(const float (&sums)[T / kTileSide][kCols],
                                                int begin, int rows, int cols, Rows<float> to) {
  constexpr int R = T / kTileSide;
  const int tx = static_cast<int>(threadIdx.x) % kTileSide;
  const int ty = static_cast<int>(threadIdx.x) / kTileSide;
#pragma unroll
  for (int i = 0; i < R; ++i) {
    const int row = begin + ty * R + i;
    if (row >= rows) continue;
#pragma unroll
    for (int c = 0; c < kCols; ++c)
      if (const int col = tx + kTileSide * c; col < cols) to.row(row)[col] = sums[i][c];
  }
}

__device__ __forceinline__ TileGradients tile_gradients(const AttentionInput& input, int batch,
                                                        int head, int begin,
                                                        const float* log_sum_exp,
                                                        const float* delta) {
  const Size at = (static_cast<Size>(batch) * input.heads + head) * input.time;
  return {log_sum_exp + at, delta + at, begin};
}

// Grid: tiles of keys, heads of keys, batch. All heads of queries of a group add up here.
template <int T, int kCols>
__global__ void __launch_bounds__(kTileThreads)
    key_gradients_kernel(AttentionInput input, Rows<const float> d_out, const float* log_sum_exp,
                         const float* delta, Rows<float> d_qkv) {
  constexpr int R = T / kTileSide;
  const int size = input.head_size;
  const int stride = tile_stride(size);
  float* const keys = dynamic_shared<float>();
  float* const values = keys + T * stride;
  float* const queries = values + T * stride;
  float* const d_outs = queries + T * stride;
  float* const weights = d_outs + T * stride;
  float* const d_scores = weights + T * tile_stride(T);
  const int tile = static_cast<int>(blockIdx.x) * T;
  const int key_head = static_cast<int>(blockIdx.y);
  const int batch = static_cast<int>(blockIdx.z);
  const int group = input.heads / input.key_heads;
  const Size row = static_cast<Size>(batch) * input.time;

  float d_keys[R][kCols];
  float d_values[R][kCols];
#pragma unroll
  for (int i = 0; i < R; ++i)
#pragma unroll
    for (int c = 0; c < kCols; ++c) d_keys[i][c] = d_values[i][c] = 0;
  const HeadInput own = head_input(input, batch, key_head * group);
  load_tile<T>(own.key, own.stride, tile, input.time, size, keys);
  load_tile<T>(own.value, own.stride, tile, input.time, size, values);
  // Queries before the first real position see nothing, those past the window none of these keys.
  const int from = own.begin / T * T > tile ? own.begin / T * T : tile;
  const int past = tile + T - 1 + input.window;
  const int end = input.window == 0 || past > input.time ? input.time : past;
  for (int head = key_head * group; head < (key_head + 1) * group; ++head) {
    const HeadInput in = head_input(input, batch, head);
    const TileGradients tile_of = tile_gradients(input, batch, head, in.begin, log_sum_exp, delta);
    for (int query = from; query < end; query += T) {
      __syncthreads();
      load_tile<T>(in.query, in.stride, query, input.time, size, queries);
      load_tile<T>(d_out.row(row) + static_cast<Size>(head) * size, d_out.stride, query, input.time,
                   size, d_outs);
      __syncthreads();
      score_gradients<T>(input, tile_of, query, tile, queries, d_outs, keys, values, weights,
                         d_scores);
      __syncthreads();
      const int depth = input.time - query < T ? input.time - query : T;
      const int rows = input.time - tile;
      add_weighted<R, kCols, true>(weights, tile_stride(T), d_outs, depth, rows, size, d_values);
      add_weighted<R, kCols, true>(d_scores, tile_stride(T), queries, depth, rows, size, d_keys);
    }
  }
  float* const target = d_qkv.row(row) + static_cast<Size>(input.heads + key_head) * size;
  store_gradients<T, kCols>(d_keys, tile, input.time, size, {target, d_qkv.stride});
  store_gradients<T, kCols>(d_values, tile, input.time, size,
                            {target + static_cast<Size>(input.key_heads) * size, d_qkv.stride});
}

// Grid: tiles of queries, heads, batch.
template <int T, int kCols>
__global__ void __launch_bounds__(kTileThreads)
    query_gradients_kernel(AttentionInput input, Rows<const float> d_out, const float* log_sum_exp,
                           const float* delta, Rows<float> d_qkv) {
  constexpr int R = T / kTileSide;
  const int size = input.head_size;
  const int stride = tile_stride(size);
  float* const queries = dynamic_shared<float>();
  float* const d_outs = queries + T * stride;
  float* const keys = d_outs + T * stride;
  float* const values = keys + T * stride;
  float* const d_scores = values + T * stride;
  const int tile = static_cast<int>(blockIdx.x) * T;
  const int head = static_cast<int>(blockIdx.y);
  const int batch = static_cast<int>(blockIdx.z);
  const Size row = static_cast<Size>(batch) * input.time;
  const Size column = static_cast<Size>(head) * size;
  const HeadInput in = head_input(input, batch, head);
  const TileGradients tile_of = tile_gradients(input, batch, head, in.begin, log_sum_exp, delta);

  float d_queries[R][kCols];
#pragma unroll
  for (int i = 0; i < R; ++i)
#pragma unroll
    for (int c = 0; c < kCols; ++c) d_queries[i][c] = 0;
  load_tile<T>(in.query, in.stride, tile, input.time, size, queries);
  load_tile<T>(d_out.row(row) + column, d_out.stride, tile, input.time, size, d_outs);
  const int end = tile + T < input.time ? tile + T : input.time;
  for (int key = first_visible(input, in.begin, tile) / T * T; key < end; key += T) {
    __syncthreads();
    load_tile<T>(in.key, in.stride, key, input.time, size, keys);
    load_tile<T>(in.value, in.stride, key, input.time, size, values);
    __syncthreads();
    score_gradients<T>(input, tile_of, tile, key, queries, d_outs, keys, values, nullptr, d_scores);
    __syncthreads();
    add_weighted<R, kCols, false>(d_scores, tile_stride(T), keys, end - key < T ? end - key : T,
                                  input.time - tile, size, d_queries);
  }
  store_gradients<T, kCols>(d_queries, tile, input.time, size,
                            {d_qkv.row(row) + column, d_qkv.stride});
}

}  // namespace

void attention_backward(Stream stream, const AttentionInput& input, Rows<const float> d_out,
                        Rows<const float> out, const float* log_sum_exp, float* delta,
                        Rows<float> d_qkv) {
  const Size heads = static_cast<Size>(input.batch) * input.time * input.heads;
  launch(delta_kernel, {static_cast<unsigned>(divide_up(heads, kDeltaThreads / kWarp))},
         kDeltaThreads, 0, stream, input, d_out, out, delta);
  with_tiles_of(input.head_size, [&]<int T, int kCols>() {
    const auto tiles = static_cast<unsigned>(divide_up(input.time, T));
    const int tile_floats = 4 * T * tile_stride(input.head_size);
    const Grid of_keys{tiles, static_cast<unsigned>(input.key_heads),
                       static_cast<unsigned>(input.batch)};
    launch(key_gradients_kernel<T, kCols>, of_keys, kTileThreads,
           (tile_floats + 2 * T * tile_stride(T)) * sizeof(float), stream, input, d_out,
           log_sum_exp, delta, d_qkv);
    const Grid of_queries{tiles, static_cast<unsigned>(input.heads),
                          static_cast<unsigned>(input.batch)};
    launch(query_gradients_kernel<T, kCols>, of_queries, kTileThreads,
           (tile_floats + T * tile_stride(T)) * sizeof(float), stream, input, d_out, log_sum_exp,
           delta, d_qkv);
  });
}

}  // namespace scribe::cuda
