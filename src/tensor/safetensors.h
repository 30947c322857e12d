// The safetensors container: named float tensors in one file.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"

namespace scribe {

/// One tensor to write: f32, row-major. The data must outlive the call that writes it.
struct TensorToWrite {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<const float> data;
};

/// A tensor of an open file.
struct StoredTensor {
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  ///< little-endian, row-major, may be unaligned
};

/// A file read by mapping it. Hostile headers (lengths past the end, overlaps, huge JSON) are
/// invalid_data errors that name the tensor.
class SafetensorsFile {
 public:
  static Result<SafetensorsFile> open(Env& env, const std::string& path);

  const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// Copies tensor `name` into `out`. Errors: invalid_data if it is missing or of another shape
  /// (both shapes in the message).
  Status read(const std::string& name, const std::vector<std::int64_t>& shape,
              std::span<float> out) const;

 private:
  SafetensorsFile() = default;
  std::string path_;
  std::unique_ptr<MappedFile> file_;
  std::map<std::string, StoredTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// Writes atomically: tensors in the order given, header padded to 8 bytes.
Status write_safetensors(Env& env, const std::string& path, std::span<const TensorToWrite> tensors,
                         const std::map<std::string, std::string>& metadata);

}  // namespace scribe
