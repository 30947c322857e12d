// Writes GGUF: the header in memory, the tensors one after the other.
#include "tensor/gguf.h"

namespace scribe {
namespace {

constexpr std::size_t kAlignment = 32;  ///< GGUF's where general.alignment is not given

template <typename T>
void append_number(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void append_string(std::string& out, std::string_view text) {
  append_number(out, std::uint64_t{text.size()});
  out.append(text);
}

std::size_t padding(std::size_t size) {
  return (kAlignment - size % kAlignment) % kAlignment;
}

}  // namespace

void GgufHeader::begin(std::string_view key, GgufType type) {
  append_string(values_, key);
  append_number(values_, static_cast<std::uint32_t>(type));
  ++value_count_;
}

void GgufHeader::add(std::string_view key, std::uint32_t value) {
  begin(key, GgufType::u32);
  append_number(values_, value);
}

void GgufHeader::add(std::string_view key, float value) {
  begin(key, GgufType::f32);
  append_number(values_, value);
}

void GgufHeader::add(std::string_view key, bool value) {
  begin(key, GgufType::boolean);
  append_number(values_, std::uint8_t{value});
}

void GgufHeader::add(std::string_view key, std::string_view value) {
  begin(key, GgufType::string);
  append_string(values_, value);
}

void GgufHeader::add(std::string_view key, std::span<const std::string> values) {
  begin(key, GgufType::array);
  append_number(values_, static_cast<std::uint32_t>(GgufType::string));
  append_number(values_, std::uint64_t{values.size()});
  for (const std::string& value : values) append_string(values_, value);
}

void GgufHeader::add(std::string_view key, std::span<const std::int32_t> values) {
  begin(key, GgufType::array);
  append_number(values_, static_cast<std::uint32_t>(GgufType::i32));
  append_number(values_, std::uint64_t{values.size()});
  for (const std::int32_t value : values) append_number(values_, value);
}

void GgufHeader::add(std::string_view key, std::span<const float> values) {
  begin(key, GgufType::array);
  append_number(values_, static_cast<std::uint32_t>(GgufType::f32));
  append_number(values_, std::uint64_t{values.size()});
  for (const float value : values) append_number(values_, value);
}

void GgufHeader::add_tensor(std::string_view name, const std::vector<std::int64_t>& shape,
                            NumberFormat format) {
  SCRIBE_CHECK(shape.back() % block_size(format) == 0, "'{}' {} of {}", name, format_shape(shape),
               name_of(format));
  append_string(tensors_, name);
  append_number(tensors_, static_cast<std::uint32_t>(shape.size()));
  for (auto size = shape.rbegin(); size != shape.rend(); ++size) append_number(tensors_, *size);
  append_number(tensors_, ggml_type_of(format));
  append_number(tensors_, data_bytes_);
  tensor_bytes_.push_back(byte_count(shape, format));
  data_bytes_ += tensor_bytes_.back();
  data_bytes_ += static_cast<std::int64_t>(padding(static_cast<std::size_t>(data_bytes_)));
}

Status write_gguf(Env& env, const std::string& path, const GgufHeader& header,
                  const TensorBytes& bytes_of) {
  std::string head = "GGUF";
  append_number(head, std::uint32_t{3});
  append_number(head, std::uint64_t{header.tensor_bytes_.size()});
  append_number(head, header.value_count_);
  head += header.values_;
  head += header.tensors_;
  head.append(padding(head.size()), '\0');
  return write_file_atomic(env, path, [&](AppendFile& file) -> Status {
    SCRIBE_TRY(file.append(head));
    for (std::size_t i = 0; i < header.tensor_bytes_.size(); ++i) {
      SCRIBE_TRY_ASSIGN(const std::span<const std::byte> bytes, bytes_of(i));
      SCRIBE_CHECK(std::ssize(bytes) == header.tensor_bytes_[i], "tensor {} has {} bytes, not {}",
                   i, bytes.size(), header.tensor_bytes_[i]);
      SCRIBE_TRY(file.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
      SCRIBE_TRY(file.append(std::string(padding(bytes.size()), '\0')));
    }
    return {};
  });
}

}  // namespace scribe
