// The config.json of a Hugging Face GPT-2, in and out.
#include "checkpoint/model_config.h"

#include <limits>

namespace scribe {
namespace {

/// An optional field that must have one value: anything else is a model that we would compute
/// wrongly.
Status require(const Json& json, const char* field, const Json& supported,
               const std::string& where) {
  if (!json.contains(field) || json[field].is_null() || json[field] == supported) return {};
  return error(ErrorCode::unsupported, "{}: '{}' is {}, only {} is supported", where, field,
               to_json_line(json[field]), to_json_line(supported));
}

Status check_architecture(const Json& json, const std::string& where) {
  std::string type = json.value("model_type", Json()).is_string()
                         ? json["model_type"].get<std::string>()
                         : std::string();
  const Json architectures = json.value("architectures", Json());
  if (type.empty() && architectures.is_array() && !architectures.empty() &&
      architectures[0].is_string() && architectures[0].get<std::string>().starts_with("GPT2"))
    type = "gpt2";
  if (type == "gpt2") return {};
  return error(ErrorCode::unsupported, "{}: model_type is '{}', only 'gpt2' is supported", where,
               type);
}

Result<std::int32_t> dimension(const Json& json, std::string_view field, const std::string& where) {
  SCRIBE_TRY_ASSIGN(const std::int64_t value, json_field<std::int64_t>(json, field, where));
  if (value < 1 || value > std::numeric_limits<std::int32_t>::max())
    return error(ErrorCode::invalid_data, "{}: '{}' is {}, expected 1 or more", where, field,
                 value);
  return static_cast<std::int32_t>(value);
}

Status check_variant(const Json& json, std::int64_t width, const std::string& where) {
  SCRIBE_TRY(require(json, "tie_word_embeddings", true, where));
  SCRIBE_TRY(require(json, "n_inner", 4 * width, where));
  SCRIBE_TRY(require(json, "scale_attn_weights", true, where));
  SCRIBE_TRY(require(json, "scale_attn_by_inverse_layer_idx", false, where));
  SCRIBE_TRY(require(json, "add_cross_attention", false, where));
  const Json activation = json.value("activation_function", Json("gelu_new"));
  if (activation != "gelu_new" && activation != "gelu_pytorch_tanh")  // Two names of one function.
    return error(ErrorCode::unsupported,
                 "{}: 'activation_function' is {}, only \"gelu_new\" is supported", where,
                 to_json_line(activation));
  return {};
}

}  // namespace

Result<ModelConfig> parse_model_config(const Json& json, const std::string& where) {
  if (!json.is_object()) return error(ErrorCode::invalid_data, "{}: not a JSON object", where);
  SCRIBE_TRY(check_architecture(json, where));
  ModelConfig config;
  SCRIBE_TRY_ASSIGN(config.layers, dimension(json, "n_layer", where));
  SCRIBE_TRY_ASSIGN(config.width, dimension(json, "n_embd", where));
  SCRIBE_TRY_ASSIGN(config.heads, dimension(json, "n_head", where));
  SCRIBE_TRY_ASSIGN(config.vocabulary_size, dimension(json, "vocab_size", where));
  // Old files have only n_ctx, which always meant the same.
  const char* const context = json.contains("n_positions") ? "n_positions" : "n_ctx";
  SCRIBE_TRY_ASSIGN(config.context, dimension(json, context, where));
  if (json.contains("layer_norm_epsilon")) {
    SCRIBE_TRY_ASSIGN(const double epsilon, json_field<double>(json, "layer_norm_epsilon", where));
    config.norm_epsilon = static_cast<float>(epsilon);
  }
  SCRIBE_TRY(check_variant(json, config.width, where));
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

Json model_config_json(const ModelConfig& config, std::int32_t end_of_text) {
  Json json;
  json["architectures"] = {"GPT2LMHeadModel"};
  json["model_type"] = "gpt2";
  json["n_layer"] = config.layers;
  json["n_embd"] = config.width;
  json["n_head"] = config.heads;
  json["n_positions"] = config.context;
  json["n_ctx"] = config.context;
  json["n_inner"] = nullptr;
  json["vocab_size"] = config.vocabulary_size;
  // Rounded to the digits that float has, so that 1e-05 is not written 9.999999747378752e-06.
  json["layer_norm_epsilon"] = std::stod(fmt::format("{}", config.norm_epsilon));
  json["activation_function"] = "gelu_new";
  json["tie_word_embeddings"] = true;
  json["scale_attn_weights"] = true;
  json["attn_pdrop"] = 0.0;
  json["embd_pdrop"] = 0.0;
  json["resid_pdrop"] = 0.0;
  json["initializer_range"] = 0.02;
  json["bos_token_id"] = end_of_text;
  json["eos_token_id"] = end_of_text;
  json["torch_dtype"] = "float32";
  return json;
}

}  // namespace scribe
