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

}  // namespace

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
