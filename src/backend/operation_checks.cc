// The checks, and the words of their messages.
#include "backend/operation_checks.h"

#include "backend/token_weights.h"

namespace scribe {
namespace {

std::int64_t length(std::span<const float> values) {
  return static_cast<std::int64_t>(values.size());
}

std::int64_t length(std::span<const std::int32_t> values) {
  return static_cast<std::int64_t>(values.size());
}

void check_matrix(const char* operation, const char* name, Weight matrix, std::int64_t rows,
                  std::int64_t cols) {
  SCRIBE_CHECK(matrix.rows == rows && matrix.cols == cols, "{}: {} is ({}, {}), expected ({}, {})",
               operation, name, matrix.rows, matrix.cols, rows, cols);
  SCRIBE_CHECK(matrix.stride >= matrix.cols, "{}: {} ({}, {}) has stride {}", operation, name,
               matrix.rows, matrix.cols, matrix.stride);
  SCRIBE_CHECK(!matrix.empty() || rows * cols == 0, "{}: {} ({}, {}) has no data", operation, name,
               rows, cols);
}

void check_length(const char* operation, const char* name, std::int64_t actual,
                  std::int64_t expected) {
  SCRIBE_CHECK(actual == expected, "{}: {} has {} values, expected {}", operation, name, actual,
               expected);
}

/// There may be none.
void check_bias(const char* operation, const char* name, std::span<const float> bias,
                std::int64_t cols) {
  if (!bias.empty()) check_length(operation, name, length(bias), cols);
}

void check_room(const char* operation, const char* name, const KeyValues& memory,
                std::int64_t length) {
  if (length == 0) return;
  SCRIBE_CHECK(memory.data != nullptr && length <= memory.capacity,
               "{}: a {} of {} tokens in memory for {}", operation, name, length,
               memory.data == nullptr ? 0 : memory.capacity);
}

void check_indices(const char* operation, const char* name, std::span<const std::int32_t> indices,
                   std::int64_t bound, std::int32_t lowest) {
  for (const std::int32_t index : indices)
    SCRIBE_CHECK(index >= lowest && index < bound, "{}: {} holds {}, expected [{}, {})", operation,
                 name, index, lowest, bound);
}

void check_heads(const char* operation, const AttentionShape& shape) {
  SCRIBE_CHECK(shape.heads > 0 && shape.head_size > 0 && shape.kv_heads >= 0,
               "{}: {} heads of {}, {} of keys", operation, shape.heads, shape.head_size,
               shape.kv_heads);
  SCRIBE_CHECK(shape.heads % shape.key_heads() == 0,
               "{}: {} heads of queries do not share {} of keys evenly", operation, shape.heads,
               shape.key_heads());
  SCRIBE_CHECK(shape.window >= 0 && shape.scale >= 0, "{}: window {}, scale {}", operation,
               shape.window, shape.scale);
}

void check_attention_inputs(const char* operation, const AttentionShape& shape, ConstMatrix qkv,
                            std::span<const std::int32_t> first) {
  check_heads(operation, shape);
  SCRIBE_CHECK(shape.batch > 0 && shape.time > 0, "{}: batch {}, time {}: both must be positive",
               operation, shape.batch, shape.time);
  check_matrix(operation, "qkv", qkv, shape.rows(), shape.qkv_width());
  if (first.empty()) return;
  check_length(operation, "first", length(first), shape.batch);
  check_indices(operation, "first", first, shape.time + 1, 0);
}

}  // namespace

void check_transfer(std::size_t from, std::size_t to) {
  check_length("transfer", "target", static_cast<std::int64_t>(to),
               static_cast<std::int64_t>(from));
}

void check_copy(ConstMatrix from, ConstMatrix to) {
  check_matrix("copy", "from", from, from.rows, from.cols);
  check_matrix("copy", "to", to, from.rows, from.cols);
}

void check_embed(std::span<const std::int32_t> tokens, std::span<const std::int32_t> positions,
                 Weight token_table, Weight position_table, ConstMatrix out) {
  check_matrix("embed", "token table", token_table, token_table.rows, out.cols);
  check_matrix("embed", "out", out, length(tokens), out.cols);
  check_length("embed", "positions", length(positions), out.rows);
  check_indices("embed", "tokens", tokens, token_table.rows, 0);
  if (position_table.empty()) return;
  check_matrix("embed", "position table", position_table, position_table.rows, out.cols);
  check_indices("embed", "positions", positions, position_table.rows, 0);
}

void check_layer_norm(ConstMatrix x, std::span<const float> weight, std::span<const float> bias,
                      ConstMatrix out, std::span<const float> mean, std::span<const float> rstd) {
  check_matrix("layer_norm", "x", x, x.rows, x.cols);
  check_matrix("layer_norm", "out", out, x.rows, x.cols);
  check_length("layer_norm", "weight", length(weight), x.cols);
  check_length("layer_norm", "bias", length(bias), x.cols);
  check_length("layer_norm", "mean", length(mean), x.rows);
  check_length("layer_norm", "rstd", length(rstd), x.rows);
}

void check_layer_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                               std::span<const float> mean, std::span<const float> rstd,
                               ConstMatrix d_x, std::span<const float> d_weight,
                               std::span<const float> d_bias) {
  check_layer_norm(x, weight, d_bias, d_x, mean, rstd);
  check_matrix("layer_norm_backward", "d_out", d_out, x.rows, x.cols);
  check_length("layer_norm_backward", "d_weight", length(d_weight), x.cols);
}

void check_rms_norm(ConstMatrix x, std::span<const float> weight, ConstMatrix out,
                    std::span<const float> rstd) {
  check_matrix("rms_norm", "x", x, x.rows, x.cols);
  check_matrix("rms_norm", "out", out, x.rows, x.cols);
  check_length("rms_norm", "weight", length(weight), x.cols);
  check_length("rms_norm", "rstd", length(rstd), x.rows);
}

void check_rms_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                             std::span<const float> rstd, ConstMatrix d_x,
                             std::span<const float> d_weight) {
  check_rms_norm(x, weight, d_x, rstd);
  check_matrix("rms_norm_backward", "d_out", d_out, x.rows, x.cols);
  check_length("rms_norm_backward", "d_weight", length(d_weight), x.cols);
}

void check_linear(ConstMatrix x, Weight weight, std::span<const float> bias, ConstMatrix residual,
                  ConstMatrix out) {
  check_matrix("linear", "x", x, x.rows, x.cols);
  check_matrix("linear", "weight", weight, x.cols, weight.cols);
  check_matrix("linear", "out", out, x.rows, weight.cols);
  check_bias("linear", "bias", bias, weight.cols);
  if (residual.data != nullptr) check_matrix("linear", "residual", residual, x.rows, weight.cols);
}

void check_prepare(Weight weight) {
  check_matrix("prepare", "weight", weight, weight.rows, weight.cols);
}

void check_linear(ConstMatrix x, const PreparedWeight& weight, std::span<const float> bias,
                  ConstMatrix residual, ConstMatrix out) {
  check_matrix("linear", "x", x, out.rows, weight.depth());
  check_matrix("linear", "out", out, x.rows, weight.cols());
  check_bias("linear", "bias", bias, out.cols);
  if (residual.data != nullptr) check_matrix("linear", "residual", residual, out.rows, out.cols);
}

void check_linear_backward(ConstMatrix d_out, ConstMatrix x, Weight weight, ConstMatrix d_x,
                           ConstMatrix d_weight, std::span<const float> d_bias) {
  check_matrix("linear_backward", "x", x, x.rows, x.cols);
  check_matrix("linear_backward", "weight", weight, x.cols, weight.cols);
  check_matrix("linear_backward", "d_out", d_out, x.rows, weight.cols);
  check_matrix("linear_backward", "d_x", d_x, x.rows, x.cols);
  check_matrix("linear_backward", "d_weight", d_weight, x.cols, weight.cols);
  check_bias("linear_backward", "d_bias", d_bias, weight.cols);
}

void check_gelu(std::span<const float> x, std::span<const float> out) {
  check_length("gelu", "output", length(out), length(x));
}

void check_swiglu(ConstMatrix gate_up, ConstMatrix out) {
  check_matrix("swiglu", "gate and up", gate_up, out.rows, 2 * out.cols);
  check_matrix("swiglu", "out", out, out.rows, out.cols);
}

void check_rotate(const Rotation& rotation, std::span<const std::int32_t> positions,
                  ConstMatrix x) {
  const ConstMatrix& cosines = rotation.cosines;
  check_matrix("rotate", "cosines", cosines, cosines.rows, cosines.cols);
  check_matrix("rotate", "sines", rotation.sines, cosines.rows, cosines.cols);
  SCRIBE_CHECK(rotation.heads >= 0 && 2 * cosines.cols <= rotation.head_size,
               "rotate: {} pairs in {} heads of {}", cosines.cols, rotation.heads,
               rotation.head_size);
  SCRIBE_CHECK(rotation.heads * rotation.head_size <= x.cols, "rotate: {} heads of {} in ({}, {})",
               rotation.heads, rotation.head_size, x.rows, x.cols);
  check_length("rotate", "positions", length(positions), x.rows);
  check_indices("rotate", "positions", positions, cosines.rows, 0);
}

void check_attention(const AttentionShape& shape, ConstMatrix qkv,
                     std::span<const std::int32_t> first, ConstMatrix out,
                     std::span<const float> log_sum_exp) {
  check_attention_inputs("attention", shape, qkv, first);
  check_matrix("attention", "out", out, shape.rows(), shape.width());
  check_length("attention", "log_sum_exp", length(log_sum_exp), shape.rows() * shape.heads);
}

void check_attention_backward(const AttentionShape& shape, ConstMatrix d_out, ConstMatrix qkv,
                              std::span<const std::int32_t> first, ConstMatrix out,
                              std::span<const float> log_sum_exp, ConstMatrix d_qkv) {
  check_attention_inputs("attention_backward", shape, qkv, first);
  check_matrix("attention_backward", "out", out, shape.rows(), shape.width());
  check_matrix("attention_backward", "d_out", d_out, shape.rows(), shape.width());
  check_matrix("attention_backward", "d_qkv", d_qkv, shape.rows(), shape.qkv_width());
  check_length("attention_backward", "log_sum_exp", length(log_sum_exp),
               shape.rows() * shape.heads);
}

void check_copy_prefix(KeyValues from, std::int64_t count, KeyValues to) {
  SCRIBE_CHECK(count >= 0, "copy_prefix: {} tokens", count);
  check_room("copy_prefix", "prefix to read", from, count);
  check_room("copy_prefix", "prefix to write", to, count);
}

void check_attention_decode(const AttentionShape& shape, ConstMatrix qkv,
                            std::span<const DecodeRow> rows, ConstMatrix out) {
  check_heads("attention_decode", shape);
  const auto count = static_cast<std::int64_t>(rows.size());
  check_matrix("attention_decode", "out", out, count, shape.width());
  check_matrix("attention_decode", "qkv", qkv, count, shape.qkv_width());
  for (const DecodeRow& row : rows) {
    SCRIBE_CHECK(row.prefix_length >= 0 && row.suffix_length >= 0 && row.length() > 0,
                 "attention_decode: prefix of {} and suffix of {} tokens", row.prefix_length,
                 row.suffix_length);
    check_room("attention_decode", "prefix", row.prefix, row.prefix_length);
    check_room("attention_decode", "suffix", row.suffix, row.suffix_length);
  }
}

void check_head_logits(ConstMatrix x, Weight table, std::span<const float> bias,
                       ConstMatrix logits) {
  check_matrix("head_logits", "x", x, x.rows, x.cols);
  check_matrix("head_logits", "table", table, table.rows, x.cols);
  check_matrix("head_logits", "logits", logits, x.rows, table.rows);
  check_bias("head_logits", "bias", bias, table.rows);
}

void check_head_loss(ConstMatrix x, Weight table, std::span<const float> bias,
                     std::span<const std::int32_t> targets, std::span<const float> losses,
                     const HeadLossGradients& d) {
  check_matrix("head_loss", "x", x, x.rows, x.cols);
  check_matrix("head_loss", "table", table, table.rows, x.cols);
  check_bias("head_loss", "bias", bias, table.rows);
  check_length("head_loss", "targets", length(targets), x.rows);
  check_length("head_loss", "losses", length(losses), x.rows);
  check_indices("head_loss", "targets", targets, table.rows, -1);
  if (d.x.data == nullptr) return;
  check_matrix("head_loss", "d_x", d.x, x.rows, x.cols);
  check_matrix("head_loss", "d_table", d.table, table.rows, x.cols);
  check_length("head_loss", "d_bias", length(d.bias), length(bias));
}

void check_draw_tokens(ConstMatrix logits, std::span<const DrawRow> rows,
                       std::span<const DrawnToken> drawn) {
  check_matrix("draw_tokens", "logits", logits, logits.rows, logits.cols);
  check_length("draw_tokens", "drawn", std::ssize(drawn), std::ssize(rows));
  SCRIBE_CHECK(logits.cols >= 1 && logits.cols <= static_cast<std::int64_t>(kDrawVocabularyMax),
               "draw_tokens: logits is ({}, {}), expected 1 to {} columns", logits.rows,
               logits.cols, kDrawVocabularyMax);
  const auto is_share = [](double value) { return value >= 0 && value <= 1; };
  for (const DrawRow& row : rows) {
    SCRIBE_CHECK(row.row >= 0 && row.row < logits.rows, "draw_tokens: row {} of {}", row.row,
                 logits.rows);
    SCRIBE_CHECK(
        row.temperature >= 0 && row.top_k >= 0 && is_share(row.top_p) && is_share(row.min_p),
        "draw_tokens: temperature {}, top_k {}, top_p {}, min_p {}", row.temperature, row.top_k,
        row.top_p, row.min_p);
  }
}

void check_adamw(std::size_t parameters, std::span<const float> gradients, std::span<const float> m,
                 std::span<const float> v, const AdamWStep& step) {
  const auto count = static_cast<std::int64_t>(parameters);
  check_length("adamw", "gradients", length(gradients), count);
  check_length("adamw", "m", length(m), count);
  check_length("adamw", "v", length(v), count);
  SCRIBE_CHECK(step.step >= 1, "adamw: step {}, expected >= 1", step.step);
}

}  // namespace scribe
