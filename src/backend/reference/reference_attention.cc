// Attention with the whole row of scores in hand, one query at a time.
#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/operation_checks.h"
#include "backend/reference/half.h"
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

/// Where the parts of one head of queries stand in a row of qkv.
struct HeadColumns {
  std::int64_t query = 0;
  std::int64_t key = 0;
  std::int64_t value = 0;
};

HeadColumns columns_of(const AttentionShape& shape, std::int64_t head) {
  const std::int64_t key_head = head / shape.group();
  HeadColumns columns;
  columns.query = head * shape.head_size;
  columns.key = shape.width() + key_head * shape.head_size;
  columns.value = columns.key + shape.key_width();
  return columns;
}

/// out = softmax(scale q k^T) v over the given keys; returns the log-sum-exp of the scores.
double attend(const AttentionShape& shape, const float* query,
              const std::vector<const float*>& keys, const std::vector<const float*>& values,
              float* out) {
  std::vector<double> weights;
  for (const float* key : keys)
    weights.push_back(dot(query, key, shape.head_size) * shape.score_scale());
  const double log_sum_exp = softmax(weights);
  for (std::int64_t i = 0; i < shape.head_size; ++i) {
    double sum = 0;
    for (std::size_t key = 0; key < keys.size(); ++key) sum += weights[key] * values[key][i];
    out[i] = static_cast<float>(sum);
  }
  return log_sum_exp;
}

/// The first key of the sequence that the query at time t sees: not padding, within the window.
std::int64_t first_seen(const AttentionShape& shape, std::span<const std::int32_t> first,
                        std::int64_t batch, std::int64_t t) {
  const std::int64_t begin = first.empty() ? 0 : first[index(batch)];
  return std::max(begin, shape.first_key(t));
}

/// With P the softmax weights and dP = d_out v^T: dS = P (dP - sum(P dP)) scale, dq = dS k,
/// dk = dS^T q, dv = P^T d_out, added to `d` (time, qkv_width). `qkv` and `d_out` are one
/// sequence's.
void add_head_gradients(const AttentionShape& shape, std::int64_t head, ConstMatrix qkv,
                        ConstMatrix d_out, std::span<const std::int32_t> first, std::int64_t batch,
                        std::vector<double>& d) {
  const HeadColumns at = columns_of(shape, head);
  const std::int64_t size = shape.head_size;
  const double scale = shape.score_scale();
  const std::int64_t begin = first.empty() ? 0 : first[index(batch)];
  for (std::int64_t t = begin; t < shape.time; ++t) {
    const float* const d_row = d_out.row(t) + at.query;
    const std::int64_t from = first_seen(shape, first, batch, t);
    std::vector<double> weights;
    for (std::int64_t s = from; s <= t; ++s)
      weights.push_back(dot(qkv.row(t) + at.query, qkv.row(s) + at.key, size) * scale);
    softmax(weights);
    double mean = 0;
    for (std::int64_t s = from; s <= t; ++s)
      mean += weights[index(s - from)] * dot(d_row, qkv.row(s) + at.value, size);
    for (std::int64_t s = from; s <= t; ++s) {
      const double weight = weights[index(s - from)];
      const double d_score = weight * (dot(d_row, qkv.row(s) + at.value, size) - mean) * scale;
      for (std::int64_t i = 0; i < size; ++i) {
        d[index(t * qkv.cols + at.query + i)] += d_score * qkv.row(s)[at.key + i];
        d[index(s * qkv.cols + at.key + i)] += d_score * qkv.row(t)[at.query + i];
        d[index(s * qkv.cols + at.value + i)] += weight * static_cast<double>(d_row[i]);
      }
    }
  }
}

}  // namespace

void ReferenceBackend::attention(const AttentionShape& shape, ConstMatrix qkv,
                                 std::span<const std::int32_t> first, Matrix out,
                                 std::span<float> log_sum_exp) {
  check_attention(shape, qkv, first, out, log_sum_exp);
  for (std::int64_t b = 0; b < shape.batch; ++b)
    for (std::int64_t h = 0; h < shape.heads; ++h)
      for (std::int64_t t = 0; t < shape.time; ++t) {
        const HeadColumns at = columns_of(shape, h);
        const std::int64_t row = b * shape.time;
        float* target = out.row(row + t) + at.query;
        float& lse = log_sum_exp[index((b * shape.heads + h) * shape.time + t)];
        std::fill(target, target + shape.head_size, 0.0F);
        lse = 0;
        if (!first.empty() && t < first[index(b)]) continue;
        std::vector<const float*> keys;
        std::vector<const float*> values;
        for (std::int64_t s = first_seen(shape, first, b, t); s <= t; ++s) {
          keys.push_back(qkv.row(row + s) + at.key);
          values.push_back(qkv.row(row + s) + at.value);
        }
        lse = static_cast<float>(attend(shape, qkv.row(row + t) + at.query, keys, values, target));
      }
}

void ReferenceBackend::attention_backward(const AttentionShape& shape, ConstMatrix d_out,
                                          ConstMatrix qkv, std::span<const std::int32_t> first,
                                          ConstMatrix out, std::span<const float> log_sum_exp,
                                          Matrix d_qkv) {
  check_attention_backward(shape, d_out, qkv, first, out, log_sum_exp, d_qkv);
  for (std::int64_t b = 0; b < shape.batch; ++b) {
    const std::int64_t row = b * shape.time;
    std::vector<double> d(index(shape.time * qkv.cols));
    for (std::int64_t h = 0; h < shape.heads; ++h)
      add_head_gradients(shape, h, {qkv.row(row), shape.time, qkv.cols, qkv.stride},
                         {d_out.row(row), shape.time, d_out.cols, d_out.stride}, first, b, d);
    for (std::int64_t t = 0; t < shape.time; ++t)
      for (std::int64_t c = 0; c < qkv.cols; ++c)
        d_qkv.row(row + t)[c] = static_cast<float>(d[index(t * qkv.cols + c)]);
  }
}

// Keys (capacity, key_width), then values likewise.
std::int64_t ReferenceBackend::prefix_floats(const AttentionShape& shape, std::int64_t capacity) {
  return 2 * capacity * shape.key_width();
}

std::int64_t ReferenceBackend::suffix_floats(const AttentionShape& shape, std::int64_t capacity,
                                             bool /*half*/) {
  return prefix_floats(shape, capacity);
}

void ReferenceBackend::copy_prefix(const AttentionShape& shape, KeyValues from, std::int64_t count,
                                   KeyValues to) {
  check_copy_prefix(from, count, to);
  const std::int64_t key_width = shape.key_width();
  std::copy_n(from.data, count * key_width, to.data);
  std::copy_n(from.data + from.capacity * key_width, count * key_width,
              to.data + to.capacity * key_width);
}

void ReferenceBackend::attention_decode(const AttentionShape& shape, ConstMatrix qkv,
                                        std::span<const DecodeRow> rows, Matrix out) {
  check_attention_decode(shape, qkv, rows, out);
  const std::int64_t key_width = shape.key_width();
  const auto key = [&](const DecodeRow& row, std::int64_t s) {
    const bool is_prefix = s < row.prefix_length;
    return (is_prefix ? row.prefix.data : row.suffix.data) +
           (is_prefix ? s : s - row.prefix_length) * key_width;
  };
  const auto value = [&](const DecodeRow& row, std::int64_t s) {
    return key(row, s) + (s < row.prefix_length ? row.prefix : row.suffix).capacity * key_width;
  };
  for (std::int64_t r = 0; r < out.rows; ++r) {
    const DecodeRow& row = rows[index(r)];
    const float* const own = qkv.row(r) + shape.width();
    std::copy_n(own, key_width, key(row, row.length() - 1));
    std::copy_n(own + key_width, key_width, value(row, row.length() - 1));
    if (row.suffix_length == 0 || !row.suffix.half) continue;
    round_to_half({key(row, row.length() - 1), index(key_width)});
    round_to_half({value(row, row.length() - 1), index(key_width)});
  }
  for (std::int64_t r = 0; r < out.rows; ++r) {
    const DecodeRow& row = rows[index(r)];
    for (std::int64_t h = 0; h < shape.heads; ++h) {
      const std::int64_t col = h / shape.group() * shape.head_size;
      std::vector<const float*> keys;
      std::vector<const float*> values;
      for (std::int64_t s = shape.first_key(row.length() - 1); s < row.length(); ++s) {
        keys.push_back(key(row, s) + col);
        values.push_back(value(row, s) + col);
      }
      attend(shape, qkv.row(r) + h * shape.head_size, keys, values,
             out.row(r) + h * shape.head_size);
    }
  }
}

}  // namespace scribe
