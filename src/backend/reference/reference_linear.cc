// Matrix products and the loss over the vocabulary, one dot product at a time.
#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/operation_checks.h"
#include "backend/reference/reference_backend.h"
#include "backend/reference/wide_weight.h"

namespace scribe {
namespace {

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// sum over k of a[k * a_stride] * b[k * b_stride].
double dot(std::int64_t count, const float* a, std::int64_t a_stride, const float* b,
           std::int64_t b_stride) {
  double sum = 0;
  for (std::int64_t k = 0; k < count; ++k)
    sum += static_cast<double>(a[k * a_stride]) * b[k * b_stride];
  return sum;
}

/// 0 where there is no bias.
double bias_at(std::span<const float> bias, std::int64_t i) {
  return bias.empty() ? 0.0 : static_cast<double>(bias[index(i)]);
}

std::vector<double> logits_of_row(const float* x, ConstMatrix table, std::span<const float> bias) {
  std::vector<double> logits(index(table.rows));
  for (std::int64_t v = 0; v < table.rows; ++v)
    logits[index(v)] = dot(table.cols, x, 1, table.row(v), 1) + bias_at(bias, v);
  return logits;
}

double log_sum_exp_of(const std::vector<double>& values) {
  double largest = values[0];
  for (const double value : values) largest = std::max(largest, value);
  double sum = 0;
  for (const double value : values) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

}  // namespace

void ReferenceBackend::linear(ConstMatrix x, Weight stored, std::span<const float> bias,
                              ConstMatrix residual, Matrix out) {
  check_linear(x, stored, bias, residual, out);
  const WideWeight wide(stored);
  const ConstMatrix weight = wide.matrix();
  for (std::int64_t m = 0; m < out.rows; ++m)
    for (std::int64_t n = 0; n < out.cols; ++n) {
      const double product = dot(x.cols, x.row(m), 1, weight.data + n, weight.stride);
      const double added = residual.data != nullptr ? residual.row(m)[n] : 0.0;
      out.row(m)[n] = static_cast<float>(product + bias_at(bias, n) + added);
    }
}

void ReferenceBackend::linear_backward(ConstMatrix d_out, ConstMatrix x, Weight stored, Matrix d_x,
                                       Matrix d_weight, std::span<float> d_bias) {
  check_linear_backward(d_out, x, stored, d_x, d_weight, d_bias);
  const WideWeight wide(stored);
  const ConstMatrix weight = wide.matrix();
  for (std::int64_t n = 0; n < d_out.cols; ++n) {
    for (std::int64_t k = 0; k < x.cols; ++k)
      d_weight.row(k)[n] = static_cast<float>(
          d_weight.row(k)[n] + dot(x.rows, x.data + k, x.stride, d_out.data + n, d_out.stride));
    if (d_bias.empty()) continue;
    double sum = 0;
    for (std::int64_t m = 0; m < x.rows; ++m) sum += d_out.row(m)[n];
    d_bias[index(n)] = static_cast<float>(d_bias[index(n)] + sum);
  }
  for (std::int64_t m = 0; m < x.rows; ++m)
    for (std::int64_t k = 0; k < x.cols; ++k)
      d_x.row(m)[k] = static_cast<float>(dot(d_out.cols, d_out.row(m), 1, weight.row(k), 1));
}

void ReferenceBackend::head_logits(ConstMatrix x, Weight stored, std::span<const float> bias,
                                   Matrix logits) {
  check_head_logits(x, stored, bias, logits);
  const WideWeight wide(stored);
  const ConstMatrix table = wide.matrix();
  for (std::int64_t m = 0; m < x.rows; ++m) {
    const std::vector<double> row = logits_of_row(x.row(m), table, bias);
    for (std::int64_t v = 0; v < table.rows; ++v)
      logits.row(m)[v] = static_cast<float>(row[index(v)]);
  }
}

void ReferenceBackend::head_loss(ConstMatrix x, Weight stored, std::span<const float> bias,
                                 std::span<const std::int32_t> targets, float gradient_scale,
                                 std::span<float> losses, const HeadLossGradients& d) {
  check_head_loss(x, stored, bias, targets, losses, d);
  const WideWeight wide(stored);
  const ConstMatrix table = wide.matrix();
  const bool wants_gradient = d.x.data != nullptr;
  std::vector<double> d_table_sum(wants_gradient ? index(table.rows * table.cols) : 0);
  std::vector<double> d_bias_sum(d.bias.size());
  for (std::int64_t m = 0; m < x.rows; ++m) {
    losses[index(m)] = 0;
    std::vector<double> d_row(index(x.cols));
    if (targets[index(m)] >= 0) {
      const std::vector<double> logits = logits_of_row(x.row(m), table, bias);
      const double log_sum_exp = log_sum_exp_of(logits);
      losses[index(m)] = static_cast<float>(log_sum_exp - logits[index(targets[index(m)])]);
      for (std::int64_t v = 0; v < table.rows && wants_gradient; ++v) {
        const double is_target = v == targets[index(m)] ? 1.0 : 0.0;
        const double d_logit = static_cast<double>(gradient_scale) *
                               (std::exp(logits[index(v)] - log_sum_exp) - is_target);
        for (std::int64_t c = 0; c < x.cols; ++c) {
          d_row[index(c)] += d_logit * table.row(v)[c];
          d_table_sum[index(v * x.cols + c)] += d_logit * x.row(m)[c];
        }
        if (!d_bias_sum.empty()) d_bias_sum[index(v)] += d_logit;
      }
    }
    for (std::int64_t c = 0; c < x.cols && wants_gradient; ++c)
      d.x.row(m)[c] = static_cast<float>(d_row[index(c)]);
  }
  if (!wants_gradient) return;
  for (std::int64_t v = 0; v < table.rows; ++v)
    for (std::int64_t c = 0; c < table.cols; ++c)
      d.table.row(v)[c] =
          static_cast<float>(d.table.row(v)[c] + d_table_sum[index(v * table.cols + c)]);
  for (std::size_t v = 0; v < d.bias.size(); ++v)
    d.bias[v] = static_cast<float>(d.bias[v] + d_bias_sum[v]);
}

}  // namespace scribe
