// Reads GGUF: a cursor that cannot leave the file, then the values and the places of the tensors.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>

#include "tensor/ggml_blocks.h"
#include "tensor/gguf.h"

namespace scribe {
namespace {

constexpr std::uint32_t kVersion = 3;
constexpr std::int64_t kAlignment = 32;  ///< where the file names no other
constexpr std::int64_t kAlignmentMax = 1 << 16;
constexpr std::uint64_t kNameBytesMax = 1024;  ///< of a key or a tensor
constexpr std::uint32_t kDimensionsMax = 4;

// Fewer bytes than the shortest key with a value, or tensor, can take: name, type, value.
constexpr std::uint64_t kValueBytesMin = 8 + 1 + 4 + 1;
constexpr std::uint64_t kTensorBytesMin = 8 + 1 + 4 + 4 + 8;

std::optional<std::size_t> fixed_size(GgufType type) {
  switch (type) {
    case GgufType::u8:
    case GgufType::i8:
    case GgufType::boolean:
      return 1;
    case GgufType::u16:
    case GgufType::i16:
      return 2;
    case GgufType::u32:
    case GgufType::i32:
    case GgufType::f32:
      return 4;
    case GgufType::u64:
    case GgufType::i64:
    case GgufType::f64:
      return 8;
    case GgufType::string:
    case GgufType::array:
      break;
  }
  return std::nullopt;
}

template <typename T>
T loaded(std::span<const std::byte> bytes) {
  T value{};
  SCRIBE_CHECK(bytes.size() >= sizeof(T), "{} bytes", bytes.size());
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// A number that lies in `bytes`. Requires a type of fixed size.
GgufValue number_of(GgufType type, std::span<const std::byte> bytes) {
  switch (type) {
    case GgufType::u8:
      return std::int64_t{loaded<std::uint8_t>(bytes)};
    case GgufType::i8:
      return std::int64_t{loaded<std::int8_t>(bytes)};
    case GgufType::u16:
      return std::int64_t{loaded<std::uint16_t>(bytes)};
    case GgufType::i16:
      return std::int64_t{loaded<std::int16_t>(bytes)};
    case GgufType::u32:
      return std::int64_t{loaded<std::uint32_t>(bytes)};
    case GgufType::i32:
      return std::int64_t{loaded<std::int32_t>(bytes)};
    case GgufType::f32:
      return double{loaded<float>(bytes)};
    case GgufType::boolean:
      return loaded<std::uint8_t>(bytes) != 0;
    case GgufType::u64: {
      const auto value = loaded<std::uint64_t>(bytes);
      if (value > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        return static_cast<double>(value);
      return static_cast<std::int64_t>(value);
    }
    case GgufType::i64:
      return loaded<std::int64_t>(bytes);
    case GgufType::f64:
      return loaded<double>(bytes);
    case GgufType::string:
    case GgufType::array:
      break;
  }
  SCRIBE_UNREACHABLE();
}

/// Takes one thing after the other from a file; each is checked against what is left of it.
class Cursor {
 public:
  Cursor(std::span<const std::byte> bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  std::size_t position() const { return position_; }
  std::size_t left() const { return bytes_.size() - position_; }
  const std::string& path() const { return path_; }

  Result<std::span<const std::byte>> take(std::uint64_t count, std::string_view what) {
    if (count > left())
      return error(ErrorCode::invalid_data,
                   "{}: {} at byte {} takes {} bytes but only {} are left; the file is truncated "
                   "or corrupt",
                   path_, what, position_, count, left());
    const auto part = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += static_cast<std::size_t>(count);
    if (std::cmp_greater(position_, kGgufHeaderMax))
      return error(ErrorCode::limit_exceeded,
                   "{}: {} ends after {} bytes, more than the limit of {} for all that stands "
                   "before the data",
                   path_, what, position_, kGgufHeaderMax);
    return part;
  }

  template <typename T>
  Result<T> take_number(std::string_view what) {
    SCRIBE_TRY_ASSIGN(const std::span<const std::byte> part, take(sizeof(T), what));
    return loaded<T>(part);
  }

  /// A u64 length and as many bytes.
  Result<std::string_view> take_string(std::string_view what) {
    SCRIBE_TRY_ASSIGN(const auto length, take_number<std::uint64_t>(what));
    SCRIBE_TRY_ASSIGN(const std::span<const std::byte> part, take(length, what));
    return std::string_view(reinterpret_cast<const char*>(part.data()), part.size());
  }

  /// A key or the name of a tensor.
  Result<std::string> take_name(std::string_view what) {
    const std::size_t at = position_;
    SCRIBE_TRY_ASSIGN(const std::string_view name, take_string(what));
    if (name.empty() || name.size() > kNameBytesMax)
      return error(ErrorCode::invalid_data, "{}: {} at byte {} has {} bytes, expected 1 to {}",
                   path_, what, at, name.size(), kNameBytesMax);
    return std::string(name);
  }

 private:
  std::span<const std::byte> bytes_;
  const std::string& path_;
  std::size_t position_ = 0;
};

Result<GgufType> type_of(std::uint32_t number, std::string_view what, const std::string& path) {
  if (number > static_cast<std::uint32_t>(GgufType::f64))
    return error(ErrorCode::invalid_data, "{}: {} is of type {}, expected 0 to 12", path, what,
                 number);
  return static_cast<GgufType>(number);
}

Result<GgufArray> take_array(Cursor& cursor, std::string_view what) {
  SCRIBE_TRY_ASSIGN(const auto number, cursor.take_number<std::uint32_t>(what));
  SCRIBE_TRY_ASSIGN(const GgufType type, type_of(number, what, cursor.path()));
  if (type == GgufType::array)
    return error(ErrorCode::unsupported, "{}: {} is an array of arrays, which is not read",
                 cursor.path(), what);
  SCRIBE_TRY_ASSIGN(const auto count, cursor.take_number<std::uint64_t>(what));
  const std::size_t each = fixed_size(type).value_or(sizeof(std::uint64_t));
  if (count > cursor.left() / each)
    return error(ErrorCode::invalid_data,
                 "{}: {} has {} elements but only {} bytes are left; the file is truncated or "
                 "corrupt",
                 cursor.path(), what, count, cursor.left());
  if (type != GgufType::string) {
    SCRIBE_TRY_ASSIGN(const auto bytes, cursor.take(count * each, what));
    return GgufArray{type, count, bytes};
  }
  Cursor skipped = cursor;
  for (std::uint64_t i = 0; i < count; ++i) SCRIBE_TRY(skipped.take_string(what));
  SCRIBE_TRY_ASSIGN(const auto bytes, cursor.take(skipped.position() - cursor.position(), what));
  return GgufArray{type, count, bytes};
}

Result<GgufValue> take_value(Cursor& cursor, std::string_view what) {
  SCRIBE_TRY_ASSIGN(const auto number, cursor.take_number<std::uint32_t>(what));
  SCRIBE_TRY_ASSIGN(const GgufType type, type_of(number, what, cursor.path()));
  if (type == GgufType::string) {
    SCRIBE_TRY_ASSIGN(const std::string_view text, cursor.take_string(what));
    return GgufValue(text);
  }
  if (type == GgufType::array) {
    SCRIBE_TRY_ASSIGN(const GgufArray array, take_array(cursor, what));
    return GgufValue(array);
  }
  SCRIBE_TRY_ASSIGN(const auto bytes, cursor.take(*fixed_size(type), what));
  return number_of(type, bytes);
}

struct Placed {
  std::string name;
  GgufTensor tensor;
  std::uint64_t offset = 0;  ///< from the start of the data
  std::uint64_t size = 0;    ///< bytes; 0 for a type that is not read
};

/// Name, dimensions (the one that lies together first), type and offset of a tensor.
Result<Placed> take_tensor(Cursor& cursor) {
  Placed placed;
  SCRIBE_TRY_ASSIGN(placed.name, cursor.take_name("the name of a tensor"));
  const std::string what = fmt::format("tensor '{}'", placed.name);
  SCRIBE_TRY_ASSIGN(const auto dimensions, cursor.take_number<std::uint32_t>(what));
  if (dimensions == 0 || dimensions > kDimensionsMax)
    return error(ErrorCode::invalid_data, "{}: {} has {} dimensions, expected 1 to {}",
                 cursor.path(), what, dimensions, kDimensionsMax);
  std::int64_t values = 1;
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    SCRIBE_TRY_ASSIGN(const auto size, cursor.take_number<std::int64_t>(what));
    if (size < 1 || __builtin_mul_overflow(values, size, &values))
      return error(ErrorCode::invalid_data,
                   "{}: {}: dimension {} is {}, expected 1 or more, and all together less than "
                   "2^63",
                   cursor.path(), what, i, size);
    placed.tensor.shape.insert(placed.tensor.shape.begin(), size);
  }
  SCRIBE_TRY_ASSIGN(placed.tensor.type, cursor.take_number<std::uint32_t>(what));
  SCRIBE_TRY_ASSIGN(placed.offset, cursor.take_number<std::uint64_t>(what));
  const Result<GgmlType> type = ggml_type(placed.tensor.type);
  if (!type.ok()) return placed;
  const std::int64_t block = type.value().block_size;
  std::int64_t bytes = 0;
  if (placed.tensor.shape.back() % block != 0 ||
      __builtin_mul_overflow(values / block, type.value().block_bytes, &bytes))
    return error(ErrorCode::invalid_data,
                 "{}: {} of shape {} cannot be {}: rows are not whole blocks of {}, or it takes "
                 "2^63 bytes or more; the file is corrupt",
                 cursor.path(), what, format_shape(placed.tensor.shape), type.value().name, block);
  placed.size = static_cast<std::uint64_t>(bytes);
  return placed;
}

/// Gives the tensors their bytes. They may not overlap; holes are padding.
Status place_tensors(std::vector<Placed>& placed, std::span<const std::byte> data,
                     std::int64_t alignment, const std::string& path) {
  std::ranges::stable_sort(placed, {}, &Placed::offset);
  std::uint64_t end = 0;
  for (Placed& one : placed) {
    if (one.offset % static_cast<std::uint64_t>(alignment) != 0)
      return error(ErrorCode::invalid_data,
                   "{}: tensor '{}' starts at byte {} of the data, expected a multiple of {}", path,
                   one.name, one.offset, alignment);
    if (one.offset > data.size() || one.size > data.size() - one.offset)
      return error(ErrorCode::invalid_data,
                   "{}: tensor '{}' takes {} bytes from byte {} of the data, which has {}; the "
                   "file is truncated or corrupt",
                   path, one.name, one.size, one.offset, data.size());
    if (one.offset < end)
      return error(ErrorCode::invalid_data,
                   "{}: tensor '{}' starts at byte {} of the data, inside of the one before, "
                   "which ends at {}",
                   path, one.name, one.offset, end);
    one.tensor.bytes =
        data.subspan(static_cast<std::size_t>(one.offset), static_cast<std::size_t>(one.size));
    end = one.offset + one.size;
  }
  return {};
}

/// How many values and tensors follow.
struct Counts {
  std::uint64_t tensors = 0;
  std::uint64_t values = 0;
};

Result<Counts> take_counts(Cursor& cursor) {
  SCRIBE_TRY_ASSIGN(const auto magic, cursor.take(4, "the magic number"));
  if (std::memcmp(magic.data(), "GGUF", 4) != 0)
    return error(ErrorCode::invalid_data, "{}: does not begin with 'GGUF'; it is another format",
                 cursor.path());
  SCRIBE_TRY_ASSIGN(const auto version, cursor.take_number<std::uint32_t>("the version"));
  if (version != kVersion)
    return error(ErrorCode::unsupported,
                 "{}: GGUF version {}{}, only little-endian version {} is read; convert the model "
                 "again with a newer llama.cpp",
                 cursor.path(), version, version == kVersion << 24 ? " (big-endian)" : "",
                 kVersion);
  Counts counts;
  SCRIBE_TRY_ASSIGN(counts.tensors, cursor.take_number<std::uint64_t>("the number of tensors"));
  SCRIBE_TRY_ASSIGN(counts.values, cursor.take_number<std::uint64_t>("the number of keys"));
  if (counts.tensors > cursor.left() / kTensorBytesMin ||
      counts.values > cursor.left() / kValueBytesMin)
    return error(ErrorCode::invalid_data,
                 "{}: {} tensors and {} keys do not fit into {} bytes; the file is truncated or "
                 "corrupt",
                 cursor.path(), counts.tensors, counts.values, cursor.left());
  return counts;
}

}  // namespace

std::uint32_t ggml_type_of(NumberFormat format) {
  switch (format) {
    case NumberFormat::f32:
      return 0;
    case NumberFormat::f16:
      return 1;
    case NumberFormat::q8_0:
      return 8;
    case NumberFormat::bf16:
      return 30;
  }
  SCRIBE_UNREACHABLE();
}

Result<GgufFile> GgufFile::open(Env& env, const std::string& path) {
  GgufFile opened;
  opened.path_ = path;
  SCRIBE_TRY_ASSIGN(opened.file_, env.map_file(path));
  const std::span<const std::byte> bytes = opened.file_->bytes();
  Cursor cursor(bytes, path);
  SCRIBE_TRY_ASSIGN(const Counts counts, take_counts(cursor));
  for (std::uint64_t i = 0; i < counts.values; ++i) {
    SCRIBE_TRY_ASSIGN(std::string key, cursor.take_name("a key"));
    SCRIBE_TRY_ASSIGN(const GgufValue value, take_value(cursor, fmt::format("key '{}'", key)));
    const auto [at, is_new] = opened.values_.emplace(std::move(key), value);
    if (!is_new)
      return error(ErrorCode::invalid_data, "{}: key '{}' stands there twice", path, at->first);
  }
  std::vector<Placed> placed;
  for (std::uint64_t i = 0; i < counts.tensors; ++i) {
    SCRIBE_TRY_ASSIGN(Placed one, take_tensor(cursor));
    placed.push_back(std::move(one));
  }
  std::int64_t alignment = kAlignment;
  if (opened.contains("general.alignment")) {
    SCRIBE_TRY_ASSIGN(alignment, opened.integer("general.alignment"));
    if (alignment < 1 || alignment > kAlignmentMax)
      return error(ErrorCode::invalid_data, "{}: general.alignment is {}, expected 1 to {}", path,
                   alignment, kAlignmentMax);
  }
  const auto step = static_cast<std::size_t>(alignment);
  const std::size_t start = (cursor.position() + step - 1) / step * step;
  // A file without tensors may end before its padding.
  const auto data = bytes.subspan(std::min(start, bytes.size()));
  SCRIBE_TRY(place_tensors(placed, data, alignment, path));
  for (Placed& one : placed)
    if (!opened.tensors_.emplace(one.name, std::move(one.tensor)).second)
      return error(ErrorCode::invalid_data, "{}: tensor '{}' stands there twice", path, one.name);
  return opened;
}

Result<GgufValue> GgufFile::value(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end())
    return error(ErrorCode::invalid_data, "{}: key '{}' is missing", path_, key);
  return found->second;
}

namespace {

/// The T in `value`, or an error that says what was expected.
template <typename T>
Result<T> expect(const GgufValue& value, const std::string& key, const std::string& path,
                 std::string_view expected) {
  if (const T* const held = std::get_if<T>(&value)) return *held;
  return error(ErrorCode::invalid_data, "{}: key '{}' is not {}", path, key, expected);
}

}  // namespace

Result<std::int64_t> GgufFile::integer(const std::string& key) const {
  SCRIBE_TRY_ASSIGN(const GgufValue held, value(key));
  return expect<std::int64_t>(held, key, path_, "a whole number below 2^63");
}

Result<double> GgufFile::number(const std::string& key) const {
  SCRIBE_TRY_ASSIGN(const GgufValue held, value(key));
  if (const auto* const whole = std::get_if<std::int64_t>(&held))
    return static_cast<double>(*whole);
  return expect<double>(held, key, path_, "a number");
}

Result<bool> GgufFile::boolean(const std::string& key) const {
  SCRIBE_TRY_ASSIGN(const GgufValue held, value(key));
  return expect<bool>(held, key, path_, "true or false");
}

Result<std::string> GgufFile::text(const std::string& key) const {
  SCRIBE_TRY_ASSIGN(const GgufValue held, value(key));
  SCRIBE_TRY_ASSIGN(const auto view, expect<std::string_view>(held, key, path_, "a string"));
  return std::string(view);
}

Result<std::vector<std::string_view>> GgufFile::texts(const std::string& key) const {
  SCRIBE_TRY_ASSIGN(const GgufValue held, value(key));
  SCRIBE_TRY_ASSIGN(const auto array, expect<GgufArray>(held, key, path_, "a list"));
  if (array.type != GgufType::string)
    return error(ErrorCode::invalid_data, "{}: key '{}' is not a list of strings", path_, key);
  std::vector<std::string_view> texts;
  Cursor cursor(array.bytes, path_);
  for (std::uint64_t i = 0; i < array.count; ++i) {
    SCRIBE_TRY_ASSIGN(const std::string_view text, cursor.take_string(key));
    texts.push_back(text);
  }
  return texts;
}

template <typename Number>
Result<std::vector<Number>> GgufFile::list_of(const std::string& key,
                                              std::string_view numbers) const {
  SCRIBE_TRY_ASSIGN(const GgufValue held, value(key));
  SCRIBE_TRY_ASSIGN(const auto array, expect<GgufArray>(held, key, path_, "a list"));
  const std::size_t each = fixed_size(array.type).value_or(0);
  std::vector<Number> list;
  for (std::size_t i = 0; i < array.count; ++i) {
    const std::optional<GgufValue> element =
        each == 0 ? std::nullopt
                  : std::optional(number_of(array.type, array.bytes.subspan(i * each, each)));
    const auto* const number = element ? std::get_if<Number>(&*element) : nullptr;
    if (number == nullptr)
      return error(ErrorCode::invalid_data, "{}: key '{}' is not a list of {}", path_, key,
                   numbers);
    list.push_back(*number);
  }
  return list;
}

Result<std::vector<std::int64_t>> GgufFile::integers(const std::string& key) const {
  return list_of<std::int64_t>(key, "whole numbers");
}

Result<std::vector<double>> GgufFile::numbers(const std::string& key) const {
  return list_of<double>(key, "floating-point numbers");
}

Status GgufFile::read(const std::string& name, const std::vector<std::int64_t>& shape,
                      std::span<float> out) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    return error(ErrorCode::invalid_data, "{}: tensor '{}' is missing", path_, name);
  const GgufTensor& tensor = found->second;
  if (tensor.shape != shape)
    return error(ErrorCode::invalid_data, "{}: tensor '{}' has shape {}, expected {}", path_, name,
                 format_shape(tensor.shape), format_shape(shape));
  Result<GgmlType> type = ggml_type(tensor.type);
  if (!type.ok()) return std::move(type).error().in(fmt::format("{}: tensor '{}'", path_, name));
  decode(tensor.bytes, type.value(), out);
  return {};
}

}  // namespace scribe
