// Which core a worker runs on.
#pragma once

#include <sched.h>

#include <vector>

namespace scribe::sandbox {

/// The cores that this process may use, in ascending order.
std::vector<int> usable_cores();

/// While it lives, the calling thread and what it starts run on one core.
///
/// Supervisor, tester and candidate of a worker take turns: where they share a core the turn passes
/// by a switch, where they do not by waking an idle core, which takes several times as long.
class CoreScope {
 public:
  /// Does nothing if `core` is below 0 or may not be used.
  explicit CoreScope(int core);
  ~CoreScope();
  CoreScope(const CoreScope&) = delete;
  CoreScope& operator=(const CoreScope&) = delete;

 private:
  bool changed_ = false;
  cpu_set_t before_;
};

}  // namespace scribe::sandbox
