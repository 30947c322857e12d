// Thin wrappers over two ioctls; the structures are those of linux/fs.h and linux/userfaultfd.h.
#include "sandbox/memory_scan.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace scribe::sandbox {
namespace {

constexpr std::uint64_t kFeatures = UFFD_FEATURE_PAGEFAULT_FLAG_WP |
                                    (1U << 12) |  // UFFD_FEATURE_WP_HUGETLBFS_SHMEM
                                    (1U << 13) |  // UFFD_FEATURE_WP_UNPOPULATED
                                    (1U << 15);   // UFFD_FEATURE_WP_ASYNC
constexpr int kUserModeOnly = 1;                  // UFFD_USER_MODE_ONLY

/// struct page_region of linux/fs.h.
struct ScannedRegion {
  std::uint64_t start;
  std::uint64_t end;
  std::uint64_t categories;
};

/// struct pm_scan_arg of linux/fs.h.
struct ScanArguments {
  std::uint64_t size;
  std::uint64_t flags;
  std::uint64_t start;
  std::uint64_t end;
  std::uint64_t walk_end;
  std::uint64_t regions;
  std::uint64_t regions_max;
  std::uint64_t pages_max;
  std::uint64_t category_inverted;
  std::uint64_t category_mask;
  std::uint64_t category_any_of_mask;
  std::uint64_t return_mask;
};
constexpr unsigned long kPagemapScan = _IOWR('f', 16, ScanArguments);
constexpr std::uint64_t kTracked = 1U << 0;  // PAGE_IS_WPALLOWED
constexpr std::uint64_t kWritten = 1U << 1;  // PAGE_IS_WRITTEN
constexpr std::size_t kRegionsMax = 512;

Error unsupported(std::string_view what) {
  return error(ErrorCode::unsupported, "cannot {}: {}", what, std::strerror(errno));
}

}  // namespace

Result<UniqueFd> open_write_tracker() {
  UniqueFd tracker(
      static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | kUserModeOnly)));
  if (!tracker.valid()) return unsupported("open a userfaultfd");
  uffdio_api api{.api = UFFD_API, .features = kFeatures, .ioctls = 0};
  if (::ioctl(tracker.get(), UFFDIO_API, &api) != 0)
    return unsupported("track writes asynchronously (Linux 6.7 can)");
  return tracker;
}

Status track_writes(const UniqueFd& tracker, PageRange range) {
  uffdio_register registration{};
  registration.range = {.start = range.begin, .len = range.end - range.begin};
  registration.mode = UFFDIO_REGISTER_MODE_WP;
  if (::ioctl(tracker.get(), UFFDIO_REGISTER, &registration) != 0)
    return unsupported("track writes to a mapping");
  return {};
}

bool set_write_protection(const UniqueFd& tracker, PageRange range, bool protect) {
  uffdio_writeprotect protection{};
  protection.range = {.start = range.begin, .len = range.end - range.begin};
  protection.mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0;
  return ::ioctl(tracker.get(), UFFDIO_WRITEPROTECT, &protection) == 0;
}

long scan_written_pages(const UniqueFd& pagemap, PageRange& range, std::span<PageRange> found) {
  std::array<ScannedRegion, kRegionsMax> regions;
  ScanArguments scan{};
  scan.size = sizeof(scan);
  scan.start = range.begin;
  scan.end = range.end;
  scan.regions = reinterpret_cast<std::uint64_t>(regions.data());
  scan.regions_max = std::min(regions.size(), found.size());
  scan.category_mask = kTracked | kWritten;
  scan.return_mask = kWritten;
  const int count = ::ioctl(pagemap.get(), kPagemapScan, &scan);
  if (count < 0) return -1;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    found[i] = {regions[i].start, regions[i].end};
  range.begin = scan.walk_end;
  return count;
}

Status probe_write_tracking() {
  SCRIBE_TRY_ASSIGN(const UniqueFd tracker, open_write_tracker());
  const UniqueFd file(::memfd_create("probe", MFD_CLOEXEC));
  if (!file.valid() || ::ftruncate(file.get(), 2 * kPageBytes) != 0)
    return unsupported("create a memory file");
  void* const memory =
      ::mmap(nullptr, 2 * kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  const UniqueFd pagemap(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (memory == MAP_FAILED || !pagemap.valid()) return unsupported("open a page map");
  const auto begin = reinterpret_cast<std::uint64_t>(memory);
  const PageRange both{begin, begin + 2 * kPageBytes};
  SCRIBE_TRY(track_writes(tracker, both));
  if (!set_write_protection(tracker, both, true)) return unsupported("write-protect memory");
  static_cast<volatile char*>(memory)[kPageBytes] = 1;
  std::array<PageRange, 4> found{};
  PageRange left = both;
  const long count = scan_written_pages(pagemap, left, found);
  ::munmap(memory, 2 * kPageBytes);
  if (count < 0) return unsupported("scan for written pages (Linux 6.7 can)");
  if (count != 1 || found[0].begin != begin + kPageBytes || found[0].end != both.end)
    return error(ErrorCode::unsupported, "the kernel does not report written pages rightly");
  return {};
}

}  // namespace scribe::sandbox
