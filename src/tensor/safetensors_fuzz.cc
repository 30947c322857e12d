// Fuzzes the safetensors reader; any bytes give a file or an error, and tensors lie within it.
#include <cstddef>
#include <cstdint>

#include "base/testing/memory_env.h"
#include "tensor/safetensors.h"

namespace scribe {
namespace {

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
