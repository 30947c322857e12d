// A model's parameters by name, in one block of memory; also gradients and optimizer moments.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "model/config.h"

namespace scribe {

/// Where one tensor lies. Names are Hugging Face's: "transformer.h.0.attn.c_attn.weight".
struct ParameterInfo {
  std::string name;
  std::vector<std::int64_t> shape;
  std::int64_t offset = 0;  ///< floats from the start of the block
  std::int64_t size = 0;
  bool decays = false;  ///< weight decay applies: matrices, not biases and norms
};

/// All tensors of a configuration: tensors that decay first, so that an optimizer step is two
/// calls.
std::vector<ParameterInfo> parameter_layout(const GptConfig& config);

/// One decoder block's tensors.
struct BlockViews {
  std::span<float> ln_1_weight, ln_1_bias;
  Matrix qkv_weight;  // (C, 3C)
  std::span<float> qkv_bias;
  Matrix projection_weight;  // (C, C)
  std::span<float> projection_bias;
  std::span<float> ln_2_weight, ln_2_bias;
  Matrix fc_weight;  // (C, 4C)
  std::span<float> fc_bias;
  Matrix fc_projection_weight;  // (4C, C)
  std::span<float> fc_projection_bias;
};

/// Owns one block of floats laid out as parameter_layout() says.
class Parameters {
 public:
  Parameters(Backend& backend, const GptConfig& config);  // all zero

  const GptConfig& config() const { return config_; }
  const std::vector<ParameterInfo>& layout() const { return layout_; }
  std::span<float> all() const { return buffer_->span(); }
  /// The part to which weight decay applies, and the rest.
  std::span<float> decaying() const;
  std::span<float> not_decaying() const;
  std::span<float> tensor(const ParameterInfo& info) const;

  Matrix token_table;     // (V, C)
  Matrix position_table;  // (context, C)
  std::vector<BlockViews> blocks;
  std::span<float> ln_f_weight, ln_f_bias;

 private:
  GptConfig config_;
  std::vector<ParameterInfo> layout_;
  std::unique_ptr<Buffer> buffer_;
  std::int64_t decaying_size_ = 0;
};

/// GPT-2's initialisation: N(0, 0.02), positions N(0, 0.01), residual projections scaled by
/// 1/sqrt(2 layers), norms 1, biases 0. A pure function of the seed, whatever the backend.
void initialize(Backend& backend, Parameters& parameters, std::uint64_t seed);

}  // namespace scribe
