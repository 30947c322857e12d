// System call filters: what a candidate, and what the tester, may ask of the kernel.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <vector>

#include "base/result.h"

namespace scribe::sandbox {

/// What a filter for a traced candidate tells the tracer of a system call that it stopped.
enum class TracedCall : unsigned {
  changes_state = 1,  ///< allowed, but leaves traces in the kernel that nobody can undo
  ends_thread = 2,
  ends_process = 3,
  hostile = 4,
};

/// A compiled filter. Compiling takes about 0.3 ms, loading 0.07 ms: compile once, load per
/// process.
class SeccompFilter {
 public:
  /// For candidates: memory, threads, clocks, and files opened for reading. No sockets, no new
  /// processes, no writing except to what is already open. Signals only to itself. What no honest
  /// program asks for kills the process (SIGSYS); all else fails with EPERM. Errors: unsupported.
  static Result<SeccompFilter> for_candidate();
  /// For a candidate whose process is used again: allows what for_candidate() allows. Calls that
  /// leave nothing behind pass at once; all others stop for the tracer, as TracedCall says.
  /// Priority inheritance futexes and the like, of which nobody knows what they leave, fail with
  /// EPERM. Errors: unsupported.
  static Result<SeccompFilter> for_resettable_candidate();
  /// For the tester: as for_candidate(), plus its control socket; nothing kills. Errors:
  /// unsupported.
  static Result<SeccompFilter> for_tester();

  /// Restricts this thread and its future children for good; needs no_new_privs. Only `own_pid` may
  /// be signalled. Async-signal-safe except for a copy of the filter on the stack. False on
  /// failure.
  bool load(pid_t own_pid);

 private:
  explicit SeccompFilter(std::vector<sock_filter> instructions)
      : instructions_(std::move(instructions)) {}
  friend class FilterBuilder;

  std::vector<sock_filter> instructions_;
};

}  // namespace scribe::sandbox
