// Fields as the configuration classes of transformers name them, with their defaults.
#include "checkpoint/model_config.h"

#include <algorithm>
#include <limits>

namespace scribe {
namespace {

/// Reads fields of one config.json and keeps the first error.
class FieldReader {
 public:
  FieldReader(const Json& json, const std::string& where) : json_(json), where_(where) {}

  bool has(const char* field) const { return json_.contains(field) && !json_[field].is_null(); }
  bool is_null(const char* field) const { return json_.contains(field) && json_[field].is_null(); }
  const Json& at(const char* field) const { return json_[field]; }

  /// A size of 1 or more.
  void size(const char* field, std::int32_t& out) {
    const auto value = json_field<std::int64_t>(json_, field, where_);
    if (!value.ok()) return fail(value.error());
    if (value.value() < 1 || value.value() > std::numeric_limits<std::int32_t>::max())
      return fail(error(ErrorCode::invalid_data, "{}: '{}' is {}, expected 1 or more", where_,
                        field, value.value()));
    out = static_cast<std::int32_t>(value.value());
  }
  void optional_size(const char* field, std::int32_t& out) {
    if (has(field)) size(field, out);
  }
  template <typename T>
  void optional(const char* field, T& out) {
    if (!has(field)) return;
    auto value = json_field<T>(json_, field, where_);
    if (value.ok())
      out = value.value();
    else
      fail(value.error());
  }
  void optional(const char* field, float& out) {
    double value = static_cast<double>(out);
    optional(field, value);
    out = static_cast<float>(value);
  }

  /// A field that must have one of these values if it is there: anything else is a model that we
  /// would compute wrongly.
  void require(const char* field, std::initializer_list<Json> supported) {
    if (!has(field)) return;
    std::string names;
    for (const Json& value : supported) {
      if (at(field) == value) return;
      names += (names.empty() ? "" : " or ") + to_json_line(value);
    }
    unsupported(field, names);
  }
  void unsupported(const char* field, std::string_view expected) {
    fail(error(ErrorCode::unsupported, "{}: '{}' is {}, only {} is supported", where_, field,
               to_json_line(at(field)), expected));
  }
  void fail(const Error& failure) {
    if (status_.ok()) status_ = failure;
  }
  const Status& status() const { return status_; }

 private:
  const Json& json_;
  const std::string& where_;
  Status status_;
};

constexpr const char* kTanhGelu = "gelu_new";  // And gelu_pytorch_tanh: two names of one function.

/// GPT-2, GPT-BigCode and CodeGen name their sizes alike.
void read_gpt_sizes(FieldReader& fields, ModelConfig& config) {
  fields.size("n_layer", config.layers);
  fields.size("n_embd", config.width);
  fields.size("n_head", config.heads);
  // Old files have only n_ctx, which always meant the same.
  fields.size(fields.has("n_positions") ? "n_positions" : "n_ctx", config.context);
  fields.optional_size("n_inner", config.inner_width);
  fields.optional("layer_norm_epsilon", config.norm_epsilon);
  fields.optional("tie_word_embeddings", config.tied_head);
  fields.require("activation_function", {kTanhGelu, "gelu_pytorch_tanh"});
  fields.require("add_cross_attention", {false});
  fields.require("scale_attn_by_inverse_layer_idx", {false});
  bool scaled = true;
  fields.optional("scale_attn_weights", scaled);
  if (!scaled) config.attention_scale = 1;
}

/// Llama, Mistral, Qwen and StarCoder 2 name theirs alike.
void read_llama_sizes(FieldReader& fields, ModelConfig& config) {
  fields.size("num_hidden_layers", config.layers);
  fields.size("hidden_size", config.width);
  fields.size("num_attention_heads", config.heads);
  fields.optional_size("num_key_value_heads", config.kv_heads);
  fields.size("intermediate_size", config.inner_width);
  fields.size("max_position_embeddings", config.context);
  fields.optional("tie_word_embeddings", config.tied_head);
  if (!fields.status().ok()) return;
  const bool has_own_heads = config.family != Family::qwen2 && config.family != Family::starcoder2;
  if (has_own_heads) {
    if (config.family == Family::qwen3) config.head_width = 128;  // Where a file does not say.
    fields.optional_size("head_dim", config.head_width);
    const bool is_usual = std::int64_t{config.head_width} * config.heads == config.width;
    if (is_usual) config.head_width = 0;
  } else {
    fields.require("head_dim", {config.width / config.heads});
  }
  config.rotary_size = config.head_size();
}

/// As transformers: the factor may be left to the two contexts, the attention factor to the factor
/// or, as DeepSeek has it, to the quotient of two.
void read_yarn(FieldReader& fields, ModelConfig& config) {
  RotaryYarn& yarn = config.rotary_yarn;
  fields.size("original_max_position_embeddings", yarn.original_context);
  if (!fields.status().ok()) return;
  config.rotary_factor = static_cast<double>(config.context) / yarn.original_context;
  fields.optional("factor", config.rotary_factor);
  fields.optional("beta_fast", yarn.fast);
  fields.optional("beta_slow", yarn.slow);
  fields.require("truncate", {true});
  double scale = 0;
  double scale_all = 0;
  fields.optional("mscale", scale);
  fields.optional("mscale_all_dim", scale_all);
  const double log = yarn_attention_factor(std::max(config.rotary_factor, 1.0)) - 1;
  yarn.attention_factor = 1 + log;
  if (scale != 0 && scale_all != 0)
    yarn.attention_factor = (1 + scale * log) / (1 + scale_all * log);
  fields.optional("attention_factor", yarn.attention_factor);
}

/// "rope_theta" and "rope_scaling", or both in "rope_parameters" as newer files have it.
void read_rotation(FieldReader& fields, const std::string& where, ModelConfig& config) {
  fields.optional("rope_theta", config.rotary_theta);
  for (const char* const field : {"rope_scaling", "rope_parameters"}) {
    if (!fields.has(field)) continue;
    FieldReader inner(fields.at(field), where);
    inner.optional("rope_theta", config.rotary_theta);
    std::string type = "default";
    inner.optional("type", type);
    inner.optional("rope_type", type);
    if (type == "linear" || type == "llama3") inner.optional("factor", config.rotary_factor);
    if (type == "llama3") {
      inner.size("original_max_position_embeddings", config.rotary_bands.original_context);
      inner.optional("low_freq_factor", config.rotary_bands.low);
      inner.optional("high_freq_factor", config.rotary_bands.high);
    } else if (type == "yarn") {
      read_yarn(inner, config);
    } else if (type != "default" && type != "linear") {
      fields.unsupported(field, R"(the type "default", "linear", "llama3" or "yarn")");
    }
    double turned = 1;
    inner.optional("partial_rotary_factor", turned);
    if (turned != 1) fields.unsupported(field, "a partial_rotary_factor of 1");
    if (!inner.status().ok()) fields.fail(inner.status().error());
  }
}

/// GPT-Neo lists runs of kinds, as [[["global", "local"], 12]].
void read_neo_attention(FieldReader& fields, ModelConfig& config) {
  fields.optional_size("window_size", config.window);
  if (!fields.has("attention_types")) return;
  std::vector<Json> kinds;
  const Json& types = fields.at("attention_types");
  for (const Json& run : types.is_array() ? types : Json::array()) {
    if (!run.is_array() || run.size() != 2 || !run[0].is_array() || run[0].empty() ||
        !run[1].is_number_integer())
      return fields.unsupported("attention_types", "a list of [kinds, count]");
    for (std::int64_t i = 0; i < run[1].get<std::int64_t>() && kinds.size() < 4096; ++i)
      kinds.insert(kinds.end(), run[0].begin(), run[0].end());
  }
  bool all_global = true;
  bool alternates = true;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    all_global = all_global && kinds[i] == "global";
    alternates = alternates && kinds[i] == (i % 2 == 0 ? "global" : "local");
  }
  if (all_global)
    config.window = 0;
  else if (!alternates)
    fields.unsupported("attention_types", "global and local in turn, or global alone,");
}

void read_sizes(FieldReader& fields, const std::string& where, ModelConfig& config) {
  fields.size("vocab_size", config.vocabulary_size);
  switch (config.family) {
    case Family::gpt2:
      return read_gpt_sizes(fields, config);
    case Family::gpt_bigcode:
      fields.require("multi_query", {true});
      return read_gpt_sizes(fields, config);
    case Family::codegen:
      config.tied_head = false;
      read_gpt_sizes(fields, config);
      config.head_bias = !config.tied_head;
      return fields.optional_size("rotary_dim", config.rotary_size);
    case Family::gpt_neo:
      fields.size("num_layers", config.layers);
      fields.size("hidden_size", config.width);
      fields.size("num_heads", config.heads);
      fields.size("max_position_embeddings", config.context);
      fields.optional_size("intermediate_size", config.inner_width);
      fields.optional("layer_norm_epsilon", config.norm_epsilon);
      fields.optional("tie_word_embeddings", config.tied_head);
      fields.require("activation_function", {kTanhGelu, "gelu_pytorch_tanh"});
      return read_neo_attention(fields, config);
    case Family::llama: {
      read_llama_sizes(fields, config);
      read_rotation(fields, where, config);
      fields.optional("rms_norm_eps", config.norm_epsilon);
      fields.require("hidden_act", {"silu"});
      fields.optional("mlp_bias", config.network_bias);
      fields.optional("attention_bias", config.qkv_bias);
      config.projection_bias = config.qkv_bias;
      return;
    }
    case Family::mistral:
      read_llama_sizes(fields, config);
      read_rotation(fields, where, config);
      if (fields.is_null("sliding_window")) config.window = 0;
      fields.optional_size("sliding_window", config.window);
      fields.optional("rms_norm_eps", config.norm_epsilon);
      return fields.require("hidden_act", {"silu"});
    case Family::qwen3:
      fields.require("attention_bias", {false});
      [[fallthrough]];
    case Family::qwen2:
      read_llama_sizes(fields, config);
      read_rotation(fields, where, config);
      fields.optional("rms_norm_eps", config.norm_epsilon);
      fields.require("hidden_act", {"silu"});
      return fields.require("use_sliding_window", {false});
    case Family::starcoder2:
      read_llama_sizes(fields, config);
      read_rotation(fields, where, config);
      config.window = 0;
      fields.optional_size("sliding_window", config.window);
      fields.optional("norm_epsilon", config.norm_epsilon);
      fields.require("hidden_act", {"gelu_pytorch_tanh", kTanhGelu});
      return fields.require("use_bias", {true});
  }
}

Result<Family> family_of(const Json& json, const std::string& where) {
  std::string type = json.value("model_type", Json()).is_string()
                         ? json["model_type"].get<std::string>()
                         : std::string();
  const Json architectures = json.value("architectures", Json());
  if (type.empty() && architectures.is_array() && !architectures.empty() &&
      architectures[0].is_string() && architectures[0].get<std::string>().starts_with("GPT2"))
    type = "gpt2";
  const Result<Family> family = family_named(type);
  if (family.ok()) return family;
  return error(ErrorCode::unsupported, "{}: model_type: {}", where, family.error().message());
}

/// Rounded to the digits that float has, so that 1e-05 is not written 9.999999747378752e-06.
double shortest(float value) {
  return std::stod(fmt::format("{}", value));
}

void write_gpt(const ModelConfig& config, Json& json) {
  json["n_layer"] = config.layers;
  json["n_embd"] = config.width;
  json["n_head"] = config.heads;
  json["n_positions"] = config.context;
  json["n_ctx"] = config.context;
  json["n_inner"] = config.inner_width == 0 ? Json() : Json(config.inner_width);
  json["layer_norm_epsilon"] = shortest(config.norm_epsilon);
  json["activation_function"] =
      config.family == Family::gpt_bigcode ? "gelu_pytorch_tanh" : kTanhGelu;
  json["scale_attn_weights"] = config.attention_scale == 0;
  json["attn_pdrop"] = 0.0;
  json["embd_pdrop"] = 0.0;
  json["resid_pdrop"] = 0.0;
  if (config.family == Family::gpt_bigcode) json["multi_query"] = true;
  if (config.family == Family::codegen) json["rotary_dim"] = config.rotary_size;
}

void write_neo(const ModelConfig& config, Json& json) {
  json["num_layers"] = config.layers;
  json["hidden_size"] = config.width;
  json["num_heads"] = config.heads;
  json["max_position_embeddings"] = config.context;
  json["intermediate_size"] = config.inner_width == 0 ? Json() : Json(config.inner_width);
  json["layer_norm_epsilon"] = shortest(config.norm_epsilon);
  json["activation_function"] = kTanhGelu;
  if (config.window > 0) json["window_size"] = config.window;
  Json kinds = Json::array();
  for (std::int32_t layer = 0; layer < config.layers; ++layer)
    kinds.push_back(config.attention(1, 1, layer).window == 0 ? "global" : "local");
  json["attention_types"] = Json::array({Json::array({kinds, 1})});
  json["attention_dropout"] = 0.0;
  json["embed_dropout"] = 0.0;
  json["resid_dropout"] = 0.0;
}

Json rope_scaling_json(const ModelConfig& config) {
  const RotaryBands& bands = config.rotary_bands;
  if (bands.original_context > 0)
    return {{"rope_type", "llama3"},
            {"factor", config.rotary_factor},
            {"low_freq_factor", bands.low},
            {"high_freq_factor", bands.high},
            {"original_max_position_embeddings", bands.original_context}};
  const RotaryYarn& yarn = config.rotary_yarn;
  if (yarn.original_context > 0)
    return {{"rope_type", "yarn"},
            {"factor", config.rotary_factor},
            {"original_max_position_embeddings", yarn.original_context},
            {"beta_fast", yarn.fast},
            {"beta_slow", yarn.slow},
            {"attention_factor", yarn.attention_factor}};
  if (config.rotary_factor == 1) return {};
  return {{"rope_type", "linear"}, {"factor", config.rotary_factor}};
}

void write_llama(const ModelConfig& config, Json& json) {
  json["num_hidden_layers"] = config.layers;
  json["hidden_size"] = config.width;
  json["num_attention_heads"] = config.heads;
  json["num_key_value_heads"] = config.key_heads();
  json["intermediate_size"] = config.inner();
  json["max_position_embeddings"] = config.context;
  json["rope_theta"] = config.rotary_theta;
  json["rope_scaling"] = rope_scaling_json(config);
  const bool is_starcoder = config.family == Family::starcoder2;
  if (config.head_width != 0 || config.family == Family::qwen3)
    json["head_dim"] = config.head_size();
  json[is_starcoder ? "norm_epsilon" : "rms_norm_eps"] = shortest(config.norm_epsilon);
  json["hidden_act"] = is_starcoder ? "gelu_pytorch_tanh" : "silu";
  json["attention_dropout"] = 0.0;
  if (is_starcoder) {
    json["use_bias"] = true;
    json["sliding_window"] = config.window == 0 ? Json() : Json(config.window);
    json["residual_dropout"] = 0.0;
    json["embedding_dropout"] = 0.0;
  } else if (config.family == Family::llama) {
    json["attention_bias"] = config.qkv_bias;
    json["mlp_bias"] = config.network_bias;
  } else if (config.family == Family::mistral) {
    json["sliding_window"] = config.window == 0 ? Json() : Json(config.window);
  } else {
    json["use_sliding_window"] = false;
  }
}

const char* torch_name(NumberFormat weights) {
  switch (weights) {
    case NumberFormat::f32:
      return "float32";
    case NumberFormat::f16:
      return "float16";
    case NumberFormat::bf16:
      return "bfloat16";
    case NumberFormat::q8_0:
      break;
  }
  SCRIBE_UNREACHABLE();
}

const char* class_name(Family family) {
  switch (family) {
    case Family::gpt2:
      return "GPT2LMHeadModel";
    case Family::gpt_neo:
      return "GPTNeoForCausalLM";
    case Family::gpt_bigcode:
      return "GPTBigCodeForCausalLM";
    case Family::codegen:
      return "CodeGenForCausalLM";
    case Family::llama:
      return "LlamaForCausalLM";
    case Family::mistral:
      return "MistralForCausalLM";
    case Family::qwen2:
      return "Qwen2ForCausalLM";
    case Family::qwen3:
      return "Qwen3ForCausalLM";
    case Family::starcoder2:
      return "Starcoder2ForCausalLM";
  }
  SCRIBE_UNREACHABLE();
}

}  // namespace

Result<ModelConfig> parse_model_config(const Json& json, const std::string& where) {
  if (!json.is_object()) return error(ErrorCode::invalid_data, "{}: not a JSON object", where);
  SCRIBE_TRY_ASSIGN(const Family family, family_of(json, where));
  ModelConfig config = family_defaults(family);
  FieldReader fields(json, where);
  read_sizes(fields, where, config);
  SCRIBE_TRY(Status(fields.status()));
  const Status valid = validate(config);
  if (!valid.ok()) return error(ErrorCode::invalid_data, "{}: {}", where, valid.error().message());
  return config;
}

Result<ModelConfig> load_model_config(Env& env, const std::string& directory) {
  const std::string path = directory + "/config.json";
  if (!env.exists(directory))
    return error(ErrorCode::not_found, "checkpoint '{}' does not exist", directory);
  if (!env.exists(path))
    return error(ErrorCode::not_found,
                 "checkpoint '{}' has no config.json; expected a folder with config.json, "
                 "model.safetensors and tokenizer.json",
                 directory);
  SCRIBE_TRY_ASSIGN(const std::string text, read_text_file(env, path));
  SCRIBE_TRY_ASSIGN(const Json json, parse_json(text, path));
  return parse_model_config(json, path);
}

Json model_config_json(const ModelConfig& config, std::int32_t end_of_text, NumberFormat weights) {
  Json json;
  json["architectures"] = {class_name(config.family)};
  json["model_type"] = name_of(config.family);
  if (config.family == Family::gpt_neo)
    write_neo(config, json);
  else if (!config.learned_positions && !config.parallel)
    write_llama(config, json);
  else
    write_gpt(config, json);
  json["vocab_size"] = config.vocabulary_size;
  json["tie_word_embeddings"] = config.tied_head;
  json["initializer_range"] = 0.02;
  json["bos_token_id"] = end_of_text;
  json["eos_token_id"] = end_of_text;
  json["torch_dtype"] = torch_name(weights);
  return json;
}

}  // namespace scribe
