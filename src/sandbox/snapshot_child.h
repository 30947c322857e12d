// The candidate's half of the snapshot engine: moves its memory where the launcher can reset it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "sandbox/memory_scan.h"
#include "sandbox/wire.h"

namespace scribe::sandbox {

inline constexpr std::size_t kSegmentsMax = 256;

/// A mapping that lives at `offset` of the memory file now.
struct Segment {
  PageRange range;
  std::uint64_t offset;
};

/// What the candidate tells the launcher before its snapshot is taken. With it come three
/// descriptors: the write tracker, the page map and the scheduler's statistics of the candidate.
struct SnapshotBoot {
  std::uint32_t segments = 0;  ///< 0: it failed, see `problem`
  std::int64_t address_space_bytes = 0;
  std::array<Segment, kSegmentsMax> segment;
  char problem[kTextBytes] = {};
};

/// Set up by the launcher before the fork. Owns nothing.
struct SnapshotChild {
  int boot_socket;  ///< SOCK_SEQPACKET; the launcher holds the other end
  int memory_file;  ///< an empty memfd
  int proc;         ///< O_PATH descriptor of a /proc that knows this process

  /// Makes this process traceable and waits until the launcher traces it. Errors: unsupported.
  Status wait_until_traced() const;

  /// Replaces every private writable mapping, except the stack that runs, by a shared mapping of
  /// the memory file at the same address with the same content, and sends a SnapshotBoot. All
  /// memory that is written from here on must lie in such a mapping, so the caller must go on
  /// through run_on_new_stack(). Errors: unsupported; then the memory may be half moved, and the
  /// process must end.
  Status move_memory(PageRange new_stack) const;

  /// Tells the launcher why there will be no snapshot.
  void report(const Error& failure) const;
};

/// Maps a stack with a guard page below. Errors: unsupported.
Result<PageRange> map_stack();

/// Calls `run(context)` on `stack`; the old stack becomes read-only first, since nobody resets it.
[[noreturn]] void run_on_new_stack(PageRange stack, PageRange old_stack, void (*run)(void*),
                                   void* context);

/// The stack that the kernel gave this process. Errors: unsupported.
Result<PageRange> kernel_stack(int proc);

}  // namespace scribe::sandbox
