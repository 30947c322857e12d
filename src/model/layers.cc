// Branches on the configuration, so that passes over the blocks need none.
#include "model/layers.h"

namespace scribe {
namespace {

template <typename T>
std::span<T> all_of(BasicMatrix<T> matrix) {
  SCRIBE_CHECK(matrix.stride == matrix.cols, "a matrix ({}, {}) with gaps", matrix.rows,
               matrix.cols);
  return {matrix.data, static_cast<std::size_t>(matrix.rows * matrix.cols)};
}

/// Calls body(head, the weights of its norm) for each head that is normalised.
template <typename Body>
void for_each_normed_head(const ModelConfig& config, HeadNormViews norms, Body body) {
  for (std::int64_t head = 0; head < config.normed_heads(); ++head)
    body(head, head < config.heads ? norms.queries : norms.keys);
}

template <typename T>
BasicMatrix<T> columns(BasicMatrix<T> matrix, std::int64_t first, std::int64_t count) {
  return {matrix.data + first, matrix.rows, count, matrix.stride};
}

/// Of one head, in a list by heads.
template <typename T>
std::span<T> of_head(std::span<T> list, std::int64_t head, std::int64_t rows) {
  return list.subspan(static_cast<std::size_t>(head * rows), static_cast<std::size_t>(rows));
}

}  // namespace

void normalize_heads(Backend& backend, const ModelConfig& config, ConstMatrix raw,
                     HeadNormViews norms, Matrix qkv, std::span<float> rstd) {
  const std::int64_t size = config.head_size();
  for_each_normed_head(config, norms, [&](std::int64_t head, std::span<const float> weight) {
    backend.rms_norm(columns(raw, head * size, size), weight, config.norm_epsilon,
                     columns(qkv, head * size, size), of_head(rstd, head, raw.rows));
  });
}

void normalize_heads_backward(Backend& backend, const ModelConfig& config, ConstMatrix raw,
                              HeadNormViews norms, std::span<const float> rstd, Matrix d_qkv,
                              Matrix room, HeadNormViews d_norms) {
  const std::int64_t size = config.head_size();
  backend.fill(all_of(room), 0);  // What follows adds to it.
  for_each_normed_head(config, norms, [&](std::int64_t head, std::span<const float> weight) {
    const std::span<float> d_weight = head < config.heads ? d_norms.queries : d_norms.keys;
    backend.rms_norm_backward(
        columns(ConstMatrix(d_qkv), head * size, size), columns(raw, head * size, size), weight,
        of_head(rstd, head, raw.rows), columns(room, head * size, size), d_weight);
  });
  backend.copy(room, columns(d_qkv, 0, room.cols));
}

void normalize(Backend& backend, const ModelConfig& config, ConstMatrix x, NormViews norm,
               Matrix out, NormStatistics statistics) {
  if (config.norm == NormKind::rms)
    backend.rms_norm(x, norm.weight, config.norm_epsilon, out, statistics.rstd);
  else
    backend.layer_norm(x, norm.weight, norm.bias, config.norm_epsilon, out, statistics.mean,
                       statistics.rstd);
}

void normalize_backward(Backend& backend, const ModelConfig& config, ConstMatrix d_out,
                        ConstMatrix x, NormViews norm, NormStatistics statistics, Matrix d_x,
                        NormViews d_norm) {
  if (config.norm == NormKind::rms)
    backend.rms_norm_backward(d_out, x, norm.weight, statistics.rstd, d_x, d_norm.weight);
  else
    backend.layer_norm_backward(d_out, x, norm.weight, statistics.mean, statistics.rstd, d_x,
                                d_norm.weight, d_norm.bias);
}

void activate(Backend& backend, const ModelConfig& config, ConstMatrix hidden, Matrix activated) {
  if (config.gated)
    backend.swiglu(hidden, activated);
  else
    backend.gelu(all_of(hidden), all_of(activated));
}

void activate_backward(Backend& backend, const ModelConfig& config, ConstMatrix hidden,
                       Matrix d_activated, Matrix d_hidden) {
  if (config.gated) return backend.swiglu_backward(hidden, d_activated, d_hidden);
  SCRIBE_CHECK(d_activated.data == d_hidden.data, "gradients in different memory");
  backend.gelu_backward(all_of(hidden), all_of(d_hidden));
}

}  // namespace scribe
