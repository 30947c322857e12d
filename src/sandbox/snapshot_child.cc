// Runs in the fork that becomes the candidate, before anything untrusted does.
#include "sandbox/snapshot_child.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace scribe::sandbox {
namespace {

constexpr std::uint64_t kStackBytes = std::uint64_t{16} << 20;
constexpr std::uint64_t kStackTouchedBytes = 128 << 10;  // What ordinary programs use of it.
constexpr std::size_t kMapsBytesMax = std::size_t{1} << 20;

Error unsupported(std::string_view what) {
  return error(ErrorCode::unsupported, "snapshot: cannot {}: {}", what, std::strerror(errno));
}

/// A system call that touches no memory of the C library, not even errno.
long raw_syscall(long number, std::uint64_t first, std::uint64_t second, std::uint64_t third,
                 std::uint64_t fourth = 0, std::uint64_t fifth = 0, std::uint64_t sixth = 0) {
  long result = number;
  register std::uint64_t r10 asm("r10") = fourth;
  register std::uint64_t r8 asm("r8") = fifth;
  register std::uint64_t r9 asm("r9") = sixth;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(first), "S"(second), "d"(third), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

/// One line of /proc/self/maps.
struct Mapping {
  PageRange range;
  bool writable;
  bool is_private;
  bool anonymous;
  std::string name;
};

Result<std::vector<Mapping>> read_mappings(int proc) {
  const UniqueFd file(::openat(proc, "self/maps", O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return unsupported("open the list of mappings");
  std::string text;
  char block[16 << 10];
  for (ssize_t count = 0; (count = ::read(file.get(), block, sizeof(block))) != 0;) {
    if (count < 0 || text.size() > kMapsBytesMax) return unsupported("read the list of mappings");
    text.append(block, static_cast<std::size_t>(count));
  }
  std::vector<Mapping> mappings;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    unsigned long begin = 0;
    unsigned long past = 0;
    unsigned long inode = 0;
    char access[5] = {};
    int name_at = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx %4s %*s %*s %lu %n", &begin, &past, access, &inode,
                    &name_at) != 4)
      return error(ErrorCode::unsupported, "snapshot: cannot read the mapping '{}'", line);
    mappings.push_back({.range = {begin, past},
                        .writable = access[1] == 'w',
                        .is_private = access[3] == 'p',
                        .anonymous = inode == 0,
                        .name = line.substr(static_cast<std::size_t>(name_at))});
  }
  return mappings;
}

bool is_zero_page(const void* page) {
  const auto* const words = static_cast<const std::uint64_t*>(page);
  return std::all_of(words, words + kPageBytes / sizeof(std::uint64_t),
                     [](std::uint64_t word) { return word == 0; });
}

/// Copies the pages of a mapping that hold anything into the memory file. Writes nothing but its
/// own stack. Pages that an anonymous mapping never had are not looked at: there are many.
bool copy_pages(const Segment& segment, bool anonymous, int pagemap, int memory_file) {
  constexpr std::size_t kEntries = 256;
  constexpr std::uint64_t kPresentOrSwapped = std::uint64_t{3} << 62;
  std::uint64_t entries[kEntries];
  for (std::uint64_t page = segment.range.begin; page < segment.range.end;) {
    const std::uint64_t count =
        std::min<std::uint64_t>(kEntries, (segment.range.end - page) / kPageBytes);
    if (anonymous &&
        raw_syscall(SYS_pread64, static_cast<std::uint64_t>(pagemap),
                    reinterpret_cast<std::uint64_t>(entries), count * sizeof(std::uint64_t),
                    page / kPageBytes * sizeof(std::uint64_t)) !=
            static_cast<long>(count * sizeof(std::uint64_t)))
      return false;
    for (std::uint64_t i = 0; i < count; ++i, page += kPageBytes) {
      if (anonymous && (entries[i] & kPresentOrSwapped) == 0) continue;
      if (is_zero_page(reinterpret_cast<const void*>(page))) continue;
      const std::uint64_t offset = segment.offset + (page - segment.range.begin);
      if (raw_syscall(SYS_pwrite64, static_cast<std::uint64_t>(memory_file), page, kPageBytes,
                      offset) != static_cast<long>(kPageBytes))
        return false;
    }
  }
  return true;
}

/// From the first copy of a mapping to its replacement nothing may write to it, so this calls
/// nobody.
bool replace_mapping(const Segment& segment, bool anonymous, int pagemap, int memory_file) {
  const std::uint64_t begin = segment.range.begin;
  return copy_pages(segment, anonymous, pagemap, memory_file) &&
         raw_syscall(SYS_mmap, begin, segment.range.end - begin, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_FIXED, static_cast<std::uint64_t>(memory_file),
                     segment.offset) == static_cast<long>(begin);
}

bool send_boot(int socket, const SnapshotBoot& boot, std::span<const int> descriptors) {
  iovec part{const_cast<SnapshotBoot*>(&boot), sizeof(boot)};
  alignas(cmsghdr) char space[CMSG_SPACE(3 * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = space;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof(boot));
}

std::int64_t address_space_bytes(int proc) {
  const UniqueFd file(::openat(proc, "self/statm", O_RDONLY | O_CLOEXEC));
  char text[128] = {};
  if (!file.valid() || ::read(file.get(), text, sizeof(text) - 1) <= 0) return 0;
  return std::strtoll(text, nullptr, 10) * static_cast<std::int64_t>(kPageBytes);
}

}  // namespace

Status SnapshotChild::wait_until_traced() const {
  // An undumpable process can be traced only by capabilities, which nobody here has.
  if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) return unsupported("become traceable");
  char byte = 0;
  if (::send(boot_socket, &byte, 1, MSG_NOSIGNAL) != 1 || ::recv(boot_socket, &byte, 1, 0) != 1)
    return unsupported("wait for the launcher");
  return {};
}

Status SnapshotChild::move_memory(PageRange new_stack) const {
  SCRIBE_TRY_ASSIGN(const UniqueFd tracker, open_write_tracker());
  const UniqueFd pagemap(::openat(proc, "self/pagemap", O_RDONLY | O_CLOEXEC));
  const UniqueFd statistics(::openat(proc, "self/schedstat", O_RDONLY | O_CLOEXEC));
  if (!pagemap.valid()) return unsupported("open the page map");
  std::memset(reinterpret_cast<void*>(new_stack.end - kStackTouchedBytes), 0, kStackTouchedBytes);
  SCRIBE_TRY_ASSIGN(const std::vector<Mapping> mappings, read_mappings(proc));
  SnapshotBoot boot;
  std::array<bool, kSegmentsMax> anonymous{};
  std::uint64_t offset = 0;
  for (const Mapping& mapping : mappings) {
    if (!mapping.writable || !mapping.is_private || mapping.name == "[stack]" ||
        mapping.name.starts_with("[v"))
      continue;
    if (boot.segments == kSegmentsMax)
      return error(ErrorCode::unsupported, "snapshot: more than {} mappings", kSegmentsMax);
    anonymous[boot.segments] = mapping.anonymous;
    boot.segment[boot.segments++] = {mapping.range, offset};
    offset += mapping.range.end - mapping.range.begin;
  }
  if (::ftruncate(memory_file, static_cast<off_t>(offset)) != 0)
    return unsupported("size the memory file");
  for (std::uint32_t i = 0; i < boot.segments; ++i)
    if (!replace_mapping(boot.segment[i], anonymous[i], pagemap.get(), memory_file))
      ::_exit(1);  // The memory is in two places now: nothing that is left could be trusted.
  for (std::uint32_t i = 0; i < boot.segments; ++i)
    SCRIBE_TRY(track_writes(tracker, boot.segment[i].range));
  boot.address_space_bytes = address_space_bytes(proc);
  const std::array<int, 3> descriptors = {tracker.get(), pagemap.get(), statistics.get()};
  const std::size_t count = statistics.valid() ? 3 : 2;
  if (!send_boot(boot_socket, boot, {descriptors.data(), count}))
    return unsupported("reach the launcher");
  return {};
}

void SnapshotChild::report(const Error& failure) const {
  SnapshotBoot boot;
  copy_text(boot.problem, failure.message());
  send_boot(boot_socket, boot, {});
}

Result<PageRange> map_stack() {
  void* const memory = ::mmap(nullptr, kStackBytes + kPageBytes, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  const auto begin = reinterpret_cast<std::uint64_t>(memory) + kPageBytes;
  if (memory == MAP_FAILED ||
      ::mprotect(reinterpret_cast<void*>(begin), kStackBytes, PROT_READ | PROT_WRITE) != 0)
    return unsupported("map a stack");
  return PageRange{begin, begin + kStackBytes};
}

Result<PageRange> kernel_stack(int proc) {
  SCRIBE_TRY_ASSIGN(const std::vector<Mapping> mappings, read_mappings(proc));
  for (const Mapping& mapping : mappings)
    if (mapping.name == "[stack]") return mapping.range;
  return error(ErrorCode::unsupported, "snapshot: cannot find the stack");
}

void run_on_new_stack(PageRange stack, PageRange old_stack, void (*run)(void*), void* context) {
  // Everything is handed over in registers and static memory: the old stack is out of bounds.
  static struct {
    PageRange old_stack;
    void (*run)(void*);
    void* context;
  } entry;
  entry = {old_stack, run, context};
  static ucontext_t start;
  ::getcontext(&start);
  start.uc_stack.ss_sp = reinterpret_cast<void*>(stack.begin);
  start.uc_stack.ss_size = stack.end - stack.begin;
  start.uc_link = nullptr;
  ::makecontext(
      &start,
      +[] {
        const PageRange old = entry.old_stack;
        if (::mprotect(reinterpret_cast<void*>(old.begin), old.end - old.begin, PROT_READ) != 0)
          ::_exit(1);
        entry.run(entry.context);
        ::_exit(1);
      },
      0);
  ::setcontext(&start);
  ::_exit(1);
}

}  // namespace scribe::sandbox
