// The GGUF container of llama.cpp, version 3: keys with values, and named tensors, in one file.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "tensor/number_format.h"
#include "tensor/safetensors.h"

namespace scribe {

/// Types of values, by their number in the file.
enum class GgufType : std::uint32_t {
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  f32,
  boolean,
  string,
  array,
  u64,
  i64,
  f64
};

/// A list of values of one type as it lies in the file.
struct GgufArray {
  GgufType type = GgufType::u8;  ///< of the elements; not array
  std::uint64_t count = 0;
  std::span<const std::byte> bytes;  ///< checked: they hold `count` elements
};

/// Integers are widened, whatever their type; u64 above 2^63 - 1 is kept as a double.
using GgufValue = std::variant<std::int64_t, double, bool, std::string_view, GgufArray>;

/// A tensor of an open file.
struct GgufTensor {
  std::uint32_t type = 0;            ///< ggml's number: 0 is F32
  std::vector<std::int64_t> shape;   ///< row-major: the last dimension lies together
  std::span<const std::byte> bytes;  ///< of a type that ggml_type() knows, else empty
};

/// ggml's number for the type of tensors in `format`.
std::uint32_t ggml_type_of(NumberFormat format);

/// A file read by mapping it. Nothing in it is trusted: counts, lengths, dimensions and offsets
/// that lie outside of the file, overlap, are not aligned or come twice are invalid_data errors
/// that say where. Moving the object keeps its tensors valid.
class GgufFile {
 public:
  /// Errors: not_found, io, invalid_data, unsupported (another version, big-endian, an array of
  /// arrays), limit_exceeded (more than kGgufHeaderMax before the data).
  static Result<GgufFile> open(Env& env, const std::string& path);

  const std::map<std::string, GgufTensor>& tensors() const { return tensors_; }
  bool contains(const std::string& key) const { return values_.contains(key); }

  // The value of a key. Errors: invalid_data if it is missing, of another type or out of range.
  Result<std::int64_t> integer(const std::string& key) const;
  Result<double> number(const std::string& key) const;
  Result<bool> boolean(const std::string& key) const;
  Result<std::string> text(const std::string& key) const;
  Result<std::vector<std::string_view>> texts(const std::string& key) const;  // views the file
  Result<std::vector<std::int64_t>> integers(const std::string& key) const;
  Result<std::vector<double>> numbers(const std::string& key) const;

  /// Copies tensor `name` into `out` as floats. Errors: invalid_data if it is missing or of another
  /// shape (both in the message), unsupported if it is of a type that is not read. Requires
  /// out.size() to be the product of `shape`.
  Status read(const std::string& name, const std::vector<std::int64_t>& shape,
              std::span<float> out) const;

  const std::string& path() const { return path_; }

 private:
  GgufFile() = default;
  Result<GgufValue> value(const std::string& key) const;
  template <typename Number>
  Result<std::vector<Number>> list_of(const std::string& key, std::string_view numbers) const;

  std::string path_;
  std::unique_ptr<MappedFile> file_;
  std::map<std::string, GgufValue> values_;
  std::map<std::string, GgufTensor> tensors_;
};

/// Bytes before the data that are accepted. The largest vocabularies (2^18 tokens with their
/// merges) take some 20 MB.
inline constexpr std::int64_t kGgufHeaderMax = 64 << 20;

/// What stands before the data of a file to write.
class GgufHeader {
 public:
  void add(std::string_view key, std::uint32_t value);
  void add(std::string_view key, float value);
  void add(std::string_view key, bool value);
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, const char* value) { add(key, std::string_view(value)); }
  void add(std::string_view key, std::span<const std::string> values);
  void add(std::string_view key, std::span<const std::int32_t> values);
  void add(std::string_view key, std::span<const float> values);
  /// `shape` is row-major. Requires rows of whole blocks.
  void add_tensor(std::string_view name, const std::vector<std::int64_t>& shape,
                  NumberFormat format);

 private:
  friend Status write_gguf(Env& env, const std::string& path, const GgufHeader& header,
                           const TensorBytes& bytes_of);
  void begin(std::string_view key, GgufType type);

  std::string values_;   ///< keys and values, encoded
  std::string tensors_;  ///< names, shapes, types and offsets, encoded
  std::uint64_t value_count_ = 0;
  std::vector<std::int64_t> tensor_bytes_;
  std::int64_t data_bytes_ = 0;  ///< where the next tensor starts
};

/// Writes atomically (path.tmp, sync, rename); `bytes_of` is called for each tensor in turn and
/// gives its bytes, valid until the next call. An error of it is the result.
Status write_gguf(Env& env, const std::string& path, const GgufHeader& header,
                  const TensorBytes& bytes_of);

}  // namespace scribe
