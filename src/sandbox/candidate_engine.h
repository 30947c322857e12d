// How the launcher runs candidates: a fresh process for each, or one that is reset.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/candidate.h"
#include "sandbox/unique_fd.h"
#include "sandbox/wire.h"

namespace scribe::sandbox {

/// One candidate at a time, inside the jail.
class CandidateEngine {
 public:
  virtual ~CandidateEngine() = default;
  /// Runs the program that lies in the call area until it ends, until it has used up its CPU time,
  /// or until the supervisor asks for its end; then reports `ended` (or `failed`).
  virtual void run(const LauncherRequest& request) = 0;
};

/// What an engine knows of the jail around it.
struct JailFacts {
  bool owns_pid_namespace = false;
  int other_tasks = 0;  ///< what else RLIMIT_NPROC counts: it is a limit of the user
};

/// Forks a warm interpreter for every program. `statm` is the launcher's open /proc/self/statm.
std::unique_ptr<CandidateEngine> make_fork_engine(CandidateTemplate candidates,
                                                  const JailFacts& jail, const UniqueFd& statm);

/// Restrictions that the snapshot engine's candidate takes on by itself, since on the way to its
/// snapshot it needs more than it may have later.
struct SnapshotSettings {
  bool landlock = false;
  std::vector<std::string> readable;  ///< with Landlock
  UniqueFd proc;                      ///< O_PATH descriptor of a /proc that knows the jail
  int verify_every = 0;               ///< compare all memory after so many resets
};

/// Keeps one candidate under ptrace and returns its memory and registers to a snapshot after each
/// program (Linux 6.7). Errors: unsupported.
Result<std::unique_ptr<CandidateEngine>> make_snapshot_engine(CandidateTemplate candidates,
                                                              const JailFacts& jail,
                                                              SnapshotSettings settings);

}  // namespace scribe::sandbox
