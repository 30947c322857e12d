// Fuzzes the reader of problem files, and with it that of JSON lines: an error, or usable problems.
#include <cstdlib>
#include <filesystem>

#include "problems/problem.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  scribe::Env& env = scribe::Env::real();
  static const std::string path = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "scribe_fuzz_XXXXXX").string();
    SCRIBE_CHECK(::mkdtemp(pattern.data()) != nullptr, "mkdtemp '{}'", pattern);
    return pattern + "/problems.jsonl";
  }();
  if (env.exists(path)) SCRIBE_CHECK(env.remove(path).ok(), "remove");
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  SCRIBE_CHECK(env.open_append(path).value()->append(bytes).ok(), "append");
  const auto problems = scribe::load_problems(env, path);
  if (!problems.ok()) return 0;
  for (const scribe::Problem& problem : problems.value())
    SCRIBE_CHECK(!problem.task_id.empty(), "a problem without a name");
  return 0;
}
