// Opens and checks the one format, then lets the writer of the other ask for tensor after tensor.
#include "checkpoint/convert.h"

#include <map>

#include "checkpoint/checkpoint.h"
#include "checkpoint/end_tokens.h"
#include "checkpoint/gguf_config.h"
#include "checkpoint/gguf_rotary.h"
#include "checkpoint/gguf_tensors.h"
#include "checkpoint/gguf_tokenizer.h"
#include "checkpoint/model_config.h"
#include "tensor/ggml_blocks.h"

namespace scribe {
namespace {

Status check_stop(const StopToken& stop) {
  if (!stop.requested()) return {};
  return error(ErrorCode::interrupted, "stopped by the user; no model was written");
}

/// A checkpoint whose tensors are not in memory.
struct Source {
  ModelConfig config;
  WeightFiles files;
  std::string tokenizer_path;
  Vocabulary vocabulary;

  Status read(const ModelTensor& tensor, std::span<float> out) const {
    return files.read(stored_name(files, config.family, tensor.name), tensor.shape, out);
  }
};

Result<Source> open_source(Env& env, const std::string& directory) {
  SCRIBE_TRY_ASSIGN(const ModelConfig config, load_model_config(env, directory));
  SCRIBE_TRY_ASSIGN(WeightFiles files, WeightFiles::open(env, directory));
  SCRIBE_TRY(check_weights(files, config));
  const std::string path = directory + "/tokenizer.json";
  if (!env.exists(path))
    return error(ErrorCode::not_found, "checkpoint '{}' has no tokenizer.json", directory);
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  SCRIBE_TRY_ASSIGN(Vocabulary vocabulary, parse_tokenizer_json(text, path));
  if (std::cmp_greater(vocabulary.tokens.size(), config.vocabulary_size))
    return error(ErrorCode::invalid_data,
                 "checkpoint '{}': the tokenizer has {} ids but the model only {}", directory,
                 vocabulary.tokens.size(), config.vocabulary_size);
  return Source{config, std::move(files), path, std::move(vocabulary)};
}

/// llama.cpp wants vectors and positions as f32.
NumberFormat gguf_format(const GgufPlace& place, NumberFormat wanted) {
  if (place.shape.size() == 1 || place.name == "position_embd.weight") return NumberFormat::f32;
  return place.shape.back() % block_size(wanted) == 0 ? wanted : NumberFormat::f16;
}

/// general.file_type: llama.cpp's number for what most tensors are.
std::uint32_t file_type(NumberFormat format) {
  switch (format) {
    case NumberFormat::f32:
      return 0;
    case NumberFormat::f16:
      return 1;
    case NumberFormat::q8_0:
      return 7;
    case NumberFormat::bf16:
      return 32;
  }
  SCRIBE_UNREACHABLE();
}

/// Gives the tensors of a checkpoint to the writer of a GGUF file.
class GgufTensors {
 public:
  GgufTensors(const Source& source, NumberFormat format) : source_(source) {
    for (ModelTensor& tensor : model_tensors(source.config)) {
      GgufPlace place = gguf_place(source.config, tensor);
      const NumberFormat own = gguf_format(place, format);
      tensors_.push_back({std::move(tensor), std::move(place), own});
    }
    if (has_rotary_factors(source.config)) factors_ = rotary_factors(source.config);
  }

  void describe(NumberFormat wanted, GgufHeader& header, ConvertSummary& summary) const {
    std::int64_t changed = 0;
    for (const Planned& one : tensors_) {
      header.add_tensor(one.place.name, one.place.shape, one.format);
      summary.bytes += byte_count(one.place.shape, one.format);
      ++summary.tensors;
      if (wanted == NumberFormat::q8_0 && one.format == NumberFormat::f16) ++changed;
    }
    if (!factors_.empty()) {
      const std::vector<std::int64_t> shape{std::ssize(factors_)};
      header.add_tensor(kRotaryFactors, shape, NumberFormat::f32);
      summary.bytes += byte_count(shape, NumberFormat::f32);
      ++summary.tensors;
    }
    if (changed > 0)
      summary.notes.push_back(
          fmt::format("{} matrices are f16: their rows are not whole blocks of {} for q8_0",
                      changed, block_size(wanted)));
  }

  Result<std::span<const std::byte>> bytes(std::size_t index) {
    if (index == tensors_.size()) return std::as_bytes(std::span(factors_));
    const Planned& one = tensors_[index];
    values_.resize(one.tensor.size());
    SCRIBE_TRY(source_.read(one.tensor, values_));
    if (one.place.order != GgufPlace::Order::same) {
      turned_.resize(values_.size());
      to_gguf(one.place, values_, turned_);
      values_.swap(turned_);
    }
    if (one.format == NumberFormat::f32) return std::as_bytes(std::span(values_));
    bytes_.resize(static_cast<std::size_t>(byte_count(one.place.shape, one.format)));
    Status encoded = encode(values_, one.format, bytes_);
    if (!encoded.ok())
      return std::move(encoded).error().in(fmt::format("tensor '{}'", one.tensor.name));
    return std::span<const std::byte>(bytes_);
  }

 private:
  struct Planned {
    ModelTensor tensor;
    GgufPlace place;
    NumberFormat format;
  };

  const Source& source_;
  std::vector<Planned> tensors_;
  std::vector<float> factors_;  ///< kRotaryFactors, the last tensor; empty: none
  std::vector<float> values_;   // These three are of the tensor in hand.
  std::vector<float> turned_;
  std::vector<std::byte> bytes_;
};

Status check_target(Env& env, const std::string& out, NumberFormat format) {
  if (format == NumberFormat::q8_0)
    return error(ErrorCode::invalid_argument,
                 "a Hugging Face directory is written as f32, f16 or bf16, not q8_0");
  for (const char* const name : {"/model.safetensors", "/model.safetensors.index.json"})
    if (env.exists(out + name))
      return error(ErrorCode::invalid_argument,
                   "'{}{}' exists; name another directory, or remove that model first", out, name);
  return {};
}

/// Every tensor of a GGUF file that the configuration wants, and no other, of a type that is read.
Result<std::map<std::string, GgufPlace>> check_gguf_tensors(const GgufFile& file,
                                                            const ModelConfig& config) {
  std::map<std::string, GgufPlace> places;  // By the name at Hugging Face.
  std::map<std::string, std::string> names;
  for (const ModelTensor& tensor : model_tensors(config)) {
    GgufPlace place = gguf_place(config, tensor);
    names.emplace(place.name, tensor.name);
    const auto found = file.tensors().find(place.name);
    if (found == file.tensors().end())
      return error(ErrorCode::invalid_data, "{}: tensor '{}' is missing", file.path(), place.name);
    if (found->second.shape != place.shape)
      return error(ErrorCode::invalid_data, "{}: tensor '{}' has shape {}, expected {}",
                   file.path(), place.name, format_shape(found->second.shape),
                   format_shape(place.shape));
    places.emplace(tensor.name, std::move(place));
  }
  for (const auto& [name, tensor] : file.tensors()) {
    const bool is_known = names.contains(name) || (config.tied_head && name == "output.weight") ||
                          (has_rotary_factors(config) && name == kRotaryFactors);
    if (!is_known)
      return error(ErrorCode::unsupported,
                   "{}: unexpected tensor '{}' of shape {}; the model has parts that are not "
                   "computed here",
                   file.path(), name, format_shape(tensor.shape));
    Result<GgmlType> type = ggml_type(tensor.type);
    if (!type.ok())
      return std::move(type).error().in(fmt::format("{}: tensor '{}'", file.path(), name));
  }
  return places;
}

}  // namespace

Result<ConvertSummary> export_gguf(Env& env, const StopToken& stop, const std::string& directory,
                                   const std::string& path, NumberFormat format) {
  SCRIBE_TRY_ASSIGN(const Source source, open_source(env, directory));
  SCRIBE_TRY(check_gguf_family(source.config));
  ConvertSummary summary{.family = source.config.family, .notes = {}};
  GgufHeader header;
  add_gguf_config(source.config, header);
  header.add("general.file_type", file_type(format));
  header.add("general.quantization_version", 2U);
  SCRIBE_TRY(add_gguf_tokenizer(source.vocabulary, source.config.vocabulary_size,
                                source.tokenizer_path, header));
  GgufTensors tensors(source, format);
  tensors.describe(format, header, summary);
  if (gguf_context(source.config) < source.config.context)
    summary.notes.push_back(
        fmt::format("the context is {} of {} positions: llama.cpp has no sliding window for this "
                    "family, and computes the model only within the first one",
                    gguf_context(source.config), source.config.context));
  const auto bytes_of = [&](std::size_t index) -> Result<std::span<const std::byte>> {
    SCRIBE_TRY(check_stop(stop));
    return tensors.bytes(index);
  };
  SCRIBE_TRY(write_gguf(env, path, header, bytes_of));
  return summary;
}

Result<ConvertSummary> export_directory(Env& env, const StopToken& stop,
                                        const std::string& directory, const std::string& out,
                                        const WeightOptions& options) {
  SCRIBE_TRY(check_target(env, out, options.format));
  SCRIBE_TRY_ASSIGN(const Source source, open_source(env, directory));
  SCRIBE_TRY_ASSIGN(const Tokenizer tokenizer, Tokenizer::load(env, source.tokenizer_path));
  SCRIBE_TRY_ASSIGN(const std::vector<TokenId> ends, end_tokens(env, directory, tokenizer));
  SCRIBE_TRY(write_model_description(env, out, source.config, tokenizer.with_ends(ends),
                                     source.tokenizer_path, options.format));
  ConvertSummary summary{.family = source.config.family, .notes = {}};
  const std::vector<ModelTensor> tensors = model_tensors(source.config);
  summary.tensors = std::ssize(tensors);
  const auto read = [&](const ModelTensor& tensor, std::span<float> values) -> Status {
    SCRIBE_TRY(check_stop(stop));
    return source.read(tensor, values);
  };
  SCRIBE_TRY_ASSIGN(summary.bytes, write_weights(env, out, tensors, read, options));
  return summary;
}

Result<ConvertSummary> import_gguf(Env& env, const StopToken& stop, const std::string& path,
                                   const std::string& out, const WeightOptions& options) {
  SCRIBE_TRY(check_target(env, out, options.format));
  SCRIBE_TRY_ASSIGN(const GgufFile file, GgufFile::open(env, path));
  SCRIBE_TRY_ASSIGN(const ModelConfig config, gguf_config(file));
  SCRIBE_TRY_ASSIGN(const auto places, check_gguf_tensors(file, config));
  SCRIBE_TRY_ASSIGN(const std::string tokenizer_json,
                    gguf_tokenizer_json(file, config.vocabulary_size));
  SCRIBE_TRY(env.create_directories(out));
  const std::string tokenizer_path = out + "/tokenizer.json";
  SCRIBE_TRY(write_file_atomic(env, tokenizer_path, tokenizer_json));
  SCRIBE_TRY_ASSIGN(const Tokenizer tokenizer, Tokenizer::load(env, tokenizer_path));
  SCRIBE_TRY(write_model_description(env, out, config, tokenizer, tokenizer_path, options.format));
  ConvertSummary summary{.family = config.family, .notes = {}};
  const std::vector<ModelTensor> tensors = model_tensors(config);
  summary.tensors = std::ssize(tensors);
  std::vector<float> stored;
  const auto read = [&](const ModelTensor& tensor, std::span<float> values) -> Status {
    SCRIBE_TRY(check_stop(stop));
    const GgufPlace& place = places.at(tensor.name);
    stored.resize(values.size());
    SCRIBE_TRY(file.read(place.name, place.shape, stored));
    from_gguf(place, stored, values);
    return {};
  };
  SCRIBE_TRY_ASSIGN(summary.bytes, write_weights(env, out, tensors, read, options));
  return summary;
}

}  // namespace scribe
