// The weights of a checkpoint: one safetensors file, or several with an index.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/env.h"
#include "tensor/safetensors.h"

namespace scribe {

/// All tensors of a directory by name, wherever they lie.
class WeightFiles {
 public:
  /// Opens `directory`/model.safetensors, else what model.safetensors.index.json names. Errors:
  /// not_found, io, invalid_data (a tensor in two files, or not in the one that the index says).
  static Result<WeightFiles> open(Env& env, const std::string& directory);
  /// One file. `path` starts the messages of errors.
  static WeightFiles of(SafetensorsFile file, std::string path);

  bool contains(const std::string& name) const { return file_of_.contains(name); }
  /// nullptr if there is none.
  const StoredTensor* find(const std::string& name) const;
  /// As SafetensorsFile::read().
  Status read(const std::string& name, const std::vector<std::int64_t>& shape,
              std::span<float> out) const;
  std::vector<std::string> names() const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;  ///< of the only file, or of the index
  std::vector<SafetensorsFile> files_;
  std::map<std::string, std::size_t> file_of_;
};

}  // namespace scribe
