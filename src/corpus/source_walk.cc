// A depth-first walk with its own stack: no folder is too deep.
#include "corpus/source_walk.h"

#include <algorithm>

namespace scribe {
namespace {

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

Result<SourceWalk> walk_sources(Env& env, const std::vector<std::string>& folders,
                                const std::function<bool(std::string_view path)>& wanted) {
  SourceWalk walk;
  for (const std::string& folder : folders) {
    std::vector<std::string> pending = {without_trailing_slash(folder)};
    for (bool is_root = true; !pending.empty(); is_root = false) {
      const std::string path = std::move(pending.back());
      pending.pop_back();
      auto entries = env.list_directory(path);
      if (!entries.ok() && is_root) return std::move(entries).error().in("source folder");
      if (!entries.ok()) {
        walk.unreadable_folders.push_back(path);
        continue;
      }
      for (DirectoryEntry& entry : entries.value()) {
        if (entry.is_directory)
          pending.push_back(std::move(entry.path));
        else if (wanted(entry.path))
          walk.files.push_back({.path = std::move(entry.path), .size_bytes = entry.size_bytes});
      }
    }
  }
  std::ranges::sort(walk.files, {}, &SourceFile::path);
  const auto repeated = std::ranges::unique(walk.files, {}, &SourceFile::path);
  walk.files.erase(repeated.begin(), repeated.end());
  return walk;
}

std::vector<std::string> default_python_sources(Env& env) {
  std::vector<std::string> sources;
  const auto entries = env.list_directory("/usr/lib");
  if (!entries.ok()) return sources;
  for (const DirectoryEntry& entry : entries.value())
    if (entry.is_directory &&
        (entry.path == "/usr/lib/python3" || entry.path.starts_with("/usr/lib/python3.")))
      sources.push_back(entry.path);
  return sources;
}

std::vector<std::string> default_prose_sources(Env& env) {
  std::vector<std::string> sources;
  for (const char* path : {"/usr/share/doc", "/usr/share/common-licenses"})
    if (env.exists(path)) sources.emplace_back(path);
  return sources;
}

}  // namespace scribe
