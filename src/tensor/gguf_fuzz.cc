// Fuzzes the GGUF reader; any bytes give a file or an error, and all it names lies within it.
#include <cstddef>
#include <cstdint>

#include "base/testing/memory_env.h"
#include "tensor/ggml_blocks.h"
#include "tensor/gguf.h"

namespace scribe {
namespace {

/// Reads every byte of every tensor, so that AddressSanitizer sees a view past the end.
void read_all(const GgufFile& file) {
  for (const auto& [name, tensor] : file.tensors()) {
    const Result<GgmlType> type = ggml_type(tensor.type);
    if (!type.ok()) continue;
    std::size_t values = tensor.bytes.size() / static_cast<std::size_t>(type.value().block_bytes);
    values *= static_cast<std::size_t>(type.value().block_size);
    std::vector<float> out(values);
    SCRIBE_CHECK(file.read(name, tensor.shape, out).ok(), "a tensor of its own shape");
  }
}

/// Asks for a key in every way; each gives a value or an error.
void ask(const GgufFile& file, const std::string& key) {
  const bool any = file.integer(key).ok() || file.number(key).ok() || file.boolean(key).ok() ||
                   file.text(key).ok() || file.texts(key).ok() || file.integers(key).ok();
  SCRIBE_CHECK(!any || file.contains(key), "a value of a missing key");
}

}  // namespace
}  // namespace scribe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scribe::MemoryEnv env({reinterpret_cast<const std::byte*>(data), size});
  const auto file = scribe::GgufFile::open(env, "fuzz");
  if (!file.ok()) return 0;
  scribe::read_all(file.value());
  for (const char* key : {"general.architecture", "general.alignment", "tokenizer.ggml.tokens",
                          "tokenizer.ggml.token_type", "gpt2.block_count", "k", ""})
    scribe::ask(file.value(), key);
  return 0;
}
