// What all processes of one step use together, read from /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <utility>

#include "base/result.h"
#include "sandbox/unique_fd.h"

namespace scribe::sandbox {

struct TreeUsage {
  double cpu_seconds = 0;         ///< of live processes and of the ended ones that were seen
  std::int64_t memory_bytes = 0;  ///< resident now; pages that are shared count for each process
  int tasks = 0;                  ///< threads of all of them
};

/// Watches the processes of one process group, which nobody can leave (the filter forbids setsid
/// and setpgid).
class ProcessTree {
 public:
  /// `processes` is an open /proc. Owned by the caller, who outlives this.
  ProcessTree(int processes, pid_t group) : processes_(processes), group_(group) {}

  TreeUsage measure();
  /// Seconds that the group's threads, those alive now, have waited for a core.
  double delayed_seconds() const;

 private:
  /// Own processor time by (pid, start time): what ended between two looks keeps its last value.
  std::map<std::pair<pid_t, std::uint64_t>, double> own_seconds_;
  int processes_;
  pid_t group_;
};

}  // namespace scribe::sandbox
