// Asynchronous write protection and the scan for written pages (Linux 6.7), without new headers.
#pragma once

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "sandbox/unique_fd.h"

namespace scribe::sandbox {

inline constexpr std::uint64_t kPageBytes = 4096;

/// Addresses [begin, end).
struct PageRange {
  std::uint64_t begin;
  std::uint64_t end;
};

/// A descriptor that can write-protect this process' memory without anyone serving the faults: a
/// write lifts the protection of its page and leaves a mark. Errors: unsupported, with the reason.
Result<UniqueFd> open_write_tracker();

/// Puts a mapping under the tracker's control. Errors: unsupported.
Status track_writes(const UniqueFd& tracker, PageRange range);

/// Protects the range (or lifts the protection). False on failure.
bool set_write_protection(const UniqueFd& tracker, PageRange range, bool protect);

/// Finds what was written in `range` since it was protected, and all of it that never was, among
/// tracked mappings. `pagemap` is the process' open /proc/PID/pagemap. Returns how many ranges
/// stand in `found` and moves `range.begin` to where the scan ended; -1 on failure.
long scan_written_pages(const UniqueFd& pagemap, PageRange& range, std::span<PageRange> found);

/// Tries all of this on a page of its own. Errors: unsupported, with what is missing.
Status probe_write_tracking();

}  // namespace scribe::sandbox
