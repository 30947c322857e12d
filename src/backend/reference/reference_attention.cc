// Attention with the whole row of scores in hand, one query at a time.
#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/operation_checks.h"
#include "backend/reference/reference_backend.h"

namespace scribe {
namespace {

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

double dot(const float* a, const float* b, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// Turns scores into softmax(scores) and returns their log-sum-exp.
double softmax(std::vector<double>& scores) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - largest);
  for (double& score : scores) score /= sum;
  return largest + std::log(sum);
}

/// out = softmax(q k^T / sqrt(size)) v over the given keys; returns the log-sum-exp of the scores.
double attend(const float* query, const std::vector<const float*>& keys,
              const std::vector<const float*>& values, std::int64_t size, float* out) {
  const double scale = 1 / std::sqrt(static_cast<double>(size));
  std::vector<double> weights;
  for (const float* key : keys) weights.push_back(dot(query, key, size) * scale);
  const double log_sum_exp = softmax(weights);
  for (std::int64_t i = 0; i < size; ++i) {
    double sum = 0;
    for (std::size_t key = 0; key < keys.size(); ++key) sum += weights[key] * values[key][i];
    out[i] = static_cast<float>(sum);
  }
  return log_sum_exp;
}

std::int64_t first_of(std::span<const std::int32_t> first, std::int64_t batch) {
  return first.empty() ? 0 : first[index(batch)];
}

/// The gradients of one sequence's one head, (time, size) each, in double.
struct HeadGradients {
  std::vector<double> q, k, v;
};

/// With P the softmax weights and dP = d_out v^T: dS = P (dP - sum(P dP)) / sqrt(size), dq = dS k,
/// dk = dS^T q, dv = P^T d_out. `qkv` and `d_out` point at this head's columns.
HeadGradients head_backward(ConstMatrix qkv, ConstMatrix d_out, std::int64_t width,
                            std::int64_t first) {
  const std::int64_t time = qkv.rows;
  const std::int64_t size = d_out.cols;
  const double scale = 1 / std::sqrt(static_cast<double>(size));
  const std::vector<double> zero(index(time * size));
  HeadGradients d{zero, zero, zero};
  for (std::int64_t t = first; t < time; ++t) {
    std::vector<double> weights;
    for (std::int64_t s = first; s <= t; ++s)
      weights.push_back(dot(qkv.row(t), qkv.row(s) + width, size) * scale);
    softmax(weights);
    double mean = 0;
    for (std::int64_t s = first; s <= t; ++s)
      mean += weights[index(s - first)] * dot(d_out.row(t), qkv.row(s) + 2 * width, size);
    for (std::int64_t s = first; s <= t; ++s) {
      const double weight = weights[index(s - first)];
      const double d_weight = dot(d_out.row(t), qkv.row(s) + 2 * width, size);
      const double d_score = weight * (d_weight - mean) * scale;
      for (std::int64_t i = 0; i < size; ++i) {
        d.q[index(t * size + i)] += d_score * qkv.row(s)[width + i];
        d.k[index(s * size + i)] += d_score * qkv.row(t)[i];
        d.v[index(s * size + i)] += weight * d_out.row(t)[i];
      }
    }
  }
  return d;
}

}  // namespace

void ReferenceBackend::attention(const AttentionShape& shape, ConstMatrix qkv,
                                 std::span<const std::int32_t> first, Matrix out,
                                 std::span<float> log_sum_exp) {
  check_attention(shape, qkv, first, out, log_sum_exp);
  const std::int64_t size = shape.head_size;
  for (std::int64_t b = 0; b < shape.batch; ++b)
    for (std::int64_t h = 0; h < shape.heads; ++h)
      for (std::int64_t t = 0; t < shape.time; ++t) {
        float* target = out.row(b * shape.time + t) + h * size;
        float& lse = log_sum_exp[index((b * shape.heads + h) * shape.time + t)];
        std::fill(target, target + size, 0.0F);
        lse = 0;
        if (t < first_of(first, b)) continue;
        std::vector<const float*> keys;
        std::vector<const float*> values;
        for (std::int64_t s = first_of(first, b); s <= t; ++s) {
          keys.push_back(qkv.row(b * shape.time + s) + shape.width() + h * size);
          values.push_back(qkv.row(b * shape.time + s) + 2 * shape.width() + h * size);
        }
        lse = static_cast<float>(
            attend(qkv.row(b * shape.time + t) + h * size, keys, values, size, target));
      }
}

void ReferenceBackend::attention_backward(const AttentionShape& shape, ConstMatrix d_out,
                                          ConstMatrix qkv, std::span<const std::int32_t> first,
                                          ConstMatrix out, std::span<const float> log_sum_exp,
                                          Matrix d_qkv) {
  check_attention_backward(shape, d_out, qkv, first, out, log_sum_exp, d_qkv);
  const std::int64_t size = shape.head_size;
  for (std::int64_t b = 0; b < shape.batch; ++b)
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      const std::int64_t row = b * shape.time;
      const HeadGradients d =
          head_backward({qkv.row(row) + h * size, shape.time, qkv.cols - h * size, qkv.stride},
                        {d_out.row(row) + h * size, shape.time, size, d_out.stride}, shape.width(),
                        first_of(first, b));
      for (std::int64_t t = 0; t < shape.time; ++t)
        for (std::int64_t i = 0; i < size; ++i) {
          float* target = d_qkv.row(row + t) + h * size + i;
          target[0] = static_cast<float>(d.q[index(t * size + i)]);
          target[shape.width()] = static_cast<float>(d.k[index(t * size + i)]);
          target[2 * shape.width()] = static_cast<float>(d.v[index(t * size + i)]);
        }
    }
}

void ReferenceBackend::attention_decode(std::int64_t heads, ConstMatrix qkv,
                                        std::span<const DecodeRow> rows, Matrix out) {
  check_attention_decode(heads, qkv, rows, out);
  const std::int64_t width = out.cols;
  const std::int64_t size = width / heads;
  for (std::int64_t r = 0; r < out.rows; ++r) {
    const DecodeRow& row = rows[index(r)];
    const std::int64_t last = (row.suffix_length - 1) * width;
    std::copy_n(qkv.row(r) + width, width, row.suffix_keys + last);
    std::copy_n(qkv.row(r) + 2 * width, width, row.suffix_values + last);
    for (std::int64_t h = 0; h < heads; ++h) {
      std::vector<const float*> keys;
      std::vector<const float*> values;
      for (std::int64_t s = 0; s < row.prefix_length; ++s) {
        keys.push_back(row.prefix_keys + s * width + h * size);
        values.push_back(row.prefix_values + s * width + h * size);
      }
      for (std::int64_t s = 0; s < row.suffix_length; ++s) {
        keys.push_back(row.suffix_keys + s * width + h * size);
        values.push_back(row.suffix_values + s * width + h * size);
      }
      attend(qkv.row(r) + h * size, keys, values, size, out.row(r) + h * size);
    }
  }
}

}  // namespace scribe
