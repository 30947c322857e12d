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

}  // namespace scribe::sandbox
