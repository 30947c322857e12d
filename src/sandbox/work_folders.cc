// Scratch mounts, or plain folders that are emptied by hand.
#include "sandbox/work_folders.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "sandbox/unique_fd.h"

namespace scribe::sandbox {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr ScratchSize kBuildSize = {512 * kMiB, 8192};
constexpr ScratchSize kCacheSize = {2048 * kMiB, 65536};
constexpr ScratchSize kRunScratchSize = {64 * kMiB, 4096};

ScratchSize scratch_size(ExecStage stage) {
  return stage == ExecStage::run ? kRunScratchSize : kBuildSize;
}

/// Names of what is in an open folder, at most `count_max`.
std::vector<std::string> names_in(int folder, std::size_t count_max) {
  std::vector<std::string> names;
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const directory = copy < 0 ? nullptr : ::fdopendir(copy);
  if (directory == nullptr) return names;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    if (names.size() >= count_max) break;
  }
  ::closedir(directory);
  return names;
}

/// Removes one entry of `top`. What a full folder holds moves up into `top` first, so that no depth
/// needs more than two descriptors.
bool remove_entry(int top, const std::string& name, std::uint64_t& counter) {
  constexpr std::size_t kNamesMax = 4096;
  if (::unlinkat(top, name.c_str(), 0) == 0) return true;
  if (::unlinkat(top, name.c_str(), AT_REMOVEDIR) == 0) return true;
  ::fchmodat(top, name.c_str(), 0700, 0);  // A folder: unlinkat() would have removed a link.
  const UniqueFd inner(
      ::openat(top, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!inner.valid()) return false;
  for (const std::string& child : names_in(inner.get(), kNamesMax)) {
    if (::unlinkat(inner.get(), child.c_str(), 0) == 0) continue;
    ::fchmodat(inner.get(), child.c_str(), 0700, 0);  // Moving a folder changes its "..".
    const std::string moved = fmt::format(".scribe-{}", counter++);
    if (::renameat(inner.get(), child.c_str(), top, moved.c_str()) != 0) return false;
  }
  return ::unlinkat(top, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOTEMPTY;
}

/// True if below `path` there is more than `size`; stops counting there.
bool holds_more_than(const std::string& path, const ScratchSize& size) {
  std::error_code failure;
  std::int64_t bytes = 0;
  std::int64_t files = 0;
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  for (auto entry = std::filesystem::recursive_directory_iterator(path, options, failure);
       entry != std::filesystem::recursive_directory_iterator(); entry.increment(failure)) {
    struct stat status{};
    if (::lstat(entry->path().c_str(), &status) == 0) bytes += status.st_blocks * 512;
    if (++files > size.files || bytes > size.bytes) return true;
  }
  return false;
}

}  // namespace

Status empty_folder(const std::string& path) {
  constexpr std::size_t kNamesMax = 4096;
  constexpr int kRoundsMax = 1'000'000;
  const UniqueFd top(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!top.valid()) return error(ErrorCode::io, "cannot open '{}': {}", path, std::strerror(errno));
  std::uint64_t counter = 0;
  for (int round = 0; round < kRoundsMax; ++round) {
    const std::vector<std::string> names = names_in(top.get(), kNamesMax);
    if (names.empty()) return {};
    for (const std::string& name : names)
      if (!remove_entry(top.get(), name, counter))
        return error(ErrorCode::io, "cannot empty '{}': {}", path, std::strerror(errno));
  }
  return error(ErrorCode::io, "cannot empty '{}': too much is in it", path);
}

std::vector<std::string> WorkFolders::mount_points() {
  return {"/build", "/tmp", "/cache"};
}

Result<WorkFolders> WorkFolders::mount() {
  SCRIBE_TRY(mount_scratch("/build", kBuildSize, true, true));
  SCRIBE_TRY(mount_scratch("/tmp", kRunScratchSize, false, true));
  SCRIBE_TRY(mount_scratch("/cache", kCacheSize, false, true));
  return WorkFolders("", true);
}

Result<WorkFolders> WorkFolders::create() {
  std::string root = std::string("/tmp") + "/scribe-exec-XXXXXX";
  if (::mkdtemp(root.data()) == nullptr)
    return error(ErrorCode::io, "cannot create a folder in /tmp: {}", std::strerror(errno));
  for (const std::string& name : mount_points())
    if (::mkdir((root + name).c_str(), 0700) != 0)
      return error(ErrorCode::io, "cannot create '{}{}': {}", root, name, std::strerror(errno));
  return WorkFolders(std::move(root), false);
}

Status WorkFolders::empty(const char* name, const ScratchSize& size, bool executable) {
  if (mounted_) return mount_scratch(name, size, executable, false);
  const std::string path = root_ + name;
  ::chmod(path.c_str(), 0700);  // The program before may have taken the rights away.
  return empty_folder(path);
}

Status WorkFolders::begin(ExecStage stage, bool new_build) {
  // Compilers run helpers from their scratch folder; programs have no reason to.
  SCRIBE_TRY(empty("/tmp", scratch_size(stage), stage != ExecStage::run));
  if (mounted_ && stage == ExecStage::warm_up) SCRIBE_TRY(set_mount_read_only("/cache", false));
  if (new_build) return empty("/build", kBuildSize, true);
  return mounted_ ? set_mount_read_only("/build", false) : Status();
}

Status WorkFolders::seal(ExecStage stage) {
  if (!mounted_) return {};  // The rules for Landlock do it there.
  SCRIBE_TRY(set_mount_read_only("/build", stage != ExecStage::build));
  return set_mount_read_only("/cache", stage != ExecStage::warm_up);
}

std::vector<FolderRule> WorkFolders::rules(ExecStage stage) const {
  const bool runs = stage == ExecStage::run;
  return {{root_ + "/tmp", runs ? FolderAccess::read_and_write : FolderAccess::everything},
          {root_ + "/build",
           stage == ExecStage::build ? FolderAccess::everything : FolderAccess::read_and_execute},
          {root_ + "/cache",
           stage == ExecStage::warm_up ? FolderAccess::everything : FolderAccess::read}};
}

std::int64_t WorkFolders::bytes_max(ExecStage stage) {
  const std::int64_t scratch_bytes = scratch_size(stage).bytes;
  if (stage == ExecStage::run) return scratch_bytes;
  return scratch_bytes + (stage == ExecStage::build ? kBuildSize : kCacheSize).bytes;
}

bool WorkFolders::is_overfull(ExecStage stage) const {
  if (mounted_) return false;
  if (holds_more_than(root_ + "/tmp", scratch_size(stage))) return true;
  return stage == ExecStage::build && holds_more_than(root_ + "/build", kBuildSize);
}

}  // namespace scribe::sandbox
