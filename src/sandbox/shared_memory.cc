// Sealed memory files and futexes.
#include "sandbox/shared_memory.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>

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
