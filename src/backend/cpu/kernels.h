// The table of inner loops: one set per instruction set, chosen once when the backend is made.
#pragma once

#include <cstdint>

// This header is compiled with several instruction sets. It holds no function bodies: an inline
// function compiled for AVX-512 could be the copy that the linker keeps for every caller.
namespace scribe {

/// A block of a matrix product, and what is done with its sums: out = sum + bias + initial.
struct ProductOutput {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::int64_t depth = 0;
  float* out = nullptr;
  std::int64_t out_stride = 0;
  const float* bias = nullptr;     ///< (cols), or none
  const float* initial = nullptr;  ///< (rows, cols), may be out itself, or none
  std::int64_t initial_stride = 0;
  bool gelu = false;  ///< of the sum, before it is stored
};

/// One block of a matrix product on packed operands:
/// out = a b + bias + initial. Panels of `a` hold tile_rows rows, panels of `b` tile_cols columns,
/// both depth-major (see ProductKernels::pack_a), padded with zeros. `depth` counts packed numbers.
///
/// Every element is one chain of fused multiply-adds over k = 0, 1, ... from zero, plus bias, plus
/// initial, whatever the block's size and the place in it: blocking never changes a bit.
/// b's numbers are floats or, as Element uint16, halves.
template <typename Element>
struct BasicProductBlock : ProductOutput {
  const float* a = nullptr;
  bool a_is_one_row = false;  ///< not packed: depth after depth of a single row
  const Element* b = nullptr;
  std::int64_t b_panel_stride = 0;  ///< numbers from one panel of b to the next
};

using ProductBlock = BasicProductBlock<float>;
using HalfProductBlock = BasicProductBlock<std::uint16_t>;

/// One block of a product in WeightFormat::int8:
/// out = scale of the column * sum over runs (scale of the row's run * sum of integers' products)
/// + bias + initial, every step but the sum of integers rounded to a float, in this order.
struct Int8Block : ProductOutput {
  /// Rows as Int8Kernels::quantize leaves them, and memory up to a multiple of tile_rows.
  const std::uint8_t* x = nullptr;
  std::int64_t x_stride = 0;        ///< bytes
  const float* x_scales = nullptr;  ///< (rows, runs)
  /// Panels of tile_cols columns: [depth / 4][column][depth % 4], padded with zeros.
  const std::int8_t* weights = nullptr;
  std::int64_t panel_stride = 0;         ///< bytes
  const float* weight_scales = nullptr;  ///< (cols)
  /// Panels of [run][column]: see Int8Kernels::offset.
  const std::int32_t* corrections = nullptr;
};

/// What exp_row() found: softmax is the row / sum, its log-sum-exp is largest + log(sum).
struct ExpRow {
  float largest = 0;
  float sum = 0;
};

struct LayerNormRow {
  float mean = 0;
  float rstd = 0;
};

/// AdamW's step with its constants worked out: see CpuBackend::adamw().
struct AdamWConstants {
  float gradient_scale = 1;
  float beta1 = 0;
  float one_minus_beta1 = 0;
  float beta2 = 0;
  float one_minus_beta2 = 0;
  float m_step = 0;                ///< learning rate / (1 - beta1^step)
  float inverse_v_correction = 0;  ///< 1 / (1 - beta2^step)
  float epsilon = 0;
  float decay = 0;  ///< learning rate * weight decay
};

/// The loops of products of floats, or of floats rounded to bf16.
struct ProductKernels {
  std::int64_t tile_rows;
  std::int64_t tile_cols;
  /// Each `depth_block` values of the depth of a lane, the last ones padded with zeros, are
  /// `packed_block` packed numbers. (1, 1): the float. (2, 1): both, rounded to bf16 (to the
  /// nearest, ties to even; what is smaller than 2^-126 counts as zero), the first in the lower
  /// half, whose products are added two at a time, as the instruction does it. (32, 16):
  /// pairs on tiles, see kernel_amx.h.
  std::int64_t depth_block;
  std::int64_t packed_block;

  /// Packs `lanes` rows of a (rows) or columns of b (cols) into panels: lane i, depth k is in
  /// panel[i / tile][k / depth_block * tile + i % tile], but in the order of tiles where there are
  /// some, and comes from source[i * lane_stride + k * depth_stride]. Panels are `panel_stride`
  /// packed numbers apart. One of the strides must be 1.
  void (*pack_a)(const float* source, std::int64_t lane_stride, std::int64_t depth_stride,
                 std::int64_t lanes, std::int64_t depth, float* panels, std::int64_t panel_stride);
  void (*pack_b)(const float* source, std::int64_t lane_stride, std::int64_t depth_stride,
                 std::int64_t lanes, std::int64_t depth, float* panels, std::int64_t panel_stride);
  /// As pack_b, of values that are bf16 already.
  void (*pack_b_bf16)(const std::uint16_t* source, std::int64_t lane_stride,
                      std::int64_t depth_stride, std::int64_t lanes, std::int64_t depth,
                      float* panels, std::int64_t panel_stride);
  void (*multiply)(const ProductBlock& block);

  /// Chains of multiply-adds that need nothing but registers, for `rounds` rounds: what no product
  /// can pass. Writes something to `sink`; returns the floating-point operations made.
  double (*multiply_in_registers)(std::int64_t rounds, float* sink);
};

/// Unless said otherwise `count` may be anything >= 0 and pointers need no alignment.
struct Kernels {
  ProductKernels product;  ///< of floats
  void (*multiply_half)(const HalfProductBlock& block);
  /// Rounded to the nearest half, ties to even.
  void (*to_half)(const float* values, std::uint16_t* halves, std::int64_t count);
  /// from_bf16() of each.
  void (*widen_bf16)(const std::uint16_t* values, float* out, std::int64_t count);
  /// to_bf16_at_random() of each, with the noise of elements first, first + 1, ...
  void (*round_bf16)(const float* values, std::uint32_t key, std::uint32_t first,
                     std::uint16_t* out, std::int64_t count);

  /// out = a + b.
  void (*add)(const float* a, const float* b, float* out, std::int64_t count);
  /// out += factor * x.
  void (*add_scaled)(const float* x, float factor, float* out, std::int64_t count);
  void (*scale)(float factor, float* values, std::int64_t count);
  float (*dot)(const float* a, const float* b, std::int64_t count);
  /// out[c] += sum over rows of values[row * stride + c], rows in order.
  void (*add_column_sums)(const float* values, std::int64_t stride, std::int64_t rows,
                          std::int64_t cols, float* out);
  double (*sum_of_squares)(const float* values, std::int64_t count);

  LayerNormRow (*layer_norm)(const float* x, const float* weight, const float* bias, float epsilon,
                             float* out, std::int64_t count);
  /// d_x, d_weight and d_bias are accumulated into.
  void (*layer_norm_backward)(const float* d_out, const float* x, const float* weight,
                              LayerNormRow row, float* d_x, float* d_weight, float* d_bias,
                              std::int64_t count);
  /// out = x * rstd * weight; returns rstd.
  float (*rms_norm)(const float* x, const float* weight, float epsilon, float* out,
                    std::int64_t count);
  /// d_x and d_weight are accumulated into.
  void (*rms_norm_backward)(const float* d_out, const float* x, const float* weight, float rstd,
                            float* d_x, float* d_weight, std::int64_t count);
  void (*swiglu)(const float* gate, const float* up, float* out, std::int64_t count);
  void (*swiglu_backward)(const float* gate, const float* up, const float* d_out, float* d_gate,
                          float* d_up, std::int64_t count);
  /// Turns the pairs (a[i], b[i]), whose elements are `step` floats apart; sines times `direction`.
  void (*rotate)(const float* cosines, const float* sines, float direction, float* a, float* b,
                 std::int64_t step, std::int64_t count);
  void (*gelu)(const float* x, float* out, std::int64_t count);
  void (*gelu_backward)(const float* x, float* d, std::int64_t count);

  /// values = exp(factor * values - largest), largest = max(factor * values). count >= 1, factor >
  /// 0.
  ExpRow (*exp_row)(float factor, float* values, std::int64_t count);
  /// scores[t] = query . key t, each one chain of fused multiply-adds. Keys lie in blocks of
  /// kKeyBlock: [t / kKeyBlock][dimension][t % kKeyBlock]. Whole blocks of scores are written.
  void (*score_keys)(const float* query, const float* keys, std::int64_t size, std::int64_t count,
                     float* scores);
  void (*score_half_keys)(const float* query, const std::uint16_t* keys, std::int64_t size,
                          std::int64_t count, float* scores);
  /// sums[i] += weights[t] * values[t * size + i] for every t
  void (*weigh_values)(const float* weights, const float* values, std::int64_t size,
                       std::int64_t count, float* sums);
  void (*weigh_half_values)(const float* weights, const std::uint16_t* values, std::int64_t size,
                            std::int64_t count, float* sums);
  /// scores become p = exp(factor * scores - log_sum_exp); d becomes factor * p * (d - mean).
  void (*softmax_backward)(float factor, float log_sum_exp, float mean, float* scores, float* d,
                           std::int64_t count);
  void (*adamw)(const AdamWConstants& constants, const float* gradients, float* parameters,
                float* m, float* v, std::int64_t count);
};

inline constexpr std::int64_t kKeyBlock = 16;

/// The loops of WeightFormat::int8, which have instructions of their own.
struct Int8Kernels {
  /// Rows are read by so many at once: behind the last one there is memory up to a multiple of it.
  std::int64_t tile_rows;
  std::int64_t tile_cols;
  /// Integers are stored plus this; a run's sum with a column then is too large by this times the
  /// sum of the column's integers, which is what `corrections` holds, negated.
  std::int32_t offset;
  /// quantize_int8() of each run of a row; `integers` is padded to a multiple of four.
  void (*quantize)(const float* x, std::int64_t count, std::uint8_t* integers, float* scales);
  void (*multiply)(const Int8Block& block);
};

/// Requires AVX2 and FMA.
const Kernels& avx2_kernels();
/// Requires AVX-512 F, VL, DQ and BW.
const Kernels& avx512_kernels();
/// Of bf16. Requires AVX-512 F, VL, DQ, BW and BF16.
const ProductKernels& avx512_bf16_kernels();
/// Of bf16. Requires AVX-512 F, VL, DQ, BW and BF16, AMX TILE and BF16.
const ProductKernels& amx_bf16_kernels();
/// Requires AVX2 and FMA.
const Int8Kernels& avx2_int8_kernels();
/// Requires AVX-512 F, VL, DQ, BW and VNNI.
const Int8Kernels& vnni_int8_kernels();
/// Requires AVX-512 F, VL, DQ, BW and VNNI, AMX TILE and INT8.
const Int8Kernels& amx_int8_kernels();

}  // namespace scribe
