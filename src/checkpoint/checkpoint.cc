// A model as a Hugging Face directory: config.json, model.safetensors, tokenizer.json.
#include "checkpoint/checkpoint.h"

#include "base/json.h"
#include "checkpoint/end_tokens.h"
#include "checkpoint/model_config.h"
#include "checkpoint/model_tensors.h"
#include "checkpoint/tensor_pieces.h"

namespace scribe {
namespace {

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
  SCRIBE_TRY(check_weights(files, config));
  std::vector<float> stored;
  std::string stored_is;    ///< the tensor that `stored` holds
  std::vector<float> host;  ///< the parameter that is being put together
  const std::vector<TensorPiece> pieces = tensor_pieces(config, parameters.layout());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const TensorPiece& piece = pieces[i];
    const std::string name = stored_name(files, config.family, piece.name);
    if (name != stored_is) {
      stored.resize(size_of(piece.shape));
      SCRIBE_TRY(files.read(name, piece.shape, stored));
      stored_is = name;
    }
    const ParameterInfo& info = parameters.layout()[piece.parameter];
    host.resize(static_cast<std::size_t>(info.size));
    PieceCopy(piece, info).to_parameter(stored, host);
    if (i + 1 == pieces.size() || pieces[i + 1].parameter != piece.parameter)
      parameters.write(backend, info, host);
  }
  return {};
}

Status write_parameters(Env& env, const std::string& path, Backend& backend,
                        const Parameters& parameters, std::map<std::string, std::string> metadata) {
  metadata["format"] = "pt";
  const std::vector<TensorPiece> pieces = tensor_pieces(parameters.config(), parameters.layout());
  std::vector<TensorEntry> entries;
  std::vector<std::size_t> first_piece;  ///< of each entry
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i > 0 && pieces[i].name == pieces[i - 1].name) continue;
    entries.push_back({pieces[i].name, pieces[i].shape});
    first_piece.push_back(i);
  }
  std::vector<float> copy;
  std::vector<float> tensor;
  const TensorBytes bytes_of = [&](std::size_t index) -> Result<std::span<const std::byte>> {
    for (std::size_t i = first_piece[index];
         i < pieces.size() && pieces[i].name == entries[index].name; ++i) {
      const ParameterInfo& info = parameters.layout()[pieces[i].parameter];
      const std::span<const float> values = parameters.read(backend, info, copy);
      if (pieces[i].is_whole(info)) return std::as_bytes(values);
      tensor.resize(size_of(entries[index].shape));
      PieceCopy(pieces[i], info).to_file(values, tensor);
    }
    return std::as_bytes(std::span<const float>(tensor));
  };
  return write_safetensors(env, path, entries, bytes_of, metadata);
}

Result<Checkpoint> load_checkpoint(Env& env, const std::string& directory, Backend& backend,
                                   WeightStorage storage) {
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
  SCRIBE_TRY_ASSIGN(const std::vector<TokenId> ends, end_tokens(env, directory, tokenizer));
  tokenizer = tokenizer.with_ends(ends);
  SCRIBE_TRY(check_weights(files, config));  // Before there is memory for what config.json says.
  Parameters parameters(backend, config, storage);
  SCRIBE_TRY(read_parameters(files, backend, parameters));
  return Checkpoint{config, std::move(parameters), std::move(tokenizer)};
}

Status write_model_description(Env& env, const std::string& directory, const ModelConfig& config,
                               const Tokenizer& tokenizer, const std::string& tokenizer_path,
                               NumberFormat weights) {
  SCRIBE_TRY(env.create_directories(directory));
  Json json = model_config_json(config, tokenizer.end_of_text(), weights);
  if (!tokenizer.prefix().empty()) json["bos_token_id"] = tokenizer.prefix().front();
  if (!tokenizer.more_ends().empty()) {
    json["eos_token_id"] = {tokenizer.end_of_text()};
    for (const TokenId id : tokenizer.more_ends()) json["eos_token_id"].push_back(id);
  }
  SCRIBE_TRY(write_if_changed(env, directory + "/config.json", to_json_pretty(json)));
  SCRIBE_TRY(write_if_changed(env, directory + "/tokenizer_config.json",
                              to_json_pretty(tokenizer_config_json(config.context, tokenizer))));
  const std::string target = directory + "/tokenizer.json";
  if (!tokenizer_path.ends_with(".json")) return tokenizer.save(env, target);
  SCRIBE_TRY_ASSIGN(const std::string bytes, env.read_file(tokenizer_path));
  return write_if_changed(env, target, bytes);
}

}  // namespace scribe
