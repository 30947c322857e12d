// Lists the files of folders.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"

namespace scribe {

struct SourceFile {
  std::string path;
  std::int64_t size_bytes = 0;
};

struct SourceWalk {
  std::vector<SourceFile> files;  ///< sorted by path, each once, even if folders overlap
  std::vector<std::string> unreadable_folders;
};

/// All regular files below `folders` whose path is wanted. Symbolic links are not followed. A
/// folder below that cannot be listed is reported, not fatal. Errors: not_found, io of a folder in
/// `folders`.
Result<SourceWalk> walk_sources(Env& env, const std::vector<std::string>& folders,
                                const std::function<bool(std::string_view path)>& wanted);

/// /usr/lib/python3 and every /usr/lib/python3.*, those that exist.
std::vector<std::string> default_python_sources(Env& env);
/// /usr/share/doc and /usr/share/common-licenses, those that exist.
std::vector<std::string> default_prose_sources(Env& env);

}  // namespace scribe
