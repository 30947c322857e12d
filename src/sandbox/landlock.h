// Landlock: the kernel's own access rules for a process that has no other walls around its files.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

namespace scribe::sandbox {

/// The kernel's Landlock version, 0 if it has none.
int landlock_version();

/// From now on this process and its children can only read files below `readable`; no TCP (version
/// 4), no signals to and no abstract sockets of processes outside (version 6). Needs no_new_privs.
/// Errors: unsupported.
Status restrict_with_landlock(std::span<const std::string> readable);

/// What may be done below a folder, or with a file.
enum class FolderAccess { read, read_and_execute, read_and_write, everything };
struct FolderRule {
  std::string path;
  FolderAccess access;
};

/// The same with a right for each path. Devices, sockets and FIFOs can be made nowhere.
Status restrict_with_landlock(std::span<const FolderRule> rules);

}  // namespace scribe::sandbox
