// Memory, and the operations that are a kernel or two.
#include "backend/cuda/cuda_backend.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "backend/cuda/views.h"
#include "backend/operation_checks.h"
#include "backend/token_weights.h"
#include "tensor/bf16.h"

namespace scribe::cuda {
namespace {

class CudaBuffer : public Buffer {
 public:
  CudaBuffer(std::shared_ptr<Runtime> runtime, std::int64_t count)
      : runtime_(std::move(runtime)), size_(count) {
    SCRIBE_CHECK(count >= 0, "allocate: {} floats", count);
    const std::int64_t bytes = std::max<std::int64_t>(count, 1) * kFloatBytes;
    data_ = static_cast<float*>(runtime_->allocate(bytes));
    runtime_->zero(data_, bytes);
  }
  ~CudaBuffer() override { runtime_->release(data_); }
  CudaBuffer(const CudaBuffer&) = delete;
  CudaBuffer& operator=(const CudaBuffer&) = delete;

  float* data() override { return data_; }
  std::int64_t size() const override { return size_; }

 private:
  std::shared_ptr<Runtime> runtime_;  // shared with the backend
  std::int64_t size_;
  float* data_ = nullptr;
};

/// The rows of a gradient by the id that they go to, in order.
struct Scatter {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> begins;
  std::vector<std::int32_t> order;

  explicit Scatter(std::span<const std::int32_t> of) : order(of.size()) {
    std::iota(order.begin(), order.end(), 0);
    const auto id = [&](std::int32_t row) { return of[static_cast<std::size_t>(row)]; };
    std::ranges::stable_sort(order, {}, id);
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i > 0 && id(order[i]) == ids.back()) continue;
      ids.push_back(id(order[i]));
      begins.push_back(static_cast<std::int32_t>(i));
    }
    begins.push_back(static_cast<std::int32_t>(order.size()));
  }
};

AdamWConstants constants_of(const AdamWStep& step) {
  const double number = static_cast<double>(step.step);
  AdamWConstants constants{};
  constants.gradient_scale = static_cast<float>(step.gradient_scale);
  constants.beta1 = static_cast<float>(step.beta1);
  constants.one_minus_beta1 = static_cast<float>(1 - step.beta1);
  constants.beta2 = static_cast<float>(step.beta2);
  constants.one_minus_beta2 = static_cast<float>(1 - step.beta2);
  constants.inverse_v_correction = static_cast<float>(1 / (1 - std::pow(step.beta2, number)));
  constants.m_step = static_cast<float>(step.learning_rate / (1 - std::pow(step.beta1, number)));
  constants.epsilon = static_cast<float>(step.epsilon);
  constants.decay = static_cast<float>(step.learning_rate * step.weight_decay);
  return constants;
}

std::vector<DrawPlan> plans_of(std::span<const DrawRow> rows) {
  std::vector<DrawPlan> plans;
  for (const DrawRow& row : rows)
    plans.push_back({.row = row.row,
                     .bits = row.bits,
                     .weight_min = least_weight(row.min_p),
                     .top_p = row.top_p,
                     .inverse_temperature =
                         row.temperature == 0 ? 0.0F : static_cast<float>(1.0 / row.temperature),
                     .top_k = row.top_k});
  return plans;
}

}  // namespace

CudaBackend::CudaBackend(std::shared_ptr<Runtime> runtime, const CudaOptions& options)
    : runtime_(std::move(runtime)),
      precision_(options.precision),
      logits_floats_max_(options.logits_floats_max),
      logits_(*runtime_),
      parts_(*runtime_),
      stats_(*runtime_),
      integers_(*runtime_),
      more_integers_(*runtime_),
      items_(*runtime_),
      operand_a_(*runtime_),
      operand_b_(*runtime_) {}

// The smallest product that takes a hundredth of a second: what a unit of any size can give.
double CudaBackend::peak_flop_per_second() {
  constexpr double kSecondsEnough = 0.01;
  constexpr std::int64_t kSizeMax = 16384;
  const auto seconds_of = [&](const Product& product, Buffer& result) {
    float first = 0;
    const auto begin = std::chrono::steady_clock::now();
    multiply(product);
    download(result.span().first(1), {&first, 1});
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  for (std::int64_t size = 256;; size *= 2) {
    const auto a = allocate(size * size);
    const auto b = allocate(size * size);
    const auto d = allocate(size * size);
    Product product;
    product.m = product.n = product.k = size;
    product.a = a->data();
    product.b = b->data();
    product.d = d->data();
    product.a_stride = product.b_stride = product.d_stride = size;
    seconds_of(product, *d);  // The first of a size looks for a way to compute it.
    const double seconds = seconds_of(product, *d);
    if (seconds > kSecondsEnough || size == kSizeMax)
      return 2 * std::pow(static_cast<double>(size), 3) / seconds;
  }
}

std::unique_ptr<Buffer> CudaBackend::allocate(std::int64_t count) {
  return std::make_unique<CudaBuffer>(runtime_, count);
}

void CudaBackend::upload(std::span<const float> host, std::span<float> device) {
  check_transfer(host.size(), device.size());
  runtime_->upload(host.data(), device.data(), static_cast<std::int64_t>(host.size_bytes()));
}

void CudaBackend::download(std::span<const float> device, std::span<float> host) {
  check_transfer(device.size(), host.size());
  runtime_->download(device.data(), host.data(), static_cast<std::int64_t>(device.size_bytes()));
}

void CudaBackend::upload_bf16(std::span<const float> host, std::span<std::uint16_t> device) {
  check_transfer(host.size(), device.size());
  std::vector<std::uint16_t> rounded(host.size());
  std::ranges::transform(host, rounded.begin(), scribe::to_bf16);
  runtime_->upload(rounded.data(), device.data(), static_cast<std::int64_t>(device.size_bytes()));
}

void CudaBackend::download_bf16(std::span<const std::uint16_t> device, std::span<float> host) {
  check_transfer(device.size(), host.size());
  std::vector<std::uint16_t> stored(device.size());
  runtime_->download(device.data(), stored.data(), static_cast<std::int64_t>(device.size_bytes()));
  std::ranges::transform(stored, host.begin(), scribe::from_bf16);
}

void CudaBackend::fill(std::span<float> values, float value) {
  cuda::fill(stream(), values.data(), std::ssize(values), value);
}

void CudaBackend::copy(ConstMatrix from, Matrix to) {
  check_copy(from, to);
  copy_rows(stream(), rows_of(from), from.rows, from.cols, rows_of(to));
}

void CudaBackend::embed(std::span<const std::int32_t> tokens,
                        std::span<const std::int32_t> positions, Weight token_table,
                        Weight position_table, Matrix out) {
  check_embed(tokens, positions, token_table, position_table, out);
  const int* const token_ids = integers_.upload(tokens);
  const int* const position_ids = more_integers_.upload(positions);
  cuda::embed(stream(), token_ids, position_ids, table_of(token_table), table_of(position_table),
              out.rows, out.cols, rows_of(out));
}

void CudaBackend::scatter_gradient(std::span<const std::int32_t> ids, ConstMatrix d_out,
                                   Matrix d_table) {
  const Scatter scatter(ids);
  std::vector<std::int32_t> all = scatter.ids;
  all.insert(all.end(), scatter.begins.begin(), scatter.begins.end());
  all.insert(all.end(), scatter.order.begin(), scatter.order.end());
  const std::int32_t* const on_device = integers_.upload(std::span<const std::int32_t>(all));
  const std::int64_t count = std::ssize(scatter.ids);
  cuda::embed_backward(stream(), on_device, on_device + count, on_device + 2 * count + 1, count,
                       rows_of(d_out), d_out.cols, rows_of(d_table));
}

void CudaBackend::embed_backward(std::span<const std::int32_t> tokens,
                                 std::span<const std::int32_t> positions, ConstMatrix d_out,
                                 Matrix d_token_table, Matrix d_position_table) {
  check_embed(tokens, positions, d_token_table, d_position_table, d_out);
  scatter_gradient(tokens, d_out, d_token_table);
  if (d_position_table.data != nullptr) scatter_gradient(positions, d_out, d_position_table);
}

void CudaBackend::layer_norm(ConstMatrix x, std::span<const float> weight,
                             std::span<const float> bias, float epsilon, Matrix out,
                             std::span<float> mean, std::span<float> rstd) {
  check_layer_norm(x, weight, bias, out, mean, rstd);
  cuda::layer_norm(stream(), rows_of(x), weight.data(), bias.data(), epsilon, x.rows, x.cols,
                   rows_of(out), mean.data(), rstd.data());
}

void CudaBackend::layer_norm_backward(ConstMatrix d_out, ConstMatrix x,
                                      std::span<const float> weight, std::span<const float> mean,
                                      std::span<const float> rstd, Matrix d_x,
                                      std::span<float> d_weight, std::span<float> d_bias) {
  check_layer_norm_backward(d_out, x, weight, mean, rstd, d_x, d_weight, d_bias);
  norm_backward(stream(), rows_of(d_out), rows_of(x), weight.data(), mean.data(), rstd.data(),
                x.rows, x.cols, rows_of(d_x));
  column_sums(stream(), rows_of(d_out), rows_of(x), mean.data(), rstd.data(), x.rows, x.cols,
              parts_.get<float>(column_sums_floats(x.rows, x.cols)), d_bias.data(),
              d_weight.data());
}

void CudaBackend::rms_norm(ConstMatrix x, std::span<const float> weight, float epsilon, Matrix out,
                           std::span<float> rstd) {
  check_rms_norm(x, weight, out, rstd);
  cuda::rms_norm(stream(), rows_of(x), weight.data(), epsilon, x.rows, x.cols, rows_of(out),
                 rstd.data());
}

void CudaBackend::rms_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                                    std::span<const float> rstd, Matrix d_x,
                                    std::span<float> d_weight) {
  check_rms_norm_backward(d_out, x, weight, rstd, d_x, d_weight);
  norm_backward(stream(), rows_of(d_out), rows_of(x), weight.data(), nullptr, rstd.data(), x.rows,
                x.cols, rows_of(d_x));
  column_sums(stream(), rows_of(d_out), rows_of(x), nullptr, rstd.data(), x.rows, x.cols,
              parts_.get<float>(column_sums_floats(x.rows, x.cols)), nullptr, d_weight.data());
}

void CudaBackend::gelu(std::span<const float> x, std::span<float> out) {
  check_gelu(x, out);
  const std::int64_t count = std::ssize(x);
  cuda::gelu(stream(), {x.data(), count}, 1, count, {out.data(), count});
}

void CudaBackend::gelu_backward(std::span<const float> x, std::span<float> d) {
  check_gelu(x, d);
  cuda::gelu_backward(stream(), x.data(), std::ssize(x), d.data());
}

void CudaBackend::swiglu(ConstMatrix gate_up, Matrix out) {
  check_swiglu(gate_up, out);
  cuda::swiglu(stream(), rows_of(gate_up), out.rows, out.cols, rows_of(out));
}

void CudaBackend::swiglu_backward(ConstMatrix gate_up, ConstMatrix d_out, Matrix d_gate_up) {
  check_swiglu(gate_up, d_out);
  check_swiglu(d_gate_up, d_out);
  cuda::swiglu_backward(stream(), rows_of(gate_up), rows_of(d_out), d_out.rows, d_out.cols,
                        rows_of(d_gate_up));
}

void CudaBackend::rotate(const Rotation& rotation, std::span<const std::int32_t> positions,
                         bool inverse, Matrix x) {
  check_rotate(rotation, positions, x);
  RotaryColumns columns;
  columns.pairs = static_cast<int>(rotation.cosines.cols);
  columns.heads = static_cast<int>(rotation.heads);
  columns.head_size = static_cast<int>(rotation.head_size);
  columns.neighbours = rotation.pairs == RotaryPairs::neighbours;
  columns.sign = inverse ? -1.0F : 1.0F;
  cuda::rotate(stream(), rows_of(rotation.cosines), rows_of(rotation.sines),
               integers_.upload(positions), columns, x.rows, rows_of(x));
}

bool CudaBackend::draw_tokens(ConstMatrix logits, std::span<const DrawRow> rows,
                              std::span<DrawnToken> drawn) {
  check_draw_tokens(logits, rows, drawn);
  const std::vector<DrawPlan> plans = plans_of(rows);
  std::vector<DrawResult> results(rows.size());
  DrawResult* const on_device = parts_.get<DrawResult>(std::ssize(results));
  cuda::draw_tokens(stream(), rows_of(logits), logits.cols,
                    integers_.upload(std::span<const DrawPlan>(plans)), std::ssize(plans),
                    on_device);
  runtime_->download(on_device, results.data(),
                     static_cast<std::int64_t>(results.size() * sizeof(DrawResult)));
  std::ranges::transform(results, drawn.begin(), [](const DrawResult& result) {
    return DrawnToken{.token = result.token,
                      .logit = result.logit,
                      .max = result.max,
                      .sum_of_exp = result.sum_of_exp};
  });
  return true;
}

double CudaBackend::sum_of_squares(std::span<const float> values) {
  const std::int64_t count = std::ssize(values);
  double* const sums = parts_.get<double>(sum_of_squares_doubles(count));
  cuda::sum_of_squares(stream(), values.data(), count, sums);
  double result = 0;
  runtime_->download(sums, &result, sizeof(result));
  return result;
}

void CudaBackend::adamw(std::span<float> parameters, std::span<const float> gradients,
                        std::span<float> m, std::span<float> v, const AdamWStep& step) {
  check_adamw(parameters.size(), gradients, m, v, step);
  cuda::adamw(stream(), constants_of(step), gradients.data(), std::ssize(parameters),
              parameters.data(), m.data(), v.data());
}

void CudaBackend::adamw(std::span<std::uint16_t> parameters, std::span<const float> gradients,
                        std::span<float> m, std::span<float> v, const AdamWStep& step,
                        const RandomRounding& rounding) {
  check_adamw(parameters.size(), gradients, m, v, step);
  adamw_bf16(stream(), constants_of(step), gradients.data(), std::ssize(parameters),
             rounding.key(step), rounding.index(0), parameters.data(), m.data(), v.data());
}

}  // namespace scribe::cuda

namespace scribe {

Result<std::unique_ptr<Backend>> make_cuda_backend(const CudaOptions& options) {
  SCRIBE_TRY_ASSIGN(std::unique_ptr<cuda::Runtime> runtime, cuda::Runtime::open(options.device));
  return std::unique_ptr<Backend>(std::make_unique<cuda::CudaBackend>(std::move(runtime), options));
}

int cuda_device_count() {
  return cuda::device_count();
}

}  // namespace scribe
