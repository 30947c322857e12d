// The shape requirements of every operation, the same for all backends.
#pragma once

#include "backend/backend.h"

namespace scribe {

/// Each function aborts with the shapes in its message if an operation's arguments do not fit
/// together (a bug of the caller). Every backend calls the one of its operation first.
void check_transfer(std::size_t from, std::size_t to);
void check_copy(ConstMatrix from, ConstMatrix to);
void check_embed(std::span<const std::int32_t> tokens, std::span<const std::int32_t> positions,
                 Weight token_table, Weight position_table, ConstMatrix out);
void check_layer_norm(ConstMatrix x, std::span<const float> weight, std::span<const float> bias,
                      ConstMatrix out, std::span<const float> mean, std::span<const float> rstd);
void check_layer_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                               std::span<const float> mean, std::span<const float> rstd,
                               ConstMatrix d_x, std::span<const float> d_weight,
                               std::span<const float> d_bias);
void check_rms_norm(ConstMatrix x, std::span<const float> weight, ConstMatrix out,
                    std::span<const float> rstd);
void check_rms_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                             std::span<const float> rstd, ConstMatrix d_x,
                             std::span<const float> d_weight);
void check_linear(ConstMatrix x, Weight weight, std::span<const float> bias, ConstMatrix residual,
                  ConstMatrix out);
void check_prepare(Weight weight);
void check_linear(ConstMatrix x, const PreparedWeight& weight, std::span<const float> bias,
                  ConstMatrix residual, ConstMatrix out);
void check_linear_backward(ConstMatrix d_out, ConstMatrix x, Weight weight, ConstMatrix d_x,
                           ConstMatrix d_weight, std::span<const float> d_bias);
void check_gelu(std::span<const float> x, std::span<const float> out);
void check_swiglu(ConstMatrix gate_up, ConstMatrix out);
void check_rotate(const Rotation& rotation, std::span<const std::int32_t> positions, ConstMatrix x);
void check_attention(const AttentionShape& shape, ConstMatrix qkv,
                     std::span<const std::int32_t> first, ConstMatrix out,
                     std::span<const float> log_sum_exp);
void check_attention_backward(const AttentionShape& shape, ConstMatrix d_out, ConstMatrix qkv,
                              std::span<const std::int32_t> first, ConstMatrix out,
                              std::span<const float> log_sum_exp, ConstMatrix d_qkv);
void check_copy_prefix(KeyValues from, std::int64_t count, KeyValues to);
void check_attention_decode(const AttentionShape& shape, ConstMatrix qkv,
                            std::span<const DecodeRow> rows, ConstMatrix out);
void check_head_logits(ConstMatrix x, Weight table, std::span<const float> bias,
                       ConstMatrix logits);
void check_head_loss(ConstMatrix x, Weight table, std::span<const float> bias,
                     std::span<const std::int32_t> targets, std::span<const float> losses,
                     const HeadLossGradients& d);
void check_draw_tokens(ConstMatrix logits, std::span<const DrawRow> rows,
                       std::span<const DrawnToken> drawn);
void check_adamw(std::size_t parameters, std::span<const float> gradients, std::span<const float> m,
                 std::span<const float> v, const AdamWStep& step);

}  // namespace scribe
