// Landlock by raw system calls, with what each version of it added.
#include "sandbox/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "sandbox/unique_fd.h"

namespace scribe::sandbox {
namespace {

/// As of version 6; older headers know only the first field, older kernels take a shorter struct.
struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};

constexpr std::uint64_t kFileAccessVersion1 = (1U << 13) - 1;
constexpr std::uint64_t kFileAccessRefer = 1U << 13;        // version 2
constexpr std::uint64_t kFileAccessTruncate = 1U << 14;     // version 3
constexpr std::uint64_t kNetBindAndConnectTcp = 3;          // version 4
constexpr std::uint64_t kFileAccessDeviceIoctl = 1U << 15;  // version 5
constexpr std::uint64_t kScopeSocketsAndSignals = 3;        // version 6

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWrite = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM |
                                 kFileAccessRefer | kFileAccessTruncate;
constexpr std::uint64_t kRightsOfFiles = LANDLOCK_ACCESS_FS_READ_FILE |
                                         LANDLOCK_ACCESS_FS_WRITE_FILE |
                                         LANDLOCK_ACCESS_FS_EXECUTE | kFileAccessTruncate;

std::uint64_t rights_of(FolderAccess access) {
  switch (access) {
    case FolderAccess::read:
      return kRead;
    case FolderAccess::read_and_execute:
      return kRead | LANDLOCK_ACCESS_FS_EXECUTE;
    case FolderAccess::read_and_write:
      return kRead | kWrite;
    case FolderAccess::everything:
      return kRead | kWrite | LANDLOCK_ACCESS_FS_EXECUTE;
  }
  SCRIBE_UNREACHABLE();
}

RulesetAttributes everything_handled(int version) {
  RulesetAttributes attributes{kFileAccessVersion1, 0, 0};
  if (version >= 2) attributes.handled_access_fs |= kFileAccessRefer;
  if (version >= 3) attributes.handled_access_fs |= kFileAccessTruncate;
  if (version >= 4) attributes.handled_access_net = kNetBindAndConnectTcp;
  if (version >= 5) attributes.handled_access_fs |= kFileAccessDeviceIoctl;
  if (version >= 6) attributes.scoped = kScopeSocketsAndSignals;
  return attributes;
}

std::size_t attribute_bytes(int version) {
  if (version >= 6) return sizeof(RulesetAttributes);
  return version >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

Error landlock_error(std::string_view what) {
  return error(ErrorCode::unsupported, "Landlock: cannot {}: {}", what, std::strerror(errno));
}

}  // namespace

int landlock_version() {
  const long version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

Status restrict_with_landlock(std::span<const std::string> readable) {
  std::vector<FolderRule> rules;
  for (const std::string& path : readable) rules.push_back({path, FolderAccess::read});
  return restrict_with_landlock(rules);
}

Status restrict_with_landlock(std::span<const FolderRule> rules) {
  const int version = landlock_version();
  const RulesetAttributes attributes = everything_handled(version);
  const UniqueFd ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attributes, attribute_bytes(version), 0)));
  if (!ruleset.valid()) return landlock_error("create a ruleset");
  for (const FolderRule& rule : rules) {
    const UniqueFd place(::open(rule.path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status{};
    if (!place.valid() || ::fstat(place.get(), &status) != 0)
      return landlock_error("open '" + rule.path + "'");
    std::uint64_t rights = rights_of(rule.access) & attributes.handled_access_fs;
    if (!S_ISDIR(status.st_mode)) rights &= kRightsOfFiles;
    const landlock_path_beneath_attr beneath{rights, place.get()};
    if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) !=
        0)
      return landlock_error("allow '" + rule.path + "'");
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
    return landlock_error("restrict this process");
  return {};
}

}  // namespace scribe::sandbox
