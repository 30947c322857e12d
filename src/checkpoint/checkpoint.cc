// A model as a Hugging Face directory: config.json, model.safetensors, tokenizer.json.
#include "checkpoint/checkpoint.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/json.h"
#include "checkpoint/model_config.h"

namespace scribe {
namespace {

constexpr std::string_view kPrefix = "transformer.";
constexpr std::string_view kHead = "lm_head.weight";

/// The name that the file uses for tensor `name`: with the prefix or, in old files, without.
std::string stored_name(const SafetensorsFile& file, const std::string& name) {
  if (file.tensors().contains(name)) return name;
  const std::string bare = name.substr(kPrefix.size());
  return file.tensors().contains(bare) ? bare : name;
}

/// Buffers of the causal mask, which early versions of transformers saved along.
bool is_mask(std::string_view name) {
  return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias");
}

/// A head of its own is another model; a copy of the tied table is not.
Status check_head(const SafetensorsFile& file, const std::string& path) {
  const auto head = file.tensors().find(std::string(kHead));
  if (head == file.tensors().end()) return {};
  const auto table = file.tensors().find(stored_name(file, "transformer.wte.weight"));
  if (table != file.tensors().end() && table->second.shape == head->second.shape &&
      table->second.dtype == head->second.dtype &&
      std::ranges::equal(table->second.bytes, head->second.bytes))
    return {};
  return error(ErrorCode::unsupported,
               "{}: 'lm_head.weight' differs from the token table; only tied heads are supported",
               path);
}

Result<SafetensorsFile> open_weights(Env& env, const std::string& directory) {
  const std::string path = directory + "/model.safetensors";
  if (env.exists(path)) return SafetensorsFile::open(env, path);
  if (env.exists(directory + "/model.safetensors.index.json"))
    return error(ErrorCode::unsupported,
                 "checkpoint '{}' is split into several files; save it as one model.safetensors",
                 directory);
  return error(ErrorCode::not_found, "checkpoint '{}' has no model.safetensors", directory);
}

Status write_if_changed(Env& env, const std::string& path, std::string_view bytes) {
  if (env.exists(path)) {
    SCRIBE_TRY_ASSIGN(const std::string old, env.read_file(path));
    if (old == bytes) return {};
  }
  return write_file_atomic(env, path, bytes);
}

Json tokenizer_config_json(std::int32_t context) {
  return {{"tokenizer_class", "PreTrainedTokenizerFast"},
          {"model_max_length", context},
          {"bos_token", kEndOfText},
          {"eos_token", kEndOfText},
          {"unk_token", kEndOfText}};
}

}  // namespace

Status read_parameters(const SafetensorsFile& file, const std::string& path, Backend& backend,
                       Parameters& parameters) {
  SCRIBE_TRY(check_head(file, path));
  std::set<std::string> known{std::string(kHead)};
  std::vector<float> host;
  for (const ParameterInfo& info : parameters.layout()) {
    const std::string name = stored_name(file, info.name);
    host.resize(static_cast<std::size_t>(info.size));
    SCRIBE_TRY(file.read(name, info.shape, host));
    backend.upload(host, parameters.tensor(info));
    known.insert(name);
  }
  for (const auto& [name, tensor] : file.tensors())
    if (!known.contains(name) && !is_mask(name))
      return error(ErrorCode::invalid_data,
                   "{}: unexpected tensor '{}' of shape {}; the file belongs to another "
                   "configuration",
                   path, name, format_shape(tensor.shape));
  return {};
}

Status write_parameters(Env& env, const std::string& path, Backend& backend,
                        const Parameters& parameters, std::map<std::string, std::string> metadata) {
  metadata["format"] = "pt";
  std::vector<float> host(parameters.all().size());
  backend.download(parameters.all(), host);
  std::vector<TensorToWrite> tensors;
  for (const ParameterInfo& info : parameters.layout())
    tensors.push_back({info.name, info.shape,
                       std::span(host).subspan(static_cast<std::size_t>(info.offset),
                                               static_cast<std::size_t>(info.size))});
  return write_safetensors(env, path, tensors, metadata);
}

Result<Checkpoint> load_checkpoint(Env& env, const std::string& directory, Backend& backend) {
  SCRIBE_TRY_ASSIGN(const ModelConfig config, load_model_config(env, directory));
  SCRIBE_TRY_ASSIGN(const SafetensorsFile file, open_weights(env, directory));
  const std::string tokenizer_path = directory + "/tokenizer.json";
  if (!env.exists(tokenizer_path))
    return error(ErrorCode::not_found, "checkpoint '{}' has no tokenizer.json", directory);
  SCRIBE_TRY_ASSIGN(Tokenizer tokenizer, Tokenizer::load(env, tokenizer_path));
  if (tokenizer.vocabulary_size() > config.vocabulary_size)
    return error(ErrorCode::invalid_data,
                 "checkpoint '{}': the tokenizer has {} ids but the model only {}", directory,
                 tokenizer.vocabulary_size(), config.vocabulary_size);
  Parameters parameters(backend, config);
  SCRIBE_TRY(read_parameters(file, directory + "/model.safetensors", backend, parameters));
  return Checkpoint{config, std::move(parameters), std::move(tokenizer)};
}

Status write_model_description(Env& env, const std::string& directory, const ModelConfig& config,
                               const Tokenizer& tokenizer, const std::string& tokenizer_path) {
  SCRIBE_TRY(env.create_directories(directory));
  SCRIBE_TRY(write_if_changed(env, directory + "/config.json",
                              to_json_pretty(model_config_json(config, tokenizer.end_of_text()))));
  SCRIBE_TRY(write_if_changed(env, directory + "/tokenizer_config.json",
                              to_json_pretty(tokenizer_config_json(config.context))));
  const std::string target = directory + "/tokenizer.json";
  if (!tokenizer_path.ends_with(".json")) return tokenizer.save(env, target);
  SCRIBE_TRY_ASSIGN(const std::string bytes, env.read_file(tokenizer_path));
  return write_if_changed(env, target, bytes);
}

}  // namespace scribe
