// The fast backend for processors with AVX2 or AVX-512.
#pragma once

#include <vector>

#include "backend/cpu/arena.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/prepared_product.h"
#include "backend/cpu/product.h"
#include "backend/host_backend.h"
#include "base/thread_pool.h"

namespace scribe {

/// amx: avx512 whose products of bf16 and int8 run on tiles.
enum class InstructionSet { avx2, avx512, amx };

/// Can this processor run it?
bool has_instruction_set(InstructionSet set);
/// The last that is present; avx2 may be missing too: make_cpu_backend() then says so.
InstructionSet best_instruction_set();

/// What products of integers run on: kernels of `set`, or of less where it lacks them.
const Int8Kernels& int8_kernels_of(InstructionSet set);

/// Products of f32 or bf16. Errors: unsupported if the processor lacks the instruction set, or the
/// one for bf16, which does not go with avx2.
Result<std::unique_ptr<Backend>> make_cpu_backend(InstructionSet set, int threads,
                                                  Precision precision = Precision::f32);
/// Can this processor multiply in bf16?
bool has_bf16_products();

/// Work is split over outputs, or over blocks of a fixed size whose partial sums are added in
/// order: the number of threads never changes a bit.
class CpuBackend : public HostBackend {
 public:
  CpuBackend(InstructionSet set, int threads, Precision precision);

  std::string_view name() const override {
    return product_kernels_.depth_block == 1 ? "cpu" : "cpu,bf16";
  }
  double peak_flop_per_second() override;
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
  double sum_of_squares(std::span<const float> values) override;
  void adamw(std::span<float> parameters, std::span<const float> gradients, std::span<float> m,
             std::span<float> v, const AdamWStep& step) override;
  void adamw(std::span<std::uint16_t> parameters, std::span<const float> gradients,
             std::span<float> m, std::span<float> v, const AdamWStep& step,
             const RandomRounding& rounding) override;

 private:
  void add_bias_gradient(ConstMatrix d_out, std::span<float> d_bias);
  Arena& arena(int thread) { return arenas_[static_cast<std::size_t>(thread)]; }

  const Kernels& kernels_;
  const ProductKernels& product_kernels_;  // of linear() and the head; attention uses kernels_
  ThreadPool pool_;
  ProductEngine products_;
  PreparedProducts prepared_products_;
  Arena logits_;               // of head_loss()
  Arena shared_;               // operands of the operation that runs
  std::vector<Arena> arenas_;  // one per thread
};

}  // namespace scribe
