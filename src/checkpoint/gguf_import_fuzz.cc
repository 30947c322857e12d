// Fuzzes what is made of a GGUF file's keys: any give a configuration and a tokenizer, or an error.
#include <cstddef>
#include <cstdint>

#include "base/testing/memory_env.h"
#include "checkpoint/gguf_config.h"
#include "checkpoint/gguf_tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scribe::MemoryEnv env({reinterpret_cast<const std::byte*>(data), size});
  const auto file = scribe::GgufFile::open(env, "fuzz");
  if (!file.ok()) return 0;
  const auto config = scribe::gguf_config(file.value());
  if (config.ok()) SCRIBE_CHECK(scribe::validate(config.value()).ok(), "a model that is not valid");
  const auto json = scribe::gguf_tokenizer_json(file.value(), 1 << 20);
  if (json.ok()) SCRIBE_CHECK(!json.value().empty(), "a tokenizer without text");
  return 0;
}
