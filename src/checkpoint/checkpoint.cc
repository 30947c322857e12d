// A model as a Hugging Face directory: config.json, model.safetensors, tokenizer.json.
#include "checkpoint/checkpoint.h"

#include <algorithm>
#include <deque>
#include <set>

#include "base/json.h"
#include "checkpoint/model_config.h"
#include "checkpoint/tensor_pieces.h"

namespace scribe {
namespace {

constexpr const char* kHead = "lm_head.weight";

/// The name that the files use for tensor `name`: with the prefix of the base model or without.
std::string stored_name(const WeightFiles& files, Family family, const std::string& name) {
  const std::string_view prefix = name_prefix(family);
  if (files.contains(name) || !name.starts_with(prefix)) return name;
  const std::string bare = name.substr(prefix.size());
  return files.contains(bare) ? bare : name;
}

/// A head of its own where the configuration says that it is tied is another model; a copy of the
/// tied table is not.
Status check_head(const WeightFiles& files, const std::string& table_name) {
  const StoredTensor* const head = files.find(kHead);
  if (head == nullptr) return {};
  const StoredTensor* const table = files.find(table_name);
  if (table != nullptr && table->shape == head->shape && table->dtype == head->dtype &&
      std::ranges::equal(table->bytes, head->bytes))
    return {};
  return error(ErrorCode::unsupported,
               "{}: 'lm_head.weight' differs from the token table, but the configuration ties them "
               "(tie_word_embeddings)",
               files.path());
}

/// Copies the rows of a piece between a file's tensor and a parameter, both row-major.
class PieceCopy {
 public:
  PieceCopy(const TensorPiece& piece, const ParameterInfo& info)
      : piece_(piece), cols_(info.size / info.shape[0]) {}

  void to_parameter(std::span<const float> file, std::span<float> parameter) const {
    each([&](std::size_t in_file, std::size_t in_parameter) {
      parameter[in_parameter] = file[in_file];
    });
  }
  void to_file(std::span<const float> parameter, std::span<float> file) const {
    each([&](std::size_t in_file, std::size_t in_parameter) {
      file[in_file] = parameter[in_parameter];
    });
  }

 private:
  template <typename Body>
  void each(Body body) const {
    const std::int64_t width = piece_.shape.size() == 2 ? piece_.shape[1] : 1;
    for (std::int64_t r = 0; r < piece_.rows; ++r)
      for (std::int64_t c = 0; c < width; ++c) {
        const std::int64_t in_file = (piece_.row + r) * width + c;
        const std::int64_t in_parameter =
            piece_.transposed ? c * cols_ + piece_.col + r : (piece_.col + r) * width + c;
        body(static_cast<std::size_t>(in_file), static_cast<std::size_t>(in_parameter));
      }
  }

  const TensorPiece& piece_;
  std::int64_t cols_;
};

std::size_t size_of(const std::vector<std::int64_t>& shape) {
  std::int64_t size = 1;
  for (const std::int64_t dimension : shape) size *= dimension;
  return static_cast<std::size_t>(size);
}

Status write_if_changed(Env& env, const std::string& path, std::string_view bytes) {
  if (env.exists(path)) {
    SCRIBE_TRY_ASSIGN(const std::string old, env.read_file(path));
    if (old == bytes) return {};
  }
  return write_file_atomic(env, path, bytes);
}

/// Special tokens in a text are plain text in transformers too, so that it gives the same ids.
Json tokenizer_config_json(std::int32_t context, const Tokenizer& tokenizer) {
  const std::span<const TokenId> prefix = tokenizer.prefix();
  const std::string_view end = tokenizer.bytes_of(tokenizer.end_of_text());
  return {{"tokenizer_class", "PreTrainedTokenizerFast"},
          {"model_max_length", context},
          {"bos_token", prefix.empty() ? end : tokenizer.bytes_of(prefix.front())},
          {"eos_token", end},
          {"unk_token", end},
          {"split_special_tokens", true}};
}

}  // namespace

Status read_parameters(const WeightFiles& files, Backend& backend, Parameters& parameters) {
  const ModelConfig& config = parameters.config();
  std::set<std::string> known;
  std::vector<float> stored;
  std::string stored_is;  ///< the tensor that `stored` holds
  std::vector<float> host(parameters.all().size());
  for (const TensorPiece& piece : tensor_pieces(config, parameters.layout())) {
    const std::string name = stored_name(files, config.family, piece.name);
    if (name != stored_is) {
      stored.resize(size_of(piece.shape));
      SCRIBE_TRY(files.read(name, piece.shape, stored));
      stored_is = name;
    }
    const ParameterInfo& info = parameters.layout()[piece.parameter];
    PieceCopy(piece, info)
        .to_parameter(stored, std::span(host).subspan(static_cast<std::size_t>(info.offset),
                                                      static_cast<std::size_t>(info.size)));
    if (info.name == "transformer.wte.weight" && config.tied_head)
      SCRIBE_TRY(check_head(files, name));
    known.insert(name);
  }
  if (config.tied_head) known.insert(kHead);
  for (const std::string& name : files.names())
    if (!known.contains(name) && !is_computed_buffer(name))
      return error(ErrorCode::invalid_data,
                   "{}: unexpected tensor '{}' of shape {}; the file belongs to another "
                   "configuration",
                   files.path(), name, format_shape(files.find(name)->shape));
  backend.upload(host, parameters.all());
  return {};
}

Status write_parameters(Env& env, const std::string& path, Backend& backend,
                        const Parameters& parameters, std::map<std::string, std::string> metadata) {
  metadata["format"] = "pt";
  std::vector<float> host(parameters.all().size());
  backend.download(parameters.all(), host);
  std::vector<TensorToWrite> tensors;
  std::deque<std::vector<float>> turned;  // What `tensors` refers to besides `host`.
  for (const TensorPiece& piece : tensor_pieces(parameters.config(), parameters.layout())) {
    const ParameterInfo& info = parameters.layout()[piece.parameter];
    const std::span<const float> values = std::span(host).subspan(
        static_cast<std::size_t>(info.offset), static_cast<std::size_t>(info.size));
    if (!piece.transposed && piece.rows == piece.shape[0] &&
        size_of(piece.shape) == values.size()) {
      tensors.push_back({piece.name, piece.shape, values});
      continue;
    }
    if (tensors.empty() || tensors.back().name != piece.name) {
      turned.emplace_back(size_of(piece.shape));
      tensors.push_back({piece.name, piece.shape, turned.back()});
    }
    PieceCopy(piece, info).to_file(values, turned.back());
  }
  return write_safetensors(env, path, tensors, metadata);
}

Result<Checkpoint> load_checkpoint(Env& env, const std::string& directory, Backend& backend) {
  SCRIBE_TRY_ASSIGN(const ModelConfig config, load_model_config(env, directory));
  SCRIBE_TRY_ASSIGN(const WeightFiles files, WeightFiles::open(env, directory));
  const std::string tokenizer_path = directory + "/tokenizer.json";
  if (!env.exists(tokenizer_path))
    return error(ErrorCode::not_found, "checkpoint '{}' has no tokenizer.json", directory);
  SCRIBE_TRY_ASSIGN(Tokenizer tokenizer, Tokenizer::load(env, tokenizer_path));
  if (tokenizer.vocabulary_size() > config.vocabulary_size)
    return error(ErrorCode::invalid_data,
                 "checkpoint '{}': the tokenizer has {} ids but the model only {}", directory,
                 tokenizer.vocabulary_size(), config.vocabulary_size);
  Parameters parameters(backend, config);
  SCRIBE_TRY(read_parameters(files, backend, parameters));
  return Checkpoint{config, std::move(parameters), std::move(tokenizer)};
}

Status write_model_description(Env& env, const std::string& directory, const ModelConfig& config,
                               const Tokenizer& tokenizer, const std::string& tokenizer_path) {
  SCRIBE_TRY(env.create_directories(directory));
  SCRIBE_TRY(write_if_changed(env, directory + "/config.json",
                              to_json_pretty(model_config_json(config, tokenizer.end_of_text()))));
  SCRIBE_TRY(write_if_changed(env, directory + "/tokenizer_config.json",
                              to_json_pretty(tokenizer_config_json(config.context, tokenizer))));
  const std::string target = directory + "/tokenizer.json";
  if (!tokenizer_path.ends_with(".json")) return tokenizer.save(env, target);
  SCRIBE_TRY_ASSIGN(const std::string bytes, env.read_file(tokenizer_path));
  return write_if_changed(env, target, bytes);
}

}  // namespace scribe
