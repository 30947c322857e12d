// Embedding, norms, activations, rotation and AdamW by their formulas.
#include "backend/reference/reference_backend.h"

#include <cmath>
#include <numbers>
#include <vector>

#include "backend/operation_checks.h"
#include "backend/reference/wide_weight.h"
#include "tensor/bf16.h"

namespace scribe {
namespace {

constexpr double kGeluCubic = 0.044715;
const double kGeluScale = std::sqrt(2.0 / std::numbers::pi);

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// target += value, rounded to float once.
void add(float& target, double value) {
  target = static_cast<float>(target + value);
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

double gelu_of(double x) {
  return x / 2 * (1 + std::tanh(kGeluScale * (x + kGeluCubic * x * x * x)));
}

double gelu_derivative(double x) {
  const double tanh = std::tanh(kGeluScale * (x + kGeluCubic * x * x * x));
  const double inner_derivative = kGeluScale * (1 + 3 * kGeluCubic * x * x);
  return (1 + tanh) / 2 + x / 2 * (1 - tanh * tanh) * inner_derivative;
}

}  // namespace

void ReferenceBackend::embed(std::span<const std::int32_t> tokens,
                             std::span<const std::int32_t> positions, Weight token_table,
                             Weight position_table, Matrix out) {
  check_embed(tokens, positions, token_table, position_table, out);
  const WideWeight wide_tokens(token_table);
  const WideWeight wide_positions(position_table);
  for (std::int64_t m = 0; m < out.rows; ++m) {
    const float* token = wide_tokens.matrix().row(tokens[index(m)]);
    const bool adds = !position_table.empty();
    const float* position = adds ? wide_positions.matrix().row(positions[index(m)]) : nullptr;
    for (std::int64_t c = 0; c < out.cols; ++c)
      out.row(m)[c] = adds ? token[c] + position[c] : token[c];
  }
}

void ReferenceBackend::embed_backward(std::span<const std::int32_t> tokens,
                                      std::span<const std::int32_t> positions, ConstMatrix d_out,
                                      Matrix d_token_table, Matrix d_position_table) {
  check_embed(tokens, positions, d_token_table, d_position_table, d_out);
  for (std::int64_t m = 0; m < d_out.rows; ++m) {
    float* token = d_token_table.row(tokens[index(m)]);
    for (std::int64_t c = 0; c < d_out.cols; ++c) token[c] += d_out.row(m)[c];
    if (d_position_table.data == nullptr) continue;
    float* position = d_position_table.row(positions[index(m)]);
    for (std::int64_t c = 0; c < d_out.cols; ++c) position[c] += d_out.row(m)[c];
  }
}

void ReferenceBackend::layer_norm(ConstMatrix x, std::span<const float> weight,
                                  std::span<const float> bias, float epsilon, Matrix out,
                                  std::span<float> mean, std::span<float> rstd) {
  check_layer_norm(x, weight, bias, out, mean, rstd);
  const double width = static_cast<double>(x.cols);
  for (std::int64_t m = 0; m < x.rows; ++m) {
    double sum = 0;
    for (std::int64_t c = 0; c < x.cols; ++c) sum += x.row(m)[c];
    const double row_mean = sum / width;
    double squares = 0;
    for (std::int64_t c = 0; c < x.cols; ++c)
      squares += (x.row(m)[c] - row_mean) * (x.row(m)[c] - row_mean);
    const double row_rstd = 1 / std::sqrt(squares / width + static_cast<double>(epsilon));
    for (std::int64_t c = 0; c < x.cols; ++c)
      out.row(m)[c] = static_cast<float>((x.row(m)[c] - row_mean) * row_rstd * weight[index(c)] +
                                         bias[index(c)]);
    mean[index(m)] = static_cast<float>(row_mean);
    rstd[index(m)] = static_cast<float>(row_rstd);
  }
}

// With n = (x - mean) rstd and g = d_out weight, d_x = rstd (g - avg(g) - n avg(g n)).
void ReferenceBackend::layer_norm_backward(ConstMatrix d_out, ConstMatrix x,
                                           std::span<const float> weight,
                                           std::span<const float> mean, std::span<const float> rstd,
                                           Matrix d_x, std::span<float> d_weight,
                                           std::span<float> d_bias) {
  check_layer_norm_backward(d_out, x, weight, mean, rstd, d_x, d_weight, d_bias);
  const double width = static_cast<double>(x.cols);
  const auto normalized = [&](std::int64_t m, std::int64_t c) {
    return (static_cast<double>(x.row(m)[c]) - mean[index(m)]) * rstd[index(m)];
  };
  const auto scaled = [&](std::int64_t m, std::int64_t c) {
    return static_cast<double>(d_out.row(m)[c]) * weight[index(c)];
  };
  for (std::int64_t m = 0; m < x.rows; ++m) {
    double sum = 0;
    double sum_normalized = 0;
    for (std::int64_t c = 0; c < x.cols; ++c) {
      sum += scaled(m, c);
      sum_normalized += scaled(m, c) * normalized(m, c);
    }
    for (std::int64_t c = 0; c < x.cols; ++c)
      add(d_x.row(m)[c], rstd[index(m)] * (scaled(m, c) - sum / width -
                                           normalized(m, c) * sum_normalized / width));
  }
  for (std::int64_t c = 0; c < x.cols; ++c) {
    double weight_sum = 0;
    double bias_sum = 0;
    for (std::int64_t m = 0; m < x.rows; ++m) {
      weight_sum += d_out.row(m)[c] * normalized(m, c);
      bias_sum += d_out.row(m)[c];
    }
    add(d_weight[index(c)], weight_sum);
    add(d_bias[index(c)], bias_sum);
  }
}

void ReferenceBackend::rms_norm(ConstMatrix x, std::span<const float> weight, float epsilon,
                                Matrix out, std::span<float> rstd) {
  check_rms_norm(x, weight, out, rstd);
  const double width = static_cast<double>(x.cols);
  for (std::int64_t m = 0; m < x.rows; ++m) {
    double squares = 0;
    for (std::int64_t c = 0; c < x.cols; ++c)
      squares += static_cast<double>(x.row(m)[c]) * x.row(m)[c];
    const double row_rstd = 1 / std::sqrt(squares / width + static_cast<double>(epsilon));
    for (std::int64_t c = 0; c < x.cols; ++c)
      out.row(m)[c] = static_cast<float>(x.row(m)[c] * row_rstd * weight[index(c)]);
    rstd[index(m)] = static_cast<float>(row_rstd);
  }
}

// With n = x rstd and g = d_out weight, d_x = rstd (g - n avg(g n)).
void ReferenceBackend::rms_norm_backward(ConstMatrix d_out, ConstMatrix x,
                                         std::span<const float> weight, std::span<const float> rstd,
                                         Matrix d_x, std::span<float> d_weight) {
  check_rms_norm_backward(d_out, x, weight, rstd, d_x, d_weight);
  const auto normalized = [&](std::int64_t m, std::int64_t c) {
    return static_cast<double>(x.row(m)[c]) * rstd[index(m)];
  };
  const auto scaled = [&](std::int64_t m, std::int64_t c) {
    return static_cast<double>(d_out.row(m)[c]) * weight[index(c)];
  };
  for (std::int64_t m = 0; m < x.rows; ++m) {
    double sum = 0;
    for (std::int64_t c = 0; c < x.cols; ++c) sum += scaled(m, c) * normalized(m, c);
    const double average = sum / static_cast<double>(x.cols);
    for (std::int64_t c = 0; c < x.cols; ++c)
      add(d_x.row(m)[c], rstd[index(m)] * (scaled(m, c) - normalized(m, c) * average));
  }
  for (std::int64_t c = 0; c < x.cols; ++c) {
    double sum = 0;
    for (std::int64_t m = 0; m < x.rows; ++m) sum += d_out.row(m)[c] * normalized(m, c);
    add(d_weight[index(c)], sum);
  }
}

void ReferenceBackend::swiglu(ConstMatrix gate_up, Matrix out) {
  check_swiglu(gate_up, out);
  for (std::int64_t m = 0; m < out.rows; ++m)
    for (std::int64_t c = 0; c < out.cols; ++c) {
      const double gate = gate_up.row(m)[c];
      out.row(m)[c] = static_cast<float>(gate * sigmoid(gate) * gate_up.row(m)[out.cols + c]);
    }
}

// With s = sigmoid(g): d(g s)/dg = s + g s (1 - s).
void ReferenceBackend::swiglu_backward(ConstMatrix gate_up, ConstMatrix d_out, Matrix d_gate_up) {
  check_swiglu(gate_up, d_out);
  check_swiglu(d_gate_up, d_out);
  for (std::int64_t m = 0; m < d_out.rows; ++m)
    for (std::int64_t c = 0; c < d_out.cols; ++c) {
      const double gate = gate_up.row(m)[c];
      const double up = gate_up.row(m)[d_out.cols + c];
      const double s = sigmoid(gate);
      const double d = d_out.row(m)[c];
      d_gate_up.row(m)[c] = static_cast<float>(d * up * (s + gate * s * (1 - s)));
      d_gate_up.row(m)[d_out.cols + c] = static_cast<float>(d * gate * s);
    }
}

void ReferenceBackend::rotate(const Rotation& rotation, std::span<const std::int32_t> positions,
                              bool inverse, Matrix x) {
  check_rotate(rotation, positions, x);
  const std::int64_t pairs = rotation.cosines.cols;
  const bool neighbours = rotation.pairs == RotaryPairs::neighbours;
  for (std::int64_t m = 0; m < x.rows; ++m)
    for (std::int64_t h = 0; h < rotation.heads; ++h)
      for (std::int64_t i = 0; i < pairs; ++i) {
        const double cosine = rotation.cosines.row(positions[index(m)])[i];
        const double sine = rotation.sines.row(positions[index(m)])[i] * (inverse ? -1.0 : 1.0);
        float* head = x.row(m) + h * rotation.head_size;
        float& a = head[neighbours ? 2 * i : i];
        float& b = head[neighbours ? 2 * i + 1 : pairs + i];
        const double turned = a * cosine - b * sine;
        b = static_cast<float>(b * cosine + a * sine);
        a = static_cast<float>(turned);
      }
}

void ReferenceBackend::gelu(std::span<const float> x, std::span<float> out) {
  check_gelu(x, out);
  for (std::size_t i = 0; i < x.size(); ++i) out[i] = static_cast<float>(gelu_of(x[i]));
}

void ReferenceBackend::gelu_backward(std::span<const float> x, std::span<float> d) {
  check_gelu(x, d);
  for (std::size_t i = 0; i < x.size(); ++i)
    d[i] = static_cast<float>(d[i] * gelu_derivative(x[i]));
}

double ReferenceBackend::sum_of_squares(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return sum;
}

void ReferenceBackend::adamw(std::span<float> parameters, std::span<const float> gradients,
                             std::span<float> m, std::span<float> v, const AdamWStep& step) {
  check_adamw(parameters.size(), gradients, m, v, step);
  const double m_correction = 1 - std::pow(step.beta1, static_cast<double>(step.step));
  const double v_correction = 1 - std::pow(step.beta2, static_cast<double>(step.step));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double gradient = gradients[i] * step.gradient_scale;
    const double new_m = step.beta1 * m[i] + (1 - step.beta1) * gradient;
    const double new_v = step.beta2 * v[i] + (1 - step.beta2) * gradient * gradient;
    const double update = new_m / m_correction / (std::sqrt(new_v / v_correction) + step.epsilon);
    add(parameters[i], -step.learning_rate * (update + step.weight_decay * parameters[i]));
    m[i] = static_cast<float>(new_m);
    v[i] = static_cast<float>(new_v);
  }
}

void ReferenceBackend::adamw(std::span<std::uint16_t> parameters, std::span<const float> gradients,
                             std::span<float> m, std::span<float> v, const AdamWStep& step,
                             const RandomRounding& rounding) {
  check_adamw(parameters.size(), gradients, m, v, step);
  std::vector<float> wide(parameters.size());
  download_bf16(parameters, wide);
  adamw(wide, gradients, m, v, step);
  const std::uint32_t key = rounding.key(step);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    parameters[i] =
        to_bf16_at_random(wide[i], bf16_noise(key, rounding.index(static_cast<std::int64_t>(i))));
}

}  // namespace scribe
