// The process of one candidate: limits, filter, then the program and the calls to it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sandbox/python_runtime.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox/shared_memory.h"
#include "sandbox/snapshot_child.h"

namespace scribe::sandbox {

/// Bounds that the kernel enforces. Address space counts on top of what the interpreter has mapped.
struct CandidateLimits {
  double cpu_seconds;
  std::int64_t address_bytes;
  std::int64_t output_bytes;
  int threads;
};

/// What a candidate of the snapshot engine does besides.
struct ResettableCandidate {
  SnapshotChild snapshot;
  bool landlock;
  std::span<const std::string> readable;  ///< with Landlock
};

/// What a candidate needs, prepared once in the launcher so that no child has to.
class CandidateTemplate {
 public:
  /// Needs a Python with its modules preloaded.
  CandidateTemplate(CallArea& area, SeccompFilter filter);

  /// In a fresh fork of the launcher: restricts it for good, runs the program that lies in the call
  /// area and answers calls until it is killed. Exits with kExitSetUpFailed if it cannot restrict.
  [[noreturn]] void become_candidate(const CandidateLimits& limits);

  /// The same for the snapshot engine: stops at a breakpoint once it is restricted, to be returned
  /// there after each program. Its limits are soft ones, set from outside.
  [[noreturn]] void become_resettable(const ResettableCandidate& how);

 private:
  [[noreturn]] void stop_and_serve(const ResettableCandidate& how);
  void seed_random();

  CallArea& area_;
  SeccompFilter filter_;
  pid_t launcher_;                  ///< whose death ends every candidate
  PyRef seed_random_;               ///< random.seed
  MessageBuffer request_;           ///< private copy of a request
  MessageBuffer arguments_;         ///< the arguments after a call, to see whether they changed
  std::vector<char> memory_error_;  ///< encoded beforehand: when it is needed there is no memory
};

inline constexpr int kExitSetUpFailed = 86;

}  // namespace scribe::sandbox
