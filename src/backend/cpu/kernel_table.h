// Gathers this file's instruction set's loops in a table; included last, once per instruction set.
#pragma once

#include "backend/cpu/kernels.h"

namespace scribe {
namespace {

constexpr Kernels kKernels = {
    .product = {.tile_rows = Simd::kTileRows,
                .tile_cols = kTileCols,
                .depth_block = 1,
                .packed_block = 1,
                .pack_a = pack<Simd::kTileRows, float>,
                .pack_b = pack<kTileCols, float>,
                .pack_b_bf16 = pack<kTileCols, std::uint16_t>,
                .multiply = multiply<FloatUnit>,
                .multiply_in_registers = multiply_in_registers<FloatUnit>},
    .multiply_half = multiply<HalfUnit>,
    .to_half = to_half,
    .widen_bf16 = widen_bf16,
    .round_bf16 = round_bf16,
    .add = add,
    .add_scaled = add_scaled,
    .scale = scale,
    .dot = dot,
    .add_column_sums = add_column_sums,
    .sum_of_squares = sum_of_squares,
    .layer_norm = layer_norm,
    .layer_norm_backward = layer_norm_backward,
    .rms_norm = rms_norm,
    .rms_norm_backward = rms_norm_backward,
    .swiglu = swiglu,
    .swiglu_backward = swiglu_backward,
    .rotate = rotate,
    .gelu = gelu,
    .gelu_backward = gelu_backward,
    .exp_row = exp_row,
    .score_keys = score_keys<float>,
    .score_half_keys = score_keys<std::uint16_t>,
    .weigh_values = weigh_values<float>,
    .weigh_half_values = weigh_values<std::uint16_t>,
    .softmax_backward = softmax_backward,
    .adamw = adamw,
};

}  // namespace
}  // namespace scribe
