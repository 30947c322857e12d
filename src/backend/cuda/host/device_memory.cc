// One mapping for each allocation, closed but for launches and copies.
#include "backend/cuda/host/device_memory.h"

#include <sys/mman.h>

#include <cstdint>
#include <map>
#include <mutex>

#include "backend/cuda/host/block.h"
#include "base/check.h"

namespace scribe::cuda {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kAlignmentBytes = 16;

struct Mapping {
  std::byte* begin;
  std::size_t bytes;  ///< without the page behind
};

/// As the device itself: there is one for all that run in the process.
struct DeviceMemory {
  std::mutex mutex;
  // Below: guarded by mutex.
  std::map<std::uintptr_t, Mapping> mappings;  ///< by the last address
  int readers = 0;
  bool open = false;
  int uses = 0;
};

/// Closing costs a system call for each allocation: only after every so many launches and copies. A
/// host that reads what it should not does so often enough to be caught.
constexpr int kUsesBetweenClosings = 16;

DeviceMemory& device_memory() {
  static DeviceMemory memory;
  return memory;
}

constexpr int kOpen = PROT_READ | PROT_WRITE;

void set_open(DeviceMemory& memory, bool open) {
  if (memory.open == open) return;
  memory.open = open;
  for (const auto& [last, mapping] : memory.mappings)
    SCRIBE_CHECK(::mprotect(mapping.begin, mapping.bytes, open ? kOpen : PROT_NONE) == 0,
                 "mprotect failed");
}

std::uintptr_t address(const volatile void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

}  // namespace

void* allocate_device_memory(std::size_t bytes) {
  const std::size_t rounded = (bytes + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
  const std::size_t pages = (rounded + kPageBytes - 1) / kPageBytes * kPageBytes;
  void* const memory = ::mmap(nullptr, pages + kPageBytes, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  SCRIBE_CHECK(memory != MAP_FAILED, "out of memory: {} bytes", bytes);
  auto* const begin = static_cast<std::byte*>(memory);
  DeviceMemory& device = device_memory();
  const std::lock_guard lock(device.mutex);
  device.mappings.emplace(address(begin + pages - 1), Mapping{begin, pages});
  if (device.open) SCRIBE_CHECK(::mprotect(begin, pages, kOpen) == 0, "mprotect failed");
  return begin + pages - rounded;
}

void free_device_memory(void* pointer) {
  if (pointer == nullptr) return;
  DeviceMemory& device = device_memory();
  const std::lock_guard lock(device.mutex);
  const auto found = device.mappings.lower_bound(address(pointer));
  SCRIBE_CHECK(found != device.mappings.end(), "memory that was never allocated");
  ::munmap(found->second.begin, found->second.bytes + kPageBytes);
  device.mappings.erase(found);
}

DeviceMemoryAccess::DeviceMemoryAccess() {
  DeviceMemory& device = device_memory();
  const std::lock_guard lock(device.mutex);
  ++device.readers;
  set_open(device, true);
}

DeviceMemoryAccess::~DeviceMemoryAccess() {
  DeviceMemory& device = device_memory();
  const std::lock_guard lock(device.mutex);
  if (--device.readers == 0 && ++device.uses % kUsesBetweenClosings == 0) set_open(device, false);
}

void close_device_memory() {
  DeviceMemory& device = device_memory();
  const std::lock_guard lock(device.mutex);
  SCRIBE_CHECK(device.readers == 0, "device memory is in use");
  set_open(device, false);
}

void check_device_pointer(const volatile void* pointer) {
  if (pointer == nullptr) return;
  DeviceMemory& device = device_memory();
  const std::lock_guard lock(device.mutex);
  // Right behind an allocation is where an empty array may be.
  const auto found = device.mappings.lower_bound(address(pointer) - 1);
  SCRIBE_CHECK(found != device.mappings.end() && address(found->second.begin) <= address(pointer),
               "a kernel is given a pointer that is not of device memory");
}

}  // namespace scribe::cuda
