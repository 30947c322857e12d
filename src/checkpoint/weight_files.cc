// Opens the files that an index names, and finds tensors in them.
#include "checkpoint/weight_files.h"

#include <set>

#include "base/json.h"

namespace scribe {
namespace {

constexpr std::size_t kFilesMax = 4096;

/// File names of the index, in order. Errors: invalid_data.
Result<std::map<std::string, std::string>> read_index(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(const std::string text, read_text_file(env, path));
  SCRIBE_TRY_ASSIGN(const Json json, parse_json(text, path));
  SCRIBE_TRY_ASSIGN(const Json map, json_field<Json>(json, "weight_map", path));
  if (!map.is_object() || map.empty())
    return error(ErrorCode::invalid_data, "{}: 'weight_map' is empty, expected tensors with files",
                 path);
  std::map<std::string, std::string> files;
  for (const auto& [tensor, file] : map.items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : std::string();
    if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.'))
      return error(ErrorCode::invalid_data,
                   "{}: tensor '{}' is in {}, expected the name of a file beside the index", path,
                   tensor, to_json_line(file));
    files.emplace(tensor, name);
  }
  return files;
}

}  // namespace

WeightFiles WeightFiles::of(SafetensorsFile file, std::string path) {
  WeightFiles weights;
  weights.path_ = std::move(path);
  for (const auto& [name, tensor] : file.tensors()) weights.file_of_.emplace(name, 0);
  weights.files_.push_back(std::move(file));
  return weights;
}

Result<WeightFiles> WeightFiles::open(Env& env, const std::string& directory) {
  const std::string path = directory + "/model.safetensors";
  if (env.exists(path)) {
    SCRIBE_TRY_ASSIGN(SafetensorsFile file, SafetensorsFile::open(env, path));
    return of(std::move(file), path);
  }
  WeightFiles weights;
  weights.path_ = path + ".index.json";
  if (!env.exists(weights.path_))
    return error(ErrorCode::not_found,
                 "checkpoint '{}' has no model.safetensors (nor one in parts, with "
                 "model.safetensors.index.json)",
                 directory);
  SCRIBE_TRY_ASSIGN(const auto index, read_index(env, weights.path_));
  std::map<std::string, std::size_t> opened;
  for (const auto& [tensor, name] : index) {
    if (!opened.contains(name)) {
      if (opened.size() == kFilesMax)
        return error(ErrorCode::invalid_data, "{}: more than {} files", weights.path_, kFilesMax);
      SCRIBE_TRY_ASSIGN(SafetensorsFile file,
                        SafetensorsFile::open(env, fmt::format("{}/{}", directory, name)));
      for (const auto& [stored, unused] : file.tensors())
        if (!weights.file_of_.emplace(stored, weights.files_.size()).second)
          return error(ErrorCode::invalid_data, "{}: tensor '{}' is in two of the files",
                       weights.path_, stored);
      opened.emplace(name, weights.files_.size());
      weights.files_.push_back(std::move(file));
    }
    if (!weights.files_[opened.at(name)].tensors().contains(tensor))
      return error(ErrorCode::invalid_data, "{}: tensor '{}' is not in '{}'", weights.path_, tensor,
                   name);
  }
  return weights;
}

const StoredTensor* WeightFiles::find(const std::string& name) const {
  const auto found = file_of_.find(name);
  return found == file_of_.end() ? nullptr : &files_[found->second].tensors().at(name);
}

Status WeightFiles::read(const std::string& name, const std::vector<std::int64_t>& shape,
                         std::span<float> out) const {
  const auto found = file_of_.find(name);
  if (found == file_of_.end())
    return error(ErrorCode::invalid_data, "{}: tensor '{}' is missing", path_, name);
  return files_[found->second].read(name, shape, out);
}

std::vector<std::string> WeightFiles::names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : file_of_) names.push_back(name);
  return names;
}

}  // namespace scribe
