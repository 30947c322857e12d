// The launcher's half of the snapshot engine's memory: a copy, and what it takes to go back to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "sandbox/memory_scan.h"
#include "sandbox/snapshot_child.h"
#include "sandbox/unique_fd.h"

namespace scribe::sandbox {

/// All memory that a candidate can write, as it was when the object was made. The candidate must be
/// stopped whenever a method runs.
class ResettableMemory {
 public:
  /// Copies the memory and protects it. Errors: unsupported.
  static Result<ResettableMemory> take(UniqueFd memory_file, UniqueFd tracker, UniqueFd pagemap,
                                       std::span<const Segment> segments);
  ~ResettableMemory();
  ResettableMemory(ResettableMemory&& other) noexcept;
  ResettableMemory& operator=(ResettableMemory&& other) noexcept;
  ResettableMemory(const ResettableMemory&) = delete;
  ResettableMemory& operator=(const ResettableMemory&) = delete;

  /// Copies back every page that may have been written since the last call. False if the kernel
  /// refuses: then the candidate must not run again.
  ///
  /// Pages that most programs write ("hot", found while the first programs run) are left without
  /// protection and copied every time: a copy costs less than a fault.
  bool reset();

  /// How many pages differ from the copy: 0 after a reset, or the engine is not to be trusted.
  std::size_t differing_pages() const;

  /// An upper bound of the memory that the program before the last reset() had: what was there at
  /// the snapshot, and all pages that it wrote.
  std::size_t bytes_used() const { return resident_bytes_ + pages_copied_ * kPageBytes; }

 private:
  ResettableMemory() = default;
  Status copy_and_protect();
  std::vector<PageRange> resident() const;
  bool reset_range(PageRange range);
  bool restore(PageRange written);
  bool protect_cold(PageRange written);
  void choose_hot_pages();
  const Segment& segment_of(std::uint64_t address);
  void release();

  UniqueFd file_;
  UniqueFd tracker_;
  UniqueFd pagemap_;
  std::vector<Segment> segments_;   ///< in order of address
  std::vector<PageRange> regions_;  ///< neighbouring segments, for few and wide scans
  std::size_t size_bytes_ = 0;
  char* live_ = nullptr;  ///< the candidate's memory, shared with it
  char* copy_ = nullptr;
  std::vector<std::uint8_t> times_written_;  ///< of every page, while calibrating
  std::vector<bool> hot_;                    ///< of every page
  int resets_ = 0;
  std::size_t resident_bytes_ = 0;  ///< of the copy
  std::size_t pages_copied_ = 0;    ///< by the last reset
  std::size_t last_segment_ = 0;    ///< found ranges come in order, mostly from the same segment
};

}  // namespace scribe::sandbox
