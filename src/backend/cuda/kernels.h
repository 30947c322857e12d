// What the kernels compute, as calls that start them: device pointers, sizes, a stream.
#pragma once

#include "backend/cuda/launch_types.h"

/// Nothing here waits; work is done in the order of the stream. Sizes of 0 do nothing. Each result
/// is computed in an order that depends on shapes alone: the same bits every time.
namespace scribe::cuda {

using Size = std::int64_t;

// elementwise.cu

void fill(Stream stream, float* values, Size count, float value);
void copy_rows(Stream stream, Rows<const float> from, Size rows, Size cols, Rows<float> to);
/// Adds bias (cols, or null) and residual (or no data) to `out`, in this order.
void add_to_rows(Stream stream, const float* bias, Rows<const float> residual, Size rows, Size cols,
                 Rows<float> out);
void gelu(Stream stream, Rows<const float> x, Size rows, Size cols, Rows<float> out);
void gelu_backward(Stream stream, const float* x, Size count, float* d);
/// cols: of the output.
void swiglu(Stream stream, Rows<const float> gate_up, Size rows, Size cols, Rows<float> out);
void swiglu_backward(Stream stream, Rows<const float> gate_up, Rows<const float> d_out, Size rows,
                     Size cols, Rows<float> d_gate_up);

/// The columns of Backend::rotate; sign: 1, or -1 to turn back.
struct RotaryColumns {
  int pairs = 0;
  int heads = 0;
  int head_size = 0;
  bool neighbours = false;
  float sign = 1;
};
void rotate(Stream stream, Rows<const float> cosines, Rows<const float> sines, const int* positions,
            RotaryColumns columns, Size rows, Rows<float> x);

/// Constants of a step, so that an element costs few operations.
struct AdamWConstants {
  float gradient_scale;
  float beta1, one_minus_beta1;
  float beta2, one_minus_beta2;
  float inverse_v_correction;
  float m_step;  ///< learning rate / (1 - beta1^step)
  float epsilon;
  float decay;  ///< learning rate * weight decay
};
void adamw(Stream stream, const AdamWConstants& constants, const float* gradients, Size count,
           float* parameters, float* m, float* v);
/// As above, of bf16, rounded at random: element i with bf16_noise(key, first + i).
void adamw_bf16(Stream stream, const AdamWConstants& constants, const float* gradients, Size count,
                std::uint32_t key, std::uint32_t first, std::uint16_t* parameters, float* m,
                float* v);
/// From bf16, rows `stride` elements apart.
void from_bf16(Stream stream, Rows<const std::uint16_t> from, Size rows, Size cols, Rows<float> to);
/// To bf16, rows `stride` elements apart.
void to_bf16(Stream stream, Rows<const float> from, Size rows, Size cols, Rows<std::uint16_t> to);

// embed.cu

/// Rows of floats or of bf16; neither: no table.
struct Table {
  Rows<const float> floats;
  Rows<const std::uint16_t> bf16;
};
/// positions: ids of rows of position_table, which there may not be.
void embed(Stream stream, const int* tokens, const int* positions, Table token_table,
           Table position_table, Size rows, Size cols, Rows<float> out);
/// Id ids[i] gets the rows order[begins[i]] to order[begins[i + 1] - 1] of d_out, added in order.
void embed_backward(Stream stream, const int* ids, const int* begins, const int* order,
                    Size id_count, Rows<const float> d_out, Size cols, Rows<float> d_table);

// norms.cu

void layer_norm(Stream stream, Rows<const float> x, const float* weight, const float* bias,
                float epsilon, Size rows, Size cols, Rows<float> out, float* mean, float* rstd);
/// Without mean (null) this is RMSNorm's: d_x += alone.
void norm_backward(Stream stream, Rows<const float> d_out, Rows<const float> x, const float* weight,
                   const float* mean, const float* rstd, Size rows, Size cols, Rows<float> d_x);
void rms_norm(Stream stream, Rows<const float> x, const float* weight, float epsilon, Size rows,
              Size cols, Rows<float> out, float* rstd);

// reductions.cu

/// Floats of scratch memory that column_sums() needs.
Size column_sums_floats(Size rows, Size cols);
/// sums += column sums of d; if weighted_sums is not null, it += those of d (x - mean) rstd.
/// mean may be null (0), sums too.
void column_sums(Stream stream, Rows<const float> d, Rows<const float> x, const float* mean,
                 const float* rstd, Size rows, Size cols, float* scratch, float* sums,
                 float* weighted_sums);
/// Doubles of scratch memory that sum_of_squares() needs.
Size sum_of_squares_doubles(Size count);
/// The result is scratch[0].
void sum_of_squares(Stream stream, const float* values, Size count, double* scratch);
/// Each row of logits (cols) becomes gradient_scale (softmax - one at the target), or stays as it
/// is if not `with_gradient`; rows without target (-1) become zero. losses (rows).
void softmax_loss(Stream stream, Rows<float> logits, const int* targets, float gradient_scale,
                  bool with_gradient, Size rows, Size cols, float* losses);

// attention.cu, attention_backward.cu

inline constexpr int kHeadSizeMax = 256;

/// The qkv matrix and how heads lie in it, as Backend::attention has them.
struct AttentionInput {
  Rows<const float> qkv;
  const int* first = nullptr;  ///< (batch), or null
  int batch = 0;
  int time = 0;
  int heads = 0;
  int key_heads = 0;
  int head_size = 0;
  int window = 0;
  float scale = 1;
};
void attention(Stream stream, const AttentionInput& input, Rows<float> out, float* log_sum_exp);
/// delta: scratch memory for (batch, heads, time).
void attention_backward(Stream stream, const AttentionInput& input, Rows<const float> d_out,
                        Rows<const float> out, const float* log_sum_exp, float* delta,
                        Rows<float> d_qkv);

// decode.cu

/// Keys and values: (key_heads, capacity, head_size) each, keys first.
struct DeviceSequence {
  float* prefix = nullptr;
  void* suffix = nullptr;  ///< floats, or halves
  std::int64_t prefix_capacity = 0;
  std::int64_t suffix_capacity = 0;
  std::int64_t prefix_length = 0;
  std::int64_t suffix_length = 0;
  int half = 0;
  int part_begin = 0;  ///< its first part; its last ends where the next row's begins
  int part_end = 0;
  int unused = 0;
};
/// Up to kQueriesPerItem queries that look at one run of keys, [begin, begin + kKeysPerPart).
struct DecodeItem {
  int row = 0;  ///< whose memory it is
  int in_suffix = 0;
  int key_begin = 0;
  int query_begin = 0;
  int query_count = 0;
};
/// One head of one row, for each head of keys; it sees keys [from, to) of the item's memory.
struct DecodeQuery {
  int row = 0;
  int head = 0;  ///< of those that share one of keys
  int part = 0;  ///< where its result goes
  int from = 0;
  int to = 0;
};
inline constexpr int kQueriesPerItem = 16;
inline constexpr int kKeysPerPart = 256;

struct DecodeShape {
  int heads = 0;
  int key_heads = 0;
  int head_size = 0;
  float scale = 1;
};
void append_keys(Stream stream, const DecodeShape& shape, Rows<const float> qkv,
                 const DeviceSequence* sequences, Size rows);
/// sums (parts, heads, head_size) and stats (parts, heads, 2): weighted values, not normalised;
/// the largest score and the sum of the weights.
void decode_parts(Stream stream, const DecodeShape& shape, Rows<const float> qkv,
                  const DeviceSequence* sequences, const DecodeItem* items, Size item_count,
                  const DecodeQuery* queries, float* sums, float* stats);
void merge_parts(Stream stream, const DecodeShape& shape, const DeviceSequence* sequences,
                 const float* sums, const float* stats, Size rows, Rows<float> out);
void copy_prefix(Stream stream, const DecodeShape& shape, const float* from, Size from_capacity,
                 Size count, float* to, Size to_capacity);

// draw.cu

/// A DrawRow in the numbers that its kernel needs.
struct DrawPlan {
  std::int64_t row = 0;
  std::uint64_t bits = 0;
  std::uint64_t weight_min = 0;  ///< least_weight(min_p)
  double top_p = 1;
  float inverse_temperature = 1;  ///< 0: the most likely token
  int top_k = 0;                  ///< 0: all
};
/// What a DrawnToken holds.
struct DrawResult {
  double sum_of_exp = 0;
  float max = 0;
  float logit = 0;
  int token = 0;
  int unused = 0;
};
/// Backend::draw_tokens. plans, drawn (count): device memory.
void draw_tokens(Stream stream, Rows<const float> logits, Size cols, const DrawPlan* plans,
                 Size count, DrawResult* drawn);

// prepared.cu

/// Columns of a weight begin at multiples of so many elements.
inline constexpr Size kPreparedDepth = 256;

/// Columns one after the other in f16, padded with zeros to kPreparedDepth.
void prepare_f16(Stream stream, Rows<const float> weight, bool transposed, Size depth, Size cols,
                 std::uint16_t* columns);
void prepare_int8(Stream stream, Rows<const float> weight, bool transposed, Size depth, Size cols,
                  std::int8_t* columns, float* scales);
/// Rows of x in int8 by runs of 256: integers (rows, depth padded), scales (rows, runs).
void quantize_rows(Stream stream, Rows<const float> x, Size rows, Size depth, std::int8_t* integers,
                   float* scales);
/// What is added to a product's sums, bias first; either may be missing.
struct Added {
  const float* bias = nullptr;
  Rows<const float> residual;  ///< may be the output
};
void multiply_f16(Stream stream, Rows<const float> x, const std::uint16_t* columns, Added added,
                  Size rows, Size depth, Size cols, Rows<float> out);
void multiply_int8(Stream stream, const std::int8_t* x, const float* x_scales,
                   const std::int8_t* columns, const float* scales, Added added, Size rows,
                   Size depth, Size cols, Rows<float> out);

}  // namespace scribe::cuda
