// Sealed memory files and futexes.
#include "sandbox/shared_memory.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>

namespace scribe::sandbox {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

Result<UniqueFd> create_shared_file(const char* name, std::size_t size_bytes) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid())
    return error(ErrorCode::io, "cannot create shared memory: {}", std::strerror(errno));
  // Sealed: a truncated file would kill its readers with SIGBUS.
  if (::ftruncate(fd.get(), static_cast<off_t>(size_bytes)) != 0 ||
      ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return error(ErrorCode::io, "cannot size shared memory: {}", std::strerror(errno));
  return fd;
}

Result<void*> map_shared_file(int fd, std::size_t size_bytes) {
  void* address = ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED)
    return error(ErrorCode::io, "cannot map shared memory: {}", std::strerror(errno));
  return address;
}

bool wipe_shared_file(int fd, void* address, std::size_t size_bytes) {
  // Few pages are written over: to give them back and have three processes fault in new ones costs
  // more.
  constexpr std::int64_t kKeptBytesMax = 64 << 10;
  constexpr std::int64_t kBlockBytes = 512;  // Of st_blocks.
  struct stat status{};
  if (::fstat(fd, &status) != 0) return false;
  if (status.st_blocks * kBlockBytes > kKeptBytesMax)
    return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                       static_cast<off_t>(size_bytes)) == 0;
  for (off_t hole = 0;;) {
    const off_t data = ::lseek(fd, hole, SEEK_DATA);
    if (data < 0) return errno == ENXIO;  // There is no more.
    hole = ::lseek(fd, data, SEEK_HOLE);
    if (hole < 0) return false;
    std::memset(static_cast<char*>(address) + data, 0, static_cast<std::size_t>(hole - data));
  }
}

void unmap_shared(void* address, std::size_t size_bytes) {
  ::munmap(address, size_bytes);
}

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected, int milliseconds) {
  const timespec timeout{milliseconds / 1000, (milliseconds % 1000) * 1'000'000L};
  ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, &timeout, nullptr, 0);
}

void futex_wake(std::atomic<std::uint32_t>& word) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace scribe::sandbox
