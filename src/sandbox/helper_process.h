// A helper of the supervisor: this executable, started again in another role.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string_view>

#include "base/result.h"
#include "sandbox/unique_fd.h"

namespace scribe::sandbox {

/// Owns the process: destruction ends it and waits for it.
///
/// A helper holds the read end of a pipe, the lifeline, whose write end only the supervisor has:
/// when the supervisor dies, however it dies, the helper reads end of file and ends too. (A death
/// signal of prctl would fire when the starting *thread* ends.) It is in a process group of its
/// own, so that Ctrl-C in a terminal reaches only the supervisor.
class HelperProcess {
 public:
  /// Starts `role` with the descriptors that wire.h names; `extra_fd` may be -1. Errors: internal.
  static Result<HelperProcess> start(std::string_view role, int call_area_fd, int extra_fd);
  ~HelperProcess();
  HelperProcess(HelperProcess&& other) noexcept;
  HelperProcess& operator=(HelperProcess&& other) noexcept;
  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;

  pid_t pid() const { return pid_; }
  int control() const { return control_.get(); }
  /// Kills at once instead of letting the helper clean up.
  void kill();

 private:
  HelperProcess() = default;
  void end();

  pid_t pid_ = -1;
  UniqueFd control_;
  UniqueFd lifeline_;
};

/// In a helper: a thread that ends this process when the lifeline does.
void watch_lifeline();

}  // namespace scribe::sandbox
