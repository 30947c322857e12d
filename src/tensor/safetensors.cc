// Reads and writes the safetensors container; the header is not trusted.
#include "tensor/safetensors.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>

#include "base/json.h"

namespace scribe {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are copied without swapping");

constexpr std::size_t kLengthBytes = 8;  ///< the header's length, u64 little-endian
constexpr std::size_t kDimensionsMax = 16;

struct DTypeSize {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::array<DTypeSize, 14> kDTypes{{{"F64", 8},
                                             {"F32", 4},
                                             {"F16", 2},
                                             {"BF16", 2},
                                             {"I64", 8},
                                             {"I32", 4},
                                             {"I16", 2},
                                             {"I8", 1},
                                             {"U64", 8},
                                             {"U32", 4},
                                             {"U16", 2},
                                             {"U8", 1},
                                             {"BOOL", 1},
                                             {"F8_E4M3", 1}}};

std::optional<std::int64_t> dtype_size(std::string_view name) {
  const auto* found = std::ranges::find(kDTypes, name, &DTypeSize::name);
  if (found == kDTypes.end()) return std::nullopt;
  return found->bytes;
}

/// A count of the header: an integer from 0 to 2^63 - 1.
Result<std::int64_t> count_of(const Json& value, std::string_view what, const std::string& where) {
  if (!value.is_number_unsigned() ||
      value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return error(ErrorCode::invalid_data, "{}: {} is {}, expected a whole number >= 0", where, what,
                 to_json_line(value).substr(0, 40));
  return value.get<std::int64_t>();
}

Result<std::vector<std::int64_t>> shape_of(const Json& entry, const std::string& where) {
  SCRIBE_TRY_ASSIGN(const Json dimensions, json_field<Json>(entry, "shape", where));
  if (!dimensions.is_array() || dimensions.size() > kDimensionsMax)
    return error(ErrorCode::invalid_data, "{}: shape is not a list of at most {} numbers", where,
                 kDimensionsMax);
  std::vector<std::int64_t> shape;
  for (const Json& dimension : dimensions) {
    SCRIBE_TRY_ASSIGN(const std::int64_t size, count_of(dimension, "a dimension", where));
    shape.push_back(size);
  }
  return shape;
}

/// Product of the shape times the item size, or nothing if it does not fit 63 bits.
std::optional<std::int64_t> product(std::span<const std::int64_t> shape, std::int64_t item_bytes) {
  std::int64_t bytes = item_bytes;
  for (const std::int64_t dimension : shape)
    if (__builtin_mul_overflow(bytes, dimension, &bytes)) return std::nullopt;
  return bytes;
}

struct Placed {
  std::string name;
  StoredTensor tensor;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Result<Placed> place_tensor(const std::string& name, const Json& entry,
                            std::span<const std::byte> data, const std::string& path) {
  const std::string where = fmt::format("{}: tensor '{}'", path, name);
  SCRIBE_TRY_ASSIGN(const std::string dtype, json_field<std::string>(entry, "dtype", where));
  const std::optional<std::int64_t> item_bytes = dtype_size(dtype);
  if (!item_bytes)
    return error(ErrorCode::invalid_data, "{}: unknown dtype '{}'", where, dtype.substr(0, 20));
  SCRIBE_TRY_ASSIGN(std::vector<std::int64_t> shape, shape_of(entry, where));
  SCRIBE_TRY_ASSIGN(const Json offsets, json_field<Json>(entry, "data_offsets", where));
  if (!offsets.is_array() || offsets.size() != 2)
    return error(ErrorCode::invalid_data, "{}: data_offsets is not a pair", where);
  SCRIBE_TRY_ASSIGN(const std::int64_t begin, count_of(offsets[0], "data_offsets[0]", where));
  SCRIBE_TRY_ASSIGN(const std::int64_t end, count_of(offsets[1], "data_offsets[1]", where));
  if (begin > end || end > std::ssize(data))
    return error(ErrorCode::invalid_data,
                 "{}: bytes {} to {} lie outside the {} bytes of data; the file is truncated or "
                 "corrupt",
                 where, begin, end, data.size());
  const std::optional<std::int64_t> bytes = product(shape, *item_bytes);
  if (!bytes || *bytes != end - begin)
    return error(ErrorCode::invalid_data, "{}: shape {} of {} does not take {} bytes", where,
                 format_shape(shape), dtype, end - begin);
  const auto part =
      data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  return Placed{.name = name,
                .tensor = {.dtype = dtype, .shape = std::move(shape), .bytes = part},
                .begin = begin,
                .end = end};
}

/// The data must be covered exactly: the format allows neither overlaps nor holes.
Status check_cover(std::vector<Placed>& placed, std::size_t data_bytes, const std::string& path) {
  std::ranges::sort(placed, [](const Placed& a, const Placed& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::int64_t covered = 0;
  for (const Placed& one : placed) {
    if (one.begin != covered)
      return error(ErrorCode::invalid_data, "{}: tensor '{}' starts at byte {}, expected {} ({})",
                   path, one.name, one.begin, covered,
                   one.begin < covered ? "tensors overlap" : "there is a hole");
    covered = one.end;
  }
  if (covered != static_cast<std::int64_t>(data_bytes))
    return error(ErrorCode::invalid_data, "{}: tensors take {} bytes but the file has {}", path,
                 covered, data_bytes);
  return {};
}

Status read_metadata(const Json& entry, std::map<std::string, std::string>& metadata,
                     const std::string& path) {
  if (!entry.is_object())
    return error(ErrorCode::invalid_data, "{}: __metadata__ is not an object", path);
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string())
      return error(ErrorCode::invalid_data, "{}: __metadata__ '{}' is not a string", path, key);
    metadata[key] = value.get<std::string>();
  }
  return {};
}

/// The header's text; what follows it is data.
Result<std::string_view> header_of(std::span<const std::byte> bytes, const std::string& path) {
  if (bytes.size() < kLengthBytes)
    return error(ErrorCode::invalid_data,
                 "{}: {} bytes are too few for a safetensors file; it is truncated", path,
                 bytes.size());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > bytes.size() - kLengthBytes)
    return error(ErrorCode::invalid_data,
                 "{}: a header of {} bytes does not fit into a file of {}; it is truncated or not "
                 "safetensors",
                 path, length, bytes.size());
  if (length > std::uint64_t{kSafetensorsHeaderMax})
    return error(ErrorCode::limit_exceeded,
                 "{}: the header has {} bytes, more than the limit of {}", path, length,
                 kSafetensorsHeaderMax);
  return std::string_view(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes,
                          static_cast<std::size_t>(length));
}

std::string_view dtype_of(NumberFormat format) {
  switch (format) {
    case NumberFormat::f32:
      return "F32";
    case NumberFormat::f16:
      return "F16";
    case NumberFormat::bf16:
      return "BF16";
    case NumberFormat::q8_0:
      break;
  }
  SCRIBE_UNREACHABLE();
}

std::string header_text(std::span<const TensorEntry> entries,
                        const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::int64_t offset = 0;
  for (const TensorEntry& entry : entries) {
    const std::int64_t end = offset + byte_count(entry.shape, entry.format);
    SCRIBE_CHECK(!header.contains(entry.name), "tensor '{}' twice", entry.name);
    header[entry.name] = {
        {"dtype", dtype_of(entry.format)}, {"shape", entry.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = to_json_line(header);
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace

std::string format_shape(std::span<const std::int64_t> shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

Result<SafetensorsFile> SafetensorsFile::open(Env& env, const std::string& path) {
  SafetensorsFile opened;
  opened.path_ = path;
  SCRIBE_TRY_ASSIGN(opened.file_, env.map_file(path));
  const std::span<const std::byte> bytes = opened.file_->bytes();
  SCRIBE_TRY_ASSIGN(const std::string_view text, header_of(bytes, path));
  SCRIBE_TRY_ASSIGN(const Json header, parse_json(text, path + " (header)"));
  if (!header.is_object())
    return error(ErrorCode::invalid_data, "{}: the header is not a JSON object", path);
  const auto data = bytes.subspan(kLengthBytes + text.size());
  std::vector<Placed> placed;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      SCRIBE_TRY(read_metadata(entry, opened.metadata_, path));
      continue;
    }
    SCRIBE_TRY_ASSIGN(Placed one, place_tensor(name, entry, data, path));
    placed.push_back(std::move(one));
  }
  SCRIBE_TRY(check_cover(placed, data.size(), path));
  for (Placed& one : placed) opened.tensors_.emplace(std::move(one.name), std::move(one.tensor));
  return opened;
}

Status SafetensorsFile::read(const std::string& name, const std::vector<std::int64_t>& shape,
                             std::span<float> out) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    return error(ErrorCode::invalid_data, "{}: tensor '{}' is missing", path_, name);
  const StoredTensor& tensor = found->second;
  if (tensor.shape != shape)
    return error(ErrorCode::invalid_data, "{}: tensor '{}' has shape {}, expected {}", path_, name,
                 format_shape(tensor.shape), format_shape(shape));
  SCRIBE_CHECK(product(shape, 4) == static_cast<std::int64_t>(out.size_bytes()),
               "shape {} but {} floats", format_shape(shape), out.size());
  for (const NumberFormat format : {NumberFormat::f32, NumberFormat::f16, NumberFormat::bf16}) {
    if (tensor.dtype != dtype_of(format)) continue;
    decode(tensor.bytes, format, out);
    return {};
  }
  return error(ErrorCode::unsupported, "{}: tensor '{}' is {}, expected F32, F16 or BF16", path_,
               name, tensor.dtype);
}

std::int64_t byte_count(std::span<const std::int64_t> shape, NumberFormat format) {
  const std::optional<std::int64_t> values = product(shape, 1);
  SCRIBE_CHECK(values && *values % block_size(format) == 0, "shape {} of {}", format_shape(shape),
               name_of(format));
  return *values / block_size(format) * block_bytes(format);
}

Status write_safetensors(Env& env, const std::string& path, std::span<const TensorEntry> entries,
                         const TensorBytes& bytes_of,
                         const std::map<std::string, std::string>& metadata) {
  return write_file_atomic(env, path, [&](AppendFile& file) -> Status {
    const std::string header = header_text(entries, metadata);
    const std::uint64_t length = header.size();
    SCRIBE_TRY(file.append({reinterpret_cast<const char*>(&length), kLengthBytes}));
    SCRIBE_TRY(file.append(header));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      SCRIBE_TRY_ASSIGN(const std::span<const std::byte> bytes, bytes_of(i));
      SCRIBE_CHECK(std::ssize(bytes) == byte_count(entries[i].shape, entries[i].format),
                   "tensor '{}' of shape {} has {} bytes", entries[i].name,
                   format_shape(entries[i].shape), bytes.size());
      SCRIBE_TRY(file.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    }
    return {};
  });
}

Status write_safetensors(Env& env, const std::string& path, std::span<const TensorToWrite> tensors,
                         const std::map<std::string, std::string>& metadata) {
  std::vector<TensorEntry> entries;
  for (const TensorToWrite& tensor : tensors)
    entries.push_back({tensor.name, tensor.shape, NumberFormat::f32});
  const auto bytes_of = [&](std::size_t i) -> Result<std::span<const std::byte>> {
    return std::as_bytes(tensors[i].data);
  };
  return write_safetensors(env, path, entries, bytes_of, metadata);
}

}  // namespace scribe
