// A candidate under ptrace: stopped at a point to which it is always returned.
#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/user.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"

namespace scribe::sandbox {

/// Traces one child of this process and its threads. Owns the child: destruction kills it and waits
/// for its end. No other child of this process may be waited for by others meanwhile.
class Tracee {
 public:
  /// Starts tracing; the child goes on running. Errors: unsupported.
  static Result<Tracee> seize(pid_t child);
  ~Tracee();
  Tracee(Tracee&& other) noexcept;
  Tracee& operator=(Tracee&& other) noexcept;
  Tracee(const Tracee&) = delete;
  Tracee& operator=(const Tracee&) = delete;

  /// Waits for the child's breakpoint (int3) and saves registers and signal mask there.
  /// Errors: unsupported, if it ends instead.
  Status save_at_breakpoint();

  /// From the breakpoint, a new program runs.
  void resume();

  /// Handles whatever happened. Returns the status, as waitpid() would give it, with which the
  /// program has ended: by exit, a signal, or a system call that is an attack (SIGSYS). The child
  /// is stopped then, or gone.
  std::optional<int> handle_events();

  /// Stops the child where it is. False if it is gone.
  bool interrupt();

  /// Sets registers and signal mask as they were at the breakpoint. The child must be stopped.
  bool return_to_breakpoint();

  /// True if the program changed something of the kernel's that nobody can set back: mappings,
  /// descriptors, handlers, timers, threads. Such a child must not run another program.
  bool tainted() const { return tainted_; }
  bool alive() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  double cpu_seconds() const;
  /// Of a child that is gone.
  const rusage& usage() const { return usage_; }

  void kill();

 private:
  Tracee() = default;
  std::optional<int> handle(pid_t thread, int status);
  std::optional<int> handle_system_call(pid_t thread);
  std::optional<int> handle_signal(pid_t thread, int number);
  std::optional<int> handle_result(pid_t thread);
  void leave();

  pid_t pid_ = -1;
  bool stopped_ = false;
  bool tainted_ = false;
  rusage usage_{};
  user_regs_struct registers_{};
  std::vector<char> extended_state_;  ///< floating point and vector registers
  std::uint64_t signal_mask_ = 0;
};

}  // namespace scribe::sandbox
