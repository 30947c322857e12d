// The safetensors container: named tensors in one file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "tensor/number_format.h"

namespace scribe {

/// One tensor to write: f32, row-major. The data must outlive the call that writes it.
struct TensorToWrite {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<const float> data;
};

/// A tensor to write, without its numbers. No q8_0, which safetensors does not have.
struct TensorEntry {
  std::string name;
  std::vector<std::int64_t> shape;
  NumberFormat format = NumberFormat::f32;
};

/// The bytes of entry number `index`: as many as byte_count() says, valid until the next call.
using TensorBytes = std::function<Result<std::span<const std::byte>>(std::size_t index)>;

/// A tensor of an open file.
struct StoredTensor {
  std::string dtype;  ///< "F32", "F16", "BF16", "I64" ...: one that the format defines
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  ///< little-endian, row-major, may be unaligned
};

/// A file read by mapping it. Hostile headers (lengths past the end, overlaps, holes, huge JSON)
/// are invalid_data errors that name the tensor. Moving the object keeps its tensors valid.
class SafetensorsFile {
 public:
  /// Errors: not_found, io, invalid_data, limit_exceeded (a header above kSafetensorsHeaderMax).
  static Result<SafetensorsFile> open(Env& env, const std::string& path);

  const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// Copies tensor `name` into `out`; F16 and BF16 are widened. Errors: invalid_data if it is
  /// missing or of another shape (both shapes in the message), unsupported if it is not of a float
  /// type. Requires out.size() to be the product of `shape`.
  Status read(const std::string& name, const std::vector<std::int64_t>& shape,
              std::span<float> out) const;

 private:
  SafetensorsFile() = default;
  std::string path_;
  std::unique_ptr<MappedFile> file_;
  std::map<std::string, StoredTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// Bytes of header that are accepted. The format allows 100 MB; the header of a model of a thousand
/// layers has two, and parsed JSON takes some twenty times its text.
inline constexpr std::int64_t kSafetensorsHeaderMax = 16 << 20;

/// Writes atomically (path.tmp, sync, rename): tensors in the order given, header padded to 8
/// bytes. On failure what stood at `path` is untouched and path.tmp is gone.
Status write_safetensors(Env& env, const std::string& path, std::span<const TensorToWrite> tensors,
                         const std::map<std::string, std::string>& metadata);

/// The same with one tensor at a time in memory: `bytes_of` is called for each entry in turn. An
/// error of it is the result.
Status write_safetensors(Env& env, const std::string& path, std::span<const TensorEntry> entries,
                         const TensorBytes& bytes_of,
                         const std::map<std::string, std::string>& metadata);

/// Bytes that a tensor takes in a file. Requires a shape of whole blocks that fits 63 bits.
std::int64_t byte_count(std::span<const std::int64_t> shape, NumberFormat format);

/// "(2, 3)".
std::string format_shape(std::span<const std::int64_t> shape);

}  // namespace scribe
