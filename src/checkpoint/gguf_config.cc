// Keys as llama.cpp reads them (llm_arch names, "ARCHITECTURE.attention.head_count" ...).
#include "checkpoint/gguf_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "checkpoint/gguf_rotary.h"

namespace scribe {
namespace {

struct Architecture {
  Family family;
  std::string_view name;
};
constexpr std::array kArchitectures =
    std::to_array<Architecture>({{Family::gpt2, "gpt2"},
                                 {Family::gpt_bigcode, "starcoder"},
                                 {Family::llama, "llama"},
                                 {Family::mistral, "llama"},
                                 {Family::qwen2, "qwen2"},
                                 {Family::qwen3, "qwen3"},
                                 {Family::starcoder2, "starcoder2"}});

/// What a rounded attention_factor of a config.json may be off by: less than floats of it are.
constexpr double kAttentionFactorError = 1e-7;

/// The context that Llama 3 was trained with before its rotations were scaled, in every version.
constexpr std::int32_t kLlama3Context = 8192;

/// Reads keys of one architecture and keeps the first error.
class KeyReader {
 public:
  KeyReader(const GgufFile& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

  bool has(std::string_view key) const { return file_.contains(full(key)); }

  /// A size of 1 or more.
  void size(std::string_view key, std::int32_t& out) {
    const Result<std::int64_t> value = file_.integer(full(key));
    if (!value.ok()) return fail(value.error());
    if (value.value() < 1 || value.value() > std::numeric_limits<std::int32_t>::max())
      return fail(error(ErrorCode::invalid_data, "{}: key '{}' is {}, expected 1 or more",
                        file_.path(), full(key), value.value()));
    out = static_cast<std::int32_t>(value.value());
  }
  void optional_size(std::string_view key, std::int32_t& out) {
    if (has(key)) size(key, out);
  }
  double number(std::string_view key) {
    const Result<double> value = file_.number(full(key));
    if (!value.ok()) fail(value.error());
    return value.ok() ? value.value() : 0;
  }
  /// A key that must have this value if it is there: another is a model that we would compute
  /// wrongly.
  void require(std::string_view key, std::int64_t expected) {
    if (!has(key)) return;
    const Result<std::int64_t> value = file_.integer(full(key));
    if (!value.ok()) return fail(value.error());
    if (value.value() != expected) unsupported(key, fmt::format("{}", value.value()), expected);
  }
  void require_number(std::string_view key, double expected) {
    if (!has(key)) return;
    const double value = number(key);
    if (value != expected) unsupported(key, fmt::format("{}", value), expected);
  }
  void refuse(std::string_view key) {
    if (has(key)) unsupported(key, "set", "a model without it");
  }
  template <typename Expected>
  void unsupported(std::string_view key, std::string_view found, const Expected& expected) {
    fail(error(ErrorCode::unsupported, "{}: key '{}' is {}, only {} is supported", file_.path(),
               full(key), found, expected));
  }
  void scaling(ModelConfig& config) {
    if (!has("rope.scaling.type")) return refuse("rope.scaling.factor");
    const Result<std::string> type = file_.text(full("rope.scaling.type"));
    if (!type.ok()) return fail(type.error());
    if (type.value() == "linear")
      config.rotary_factor = number("rope.scaling.factor");
    else if (type.value() == "yarn")
      yarn(config);
    else if (type.value() != "none")
      unsupported("rope.scaling.type", type.value(), "'none', 'linear' or 'yarn'");
  }
  /// llama.cpp takes the context for the original one where the file does not say.
  void yarn(ModelConfig& config) {
    config.rotary_factor = number("rope.scaling.factor");
    config.rotary_yarn.original_context = config.context;
    optional_size("rope.scaling.original_context_length", config.rotary_yarn.original_context);
    config.rotary_yarn.attention_factor = yarn_attention_factor(config.rotary_factor);
    require_number("rope.scaling.yarn_beta_fast", config.rotary_yarn.fast);
    require_number("rope.scaling.yarn_beta_slow", config.rotary_yarn.slow);
  }
  void fail(const Error& failure) {
    if (status_.ok()) status_ = failure;
  }
  const Status& status() const { return status_; }

 private:
  std::string full(std::string_view key) const { return prefix_ + std::string(key); }

  const GgufFile& file_;
  std::string prefix_;
  Status status_;
};

std::string_view architecture_of(Family family) {
  const auto* const found = std::ranges::find(kArchitectures, family, &Architecture::family);
  SCRIBE_CHECK(found != kArchitectures.end(), "no architecture for {}", name_of(family));
  return found->name;
}

/// "gpt2, starcoder ..." or, by our names, "gpt2, gpt_bigcode ...".
std::string known(bool as_families) {
  std::string names;
  for (const Architecture& one : kArchitectures) {
    if (!as_families && one.family == Family::mistral) continue;  // Llama's, for the second time.
    names += fmt::format("{}{}", names.empty() ? "" : ", ",
                         as_families ? name_of(one.family) : one.name);
  }
  return names;
}

Result<Family> family_in(const GgufFile& file) {
  SCRIBE_TRY_ASSIGN(const std::string name, file.text("general.architecture"));
  for (const Architecture& one : kArchitectures)
    if (one.name == name) return one.family;
  return error(ErrorCode::unsupported, "{}: the architecture is '{}', expected one of {}",
               file.path(), name, known(false));
}

void read_sizes(KeyReader& keys, ModelConfig& config) {
  keys.size("block_count", config.layers);
  keys.size("embedding_length", config.width);
  keys.size("attention.head_count", config.heads);
  keys.size("context_length", config.context);
  keys.size("feed_forward_length", config.inner_width);
  keys.optional_size("attention.head_count_kv", config.kv_heads);
  const bool is_rms = config.norm == NormKind::rms;
  config.norm_epsilon = static_cast<float>(
      keys.number(is_rms ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon"));
}

/// Of the architectures whose heads may be of a size that does not follow from the width.
void read_heads(KeyReader& keys, ModelConfig& config) {
  if (config.family == Family::llama || config.family == Family::qwen3)
    keys.optional_size("attention.key_length", config.head_width);
  if (std::int64_t{config.head_width} * config.heads == config.width) config.head_width = 0;
}

/// What other models of the same architectures have.
void refuse_variants(KeyReader& keys, const ModelConfig& config) {
  keys.require("attention.key_length", config.head_size());
  keys.require("attention.value_length", config.head_size());
  keys.require("expert_count", 0);
  keys.refuse("attention.scale");
  keys.refuse("rope.scale_linear");
  keys.require_number("rope.scaling.attn_factor", 1);
  keys.require_number("rope.scaling.yarn_attn_factor", 1);
  keys.require_number("rope.scaling.yarn_ext_factor", 1);
  keys.require_number("rope.scaling.yarn_log_multiplier", 0);
  if (config.family == Family::gpt2) keys.require("attention.head_count_kv", config.heads);
  if (config.family == Family::gpt_bigcode) keys.require("attention.head_count_kv", 1);
}

void read_rotation(KeyReader& keys, ModelConfig& config) {
  config.rotary_size = config.head_size();
  keys.require("rope.dimension_count", config.rotary_size);
  if (keys.has("rope.freq_base")) config.rotary_theta = keys.number("rope.freq_base");
  keys.scaling(config);
}

bool has_bias(const GgufFile& file, const std::string& module) {
  return file.tensors().contains("blk.0." + module + ".bias");
}

/// A head that is a copy of the token table is taken for a tied one, as some converters write it.
bool has_tied_head(const GgufFile& file) {
  const auto head = file.tensors().find("output.weight");
  if (head == file.tensors().end()) return true;
  const auto table = file.tensors().find("token_embd.weight");
  return table != file.tensors().end() && table->second.type == head->second.type &&
         table->second.shape == head->second.shape && !head->second.bytes.empty() &&
         std::ranges::equal(table->second.bytes, head->second.bytes);
}

/// Rows of the token table.
Result<std::int32_t> vocabulary_size(const GgufFile& file) {
  const auto table = file.tensors().find("token_embd.weight");
  if (table == file.tensors().end())
    return error(ErrorCode::invalid_data, "{}: tensor 'token_embd.weight' is missing", file.path());
  const std::int64_t rows = table->second.shape[0];
  if (rows > std::numeric_limits<std::int32_t>::max())
    return error(ErrorCode::limit_exceeded, "{}: {} ids are too many", file.path(), rows);
  return static_cast<std::int32_t>(rows);
}

}  // namespace

Status check_gguf_family(const ModelConfig& config) {
  const auto* const found = std::ranges::find(kArchitectures, config.family, &Architecture::family);
  if (found == kArchitectures.end())
    return error(ErrorCode::unsupported,
                 "llama.cpp does not run the family {}, only {}; --out DIRECTORY writes a Hugging "
                 "Face directory instead",
                 name_of(config.family), known(true));
  if (config.attention_scale != 0)
    return error(ErrorCode::unsupported,
                 "llama.cpp does not run models whose attention scores are not scaled "
                 "(scale_attn_weights: false); --out DIRECTORY writes a Hugging Face directory "
                 "instead");
  if (has_rotary_factors(config) && config.family != Family::llama)
    return error(ErrorCode::unsupported,
                 "llama.cpp does not compute rope_scaling of the type \"llama3\" in the family {}, "
                 "only in llama; --out DIRECTORY writes a Hugging Face directory instead",
                 name_of(config.family));
  const RotaryYarn& yarn = config.rotary_yarn;
  const double usual = yarn_attention_factor(config.rotary_factor);
  const bool is_usual = yarn.fast == 32 && yarn.slow == 1 &&
                        std::abs(yarn.attention_factor - usual) <= kAttentionFactorError * usual;
  if (yarn.original_context > 0 && !is_usual)
    return error(ErrorCode::unsupported,
                 "llama.cpp runs rope_scaling of the type \"yarn\" only with beta_fast 32, "
                 "beta_slow 1 and attention_factor 0.1 ln(factor) + 1 = {}, not {}, {} and {}; "
                 "--out DIRECTORY writes a Hugging Face directory instead",
                 usual, yarn.fast, yarn.slow, yarn.attention_factor);
  return {};
}

std::int32_t gguf_context(const ModelConfig& config) {
  return config.window == 0 ? config.context : std::min(config.context, config.window);
}

void add_gguf_config(const ModelConfig& config, GgufHeader& header) {
  const std::string_view name = architecture_of(config.family);
  const auto key = [&](std::string_view rest) { return fmt::format("{}.{}", name, rest); };
  const auto size = [&](std::string_view rest, std::int64_t value) {
    header.add(key(rest), static_cast<std::uint32_t>(value));
  };
  header.add("general.architecture", name);
  size("context_length", gguf_context(config));
  size("embedding_length", config.width);
  size("block_count", config.layers);
  size("feed_forward_length", config.inner());
  size("attention.head_count", config.heads);
  size("attention.head_count_kv", config.key_heads());
  if (config.head_width != 0 || config.family == Family::qwen3) {
    size("attention.key_length", config.head_size());
    size("attention.value_length", config.head_size());
  }
  size("vocab_size", config.vocabulary_size);
  header.add(key(config.norm == NormKind::rms ? "attention.layer_norm_rms_epsilon"
                                              : "attention.layer_norm_epsilon"),
             config.norm_epsilon);
  // Llama's architecture has no window: the context is as long as Mistral's.
  if (config.window > 0 && config.family != Family::mistral)
    size("attention.sliding_window", config.window);
  if (config.rotary_size == 0) return;
  size("rope.dimension_count", config.rotary_size);
  header.add(key("rope.freq_base"), static_cast<float>(config.rotary_theta));
  if (has_rotary_factors(config)) {
    // A tensor says the rest. llama.cpp reads this key, but uses it for other scalings only.
    size("rope.scaling.original_context_length", config.rotary_bands.original_context);
    return;
  }
  const std::int32_t yarn_context = config.rotary_yarn.original_context;
  if (config.rotary_factor == 1 && yarn_context == 0) return;
  header.add(key("rope.scaling.type"), yarn_context > 0 ? "yarn" : "linear");
  if (yarn_context > 0) size("rope.scaling.original_context_length", yarn_context);
  header.add(key("rope.scaling.factor"), static_cast<float>(config.rotary_factor));
}

Result<ModelConfig> gguf_config(const GgufFile& file) {
  SCRIBE_TRY_ASSIGN(const Family family, family_in(file));
  ModelConfig config = family_defaults(family);
  KeyReader keys(file, fmt::format("{}.", architecture_of(family)));
  read_sizes(keys, config);
  read_heads(keys, config);
  refuse_variants(keys, config);
  if (config.rotary_size > 0) read_rotation(keys, config);
  if (family == Family::starcoder2) {
    config.window = 0;
    keys.optional_size("attention.sliding_window", config.window);
  }
  std::int32_t original_context = kLlama3Context;
  keys.optional_size("rope.scaling.original_context_length", original_context);
  SCRIBE_TRY(Status(keys.status()));
  if (family == Family::gpt2) config.kv_heads = 0;
  if (!config.gated && config.inner_width == 4 * std::int64_t{config.width}) config.inner_width = 0;
  if (family == Family::llama) {
    config.qkv_bias = config.projection_bias = has_bias(file, "attn_q");
    config.network_bias = has_bias(file, "ffn_up");
  }
  config.tied_head = has_tied_head(file);
  SCRIBE_TRY_ASSIGN(config.vocabulary_size, vocabulary_size(file));
  const Status valid = validate(config);
  if (!valid.ok())
    return error(ErrorCode::invalid_data, "{}: {}", file.path(), valid.error().message());
  if (family == Family::llama && file.tensors().contains(kRotaryFactors))
    SCRIBE_TRY(read_rotary_factors(file, original_context, config));
  return config;
}

}  // namespace scribe
