// Names come from the pieces of tensor_pieces.h; files are cut between tensors.
#include "checkpoint/model_tensors.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "checkpoint/tensor_pieces.h"
#include "model/parameters.h"

namespace scribe {
namespace {

constexpr const char* kHead = "lm_head.weight";

/// A head of its own where the configuration says that it is tied is another model; a copy of the
/// tied table is not.
Status check_tied_head(const WeightFiles& files, const std::string& table_name) {
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

/// Runs of tensors, each of at most `bytes_max` or of one tensor.
std::vector<std::span<const ModelTensor>> cut(std::span<const ModelTensor> tensors,
                                              const WeightOptions& options) {
  std::vector<std::span<const ModelTensor>> files;
  std::size_t begin = 0;
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::int64_t more = byte_count(tensors[i].shape, options.format);
    if (i > begin && bytes + more > options.file_bytes_max) {
      files.push_back(tensors.subspan(begin, i - begin));
      begin = i;
      bytes = 0;
    }
    bytes += more;
  }
  files.push_back(tensors.subspan(begin));
  return files;
}

Status write_part(Env& env, const std::string& path, std::span<const ModelTensor> tensors,
                  const ReadTensor& read, NumberFormat format) {
  std::vector<TensorEntry> entries;
  for (const ModelTensor& tensor : tensors) entries.push_back({tensor.name, tensor.shape, format});
  std::vector<float> values;
  std::vector<std::byte> bytes;
  const auto bytes_of = [&](std::size_t i) -> Result<std::span<const std::byte>> {
    values.resize(tensors[i].size());
    SCRIBE_TRY(read(tensors[i], values));
    if (format == NumberFormat::f32) return std::as_bytes(std::span(values));
    bytes.resize(static_cast<std::size_t>(byte_count(tensors[i].shape, format)));
    Status encoded = encode(values, format, bytes);
    if (!encoded.ok())
      return std::move(encoded).error().in(fmt::format("tensor '{}'", tensors[i].name));
    return std::span<const std::byte>(bytes);
  };
  return write_safetensors(env, path, entries, bytes_of, {{"format", "pt"}});
}

}  // namespace

std::size_t ModelTensor::size() const {
  std::int64_t size = 1;
  for (const std::int64_t dimension : shape) size *= dimension;
  return static_cast<std::size_t>(size);
}

std::vector<ModelTensor> model_tensors(const ModelConfig& config) {
  std::vector<ModelTensor> tensors;
  std::set<std::string> known;
  for (TensorPiece& piece : tensor_pieces(config, parameter_layout(config)))
    if (known.insert(piece.name).second)
      tensors.push_back({std::move(piece.name), std::move(piece.shape)});
  return tensors;
}

std::string stored_name(const WeightFiles& files, Family family, const std::string& name) {
  const std::string_view prefix = name_prefix(family);
  if (files.contains(name) || !name.starts_with(prefix)) return name;
  const std::string bare = name.substr(prefix.size());
  return files.contains(bare) ? bare : name;
}

Status check_weights(const WeightFiles& files, const ModelConfig& config) {
  std::set<std::string> known;
  for (const ModelTensor& tensor : model_tensors(config)) {
    const std::string name = stored_name(files, config.family, tensor.name);
    if (!files.contains(name))
      return error(ErrorCode::invalid_data, "{}: tensor '{}' is missing", files.path(), name);
    if (files.find(name)->shape != tensor.shape)
      return error(ErrorCode::invalid_data, "{}: tensor '{}' has shape {}, expected {}",
                   files.path(), name, format_shape(files.find(name)->shape),
                   format_shape(tensor.shape));
    const bool is_table = name.ends_with("wte.weight") || name.ends_with("embed_tokens.weight");
    if (is_table && config.tied_head) SCRIBE_TRY(check_tied_head(files, name));
    known.insert(name);
  }
  if (config.tied_head) known.insert(kHead);
  for (const std::string& name : files.names())
    if (!known.contains(name) && !is_computed_buffer(name))
      return error(ErrorCode::invalid_data,
                   "{}: unexpected tensor '{}' of shape {}; the file belongs to another "
                   "configuration",
                   files.path(), name, format_shape(files.find(name)->shape));
  return {};
}

Result<std::int64_t> write_weights(Env& env, const std::string& directory,
                                   std::span<const ModelTensor> tensors, const ReadTensor& read,
                                   const WeightOptions& options) {
  std::int64_t bytes = 0;
  for (const ModelTensor& tensor : tensors) bytes += byte_count(tensor.shape, options.format);
  const auto parts = cut(tensors, options);
  if (parts.size() == 1) {
    SCRIBE_TRY(write_part(env, directory + "/model.safetensors", tensors, read, options.format));
    return bytes;
  }
  Json map = Json::object();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string name = fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, parts.size());
    SCRIBE_TRY(write_part(env, directory + "/" + name, parts[i], read, options.format));
    for (const ModelTensor& tensor : parts[i]) map[tensor.name] = name;
  }
  const Json index = {{"metadata", {{"total_size", bytes}}}, {"weight_map", map}};
  SCRIBE_TRY(
      write_file_atomic(env, directory + "/model.safetensors.index.json", to_json_pretty(index)));
  return bytes;
}

}  // namespace scribe
