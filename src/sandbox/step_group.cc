// Files of the cgroup file systems.
#include "sandbox/step_group.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

namespace scribe::sandbox {
namespace {

/// What the two versions call the same things.
struct Names {
  const char* version;
  const char* limit;
  const char* usage;
  const char* events;  ///< a line of it is "oom_kill 3"
};
constexpr Names kV2 = {"cgroup v2", "memory.max", "memory.current", "memory.events"};
constexpr Names kV1 = {"cgroup v1", "memory.limit_in_bytes", "memory.usage_in_bytes",
                       "memory.oom_control"};

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_of_descriptor(const UniqueFd& fd) {
  char text[1024];
  const ssize_t size_bytes = ::pread(fd.get(), text, sizeof(text), 0);
  return size_bytes > 0 ? std::string(text, static_cast<std::size_t>(size_bytes)) : std::string();
}

bool write_text(int fd, std::string_view text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    if (text.substr(at, end - at) == word) return true;
    at = end + 1;
  }
  return false;
}

/// The path of this process's group: of the line "4:memory:/a/b", or "0::/a/b" for v2.
std::string own_group(const std::string& membership, std::string_view controller) {
  const std::string text = text_of_file(membership);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    if (line.substr(first + 1, second - first - 1) == controller)
      return std::string(line.substr(second + 1));
  }
  return "";
}

/// Are groups below `folder` under the memory controller, or can they be put there? Not where
/// processes are, except in the root.
bool hands_down_memory(const std::string& folder) {
  const std::string file = folder + "/cgroup.subtree_control";
  if (has_word(text_of_file(file), "memory")) return true;
  if (!has_word(text_of_file(folder + "/cgroup.controllers"), "memory")) return false;
  const UniqueFd control(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  return control.valid() && write_text(control.get(), "+memory");
}

struct Place {
  const Names* names;
  std::string folder;
};

/// Where a group could be created, best first.
std::vector<Place> places_for_group(const GroupPlaces& places) {
  std::vector<Place> found;
  if (const std::string own = own_group(places.membership, ""); !own.empty()) {
    const std::string folder = places.hierarchy_v2 + (own == "/" ? "" : own);
    if (hands_down_memory(folder)) found.push_back({&kV2, folder});
    // A user's session owns its slice: a sibling of our own group will do as well.
    const std::string parent = folder.substr(0, folder.rfind('/'));
    if (own != "/" && has_word(text_of_file(parent + "/cgroup.subtree_control"), "memory"))
      found.push_back({&kV2, parent});
  }
  if (const std::string own = own_group(places.membership, "memory"); !own.empty())
    found.push_back({&kV1, places.hierarchy_v1 + (own == "/" ? "" : own)});
  return found;
}

UniqueFd open_in(const std::string& folder, const char* name, int access) {
  return UniqueFd(::open(fmt::format("{}/{}", folder, name).c_str(), access | O_CLOEXEC));
}

}  // namespace

Result<StepGroup> StepGroup::create(const GroupPlaces& places) {
  std::string reason = "no memory controller is handed down to this process's control group";
  for (const Place& place : places_for_group(places)) {
    StepGroup group;
    group.name_ = place.names->version;
    group.path_ = fmt::format("{}/scribe-{}", place.folder, ::getpid());
    group.remove();  // What a killed process of the same number has left.
    if (::mkdir(group.path_.c_str(), 0755) != 0) {
      reason = fmt::format("cannot create '{}': {}", group.path_, std::strerror(errno));
      continue;
    }
    group.processes_ = open_in(group.path_, "cgroup.procs", O_WRONLY);
    group.limit_ = open_in(group.path_, place.names->limit, O_WRONLY);
    group.usage_ = open_in(group.path_, place.names->usage, O_RDONLY);
    group.events_ = open_in(group.path_, place.names->events, O_RDONLY);
    if (group.processes_.valid() && group.limit_.valid() && group.usage_.valid() &&
        group.events_.valid())
      return group;
    reason = fmt::format("'{}' has no memory controller", group.path_);
    group.remove();
  }
  return error(ErrorCode::unsupported,
               "{}; where systemd runs, systemd-run --user --scope -p Delegate=yes gives one",
               reason);
}

bool StepGroup::begin(std::int64_t memory_bytes) {
  const std::int64_t used = std::strtoll(text_of_descriptor(usage_).c_str(), nullptr, 10);
  kills_at_begin_ = kills();
  // What files of earlier steps hold is theirs: the limit is on top of it.
  return write_text(limit_.get(), std::to_string(used + memory_bytes));
}

bool StepGroup::join() const {
  return write_text(processes_.get(), "0");
}

bool StepGroup::killed() const {
  return kills() > kills_at_begin_;
}

std::int64_t StepGroup::kills() const {
  constexpr std::string_view kName = "\noom_kill ";
  const std::string text = "\n" + text_of_descriptor(events_);
  const std::size_t at = text.find(kName);
  return at == std::string::npos ? 0 : std::strtoll(text.c_str() + at + kName.size(), nullptr, 10);
}

void StepGroup::remove() const {
  ::rmdir(path_.c_str());
}

}  // namespace scribe::sandbox
