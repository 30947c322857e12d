// Parses /proc/PID/stat and schedstat.
#include "sandbox/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

namespace scribe::sandbox {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

Directory open_directory(int at, const char* path) {
  const int fd = ::openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const directory = fd < 0 ? nullptr : ::fdopendir(fd);
  if (directory == nullptr && fd >= 0) ::close(fd);
  return Directory(directory);
}

std::string read_small_file(int at, const std::string& path) {
  const UniqueFd file(::openat(at, path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[1024];
  const ssize_t size_bytes = file.valid() ? ::read(file.get(), text, sizeof(text)) : -1;
  return size_bytes > 0 ? std::string(text, static_cast<std::size_t>(size_bytes)) : std::string();
}

/// Fields of /proc/PID/stat that are of interest.
struct ProcessState {
  pid_t group = 0;
  double own_seconds = 0;       ///< utime + stime
  double children_seconds = 0;  ///< of children that it has waited for
  int threads = 0;
  std::uint64_t start_time = 0;
  std::int64_t memory_bytes = 0;
};

std::optional<ProcessState> parse_state(const std::string& text) {
  // The name, in parentheses, is the program's own choice: only what follows the last ) counts.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  unsigned long user = 0;
  unsigned long kernel = 0;
  long children_user = 0;
  long children_kernel = 0;
  unsigned long long start = 0;
  long resident_pages = 0;
  int group = 0;
  int threads = 0;
  const int found = std::sscanf(text.c_str() + name_end + 1,
                                " %*c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d "
                                "%*d %d %*d %llu %*u %ld",
                                &group, &user, &kernel, &children_user, &children_kernel, &threads,
                                &start, &resident_pages);
  if (found != 8) return std::nullopt;
  static const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  static const std::int64_t page_bytes = ::sysconf(_SC_PAGESIZE);
  return ProcessState{
      .group = group,
      .own_seconds = static_cast<double>(user + kernel) / ticks,
      .children_seconds = static_cast<double>(children_user + children_kernel) / ticks,
      .threads = threads,
      .start_time = start,
      .memory_bytes = resident_pages * page_bytes};
}

bool is_number(const char* name) {
  return *name >= '1' && *name <= '9';
}

}  // namespace

TreeUsage ProcessTree::measure() {
  TreeUsage usage;
  double with_children = 0;
  const Directory all = open_directory(processes_, ".");
  while (const dirent* entry = all ? ::readdir(all.get()) : nullptr) {
    if (!is_number(entry->d_name)) continue;
    const auto state = parse_state(
        read_small_file(processes_, fmt::format("{}/stat", std::string_view(entry->d_name))));
    if (!state || state->group != group_) continue;
    usage.tasks += state->threads;
    usage.memory_bytes += state->memory_bytes;
    with_children += state->own_seconds + state->children_seconds;
    own_seconds_[{std::atoi(entry->d_name), state->start_time}] = state->own_seconds;
  }
  double seen = 0;
  for (const auto& [process, seconds] : own_seconds_) seen += seconds;
  usage.cpu_seconds = std::max(seen, with_children);  // Each is a lower bound.
  return usage;
}

double ProcessTree::delayed_seconds() const {
  double seconds = 0;
  const Directory all = open_directory(processes_, ".");
  while (const dirent* entry = all ? ::readdir(all.get()) : nullptr) {
    if (!is_number(entry->d_name)) continue;
    const std::string name = entry->d_name;
    const auto state = parse_state(read_small_file(processes_, name + "/stat"));
    if (!state || state->group != group_) continue;
    const Directory tasks = open_directory(processes_, (name + "/task").c_str());
    while (const dirent* task = tasks ? ::readdir(tasks.get()) : nullptr) {
      if (!is_number(task->d_name)) continue;
      double delayed = 0;
      const std::string text =
          read_small_file(processes_, name + "/task/" + task->d_name + "/schedstat");
      if (std::sscanf(text.c_str(), "%*f %lf", &delayed) == 1) seconds += delayed * 1e-9;
    }
  }
  return seconds;
}

}  // namespace scribe::sandbox
