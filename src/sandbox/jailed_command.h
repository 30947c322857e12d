// Runs a tool of this machine (a test suite, a script) behind the walls of the exec engine.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace scribe {

struct CommandLimits {
  double cpu_seconds = 60;  ///< of all its processes together
  double wall_seconds = 120;
  std::int64_t memory_bytes = std::int64_t{2} << 30;  ///< resident, of all processes together
  std::int64_t output_bytes = std::int64_t{64} << 20;
  std::int64_t file_bytes = std::int64_t{256} << 20;  ///< of each file
  int processes = 64;                                 ///< and threads
};

/// A command, what it finds, and what it may use.
struct JailedCommand {
  std::vector<std::string> arguments;  ///< the first is the path of the program
  /// Name and content; they lie in the folder where it starts.
  std::vector<std::pair<std::string, std::string>> files = {};
  /// More folders and files that it sees, read-only and at their own paths, besides those of
  /// compilers (/usr/bin, /usr/lib, /usr/share ...).
  std::vector<std::string> visible = {};
  CommandLimits limits = {};
};

struct CommandEnd {
  std::string limit;     ///< "cpu", "wall", "memory", "output", "files", "processes"; "" for none
  int exit_code = 0;     ///< 128 + the signal if it was killed
  std::string output;    ///< standard output, kept whatever the end
  std::string messages;  ///< standard error
  double cpu_seconds = 0;
  double wall_seconds = 0;
  std::int64_t memory_bytes = 0;
  bool ended_well() const { return limit.empty() && exit_code == 0; }
};

/// Runs one command in a jail of its own and ends everything that it started: no network, nothing
/// writable but two folders in memory ("tmp", where it starts, and "build" beside it; 512 MiB and
/// 8,192 files each), no new sessions or process groups, limits on all its processes together. PATH
/// is /usr/bin:/bin.
///
/// Errors: not_found and invalid_argument for `visible` (they must be absolute and not below /tmp,
/// /build, /cache, /dev or /proc, which are the jail's own); limit_exceeded; unsupported (no such
/// walls here, or a folder that others may not read); internal.
Result<CommandEnd> run_jailed_command(const JailedCommand& command);

}  // namespace scribe
