// The shape of a decoder: one description for all families that can be computed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "backend/backend.h"
#include "base/result.h"

namespace scribe {

/// Whose names and files a model has. What it computes is in the other fields of ModelConfig.
enum class Family { gpt2, gpt_neo, gpt_bigcode, codegen, llama, mistral, qwen2, qwen3, starcoder2 };

inline constexpr std::array kFamilies = {Family::gpt2,    Family::gpt_neo, Family::gpt_bigcode,
                                         Family::codegen, Family::llama,   Family::mistral,
                                         Family::qwen2,   Family::qwen3,   Family::starcoder2};

/// "gpt2" ...: transformers' model_type.
std::string_view name_of(Family family);

enum class NormKind { layer, rms };

/// Llama 3.1's scaling of rotations: those that turn at least `high` times within the context of
/// the first training stay, those that turn at most `low` times are slowed down by rotary_factor,
/// and between the two it goes over linearly.
struct RotaryBands {
  std::int32_t original_context = 0;  ///< 0: rotary_factor slows down all alike
  double low = 1;
  double high = 4;
  bool operator==(const RotaryBands&) const = default;
};

/// YaRN's scaling of rotations (Peng et al. 2023, section 3): pairs that turn at least `fast` times
/// within the context of the first training stay, those that turn at most `slow` times are slowed
/// down by rotary_factor, and between the two it goes over linearly in the index of the pair, from
/// one whole index to another. Cosines and sines are multiplied by attention_factor, so that scores
/// are by its square.
struct RotaryYarn {
  std::int32_t original_context = 0;  ///< 0: another scaling, or none
  double fast = 32;
  double slow = 1;
  double attention_factor = 1;
  bool operator==(const RotaryYarn&) const = default;
};

/// The paper's attention_factor for a rotary_factor of 1 or more: 0.1 ln(factor) + 1.
double yarn_attention_factor(double factor);

/// A decoder of pre-normalized blocks. The defaults are GPT-2's: LayerNorm, learned positions, tanh
/// GELU, an inner width of four times the width, a tied output table (Radford et al. 2019; Brown et
/// al. 2020 section 2.1).
struct ModelConfig {
  Family family = Family::gpt2;
  std::int32_t layers = 4;
  std::int32_t width = 256;
  std::int32_t heads = 4;
  std::int32_t kv_heads = 0;     ///< heads of keys and values; 0: as many as of queries
  std::int32_t head_width = 0;   ///< columns of a head; 0: width / heads
  std::int32_t inner_width = 0;  ///< of the two-layer network; 0: 4 width
  std::int32_t vocabulary_size = 4096;
  std::int32_t context = 256;  ///< positions
  float norm_epsilon = 1e-5F;
  NormKind norm = NormKind::layer;

  bool learned_positions = true;
  std::int32_t rotary_size = 0;  ///< columns of each head that are turned; 0: none
  double rotary_theta = 10000;
  double rotary_factor = 1;  ///< positions are divided by it (linear scaling)
  RotaryBands rotary_bands = {};
  RotaryYarn rotary_yarn = {};  ///< not with rotary_bands
  RotaryPairs rotary_pairs = RotaryPairs::halves;

  float attention_scale = 0;       ///< 0: 1 / sqrt(head size)
  std::int32_t window = 0;         ///< keys that a query sees; 0: all before it
  bool window_alternates = false;  ///< only in every second block, from the second on (GPT-3)

  bool parallel = false;  ///< attention and network read the same normalized input (GPT-J)
  bool gated = false;     ///< SwiGLU instead of GELU
  bool qkv_bias = true;
  bool projection_bias = true;
  bool network_bias = true;
  bool tied_head = true;
  bool head_bias = false;
  bool head_norms = false;  ///< RMSNorm of each head of q and k before it is turned (Qwen 3)

  std::int32_t head_size() const { return head_width == 0 ? width / heads : head_width; }
  std::int32_t key_heads() const { return kv_heads == 0 ? heads : kv_heads; }
  std::int64_t key_width() const { return std::int64_t{key_heads()} * head_size(); }
  /// Columns of all queries, and so of what attention gives.
  std::int64_t attended_width() const { return std::int64_t{heads} * head_size(); }
  std::int64_t qkv_width() const { return attended_width() + 2 * key_width(); }
  /// Heads that are normalised, those of queries and then those of keys, and their columns.
  std::int64_t normed_heads() const { return head_norms ? heads + key_heads() : 0; }
  std::int64_t normed_width() const { return normed_heads() * head_size(); }
  std::int64_t inner() const { return inner_width == 0 ? 4 * std::int64_t{width} : inner_width; }
  /// Columns of the network's first product.
  std::int64_t hidden_width() const { return gated ? 2 * inner() : inner(); }
  AttentionShape attention(std::int64_t batch, std::int64_t time, std::int32_t layer) const;
  bool operator==(const ModelConfig&) const = default;
};

/// What all models of a family have in common; sizes are those of ModelConfig's defaults.
ModelConfig family_defaults(Family family);

/// Sets in a new model what follows from its sizes: how much of each head is turned, and the width
/// of a gated network if none is given (8/3 of the width, so that it has as many parameters as one
/// that is not gated).
void fit_to_sizes(ModelConfig& config);

/// Errors: invalid_argument if there is no such family.
Result<Family> family_named(std::string_view name);

/// Errors: invalid_argument naming the field: everything positive and within sane limits, width
/// divisible by heads unless they say theirs, head size a multiple of 8, parts that fit together.
Status validate(const ModelConfig& config);

/// Every field in one line: two configurations with the same line compute the same.
std::string all_fields(const ModelConfig& config);

/// Floating-point operations of a training step per token, windows of `time` tokens: 6 for each
/// parameter but the learned positions, and 6 layers time width for attention's causal half (the
/// convention of llm.c; a window makes it less than that).
double training_flop_per_token(const ModelConfig& config, std::int64_t time);

/// Total number of parameters, embeddings and biases included, a tied head once.
std::int64_t parameter_count(const ModelConfig& config);

}  // namespace scribe
