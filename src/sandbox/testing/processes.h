// The processes below one, for tests that look for survivors.
#pragma once

#include <fmt/format.h>
#include <sys/types.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace scribe::sandbox {

/// All processes below `parent`, as /proc lists them.
inline std::vector<pid_t> descendants_of(pid_t parent) {
  std::vector<pid_t> found = {parent};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const auto& task :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/task", found[i]))) {
      std::ifstream children(task.path() / "children");
      for (pid_t child = 0; children >> child;) found.push_back(child);
    }
  }
  found.erase(found.begin());
  return found;
}

/// Ended, if perhaps not yet waited for.
inline bool is_gone(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string number, name, state;
  return !(file >> number >> name >> state) || state == "Z" || state == "X";
}

}  // namespace scribe::sandbox
