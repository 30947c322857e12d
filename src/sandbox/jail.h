// The walls around the launcher: namespaces, a read-only root, no privileges.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace scribe::sandbox {

/// Which kind of process the jailed side of enter_namespaces() is.
enum class Rung {
  user_namespace,   ///< user, pid, mount, net, ipc, uts and cgroup namespaces; any user may
  root_namespaces,  ///< the same without a user namespace; needs root with CAP_SYS_ADMIN
  landlock,         ///< no namespaces
};
/// "user namespace", ...: for logs and result files.
std::string_view name_of(Rung rung);

/// Forks a child into the strongest namespaces that the system grants (or, if not `namespaces`,
/// none) and returns in both processes: 0 in the child, whose ids are mapped already, else its pid.
/// Must be called by a process with one thread. Errors: unsupported, with the remedy.
Result<pid_t> fork_into_jail(bool namespaces, Rung& rung);

/// In the child: a root file system of its own that holds nothing but the `readable` folders.
/// Not for Rung::landlock. Errors: unsupported.
Status enter_private_root(const std::vector<std::string>& readable);

/// In the child: a root file system for the exec engine. It holds the `visible` folders and files,
/// read-only but executable, the devices null, zero, random and urandom, the processes of this pid
/// namespace below /proc, and the empty folders `mount_points` (like "/build") for mount_scratch().
/// Keeps the right to mount. Not for Rung::landlock. Errors: unsupported.
Status enter_workshop_root(const std::vector<std::string>& visible,
                           const std::vector<std::string>& mount_points);

/// Bounds of a scratch file system. It lives in memory.
struct ScratchSize {
  std::int64_t bytes;
  std::int64_t files;
};
/// Replaces what is mounted at `mount_point` by an empty file system; `first` if nothing is.
/// Programs in it can be executed unless `executable` is false. Errors: internal.
Status mount_scratch(const std::string& mount_point, const ScratchSize& size, bool executable,
                     bool first);
/// Makes a mounted scratch unwritable, or writable again. Errors: internal.
Status set_mount_read_only(const std::string& mount_point, bool read_only);

/// Gives up the user identity as far as the rung allows, every capability, and the right to get any
/// back; makes the process unreadable to others of the same user. Errors: unsupported.
Status drop_privileges(Rung rung);

}  // namespace scribe::sandbox
