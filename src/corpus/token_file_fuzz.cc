// Fuzzes TokenFile: whatever the bytes, opening or reading is an error, or every id is valid.
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
  for (std::int64_t document = 0; document < file.value().documents(); ++document)
    SCRIBE_CHECK(file.value().document_begin(document) < file.value().size(), "beyond the end");
  if (!file.value().read(0, ids).ok()) return 0;
  for (const scribe::TokenId id : ids)
    SCRIBE_CHECK(id >= 0 && id < file.value().info().vocabulary_size, "id {}", id);
  return 0;
}
