// Limits and the size of a decoder.
#include "model/config.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace scribe {
namespace {

// Generous next to the largest published decoder of this form (96 layers, width 12288, 2048
// positions), small enough that products of them fit 64 bits with room to spare.
constexpr std::int32_t kLayersMax = 1024;
constexpr std::int32_t kWidthMax = 1 << 16;
constexpr std::int32_t kInnerMax = 1 << 19;
constexpr std::int32_t kVocabularyMax = 1 << 22;
constexpr std::int32_t kContextMax = 1 << 20;

Status check_range(std::string_view field, std::int32_t value, std::int32_t max) {
  if (value >= 1 && value <= max) return {};
  return error(ErrorCode::invalid_argument, "model: {} is {}, expected 1 to {}", field, value, max);
}

Error wrong(std::string_view text) {
  return error(ErrorCode::invalid_argument, "model: {}", text);
}

Status check_yarn(const ModelConfig& config) {
  const RotaryYarn& yarn = config.rotary_yarn;
  if (yarn.original_context < 0 || !(yarn.slow > 0 && yarn.slow < yarn.fast) ||
      !(yarn.attention_factor > 0 && std::isfinite(yarn.attention_factor)))
    return wrong(
        fmt::format("rotary_yarn of context {} is {} and {} with attention factor {}, expected 0 "
                    "or more, 0 < slow < fast, and more than 0",
                    yarn.original_context, yarn.slow, yarn.fast, yarn.attention_factor));
  if (yarn.original_context > 0 && config.rotary_bands.original_context > 0)
    return wrong("rotary_yarn and rotary_bands, only one of them scales rotations");
  return {};
}

Status check_parts(const ModelConfig& config) {
  SCRIBE_TRY(check_range("inner_width", static_cast<std::int32_t>(config.inner()), kInnerMax));
  if (config.kv_heads < 0 || config.heads % config.key_heads() != 0)
    return wrong(fmt::format("kv_heads is {}, expected a divisor of heads {}", config.kv_heads,
                             config.heads));
  if (config.rotary_size < 0 || config.rotary_size > config.head_size() ||
      config.rotary_size % 2 != 0)
    return wrong(fmt::format("rotary_size is {}, expected an even number up to the head size {}",
                             config.rotary_size, config.head_size()));
  if (config.rotary_size > 0 && !(config.rotary_theta > 1 && config.rotary_factor >= 1))
    return wrong(
        fmt::format("rotary_theta is {} and rotary_factor {}, expected more than 1 and 1 "
                    "or more",
                    config.rotary_theta, config.rotary_factor));
  const RotaryBands& bands = config.rotary_bands;
  if (bands.original_context < 0 || !(bands.low > 0 && bands.low < bands.high))
    return wrong(
        fmt::format("rotary_bands of context {} are {} and {}, expected 0 or more and 0 < low < "
                    "high",
                    bands.original_context, bands.low, bands.high));
  SCRIBE_TRY(check_yarn(config));
  if (config.window < 0 || !(config.attention_scale >= 0))
    return wrong(fmt::format("window is {} and attention_scale {}, expected 0 or more",
                             config.window, config.attention_scale));
  if (config.tied_head && config.head_bias) return wrong("a tied head with a bias");
  return {};
}

}  // namespace

std::string_view name_of(Family family) {
  switch (family) {
    case Family::gpt2:
      return "gpt2";
    case Family::gpt_neo:
      return "gpt_neo";
    case Family::gpt_bigcode:
      return "gpt_bigcode";
    case Family::codegen:
      return "codegen";
    case Family::llama:
      return "llama";
    case Family::mistral:
      return "mistral";
    case Family::qwen2:
      return "qwen2";
    case Family::qwen3:
      return "qwen3";
    case Family::starcoder2:
      return "starcoder2";
  }
  SCRIBE_UNREACHABLE();
}

ModelConfig family_defaults(Family family) {
  ModelConfig config;
  config.family = family;
  switch (family) {
    case Family::gpt2:
      break;
    case Family::gpt_neo:
      config.qkv_bias = false;
      config.attention_scale = 1;  // Scores are not divided at all.
      config.window = 256;
      config.window_alternates = true;
      break;
    case Family::gpt_bigcode:
      config.kv_heads = 1;
      break;
    case Family::codegen:
      config.learned_positions = false;
      config.rotary_size = 64;
      config.rotary_pairs = RotaryPairs::neighbours;
      config.parallel = true;
      config.qkv_bias = config.projection_bias = false;
      config.tied_head = false;
      config.head_bias = true;
      break;
    case Family::llama:
    case Family::mistral:
    case Family::qwen2:
    case Family::qwen3:
      config.norm = NormKind::rms;
      config.norm_epsilon = 1e-6F;
      config.learned_positions = false;
      config.rotary_size = config.head_size();
      config.gated = true;
      config.qkv_bias = family == Family::qwen2;
      config.head_norms = family == Family::qwen3;
      if (family == Family::mistral) config.window = 4096;
      config.projection_bias = config.network_bias = false;
      config.tied_head = false;
      break;
    case Family::starcoder2:
      config.learned_positions = false;
      config.rotary_size = config.head_size();
      config.window = 4096;
      break;
  }
  return config;
}

void fit_to_sizes(ModelConfig& config) {
  constexpr std::int32_t kInnerMultiple = 32;
  if (config.rotary_size > 0 && config.heads > 0)
    config.rotary_size = config.rotary_pairs == RotaryPairs::halves
                             ? config.head_size()
                             : std::min(config.rotary_size, config.head_size());
  if (!config.gated || config.inner_width != 0) return;
  const std::int64_t wanted = (std::int64_t{8} * config.width + 2) / 3;
  config.inner_width =
      static_cast<std::int32_t>((wanted + kInnerMultiple - 1) / kInnerMultiple * kInnerMultiple);
}

Result<Family> family_named(std::string_view name) {
  std::string known;
  for (const Family family : kFamilies) {
    if (name == name_of(family)) return family;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name_of(family));
  }
  return error(ErrorCode::invalid_argument, "there is no model family '{}', expected one of {}",
               name, known);
}

AttentionShape ModelConfig::attention(std::int64_t batch, std::int64_t time,
                                      std::int32_t layer) const {
  return {.batch = batch,
          .time = time,
          .heads = heads,
          .head_size = head_size(),
          .kv_heads = key_heads(),
          .window = window_alternates && layer % 2 == 0 ? 0 : window,
          .scale = attention_scale};
}

Status validate(const ModelConfig& config) {
  SCRIBE_TRY(check_range("layers", config.layers, kLayersMax));
  SCRIBE_TRY(check_range("width", config.width, kWidthMax));
  SCRIBE_TRY(check_range("heads", config.heads, config.width));
  SCRIBE_TRY(check_range("vocabulary_size", config.vocabulary_size, kVocabularyMax));
  SCRIBE_TRY(check_range("context", config.context, kContextMax));
  if (config.head_width == 0 && config.width % config.heads != 0)
    return wrong(fmt::format("width {} is not a multiple of heads {}", config.width, config.heads));
  if (config.head_width != 0) SCRIBE_TRY(check_range("head_width", config.head_width, kWidthMax));
  if (config.attended_width() > kWidthMax)
    return wrong(fmt::format("{} heads of {} columns, expected at most {} together", config.heads,
                             config.head_size(), kWidthMax));
  if (config.head_size() % 8 != 0)
    return wrong(
        fmt::format("width {} and heads {} with a head size of {}, expected a multiple of 8",
                    config.width, config.heads, config.head_size()));
  if (!(config.norm_epsilon > 0 && config.norm_epsilon < 1))
    return wrong(fmt::format("norm_epsilon is {}, expected more than 0 and less than 1",
                             config.norm_epsilon));
  return check_parts(config);
}

std::string all_fields(const ModelConfig& config) {
  const ModelConfig& c = config;
  std::string fields = fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
      name_of(c.family), c.layers, c.width, c.heads, c.key_heads(), c.inner(), c.vocabulary_size,
      c.context, c.norm_epsilon, static_cast<int>(c.norm), c.learned_positions, c.rotary_size,
      c.rotary_theta, c.rotary_factor, c.rotary_bands.original_context, c.rotary_bands.low,
      c.rotary_bands.high, static_cast<int>(c.rotary_pairs), c.attention_scale, c.window,
      c.window_alternates, c.parallel, c.gated, c.qkv_bias, c.projection_bias, c.network_bias,
      c.tied_head, c.head_bias);
  // What came later is named where it is there alone: older lines stay as they were.
  if (const RotaryYarn& yarn = c.rotary_yarn; yarn.original_context != 0)
    fields += fmt::format(" yarn {} {} {} {}", yarn.original_context, yarn.fast, yarn.slow,
                          yarn.attention_factor);
  if (c.head_width != 0) fields += fmt::format(" head_width {}", c.head_width);
  if (c.head_norms) fields += " head_norms";
  return fields;
}

double yarn_attention_factor(double factor) {
  return 0.1 * std::log(factor) + 1;
}

std::int64_t parameter_count(const ModelConfig& config) {
  const std::int64_t C = config.width;
  const std::int64_t F = config.inner();
  const std::int64_t norm = config.norm == NormKind::layer ? 2 * C : C;
  const std::int64_t qkv = config.qkv_width() * (C + (config.qkv_bias ? 1 : 0));
  const std::int64_t projection = C * (config.attended_width() + (config.projection_bias ? 1 : 0));
  const std::int64_t network = config.hidden_width() * (C + (config.network_bias ? 1 : 0)) +
                               C * (F + (config.network_bias ? 1 : 0));
  const std::int64_t block = (config.parallel ? 1 : 2) * norm + qkv + projection + network +
                             (config.head_norms ? 2 * config.head_size() : 0);
  const std::int64_t tables =
      config.vocabulary_size * C + (config.learned_positions ? config.context * C : 0);
  const std::int64_t head =
      config.vocabulary_size * ((config.tied_head ? 0 : C) + (config.head_bias ? 1 : 0));
  return config.layers * block + norm + tables + head;
}

double training_flop_per_token(const ModelConfig& config, std::int64_t time) {
  const std::int64_t positions =
      config.learned_positions ? std::int64_t{config.context} * config.width : 0;
  const auto products = static_cast<double>(parameter_count(config) - positions);
  return 6 * products + 6.0 * config.layers * static_cast<double>(time) *
                            static_cast<double>(config.attended_width());
}

}  // namespace scribe
