// A model's parameters by name, in one block of memory; also gradients and optimizer moments.
#pragma once

#include <memory>
#include <span>
#include <string>
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

/// One decoder block's tensors. What the configuration leaves out is empty.
struct BlockViews {
  NormViews norm_1;
  Matrix qkv_weight;  // (C, qkv_width): q, k, v side by side
  std::span<float> qkv_bias;
  Matrix projection_weight;  // (C, C)
  std::span<float> projection_bias;
  NormViews norm_2;
  Matrix fc_weight;  // (C, hidden_width): F columns, or if gated the gate's F and then the others'
  std::span<float> fc_bias;
  Matrix fc_projection_weight;  // (F, C)
  std::span<float> fc_projection_bias;
};

/// Owns one block of floats laid out as parameter_layout() says.
class Parameters {
 public:
  Parameters(Backend& backend, const ModelConfig& config);  // all zero

  const ModelConfig& config() const { return config_; }
  const std::vector<ParameterInfo>& layout() const { return layout_; }
  std::span<float> all() const { return buffer_->span(); }
  /// The part to which weight decay applies, and the rest.
  std::span<float> decaying() const;
  std::span<float> not_decaying() const;
  std::span<float> tensor(const ParameterInfo& info) const;

  /// (V, C): the token table if the head is tied.
  Matrix head_table() const { return config_.tied_head ? token_table : own_head_table; }

  Matrix token_table;          // (V, C)
  Matrix position_table;       // (context, C), or none
  Matrix own_head_table;       // (V, C), or none
  std::span<float> head_bias;  // (V), or none
  std::vector<BlockViews> blocks;
  NormViews norm_f;

 private:
  ModelConfig config_;
  std::vector<ParameterInfo> layout_;
  std::unique_ptr<Buffer> buffer_;
  std::int64_t decaying_size_ = 0;
};

/// GPT-2's initialisation: N(0, 0.02), positions N(0, 0.01), residual projections scaled by
/// 1/sqrt(2 layers), norms 1, biases 0. A pure function of the seed, whatever the backend.
void initialize(Backend& backend, Parameters& parameters, std::uint64_t seed);

}  // namespace scribe
