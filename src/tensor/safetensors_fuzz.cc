// Fuzzes the safetensors reader; any bytes give a file or an error, and tensors lie within it.
// file.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tensor/safetensors.h"

namespace scribe {
namespace {

class MemoryFile : public MappedFile {
 public:
  explicit MemoryFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes() const override { return bytes_; }

 private:
  std::span<const std::byte> bytes_;  // The fuzzer's, which outlive one call.
};

/// Maps the fuzzer's bytes whatever the path; everything else is refused.
class MemoryEnv : public Env {
 public:
  explicit MemoryEnv(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Result<std::unique_ptr<MappedFile>> map_file(const std::string&) override {
    return std::unique_ptr<MappedFile>(std::make_unique<MemoryFile>(bytes_));
  }
  Result<std::string> read_file(const std::string&) override { return refused(); }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string&) override { return refused(); }
  Status truncate(const std::string&, std::int64_t) override { return refused(); }
  Status rename(const std::string&, const std::string&) override { return refused(); }
  Status remove(const std::string&) override { return refused(); }
  Status remove_tree(const std::string&) override { return refused(); }
  Status create_directories(const std::string&) override { return refused(); }
  bool exists(const std::string&) override { return true; }
  Result<std::int64_t> file_size(const std::string&) override { return refused(); }
  Result<std::vector<DirectoryEntry>> list_directory(const std::string&) override {
    return refused();
  }
  double monotonic_seconds() override { return 0; }

 private:
  static Error refused() { return error(ErrorCode::unsupported, "not in memory"); }
  std::span<const std::byte> bytes_;
};

/// Reads every byte of every tensor, so that AddressSanitizer sees a view past the end.
void read_all(const SafetensorsFile& file) {
  for (const auto& [name, tensor] : file.tensors()) {
    std::vector<float> out;
    if (tensor.dtype == "F32") out.resize(tensor.bytes.size() / 4);
    if (tensor.dtype == "F16" || tensor.dtype == "BF16") out.resize(tensor.bytes.size() / 2);
    if (!out.empty())
      SCRIBE_CHECK(file.read(name, tensor.shape, out).ok(), "a tensor of its own shape");
  }
}

}  // namespace
}  // namespace scribe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scribe::MemoryEnv env({reinterpret_cast<const std::byte*>(data), size});
  const auto file = scribe::SafetensorsFile::open(env, "fuzz");
  if (file.ok()) scribe::read_all(file.value());
  return 0;
}
