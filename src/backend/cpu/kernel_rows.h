// Loops over one row of values; included once per instruction set.
#pragma once

#include <cstdint>

#include "backend/cpu/kernels.h"

namespace scribe {
namespace {

void add(const float* a, const float* b, float* out, std::int64_t count) {
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    store(out + i, Simd::add(load(a + i, lanes), load(b + i, lanes)), lanes);
  });
}

void add_scaled(const float* x, float factor, float* out, std::int64_t count) {
  const Vector factors = Simd::set(factor);
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    store(out + i, Simd::fma(factors, load(x + i, lanes), load(out + i, lanes)), lanes);
  });
}

void scale(float factor, float* values, std::int64_t count) {
  const Vector factors = Simd::set(factor);
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    store(values + i, Simd::mul(factors, load(values + i, lanes)), lanes);
  });
}

float dot(const float* a, const float* b, std::int64_t count) {
  Vector sums = Simd::zero();
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    sums = Simd::fma(load(a + i, lanes), load(b + i, lanes), sums);
  });
  return Simd::sum(sums);
}

void add_column_sums(const float* values, std::int64_t stride, std::int64_t rows, std::int64_t cols,
                     float* out) {
  for_each_vector(cols, [&](std::int64_t i, auto lanes) {
    Vector sums = Simd::zero();
    for (std::int64_t row = 0; row < rows; ++row)
      sums = Simd::add(sums, load(values + row * stride + i, lanes));
    store(out + i, Simd::add(load(out + i, lanes), sums), lanes);
  });
}

double sum_of_squares(const float* values, std::int64_t count) {
  constexpr int kSums = 16;
  double sums[kSums] = {};
  std::int64_t i = 0;
  for (; i + kSums <= count; i += kSums)
    for (int j = 0; j < kSums; ++j)
      sums[j] += static_cast<double>(values[i + j]) * static_cast<double>(values[i + j]);
  for (; i < count; ++i) sums[0] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

LayerNormRow layer_norm(const float* x, const float* weight, const float* bias, float epsilon,
                        float* out, std::int64_t count) {
  const float width = static_cast<float>(count);
  Vector sums = Simd::zero();
  for_each_vector(count,
                  [&](std::int64_t i, auto lanes) { sums = Simd::add(sums, load(x + i, lanes)); });
  const float mean = Simd::sum(sums) / width;
  const Vector means = Simd::set(mean);
  Vector squares = Simd::zero();
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector difference = or_else(Simd::sub(load(x + i, lanes), means), Simd::zero(), lanes);
    squares = Simd::fma(difference, difference, squares);
  });
  const float rstd = 1.0F / __builtin_sqrtf(Simd::sum(squares) / width + epsilon);
  const Vector rstds = Simd::set(rstd);
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector normalized = Simd::mul(Simd::sub(load(x + i, lanes), means), rstds);
    store(out + i, Simd::fma(normalized, load(weight + i, lanes), load(bias + i, lanes)), lanes);
  });
  return {mean, rstd};
}

void layer_norm_backward(const float* d_out, const float* x, const float* weight, LayerNormRow row,
                         float* d_x, float* d_weight, float* d_bias, std::int64_t count) {
  const Vector means = Simd::set(row.mean);
  const Vector rstds = Simd::set(row.rstd);
  Vector sums = Simd::zero();
  Vector sums_normalized = Simd::zero();
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector gradient = load(d_out + i, lanes);
    const Vector normalized = Simd::mul(Simd::sub(load(x + i, lanes), means), rstds);
    const Vector scaled = Simd::mul(gradient, load(weight + i, lanes));
    sums = Simd::add(sums, scaled);
    sums_normalized = Simd::fma(scaled, normalized, sums_normalized);
    store(d_weight + i, Simd::fma(gradient, normalized, load(d_weight + i, lanes)), lanes);
    store(d_bias + i, Simd::add(gradient, load(d_bias + i, lanes)), lanes);
  });
  const float width = static_cast<float>(count);
  const Vector average = Simd::set(Simd::sum(sums) / width);
  const Vector average_normalized = Simd::set(Simd::sum(sums_normalized) / width);
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector normalized = Simd::mul(Simd::sub(load(x + i, lanes), means), rstds);
    const Vector scaled = Simd::mul(load(d_out + i, lanes), load(weight + i, lanes));
    const Vector change = Simd::fnma(normalized, average_normalized, Simd::sub(scaled, average));
    store(d_x + i, Simd::fma(change, rstds, load(d_x + i, lanes)), lanes);
  });
}

float rms_norm(const float* x, const float* weight, float epsilon, float* out, std::int64_t count) {
  Vector squares = Simd::zero();
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector value = load(x + i, lanes);
    squares = Simd::fma(value, value, squares);
  });
  const float rstd =
      1.0F / __builtin_sqrtf(Simd::sum(squares) / static_cast<float>(count) + epsilon);
  const Vector rstds = Simd::set(rstd);
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector normalized = Simd::mul(load(x + i, lanes), rstds);
    store(out + i, Simd::mul(normalized, load(weight + i, lanes)), lanes);
  });
  return rstd;
}

void rms_norm_backward(const float* d_out, const float* x, const float* weight, float rstd,
                       float* d_x, float* d_weight, std::int64_t count) {
  const Vector rstds = Simd::set(rstd);
  Vector sums = Simd::zero();
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector gradient = load(d_out + i, lanes);
    const Vector normalized = Simd::mul(load(x + i, lanes), rstds);
    sums = Simd::fma(Simd::mul(gradient, load(weight + i, lanes)), normalized, sums);
    store(d_weight + i, Simd::fma(gradient, normalized, load(d_weight + i, lanes)), lanes);
  });
  const Vector average = Simd::set(Simd::sum(sums) / static_cast<float>(count));
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector normalized = Simd::mul(load(x + i, lanes), rstds);
    const Vector scaled = Simd::mul(load(d_out + i, lanes), load(weight + i, lanes));
    const Vector change = Simd::fnma(normalized, average, scaled);
    store(d_x + i, Simd::fma(change, rstds, load(d_x + i, lanes)), lanes);
  });
}

void swiglu(const float* gate, const float* up, float* out, std::int64_t count) {
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector value = load(gate + i, lanes);
    const Vector silu = Simd::mul(value, sigmoid_of(value));
    store(out + i, Simd::mul(silu, load(up + i, lanes)), lanes);
  });
}

// With s = sigmoid(g): d(g s)/dg = s + g s (1 - s).
void swiglu_backward(const float* gate, const float* up, const float* d_out, float* d_gate,
                     float* d_up, std::int64_t count) {
  const Vector one = Simd::set(1.0F);
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector value = load(gate + i, lanes);
    const Vector s = sigmoid_of(value);
    const Vector silu = Simd::mul(value, s);
    const Vector slope = Simd::fma(silu, Simd::sub(one, s), s);
    const Vector d = load(d_out + i, lanes);
    store(d_gate + i, Simd::mul(Simd::mul(d, load(up + i, lanes)), slope), lanes);
    store(d_up + i, Simd::mul(d, silu), lanes);
  });
}

void rotate(const float* cosines, const float* sines, float direction, float* a, float* b,
            std::int64_t step, std::int64_t count) {
  const auto turn = [&](std::int64_t i) {
    const float sine = direction * sines[i];
    const float first = a[i * step];
    const float second = b[i * step];
    a[i * step] = __builtin_fmaf(first, cosines[i], -(second * sine));
    b[i * step] = __builtin_fmaf(second, cosines[i], first * sine);
  };
  for (std::int64_t i = 0; i < count; ++i) turn(i);
}

void gelu(const float* x, float* out, std::int64_t count) {
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector value = load(x + i, lanes);
    store(out + i, gelu_of(value), lanes);
  });
}

// With gate g = sigmoid(2u): d(x g)/dx = g + x g (1 - g) 2 u'.
void gelu_backward(const float* x, float* d, std::int64_t count) {
  const Vector one = Simd::set(1.0F);
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector value = load(x + i, lanes);
    const Vector gate = gelu_gate(value);
    const Vector slope =
        Simd::mul(Simd::set(2.0F * kGeluScale),
                  Simd::fma(Simd::set(3.0F * kGeluCubic), Simd::mul(value, value), one));
    const Vector curve = Simd::mul(Simd::mul(value, gate), Simd::sub(one, gate));
    store(d + i, Simd::mul(load(d + i, lanes), Simd::fma(curve, slope, gate)), lanes);
  });
}

ExpRow exp_row(float factor, float* values, std::int64_t count) {
  const Vector factors = Simd::set(factor);
  Vector largest = Simd::set(values[0]);
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    largest = Simd::max(largest, or_else(load(values + i, lanes), largest, lanes));
  });
  const float top = factor * Simd::largest(largest);
  const Vector tops = Simd::set(top);
  Vector sums = Simd::zero();
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector scaled = Simd::mul(factors, load(values + i, lanes));
    const Vector power = exp_of(Simd::sub(scaled, tops));
    store(values + i, power, lanes);
    sums = Simd::add(sums, or_else(power, Simd::zero(), lanes));
  });
  return {top, Simd::sum(sums)};
}

void softmax_backward(float factor, float log_sum_exp, float mean, float* scores, float* d,
                      std::int64_t count) {
  const Vector factors = Simd::set(factor);
  const Vector offsets = Simd::set(log_sum_exp);
  const Vector means = Simd::set(mean);
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector p = exp_of(Simd::sub(Simd::mul(factors, load(scores + i, lanes)), offsets));
    const Vector change = Simd::sub(load(d + i, lanes), means);
    store(scores + i, p, lanes);
    store(d + i, Simd::mul(Simd::mul(factors, p), change), lanes);
  });
}

void adamw(const AdamWConstants& constants, const float* gradients, float* parameters, float* m,
           float* v, std::int64_t count) {
  for_each_vector(count, [&](std::int64_t i, auto lanes) {
    const Vector gradient =
        Simd::mul(Simd::set(constants.gradient_scale), load(gradients + i, lanes));
    const Vector new_m = Simd::fma(Simd::set(constants.beta1), load(m + i, lanes),
                                   Simd::mul(Simd::set(constants.one_minus_beta1), gradient));
    const Vector new_v =
        Simd::fma(Simd::set(constants.beta2), load(v + i, lanes),
                  Simd::mul(Simd::set(constants.one_minus_beta2), Simd::mul(gradient, gradient)));
    const Vector root = Simd::sqrt(Simd::mul(new_v, Simd::set(constants.inverse_v_correction)));
    const Vector update = Simd::div(Simd::mul(new_m, Simd::set(constants.m_step)),
                                    Simd::add(root, Simd::set(constants.epsilon)));
    const Vector old = load(parameters + i, lanes);
    const Vector decayed = Simd::fnma(Simd::set(constants.decay), old, old);
    store(m + i, new_m, lanes);
    store(v + i, new_v, lanes);
    store(parameters + i, Simd::sub(decayed, update), lanes);
  });
}

}  // namespace
}  // namespace scribe
