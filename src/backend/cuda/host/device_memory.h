// Device memory that the host may not touch, and that ends at a page that nobody may.
#pragma once

#include <cstddef>

namespace scribe::cuda {

/// Page-aligned at its end, up to 16 bytes: an access behind it is a fault. Aborts if there is
/// none.
void* allocate_device_memory(std::size_t bytes);
void free_device_memory(void* pointer);

/// At once, and not only after some more launches and copies.
void close_device_memory();

/// While one lives, device memory can be read and written: in launches and copies. Not long after
/// the last is gone, it no longer can.
class DeviceMemoryAccess {
 public:
  DeviceMemoryAccess();
  ~DeviceMemoryAccess();
  DeviceMemoryAccess(const DeviceMemoryAccess&) = delete;
  DeviceMemoryAccess& operator=(const DeviceMemoryAccess&) = delete;
};

}  // namespace scribe::cuda
