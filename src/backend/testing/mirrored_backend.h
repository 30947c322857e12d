// A backend whose memory the host cannot read, for tests that compute on vectors of the host.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "backend/backend.h"

namespace scribe::testing {

/// Runs every operation of `inner` on copies of host memory, which go back after it. Memory that
/// this backend allocated stays where it is, and may be mixed with the host's in one call.
/// Arguments that begin at the same address are one copy, so that what may alias does.
class MirroredBackend : public Backend {
 public:
  explicit MirroredBackend(std::unique_ptr<Backend> inner) : inner_(std::move(inner)) {}

  std::string_view name() const override { return inner_->name(); }
  double peak_flop_per_second() override { return inner_->peak_flop_per_second(); }

  std::unique_ptr<Buffer> allocate(std::int64_t count) override {
    auto buffer = inner_->allocate(count);
    device_ranges_[buffer->data()] = buffer->data() + count;  // Stays when the buffer goes.
    return buffer;
  }
  void upload(std::span<const float> host, std::span<float> device) override {
    inner_->upload(host, device);
  }
  void download(std::span<const float> device, std::span<float> host) override {
    inner_->download(device, host);
  }
  void upload_bf16(std::span<const float> host, std::span<std::uint16_t> device) override {
    inner_->upload_bf16(host, device);
  }
  void download_bf16(std::span<const std::uint16_t> device, std::span<float> host) override {
    inner_->download_bf16(device, host);
  }
  void fill(std::span<float> values, float value) override {
    Copies c(*this);
    inner_->fill(c.out(values), value);
  }
  void copy(ConstMatrix from, Matrix to) override {
    Copies c(*this);
    inner_->copy(c.in(from), c.out(to));
  }
  void embed(std::span<const std::int32_t> tokens, std::span<const std::int32_t> positions,
             Weight token_table, Weight position_table, Matrix out) override {
    Copies c(*this);
    inner_->embed(tokens, positions, c.in(token_table), c.in(position_table), c.out(out));
  }
  void embed_backward(std::span<const std::int32_t> tokens, std::span<const std::int32_t> positions,
                      ConstMatrix d_out, Matrix d_token_table, Matrix d_position_table) override {
    Copies c(*this);
    inner_->embed_backward(tokens, positions, c.in(d_out), c.out(d_token_table),
                           c.out(d_position_table));
  }
  void layer_norm(ConstMatrix x, std::span<const float> weight, std::span<const float> bias,
                  float epsilon, Matrix out, std::span<float> mean,
                  std::span<float> rstd) override {
    Copies c(*this);
    inner_->layer_norm(c.in(x), c.in(weight), c.in(bias), epsilon, c.out(out), c.out(mean),
                       c.out(rstd));
  }
  void layer_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                           std::span<const float> mean, std::span<const float> rstd, Matrix d_x,
                           std::span<float> d_weight, std::span<float> d_bias) override {
    Copies c(*this);
    inner_->layer_norm_backward(c.in(d_out), c.in(x), c.in(weight), c.in(mean), c.in(rstd),
                                c.out(d_x), c.out(d_weight), c.out(d_bias));
  }
  void rms_norm(ConstMatrix x, std::span<const float> weight, float epsilon, Matrix out,
                std::span<float> rstd) override {
    Copies c(*this);
    inner_->rms_norm(c.in(x), c.in(weight), epsilon, c.out(out), c.out(rstd));
  }
  void rms_norm_backward(ConstMatrix d_out, ConstMatrix x, std::span<const float> weight,
                         std::span<const float> rstd, Matrix d_x,
                         std::span<float> d_weight) override {
    Copies c(*this);
    inner_->rms_norm_backward(c.in(d_out), c.in(x), c.in(weight), c.in(rstd), c.out(d_x),
                              c.out(d_weight));
  }
  void linear(ConstMatrix x, Weight weight, std::span<const float> bias, ConstMatrix residual,
              Matrix out) override {
    Copies c(*this);
    inner_->linear(c.in(x), c.in(weight), c.in(bias), c.in(residual), c.out(out));
  }
  std::unique_ptr<PreparedWeight> prepare(Weight weight, bool transposed,
                                          WeightFormat format) override {
    Copies c(*this);
    return inner_->prepare(c.in(weight), transposed, format);
  }
  void linear(ConstMatrix x, const PreparedWeight& weight, std::span<const float> bias,
              ConstMatrix residual, Activation activation, Matrix out) override {
    Copies c(*this);
    inner_->linear(c.in(x), weight, c.in(bias), c.in(residual), activation, c.out(out));
  }
  void linear_backward(ConstMatrix d_out, ConstMatrix x, Weight weight, Matrix d_x, Matrix d_weight,
                       std::span<float> d_bias) override {
    Copies c(*this);
    inner_->linear_backward(c.in(d_out), c.in(x), c.in(weight), c.out(d_x), c.out(d_weight),
                            c.out(d_bias));
  }
  void gelu(std::span<const float> x, std::span<float> out) override {
    Copies c(*this);
    inner_->gelu(c.in(x), c.out(out));
  }
  void gelu_backward(std::span<const float> x, std::span<float> d) override {
    Copies c(*this);
    inner_->gelu_backward(c.in(x), c.out(d));
  }
  void swiglu(ConstMatrix gate_up, Matrix out) override {
    Copies c(*this);
    inner_->swiglu(c.in(gate_up), c.out(out));
  }
  void swiglu_backward(ConstMatrix gate_up, ConstMatrix d_out, Matrix d_gate_up) override {
    Copies c(*this);
    inner_->swiglu_backward(c.in(gate_up), c.in(d_out), c.out(d_gate_up));
  }
  void rotate(const Rotation& rotation, std::span<const std::int32_t> positions, bool inverse,
              Matrix x) override {
    Copies c(*this);
    Rotation copied = rotation;
    copied.cosines = c.in(rotation.cosines);
    copied.sines = c.in(rotation.sines);
    inner_->rotate(copied, positions, inverse, c.out(x));
  }
  void attention(const AttentionShape& shape, ConstMatrix qkv, std::span<const std::int32_t> first,
                 Matrix out, std::span<float> log_sum_exp) override {
    Copies c(*this);
    inner_->attention(shape, c.in(qkv), first, c.out(out), c.out(log_sum_exp));
  }
  void attention_backward(const AttentionShape& shape, ConstMatrix d_out, ConstMatrix qkv,
                          std::span<const std::int32_t> first, ConstMatrix out,
                          std::span<const float> log_sum_exp, Matrix d_qkv) override {
    Copies c(*this);
    inner_->attention_backward(shape, c.in(d_out), c.in(qkv), first, c.in(out), c.in(log_sum_exp),
                               c.out(d_qkv));
  }
  std::int64_t prefix_floats(const AttentionShape& shape, std::int64_t capacity) override {
    return inner_->prefix_floats(shape, capacity);
  }
  std::int64_t suffix_floats(const AttentionShape& shape, std::int64_t capacity,
                             bool half) override {
    return inner_->suffix_floats(shape, capacity, half);
  }
  // Keys and values lie in memory that this backend allocated.
  void copy_prefix(const AttentionShape& shape, KeyValues from, std::int64_t count,
                   KeyValues to) override {
    inner_->copy_prefix(shape, from, count, to);
  }
  void attention_decode(const AttentionShape& shape, ConstMatrix qkv,
                        std::span<const DecodeRow> rows, Matrix out) override {
    Copies c(*this);
    inner_->attention_decode(shape, c.in(qkv), rows, c.out(out));
  }
  void head_logits(ConstMatrix x, Weight table, std::span<const float> bias,
                   Matrix logits) override {
    Copies c(*this);
    inner_->head_logits(c.in(x), c.in(table), c.in(bias), c.out(logits));
  }
  void head_loss(ConstMatrix x, Weight table, std::span<const float> bias,
                 std::span<const std::int32_t> targets, float gradient_scale,
                 std::span<float> losses, const HeadLossGradients& d) override {
    Copies c(*this);
    inner_->head_loss(c.in(x), c.in(table), c.in(bias), targets, gradient_scale, c.out(losses),
                      {c.out(d.x), c.out(d.table), c.out(d.bias)});
  }
  bool draw_tokens(ConstMatrix logits, std::span<const DrawRow> rows,
                   std::span<DrawnToken> drawn) override {
    Copies c(*this);
    return inner_->draw_tokens(c.in(logits), rows, drawn);
  }
  double sum_of_squares(std::span<const float> values) override {
    Copies c(*this);
    return inner_->sum_of_squares(c.in(values));
  }
  void adamw(std::span<float> parameters, std::span<const float> gradients, std::span<float> m,
             std::span<float> v, const AdamWStep& step) override {
    Copies c(*this);
    inner_->adamw(c.out(parameters), c.in(gradients), c.out(m), c.out(v), step);
  }
  /// The parameters are this backend's.
  void adamw(std::span<std::uint16_t> parameters, std::span<const float> gradients,
             std::span<float> m, std::span<float> v, const AdamWStep& step,
             const RandomRounding& rounding) override {
    Copies c(*this);
    inner_->adamw(parameters, c.in(gradients), c.out(m), c.out(v), step, rounding);
  }

 private:
  /// The copies of one call; what it wrote goes back when they end.
  class Copies {
   public:
    explicit Copies(MirroredBackend& of) : of_(of) {}
    ~Copies() {
      for (auto& [host, copy] : copies_)
        if (copy.written) of_.inner_->download(copy.buffer->span(), {copy.target, copy.size()});
    }
    Copies(const Copies&) = delete;
    Copies& operator=(const Copies&) = delete;

    ConstMatrix in(ConstMatrix matrix) {
      return {place(matrix.data, nullptr, floats_of(matrix)), matrix.rows, matrix.cols,
              matrix.stride};
    }
    /// One in bf16 lies in memory of this backend.
    Weight in(Weight weight) {
      if (weight.data != nullptr)
        weight.data = in(ConstMatrix(weight.data, weight.rows, weight.cols, weight.stride)).data;
      return weight;
    }
    Matrix out(Matrix matrix) {
      return {place(matrix.data, matrix.data, floats_of(matrix)), matrix.rows, matrix.cols,
              matrix.stride};
    }
    std::span<const float> in(std::span<const float> values) {
      return {place(values.data(), nullptr, values.size()), values.size()};
    }
    std::span<float> out(std::span<float> values) {
      return {place(values.data(), values.data(), values.size()), values.size()};
    }

   private:
    struct Copy {
      std::unique_ptr<Buffer> buffer;
      float* target = nullptr;
      bool written = false;
      std::size_t size() const { return static_cast<std::size_t>(buffer->size()); }
    };

    static std::size_t floats_of(ConstMatrix matrix) {
      if (matrix.data == nullptr || matrix.rows == 0) return 0;
      return static_cast<std::size_t>((matrix.rows - 1) * matrix.stride + matrix.cols);
    }

    float* place(const float* host, float* target, std::size_t count) {
      if (host == nullptr) return nullptr;
      if (of_.is_device(host)) return const_cast<float*>(host);
      Copy& copy = copies_[host];
      if (copy.buffer == nullptr) {
        copy.buffer = of_.inner_->allocate(static_cast<std::int64_t>(count));
        of_.inner_->upload({host, count}, copy.buffer->span());
      }
      SCRIBE_CHECK(copy.size() == count, "{} and {} values at one address", copy.size(), count);
      if (target != nullptr) {
        copy.target = target;
        copy.written = true;
      }
      return copy.buffer->data();
    }

    MirroredBackend& of_;
    std::map<const float*, Copy> copies_;
  };

  bool is_device(const float* pointer) const {
    const auto next = device_ranges_.upper_bound(pointer);
    return next != device_ranges_.begin() && std::less<>()(pointer, std::prev(next)->second);
  }

  std::unique_ptr<Backend> inner_;
  std::map<const float*, const float*> device_ranges_;  ///< begin to end
};

}  // namespace scribe::testing
