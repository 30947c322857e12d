// Fuzzes TokenFile: whatever the bytes, opening is an error or every id can be read.
#include <cstdlib>
#include <filesystem>

#include "corpus/token_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scribe::Env& env = scribe::Env::real();
  static const std::string path = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "scribe_fuzz_XXXXXX").string();
    SCRIBE_CHECK(::mkdtemp(pattern.data()) != nullptr, "mkdtemp '{}'", pattern);
    return pattern + "/a.tokens";
  }();
  if (env.exists(path)) SCRIBE_CHECK(env.remove(path).ok(), "remove");
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  SCRIBE_CHECK(env.open_append(path).value()->append(bytes).ok(), "append");
  const auto file = scribe::TokenFile::open(env, path);
  if (!file.ok()) return 0;
  std::vector<scribe::TokenId> ids(static_cast<std::size_t>(file.value().size()));
  file.value().read(0, ids);
  for (const scribe::TokenId id : ids)
    SCRIBE_CHECK(id >= 0 && id < file.value().vocabulary_size(), "id {}", id);
  return 0;
}
