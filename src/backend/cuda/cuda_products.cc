// Products, and the loss over the vocabulary by chunks of rows.
#include <algorithm>

#include "backend/cuda/cuda_backend.h"
#include "backend/cuda/views.h"
#include "backend/operation_checks.h"

namespace scribe::cuda {
namespace {

/// bf16 rows begin at multiples of 16 bytes, which the fastest products want.
constexpr std::int64_t kBf16Alignment = 8;

/// A weight as it was given (f32), or its columns (f16, int8).
class CudaWeight : public PreparedWeight {
 public:
  CudaWeight(std::shared_ptr<Runtime> runtime, std::int64_t depth, std::int64_t cols,
             WeightFormat format)
      : PreparedWeight(depth, cols, format), runtime_(std::move(runtime)) {
    const std::int64_t padded = round_up(depth, kPreparedDepth);
    bytes_ = format == WeightFormat::f32   ? depth * cols * kFloatBytes
             : format == WeightFormat::f16 ? padded * cols * 2
                                           : padded * cols + cols * kFloatBytes;
    data_ = runtime_->allocate(std::max<std::int64_t>(bytes_, 1));
    if (format == WeightFormat::int8)  // Columns are multiples of 256 bytes: scales are aligned.
      scales_ = reinterpret_cast<float*>(static_cast<std::int8_t*>(data_) + padded * cols);
  }
  ~CudaWeight() override { runtime_->release(data_); }
  CudaWeight(const CudaWeight&) = delete;
  CudaWeight& operator=(const CudaWeight&) = delete;

  std::int64_t bytes() const override { return bytes_; }
  template <typename T>
  T* data() const {
    return static_cast<T*>(data_);
  }
  float* scales() const { return scales_; }

  bool transposed = false;  ///< of f32

 private:
  std::shared_ptr<Runtime> runtime_;  // shared with the backend
  std::int64_t bytes_ = 0;
  void* data_ = nullptr;
  float* scales_ = nullptr;
};

void set_right(Product& product, const Weight& weight) {
  product.b = weight.data;
  if (weight.bf16 != nullptr) product.b = weight.bf16;
  product.b_stride = weight.stride;
}

Added added(std::span<const float> bias, ConstMatrix residual) {
  return {bias.empty() ? nullptr : bias.data(), rows_of(residual)};
}

}  // namespace

void CudaBackend::multiply(Product product, bool weight_is_bf16) {
  if (product.m * product.n == 0) return;
  const std::int64_t b_rows = product.b_transposed ? product.n : product.k;
  const std::int64_t b_cols = product.b_transposed ? product.k : product.n;
  if (weight_is_bf16 && precision_ != Precision::bf16) {
    auto* const wide = operand_b_.get<float>(b_rows * b_cols);
    from_bf16(stream(), {static_cast<const std::uint16_t*>(product.b), product.b_stride}, b_rows,
              b_cols, {wide, b_cols});
    product.b = wide;
    product.b_stride = b_cols;
  }
  if (precision_ == Precision::tf32) product.operands = Operands::tf32;
  if (precision_ == Precision::bf16) {
    const auto convert = [&](Scratch& scratch, const void*& data, std::int64_t& stride,
                             std::int64_t rows, std::int64_t cols) {
      const std::int64_t new_stride = round_up(cols, kBf16Alignment);
      auto* const target = scratch.get<std::uint16_t>(rows * new_stride);
      to_bf16(stream(), {static_cast<const float*>(data), stride}, rows, cols,
              {target, new_stride});
      data = target;
      stride = new_stride;
    };
    const auto& p = product;
    convert(operand_a_, product.a, product.a_stride, p.a_transposed ? p.k : p.m,
            p.a_transposed ? p.m : p.k);
    if (!weight_is_bf16) convert(operand_b_, product.b, product.b_stride, b_rows, b_cols);
    product.operands = Operands::bf16;
  }
  runtime_->multiply(product);
}

void CudaBackend::multiply_rows(ConstMatrix x, Weight weight, bool transposed,
                                std::span<const float> bias, ConstMatrix residual, Matrix out) {
  Product product;
  product.m = x.rows;
  product.n = transposed ? weight.rows : weight.cols;
  product.k = x.cols;
  product.a = x.data;
  product.a_stride = x.stride;
  set_right(product, weight);
  product.b_transposed = transposed;
  product.bias = bias.empty() ? nullptr : bias.data();
  product.residual = residual.data;
  product.residual_stride = residual.stride;
  product.d = out.data;
  product.d_stride = out.stride;
  product.rows_are_independent = true;
  multiply(product, weight.bf16 != nullptr);
}

void CudaBackend::linear(ConstMatrix x, Weight weight, std::span<const float> bias,
                         ConstMatrix residual, Matrix out) {
  check_linear(x, weight, bias, residual, out);
  multiply_rows(x, weight, false, bias, residual, out);
}

std::unique_ptr<PreparedWeight> CudaBackend::prepare(Weight weight, bool transposed,
                                                     WeightFormat format) {
  check_prepare(weight);
  if (weight.bf16 != nullptr) {
    const auto wide = allocate(weight.rows * weight.cols);
    const Matrix floats(wide->data(), weight.rows, weight.cols);
    from_bf16(stream(), {weight.bf16, weight.stride}, weight.rows, weight.cols, rows_of(floats));
    return prepare(floats, transposed, format);
  }
  const ConstMatrix matrix(weight.data, weight.rows, weight.cols, weight.stride);
  const std::int64_t depth = transposed ? weight.cols : weight.rows;
  const std::int64_t cols = transposed ? weight.rows : weight.cols;
  auto prepared = std::make_unique<CudaWeight>(runtime_, depth, cols, format);
  prepared->transposed = transposed;
  switch (format) {
    case WeightFormat::f32:
      copy_rows(stream(), rows_of(matrix), weight.rows, weight.cols,
                {prepared->data<float>(), weight.cols});
      break;
    case WeightFormat::f16:
      prepare_f16(stream(), rows_of(matrix), transposed, depth, cols,
                  prepared->data<std::uint16_t>());
      break;
    case WeightFormat::int8:
      prepare_int8(stream(), rows_of(matrix), transposed, depth, cols,
                   prepared->data<std::int8_t>(), prepared->scales());
      break;
  }
  return prepared;
}

void CudaBackend::linear(ConstMatrix x, const PreparedWeight& weight, std::span<const float> bias,
                         ConstMatrix residual, Activation activation, Matrix out) {
  check_linear(x, weight, bias, residual, out);
  const auto& prepared = dynamic_cast<const CudaWeight&>(weight);
  const std::int64_t depth = prepared.depth();
  const std::int64_t cols = prepared.cols();
  switch (weight.format()) {
    case WeightFormat::f32:
      multiply_rows(x,
                    prepared.transposed ? ConstMatrix(prepared.data<float>(), cols, depth)
                                        : ConstMatrix(prepared.data<float>(), depth, cols),
                    prepared.transposed, bias, residual, out);
      break;
    case WeightFormat::f16:
      multiply_f16(stream(), rows_of(x), prepared.data<std::uint16_t>(), added(bias, residual),
                   x.rows, depth, cols, rows_of(out));
      break;
    case WeightFormat::int8: {
      const std::int64_t padded = round_up(depth, kPreparedDepth);
      auto* const integers = operand_a_.get<std::int8_t>(x.rows * padded);
      auto* const scales = operand_b_.get<float>(x.rows * (padded / kPreparedDepth));
      quantize_rows(stream(), rows_of(x), x.rows, depth, integers, scales);
      multiply_int8(stream(), integers, scales, prepared.data<std::int8_t>(), prepared.scales(),
                    added(bias, residual), x.rows, depth, cols, rows_of(out));
      break;
    }
  }
  // Not in the product's own epilogue: f32 has the bits of linear() and gelu().
  if (activation == Activation::gelu)
    cuda::gelu(stream(), rows_of(ConstMatrix(out)), out.rows, out.cols, rows_of(out));
}

void CudaBackend::add_bias_gradient(ConstMatrix d_out, std::span<float> d_bias) {
  if (d_bias.empty()) return;
  column_sums(stream(), rows_of(d_out), {}, nullptr, nullptr, d_out.rows, d_out.cols,
              parts_.get<float>(column_sums_floats(d_out.rows, d_out.cols)), d_bias.data(),
              nullptr);
}

void CudaBackend::linear_backward(ConstMatrix d_out, ConstMatrix x, Weight weight, Matrix d_x,
                                  Matrix d_weight, std::span<float> d_bias) {
  check_linear_backward(d_out, x, weight, d_x, d_weight, d_bias);
  Product of_weight;
  of_weight.m = x.cols;
  of_weight.n = d_out.cols;
  of_weight.k = x.rows;
  of_weight.a = x.data;
  of_weight.a_stride = x.stride;
  of_weight.a_transposed = true;
  of_weight.b = d_out.data;
  of_weight.b_stride = d_out.stride;
  of_weight.residual = of_weight.d = d_weight.data;
  of_weight.residual_stride = of_weight.d_stride = d_weight.stride;
  multiply(of_weight);
  add_bias_gradient(d_out, d_bias);

  Product of_x;  // Last, because d_x may be the memory of x.
  of_x.m = x.rows;
  of_x.n = x.cols;
  of_x.k = d_out.cols;
  of_x.a = d_out.data;
  of_x.a_stride = d_out.stride;
  set_right(of_x, weight);
  of_x.b_transposed = true;
  of_x.d = d_x.data;
  of_x.d_stride = d_x.stride;
  multiply(of_x, weight.bf16 != nullptr);
}

void CudaBackend::head_logits(ConstMatrix x, Weight table, std::span<const float> bias,
                              Matrix logits) {
  check_head_logits(x, table, bias, logits);
  multiply_rows(x, table, true, bias, {}, logits);
}

void CudaBackend::head_loss(ConstMatrix x, Weight table, std::span<const float> bias,
                            std::span<const std::int32_t> targets, float gradient_scale,
                            std::span<float> losses, const HeadLossGradients& d) {
  check_head_loss(x, table, bias, targets, losses, d);
  if (x.rows == 0) return;
  const bool with_gradient = d.x.data != nullptr;
  const std::int64_t V = table.rows;
  const std::int64_t chunk_rows = std::clamp<std::int64_t>(logits_floats_max_ / V, 1, x.rows);
  float* const memory = logits_.get<float>(chunk_rows * V);
  const int* const target_ids = integers_.upload(targets);
  for (std::int64_t begin = 0; begin < x.rows; begin += chunk_rows) {
    const std::int64_t rows = std::min(chunk_rows, x.rows - begin);
    const ConstMatrix x_chunk(x.row(begin), rows, x.cols, x.stride);
    const Matrix logits(memory, rows, V);
    head_logits(x_chunk, table, bias, logits);
    softmax_loss(stream(), rows_of(logits), target_ids + begin, gradient_scale, with_gradient, rows,
                 V, losses.data() + begin);
    if (!with_gradient) continue;
    Product of_x;
    of_x.m = rows;
    of_x.n = x.cols;
    of_x.k = V;
    of_x.a = logits.data;
    of_x.a_stride = V;
    set_right(of_x, table);
    of_x.d = d.x.row(begin);
    of_x.d_stride = d.x.stride;
    multiply(of_x, table.bf16 != nullptr);
    Product of_table;
    of_table.m = V;
    of_table.n = x.cols;
    of_table.k = rows;
    of_table.a = logits.data;
    of_table.a_stride = V;
    of_table.a_transposed = true;
    of_table.b = x_chunk.data;
    of_table.b_stride = x.stride;
    of_table.residual = of_table.d = d.table.data;
    of_table.residual_stride = of_table.d_stride = d.table.stride;
    multiply(of_table);
    add_bias_gradient(logits, d.bias);
  }
}

}  // namespace scribe::cuda
