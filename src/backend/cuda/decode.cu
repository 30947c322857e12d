// One decoding step's attention: runs of keys by the queries that share them, then a merge.
//
// A run of keys of a prefix is read once for up to 16 queries of the rows that share it; a row's
// own suffix by its own. Each (run, query) leaves weighted values, the largest score and the sum of
// weights, which are merged as in log-sum-exp. Runs begin at multiples of kKeysPerPart of their own
// memory, so that a row's bits do not depend on who shares its prefix.
#include "backend/cuda/attention_tiles.h"

namespace scribe::cuda {
namespace {

constexpr int kKeysPerTile = 64;
constexpr int kKeysPerThread = kKeysPerTile / kTileSide;
constexpr unsigned kCopyThreads = 128;
constexpr unsigned kMergeThreads = 64;

/// One head of keys in a row's memory; values follow `distance` elements later.
struct HeadKeys {
  const void* keys = nullptr;
  Size distance = 0;
  bool half = false;
};

__device__ __forceinline__ HeadKeys head_keys(const DecodeShape& shape, const DeviceSequence& row,
                                              bool in_suffix, int key_head) {
  const Size capacity = in_suffix ? row.suffix_capacity : row.prefix_capacity;
  const Size offset = key_head * capacity * shape.head_size;
  HeadKeys result;
  result.half = in_suffix && row.half != 0;
  result.distance = shape.key_heads * capacity * shape.head_size;
  if (result.half)
    result.keys = static_cast<const __half*>(row.suffix) + offset;
  else
    result.keys = (in_suffix ? static_cast<const float*>(row.suffix) : row.prefix) + offset;
  return result;
}

/// Tokens [begin, begin + kKeysPerTile) of which those below `end` are there.
__device__ __forceinline__ void load_tokens(const HeadKeys& from, bool values, int begin, int end,
                                            int size, float* tile) {
  const Size offset = (values ? from.distance : 0) + static_cast<Size>(begin) * size;
  if (!from.half) {
    load_tile<kKeysPerTile>(static_cast<const float*>(from.keys) + offset, size, 0, end - begin,
                            size, tile);
    return;
  }
  const __half* const halves = static_cast<const __half*>(from.keys) + offset;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  for (int r = static_cast<int>(threadIdx.x) / kWarp; r < kKeysPerTile; r += kTileThreads / kWarp)
    for (int c = lane; c < size; c += kWarp)
      tile[r * tile_stride(size) + c] =
          begin + r < end ? __half2float(halves[static_cast<Size>(r) * size + c]) : 0.0F;
}

// Grid: rows. The key and the value of each row's token, to the end of its sequence.
__global__ void append_kernel(DecodeShape shape, Rows<const float> qkv,
                              const DeviceSequence* sequences) {
  const DeviceSequence row = sequences[blockIdx.x];
  const bool in_suffix = row.suffix_length > 0;
  const Size capacity = in_suffix ? row.suffix_capacity : row.prefix_capacity;
  const Size token = (in_suffix ? row.suffix_length : row.prefix_length) - 1;
  const int width = shape.key_heads * shape.head_size;
  const float* const from = qkv.row(blockIdx.x) + static_cast<Size>(shape.heads) * shape.head_size;
  for (int i = static_cast<int>(threadIdx.x); i < 2 * width; i += static_cast<int>(blockDim.x)) {
    // Heads of values follow heads of keys, here and there.
    const Size at =
        (i / shape.head_size * capacity + token) * shape.head_size + i % shape.head_size;
    if (in_suffix && row.half != 0)
      static_cast<__half*>(row.suffix)[at] = __float2half_rn(from[i]);
    else
      (in_suffix ? static_cast<float*>(row.suffix) : row.prefix)[at] = from[i];
  }
}

// Grid: items, heads of keys. Thread (ty, tx): query ty; keys tx + 16 j; columns tx + 16 c.
template <int kCols>
__global__ void __launch_bounds__(kTileThreads)
    parts_kernel(DecodeShape shape, Rows<const float> qkv, const DeviceSequence* sequences,
                 const DecodeItem* items, const DecodeQuery* queries, float* sums, float* stats) {
  const int tx = static_cast<int>(threadIdx.x) % kTileSide;
  const int ty = static_cast<int>(threadIdx.x) / kTileSide;
  const int size = shape.head_size;
  const int stride = tile_stride(size);
  const int group = shape.heads / shape.key_heads;
  float* const tile_queries = dynamic_shared<float>();
  float* const keys = tile_queries + kQueriesPerItem * stride;  // later the values
  float* const weights = keys + kKeysPerTile * stride;
  const DecodeItem item = items[blockIdx.x];
  const int key_head = static_cast<int>(blockIdx.y);
  const HeadKeys memory = head_keys(shape, sequences[item.row], item.in_suffix != 0, key_head);

  const bool active = ty < item.query_count;
  DecodeQuery query;
  if (active) query = queries[item.query_begin + ty];
  const int head = key_head * group + query.head;
  for (int c = tx; c < size; c += kTileSide)
    tile_queries[ty * stride + c] =
        active ? qkv.row(query.row)[static_cast<Size>(head) * size + c] : 0.0F;
  // All queries' bounds, so that the block goes over the keys together.
  int begin = item.key_begin + kKeysPerPart;
  int end = item.key_begin;
  for (int i = 0; i < item.query_count; ++i) {
    const DecodeQuery other = queries[item.query_begin + i];
    begin = other.from < begin ? other.from : begin;
    end = other.to > end ? other.to : end;
  }
  float largest = -INFINITY;
  float total = 0;
  float own[1][kCols];
#pragma unroll
  for (int c = 0; c < kCols; ++c) own[0][c] = 0;
  for (int key = begin / kKeysPerTile * kKeysPerTile; key < end; key += kKeysPerTile) {
    __syncthreads();
    load_tokens(memory, false, key, end, size, keys);
    __syncthreads();
    float scores[1][kKeysPerThread];
    multiply_tiles(tile_queries, keys, size, item.query_count, scores);
    float new_largest = largest;
#pragma unroll
    for (int j = 0; j < kKeysPerThread; ++j) {
      const int at = key + tx + kTileSide * j;
      const bool visible = active && at >= query.from && at < query.to;
      scores[0][j] = visible ? scores[0][j] * shape.scale : -INFINITY;
      new_largest = fmaxf(new_largest, scores[0][j]);
    }
    for (int mask = kTileSide / 2; mask > 0; mask /= 2)
      new_largest = fmaxf(new_largest, __shfl_xor_sync(kAllLanes, new_largest, mask));
    const float shift = new_largest == -INFINITY ? 0 : new_largest;
    const float correction = expf(largest - shift);
    float sum = 0;
#pragma unroll
    for (int j = 0; j < kKeysPerThread; ++j) {
      const float weight = expf(scores[0][j] - shift);
      weights[ty * tile_stride(kKeysPerTile) + tx + kTileSide * j] = weight;
      sum += weight;
    }
    for (int mask = kTileSide / 2; mask > 0; mask /= 2)
      sum += __shfl_xor_sync(kAllLanes, sum, mask);
    total = total * correction + sum;
    largest = new_largest;
#pragma unroll
    for (int c = 0; c < kCols; ++c) own[0][c] *= correction;
    __syncthreads();
    load_tokens(memory, true, key, end, size, keys);
    __syncthreads();
    add_weighted<1, kCols, false>(weights, tile_stride(kKeysPerTile), keys,
                                  end - key < kKeysPerTile ? end - key : kKeysPerTile,
                                  item.query_count, size, own);
  }
  if (!active) return;
  const Size at = static_cast<Size>(query.part) * shape.heads + head;
#pragma unroll
  for (int c = 0; c < kCols; ++c)
    if (const int col = tx + kTileSide * c; col < size) sums[at * size + col] = own[0][c];
  if (tx == 0) {
    stats[2 * at] = largest;
    stats[2 * at + 1] = total;
  }
}

// Grid: rows, heads; threads along the columns. Parts in order.
__global__ void merge_kernel(DecodeShape shape, const DeviceSequence* sequences, const float* sums,
                             const float* stats, Rows<float> out) {
  const Size row = blockIdx.x;
  const int head = static_cast<int>(blockIdx.y);
  const int begin = sequences[row].part_begin;
  const int end = sequences[row].part_end;
  const auto place = [&](int part) { return static_cast<Size>(part) * shape.heads + head; };
  float largest = -INFINITY;
  for (int part = begin; part < end; ++part) largest = fmaxf(largest, stats[2 * place(part)]);
  float total = 0;
  for (int part = begin; part < end; ++part)
    total += stats[2 * place(part) + 1] * expf(stats[2 * place(part)] - largest);
  for (int c = static_cast<int>(threadIdx.x); c < shape.head_size; c += kMergeThreads) {
    float sum = 0;
    for (int part = begin; part < end; ++part)
      sum += sums[place(part) * shape.head_size + c] * expf(stats[2 * place(part)] - largest);
    out.row(row)[static_cast<Size>(head) * shape.head_size + c] = sum / total;
  }
}

// Grid: tokens, heads of keys and of values.
__global__ void copy_prefix_kernel(DecodeShape shape, const float* from, Size from_capacity,
                                   float* to, Size to_capacity) {
  const Size token = blockIdx.x;
  const Size head = blockIdx.y;
  for (int c = static_cast<int>(threadIdx.x); c < shape.head_size; c += kMergeThreads)
    to[(head * to_capacity + token) * shape.head_size + c] =
        from[(head * from_capacity + token) * shape.head_size + c];
}

}  // namespace

void append_keys(Stream stream, const DecodeShape& shape, Rows<const float> qkv,
                 const DeviceSequence* sequences, Size rows) {
  launch(append_kernel, {static_cast<unsigned>(rows)}, kCopyThreads, 0, stream, shape, qkv,
         sequences);
}

void decode_parts(Stream stream, const DecodeShape& shape, Rows<const float> qkv,
                  const DeviceSequence* sequences, const DecodeItem* items, Size item_count,
                  const DecodeQuery* queries, float* sums, float* stats) {
  const Grid grid{static_cast<unsigned>(item_count), static_cast<unsigned>(shape.key_heads)};
  const int floats = (kQueriesPerItem + kKeysPerTile) * tile_stride(shape.head_size) +
                     kQueriesPerItem * tile_stride(kKeysPerTile);
  const auto start = [&]<int kCols>() {
    launch(parts_kernel<kCols>, grid, kTileThreads, floats * sizeof(float), stream, shape, qkv,
           sequences, items, queries, sums, stats);
  };
  if (shape.head_size <= 64)
    start.template operator()<4>();
  else if (shape.head_size <= 128)
    start.template operator()<8>();
  else
    start.template operator()<kHeadSizeMax / kTileSide>();
}

void merge_parts(Stream stream, const DecodeShape& shape, const DeviceSequence* sequences,
                 const float* sums, const float* stats, Size rows, Rows<float> out) {
  const Grid grid{static_cast<unsigned>(rows), static_cast<unsigned>(shape.heads)};
  launch(merge_kernel, grid, kMergeThreads, 0, stream, shape, sequences, sums, stats, out);
}

void copy_prefix(Stream stream, const DecodeShape& shape, const float* from, Size from_capacity,
                 Size count, float* to, Size to_capacity) {
  if (count == 0) return;
  const Grid grid{static_cast<unsigned>(count), static_cast<unsigned>(2 * shape.key_heads)};
  launch(copy_prefix_kernel, grid, kMergeThreads, 0, stream, shape, from, from_capacity, to,
         to_capacity);
}

}  // namespace scribe::cuda
