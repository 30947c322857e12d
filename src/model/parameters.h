// A model's parameters by name, in one block of memory; also gradients and optimizer moments.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "model/layers.h"

namespace scribe {

/// Where one tensor lies. Names are those of GPT-2 at Hugging Face, whatever the family:
/// "transformer.h.0.attn.c_attn.weight"; what GPT-2 has not is named after them.
struct ParameterInfo {
  std::string name;
  std::vector<std::int64_t> shape;
  std::int64_t offset = 0;  ///< floats from the start of the block
  std::int64_t size = 0;
  bool decays = false;  ///< weight decay applies: matrices, not biases and norms
};

/// All tensors of a configuration: tensors that decay first, so that an optimizer step is two
/// calls.
std::vector<ParameterInfo> parameter_layout(const ModelConfig& config);

/// What matrices are between updates. bf16 has no copy in more bits: see Backend::adamw(). Vectors
/// are floats always.
enum class WeightStorage { f32, bf16 };

/// "f32", "bf16". Errors: invalid_argument naming the choices.
Result<WeightStorage> weight_storage_named(std::string_view name);
std::string_view name_of(WeightStorage storage);

/// A matrix of parameters, in floats or in bf16.
struct WeightView {
  float* data = nullptr;
  std::uint16_t* bf16 = nullptr;
  std::int64_t rows = 0;
  std::int64_t cols = 0;

  operator Weight() const {  // NOLINT: what operations read
    return bf16 == nullptr ? Weight(data, rows, cols) : Weight(bf16, rows, cols);
  }
  operator Matrix() const {  // NOLINT: what they write, gradients
    SCRIBE_CHECK(bf16 == nullptr, "a matrix of floats is in bf16");
    return {data, rows, cols};
  }
};

/// One decoder block's tensors. What the configuration leaves out is empty.
struct BlockViews {
  NormViews norm_1;
  WeightView qkv_weight;  // (C, qkv_width): q, k, v side by side
  std::span<float> qkv_bias;
  HeadNormViews head_norms;      // or none
  WeightView projection_weight;  // (attended_width, C)
  std::span<float> projection_bias;
  NormViews norm_2;
  // (C, hidden_width): F columns, or if gated the gate's F and then the others'
  WeightView fc_weight;
  std::span<float> fc_bias;
  WeightView fc_projection_weight;  // (F, C)
  std::span<float> fc_projection_bias;
};

/// All tensors of a model, wherever they lie.
struct ParameterViews {
  WeightView token_table;      // (V, C)
  WeightView position_table;   // (context, C), or none
  WeightView own_head_table;   // (V, C), or none
  std::span<float> head_bias;  // (V), or none
  std::vector<BlockViews> blocks;
  NormViews norm_f;

  /// (V, C): the token table if the head is tied.
  WeightView head_table() const { return own_head_table.rows > 0 ? own_head_table : token_table; }
};

/// Where a tensor's first number lies: a float, or a matrix's in bf16.
struct TensorStart {
  float* floats = nullptr;
  std::uint16_t* bf16 = nullptr;
};

/// Views of the tensors of parameter_layout(), each where `place` says.
ParameterViews view_tensors(const ModelConfig& config, const std::vector<ParameterInfo>& layout,
                            const std::function<TensorStart(const ParameterInfo&)>& place);

/// Owns one block of numbers laid out as parameter_layout() says.
class Parameters : public ParameterViews {
 public:
  /// All zero.
  Parameters(Backend& backend, const ModelConfig& config,
             WeightStorage storage = WeightStorage::f32);

  const ModelConfig& config() const { return config_; }
  WeightStorage storage() const { return storage_; }
  const std::vector<ParameterInfo>& layout() const { return layout_; }
  std::int64_t size() const { return size_; }
  std::int64_t decaying_size() const { return decaying_size_; }
  /// Of floats.
  std::span<float> all() const;
  /// The part to which weight decay applies, as it is stored, and the rest.
  std::span<float> decaying() const;
  std::span<std::uint16_t> decaying_bf16() const;
  std::span<float> not_decaying() const;
  /// Of floats.
  std::span<float> tensor(const ParameterInfo& info) const;

  /// A tensor's values on the host: where they are, or in `copy`.
  std::span<const float> read(Backend& backend, const ParameterInfo& info,
                              std::vector<float>& copy) const;
  /// Rounds to what is stored.
  void write(Backend& backend, const ParameterInfo& info, std::span<const float> values);

 private:
  /// Of a matrix in bf16.
  std::span<std::uint16_t> bf16_tensor(const ParameterInfo& info) const;

  ModelConfig config_;
  WeightStorage storage_;
  std::vector<ParameterInfo> layout_;
  std::int64_t size_ = 0;
  std::int64_t decaying_size_ = 0;
  std::unique_ptr<Buffer> buffer_;       ///< floats: all, or with bf16 what does not decay
  std::unique_ptr<Buffer> bf16_buffer_;  ///< or none
};

/// GPT-2's initialisation: N(0, 0.02), positions N(0, 0.01), residual projections scaled by
/// 1/sqrt(2 layers), norms 1, biases 0. A pure function of the seed, whatever the backend.
void initialize(Backend& backend, Parameters& parameters, std::uint64_t seed);

}  // namespace scribe
