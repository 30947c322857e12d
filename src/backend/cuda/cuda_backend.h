// The backend for GPUs: checks, scratch memory and the order of kernels; the kernels are in *.cu.
#pragma once

#include <memory>
#include <vector>

#include "backend/backend.h"
#include "backend/cuda/cuda_options.h"
#include "backend/cuda/kernels.h"
#include "backend/cuda/runtime.h"
#include "backend/cuda/scratch.h"

namespace scribe::cuda {

/// Every operation is started on one stream and does not wait, but for those that give the host
/// something: download(), sum_of_squares() and draw_tokens(). Sums are taken in an order that
/// depends on shapes alone, without atomics.
class CudaBackend : public Backend {
 public:
  CudaBackend(std::shared_ptr<Runtime> runtime, const CudaOptions& options);

  std::string_view name() const override {
    return precision_ == Precision::f32    ? "cuda"
           : precision_ == Precision::tf32 ? "cuda,tf32"
                                           : "cuda,bf16";
  }
  double peak_flop_per_second() override;

  std::unique_ptr<Buffer> allocate(std::int64_t count) override;
  void upload(std::span<const float> host, std::span<float> device) override;
  void download(std::span<const float> device, std::span<float> host) override;
  void upload_bf16(std::span<const float> host, std::span<std::uint16_t> device) override;
  void download_bf16(std::span<const std::uint16_t> device, std::span<float> host) override;
  void fill(std::span<float> values, float value) override;
  void copy(ConstMatrix from, Matrix to) override;

  void embed(std::span<const std::int32_t> tokens, std::span<const std::int32_t> positions,
             Weight token_table, Weight position_table, Matrix out) override;
  void embed_backward(std::span<const std::int32_t> tokens, std::span<const std::int32_t> positions,
                      ConstMatrix d_out, Matrix d_token_table, Matrix d_position_table) override;
  void layer_norm(ConstMatrix x, std::span<const float> weight, std::span<const float> bias,
                  float epsilon, Matrix out, std::span<float> mean, std::span<float> rstd) override;
  void layer_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                           std::span<const float> mean, std::span<const float> rstd, Matrix d_x,
                           std::span<float> d_weight, std::span<float> d_bias) override;
  void rms_norm(ConstMatrix x, std::span<const float> weight, float epsilon, Matrix out,
                std::span<float> rstd) override;
  void rms_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                         std::span<const float> rstd, Matrix d_x,
                         std::span<float> d_weight) override;
  void linear(ConstMatrix x, Weight weight, std::span<const float> bias, ConstMatrix residual,
              Matrix out) override;
  std::unique_ptr<PreparedWeight> prepare(Weight weight, bool transposed,
                                          WeightFormat format) override;
  void linear(ConstMatrix x, const PreparedWeight& weight, std::span<const float> bias,
              ConstMatrix residual, Activation activation, Matrix out) override;
  void linear_backward(ConstMatrix d_out, ConstMatrix x, Weight weight, Matrix d_x, Matrix d_weight,
                       std::span<float> d_bias) override;
  void gelu(std::span<const float> x, std::span<float> out) override;
  void gelu_backward(std::span<const float> x, std::span<float> d) override;
  void swiglu(ConstMatrix gate_up, Matrix out) override;
  void swiglu_backward(ConstMatrix gate_up, ConstMatrix d_out, Matrix d_gate_up) override;
  void rotate(const Rotation& rotation, std::span<const std::int32_t> positions, bool inverse,
              Matrix x) override;
  void attention(const AttentionShape& shape, ConstMatrix qkv, std::span<const std::int32_t> first,
                 Matrix out, std::span<float> log_sum_exp) override;
  void attention_backward(const AttentionShape& shape, ConstMatrix d_out, ConstMatrix qkv,
                          std::span<const std::int32_t> first, ConstMatrix out,
                          std::span<const float> log_sum_exp, Matrix d_qkv) override;
  std::int64_t prefix_floats(const AttentionShape& shape, std::int64_t capacity) override;
  std::int64_t suffix_floats(const AttentionShape& shape, std::int64_t capacity,
                             bool half) override;
  void copy_prefix(const AttentionShape& shape, KeyValues from, std::int64_t count,
                   KeyValues to) override;
  void attention_decode(const AttentionShape& shape, ConstMatrix qkv,
                        std::span<const DecodeRow> rows, Matrix out) override;
  void head_logits(ConstMatrix x, Weight table, std::span<const float> bias,
                   Matrix logits) override;
  void head_loss(ConstMatrix x, Weight table, std::span<const float> bias,
                 std::span<const std::int32_t> targets, float gradient_scale,
                 std::span<float> losses, const HeadLossGradients& d) override;
  bool draw_tokens(ConstMatrix logits, std::span<const DrawRow> rows,
                   std::span<DrawnToken> drawn) override;
  double sum_of_squares(std::span<const float> values) override;
  void adamw(std::span<float> parameters, std::span<const float> gradients, std::span<float> m,
             std::span<float> v, const AdamWStep& step) override;
  void adamw(std::span<std::uint16_t> parameters, std::span<const float> gradients,
             std::span<float> m, std::span<float> v, const AdamWStep& step,
             const RandomRounding& rounding) override;

 private:
  Stream stream() { return runtime_->stream(); }
  /// Runs a product in the backend's precision: operands that are of another are converted first.
  /// With `weight_is_bf16`, b is bf16 already.
  void multiply(Product product, bool weight_is_bf16 = false);
  /// out = x weight + bias + residual, with weight (depth, cols), or its transpose.
  void multiply_rows(ConstMatrix x, Weight weight, bool transposed, std::span<const float> bias,
                     ConstMatrix residual, Matrix out);
  void add_bias_gradient(ConstMatrix d_out, std::span<float> d_bias);
  void scatter_gradient(std::span<const std::int32_t> ids, ConstMatrix d_out, Matrix d_table);
  AttentionInput attention_input(const AttentionShape& shape, ConstMatrix qkv,
                                 std::span<const std::int32_t> first);

  // Buffers and weights share it, so that they may outlive the backend.
  std::shared_ptr<Runtime> runtime_;
  Precision precision_;
  std::int64_t logits_floats_max_;
  Scratch logits_;    // of head_loss()
  Scratch parts_;     // partial results: of sums over rows, of a decoding step
  Scratch stats_;     // of a decoding step, of attention's gradients
  Scratch integers_;  // ids, or the plan of a decoding step's rows or draws
  Scratch more_integers_;
  Scratch items_;
  Scratch operand_a_;  // in bf16 or int8
  Scratch operand_b_;
};

}  // namespace scribe::cuda
