// A control group around the steps of the exec engine: the kernel's own bound on their memory.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "sandbox/unique_fd.h"

namespace scribe::sandbox {

/// Where control groups are found; other places are for tests.
struct GroupPlaces {
  std::string membership = "/proc/self/cgroup";
  std::string hierarchy_v2 = "/sys/fs/cgroup";
  std::string hierarchy_v1 = "/sys/fs/cgroup/memory";
};

/// One group beside this process's own, or below it, with the memory controller of cgroup v2 or v1
/// (Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of Linux). All files are open
/// from the start, so that it can be used behind walls that hide them.
class StepGroup {
 public:
  /// Errors: unsupported, if this user may not create one: with the reason and the remedy.
  static Result<StepGroup> create(const GroupPlaces& places = {});

  /// From now on processes and files in memory may grow by `memory_bytes`. False if the kernel does
  /// not take it.
  bool begin(std::int64_t memory_bytes);
  /// Moves the calling process into the group; its children will follow it.
  bool join() const;
  /// Has the kernel killed for memory since begin()?
  bool killed() const;

  /// Must be empty. By whoever has created it, outside of the walls.
  void remove() const;
  /// "cgroup v2".
  const std::string& name() const { return name_; }

 private:
  std::int64_t kills() const;

  std::string name_;
  std::string path_;
  UniqueFd processes_;
  UniqueFd limit_;
  UniqueFd usage_;
  UniqueFd events_;
  std::int64_t kills_at_begin_ = 0;
};

}  // namespace scribe::sandbox
