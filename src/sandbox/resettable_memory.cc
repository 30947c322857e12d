// Scans for written pages, copies them back and protects them again.
#include "sandbox/resettable_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace scribe::sandbox {
namespace {

constexpr int kCalibrationResets = 40;
constexpr int kHotPercent = 25;  ///< of the first programs; a copy costs a quarter of a fault
/// Segments nearer than this are scanned together: what lies between is skipped mapping by mapping.
constexpr std::uint64_t kRegionGapBytes = std::uint64_t{64} << 20;

Error unsupported(std::string_view what) {
  return error(ErrorCode::unsupported, "snapshot: cannot {}: {}", what, std::strerror(errno));
}

std::vector<PageRange> joined(std::span<const Segment> segments) {
  std::vector<PageRange> regions;
  for (const Segment& segment : segments) {
    if (!regions.empty() && segment.range.begin - regions.back().end < kRegionGapBytes)
      regions.back().end = segment.range.end;
    else
      regions.push_back(segment.range);
  }
  return regions;
}

}  // namespace

Result<ResettableMemory> ResettableMemory::take(UniqueFd memory_file, UniqueFd tracker,
                                                UniqueFd pagemap,
                                                std::span<const Segment> segments) {
  ResettableMemory memory;
  memory.file_ = std::move(memory_file);
  memory.tracker_ = std::move(tracker);
  memory.pagemap_ = std::move(pagemap);
  memory.segments_.assign(segments.begin(), segments.end());
  memory.regions_ = joined(memory.segments_);
  for (const Segment& segment : segments)
    memory.size_bytes_ += segment.range.end - segment.range.begin;
  memory.times_written_.resize(memory.size_bytes_ / kPageBytes);
  memory.hot_.resize(memory.size_bytes_ / kPageBytes);
  SCRIBE_TRY(memory.copy_and_protect());
  return memory;
}

Status ResettableMemory::copy_and_protect() {
  const int access = PROT_READ | PROT_WRITE;
  void* const live = ::mmap(nullptr, size_bytes_, access, MAP_SHARED, file_.get(), 0);
  if (live == MAP_FAILED) return unsupported("map the candidate's memory");
  live_ = static_cast<char*>(live);
  void* const copy =
      ::mmap(nullptr, size_bytes_, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (copy == MAP_FAILED) return unsupported("map the copy");
  copy_ = static_cast<char*>(copy);
  // No later candidate may inherit either.
  ::madvise(live_, size_bytes_, MADV_DONTFORK);
  ::madvise(copy_, size_bytes_, MADV_DONTFORK);
  for (const PageRange& range : resident()) {
    std::memcpy(copy_ + range.begin, live_ + range.begin, range.end - range.begin);
    resident_bytes_ += range.end - range.begin;
  }
  for (const Segment& segment : segments_)
    if (!set_write_protection(tracker_, segment.range, true))
      return unsupported("protect the candidate's memory");
  return {};
}

/// Offsets of the file that hold anything. To read the others would fill them.
std::vector<PageRange> ResettableMemory::resident() const {
  std::vector<PageRange> ranges;
  const auto size = static_cast<off_t>(size_bytes_);
  for (off_t hole = 0; hole < size;) {
    const off_t data = ::lseek(file_.get(), hole, SEEK_DATA);
    if (data < 0) break;
    hole = ::lseek(file_.get(), data, SEEK_HOLE);
    ranges.push_back({static_cast<std::uint64_t>(data), static_cast<std::uint64_t>(hole)});
  }
  return ranges;
}

ResettableMemory::~ResettableMemory() {
  release();
}

void ResettableMemory::release() {
  if (live_ != nullptr) ::munmap(live_, size_bytes_);
  if (copy_ != nullptr) ::munmap(copy_, size_bytes_);
  live_ = copy_ = nullptr;
}

ResettableMemory::ResettableMemory(ResettableMemory&& other) noexcept {
  *this = std::move(other);
}

ResettableMemory& ResettableMemory::operator=(ResettableMemory&& other) noexcept {
  if (this == &other) return *this;
  release();
  file_ = std::move(other.file_);
  tracker_ = std::move(other.tracker_);
  pagemap_ = std::move(other.pagemap_);
  segments_ = std::move(other.segments_);
  regions_ = std::move(other.regions_);
  size_bytes_ = other.size_bytes_;
  live_ = std::exchange(other.live_, nullptr);
  copy_ = std::exchange(other.copy_, nullptr);
  times_written_ = std::move(other.times_written_);
  hot_ = std::move(other.hot_);
  resets_ = other.resets_;
  resident_bytes_ = other.resident_bytes_;
  pages_copied_ = other.pages_copied_;
  last_segment_ = other.last_segment_;
  return *this;
}

const Segment& ResettableMemory::segment_of(std::uint64_t address) {
  const auto holds = [address](const Segment& segment) {
    return segment.range.begin <= address && address < segment.range.end;
  };
  if (!holds(segments_[last_segment_])) {
    const auto after = std::ranges::upper_bound(
        segments_, address, {}, [](const Segment& segment) { return segment.range.begin; });
    SCRIBE_CHECK(after != segments_.begin() && holds(*(after - 1)), "page {:x} in no segment",
                 address);
    last_segment_ = static_cast<std::size_t>(after - segments_.begin()) - 1;
  }
  return segments_[last_segment_];
}

bool ResettableMemory::restore(PageRange written) {
  // A found range may span segments that touch.
  for (std::uint64_t at = written.begin; at < written.end;) {
    const Segment& segment = segment_of(at);
    const std::uint64_t end = std::min(written.end, segment.range.end);
    const std::uint64_t offset = segment.offset + (at - segment.range.begin);
    std::memcpy(live_ + offset, copy_ + offset, end - at);
    pages_copied_ += (end - at) / kPageBytes;
    if (!protect_cold({at, end})) return false;
    at = end;
  }
  return true;
}

bool ResettableMemory::protect_cold(PageRange written) {
  const Segment& segment = segment_of(written.begin);
  const std::size_t first = (segment.offset + (written.begin - segment.range.begin)) / kPageBytes;
  const std::size_t count = (written.end - written.begin) / kPageBytes;
  if (resets_ < kCalibrationResets)
    for (std::size_t i = 0; i < count; ++i) ++times_written_[first + i];
  for (std::size_t i = 0; i < count;) {
    std::size_t end = i + 1;
    while (end < count && hot_[first + end] == hot_[first + i]) ++end;
    const PageRange run{written.begin + i * kPageBytes, written.begin + end * kPageBytes};
    if (!hot_[first + i] && !set_write_protection(tracker_, run, true)) return false;
    i = end;
  }
  return true;
}

bool ResettableMemory::reset_range(PageRange range) {
  std::array<PageRange, 512> found;
  while (range.begin < range.end) {
    const long count = scan_written_pages(pagemap_, range, found);
    if (count < 0) return false;
    for (long i = 0; i < count; ++i)
      if (!restore(found[static_cast<std::size_t>(i)])) return false;
  }
  return true;
}

bool ResettableMemory::reset() {
  pages_copied_ = 0;
  for (const PageRange& region : regions_)
    if (!reset_range(region)) return false;
  if (++resets_ == kCalibrationResets) choose_hot_pages();
  return true;
}

void ResettableMemory::choose_hot_pages() {
  for (const Segment& segment : segments_) {
    const std::size_t first = segment.offset / kPageBytes;
    const std::size_t count = (segment.range.end - segment.range.begin) / kPageBytes;
    for (std::size_t i = 0; i < count; ++i) {
      if (times_written_[first + i] * 100 < kCalibrationResets * kHotPercent) continue;
      const std::uint64_t page = segment.range.begin + i * kPageBytes;
      hot_[first + i] = set_write_protection(tracker_, {page, page + kPageBytes}, false);
    }
  }
}

std::size_t ResettableMemory::differing_pages() const {
  std::size_t differing = 0;
  for (const PageRange& range : resident())
    for (std::uint64_t at = range.begin; at < range.end; at += kPageBytes)
      if (std::memcmp(live_ + at, copy_ + at, kPageBytes) != 0) ++differing;
  return differing;
}

}  // namespace scribe::sandbox
