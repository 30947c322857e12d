// Products with prepared weights: the numbers that the format leaves, multiplied in double.
#include <algorithm>
#include <vector>

#include "backend/int8.h"
#include "backend/operation_checks.h"
#include "backend/reference/half.h"
#include "backend/reference/reference_backend.h"
#include "backend/reference/wide_weight.h"

namespace scribe {
namespace {

std::size_t index(std::int64_t value) {
  return static_cast<std::size_t>(value);
}

/// Columns one after the other, as floats (int8: integers, and a scale per column).
class ReferenceWeight : public PreparedWeight {
 public:
  ReferenceWeight(std::int64_t depth, std::int64_t cols, WeightFormat format)
      : PreparedWeight(depth, cols, format), values(index(depth * cols)), scales(index(cols), 1) {}
  std::int64_t bytes() const override {
    return static_cast<std::int64_t>((values.size() + scales.size()) * sizeof(float));
  }
  std::span<float> column(std::int64_t n) {
    return std::span(values).subspan(index(n * depth()), index(depth()));
  }
  const float* column(std::int64_t n) const { return values.data() + n * depth(); }

  std::vector<float> values;
  std::vector<float> scales;
};

/// Replaces values by their integers; returns the scale.
float round_to_int8(std::span<float> values) {
  std::vector<std::int8_t> integers(values.size());
  const float scale =
      quantize_int8(values.data(), static_cast<std::int64_t>(values.size()), integers.data());
  std::ranges::copy(integers, values.begin());
  return scale;
}

/// sum over k of x[k] * column[k], x in int8 by runs.
double int8_product(ConstMatrix x, std::int64_t m, const float* column) {
  double sum = 0;
  for (std::int64_t k = 0; k < x.cols; k += kInt8Group) {
    const std::int64_t count = std::min(kInt8Group, x.cols - k);
    std::vector<float> run(x.row(m) + k, x.row(m) + k + count);
    const float scale = round_to_int8(run);
    double integers = 0;
    for (std::int64_t i = 0; i < count; ++i)
      integers += static_cast<double>(run[index(i)]) * column[k + i];
    sum += static_cast<double>(scale) * integers;
  }
  return sum;
}

double product(ConstMatrix x, std::int64_t m, const float* column) {
  double sum = 0;
  for (std::int64_t k = 0; k < x.cols; ++k) sum += static_cast<double>(x.row(m)[k]) * column[k];
  return sum;
}

}  // namespace

std::unique_ptr<PreparedWeight> ReferenceBackend::prepare(Weight stored, bool transposed,
                                                          WeightFormat format) {
  check_prepare(stored);
  const WideWeight wide(stored);
  const ConstMatrix weight = wide.matrix();
  const std::int64_t depth = transposed ? weight.cols : weight.rows;
  const std::int64_t cols = transposed ? weight.rows : weight.cols;
  auto prepared = std::make_unique<ReferenceWeight>(depth, cols, format);
  for (std::int64_t n = 0; n < cols; ++n) {
    const std::span<float> column = prepared->column(n);
    for (std::int64_t k = 0; k < depth; ++k)
      column[index(k)] = transposed ? weight.row(n)[k] : weight.row(k)[n];
    if (format == WeightFormat::f16) round_to_half(column);
    if (format == WeightFormat::int8) prepared->scales[index(n)] = round_to_int8(column);
  }
  return prepared;
}

void ReferenceBackend::linear(ConstMatrix x, const PreparedWeight& weight,
                              std::span<const float> bias, ConstMatrix residual,
                              Activation activation, Matrix out) {
  check_linear(x, weight, bias, residual, out);
  const auto& prepared = dynamic_cast<const ReferenceWeight&>(weight);
  const bool is_int8 = weight.format() == WeightFormat::int8;
  for (std::int64_t m = 0; m < out.rows; ++m)
    for (std::int64_t n = 0; n < out.cols; ++n) {
      const float* const column = prepared.column(n);
      const double sum = is_int8 ? int8_product(x, m, column) : product(x, m, column);
      float& result = out.row(m)[n];
      result = static_cast<float>(
          sum * static_cast<double>(prepared.scales[index(n)]) +
          (bias.empty() ? 0.0 : static_cast<double>(bias[index(n)])) +
          (residual.data != nullptr ? static_cast<double>(residual.row(m)[n]) : 0.0));
      if (activation == Activation::gelu) gelu({&result, 1}, {&result, 1});
    }
}

}  // namespace scribe
