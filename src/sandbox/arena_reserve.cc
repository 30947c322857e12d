// A bump allocator with free lists behind Python's arena interface, and malloc's settings.
#include "sandbox/arena_reserve.h"

#include <malloc.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "sandbox/python_runtime.h"

namespace scribe::sandbox {
namespace {

// The interpreter with its modules fills 11 MiB. Every page of the rest is looked at after each
// program, so that more than most programs need would only make resetting slower.
constexpr std::size_t kReserveBytes = std::size_t{20} << 20;
constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kMallocSlackBytes = std::size_t{1} << 20;
constexpr int kMmapThresholdBytes = 4 << 20;

/// Python asks for arenas (1 MiB) and for chunks of its frame stack (16 KiB and doublings).
struct FreeBlocks {
  std::size_t size_bytes = 0;
  void* first = nullptr;  ///< each free block starts with the address of the next
};

struct Reserve {
  char* begin = nullptr;
  std::size_t used = 0;
  std::array<FreeBlocks, 16> free;

  FreeBlocks* blocks_of(std::size_t size_bytes) {
    for (FreeBlocks& blocks : free) {
      if (blocks.size_bytes == 0) blocks.size_bytes = size_bytes;
      if (blocks.size_bytes == size_bytes) return &blocks;
    }
    return nullptr;
  }
  bool holds(const void* block) const { return block >= begin && block < begin + kReserveBytes; }
};

std::size_t whole_pages(std::size_t size_bytes) {
  return (size_bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

void* allocate(void* context, std::size_t size_bytes) {
  Reserve& reserve = *static_cast<Reserve*>(context);
  const std::size_t size = whole_pages(size_bytes);
  FreeBlocks* const blocks = reserve.blocks_of(size);
  if (blocks != nullptr && blocks->first != nullptr) {
    void* const block = blocks->first;
    std::memcpy(&blocks->first, block, sizeof(void*));
    return block;
  }
  if (blocks != nullptr && kReserveBytes - reserve.used >= size) {
    void* const block = reserve.begin + reserve.used;
    reserve.used += size;
    return block;
  }
  void* const block =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return block == MAP_FAILED ? nullptr : block;
}

void release(void* context, void* block, std::size_t size_bytes) {
  Reserve& reserve = *static_cast<Reserve*>(context);
  const std::size_t size = whole_pages(size_bytes);
  if (!reserve.holds(block)) {
    ::munmap(block, size);
    return;
  }
  FreeBlocks& blocks = *reserve.blocks_of(size);
  std::memcpy(block, &blocks.first, sizeof(void*));
  blocks.first = block;
}

}  // namespace

Status reserve_python_memory() {
  static Reserve reserve;  // Python keeps the address for as long as the process lives.
  void* const region =
      ::mmap(nullptr, kReserveBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED)
    return error(ErrorCode::unsupported, "cannot reserve memory for Python: {}",
                 std::strerror(errno));
  reserve.begin = static_cast<char*>(region);
  PyObjectArenaAllocator allocator{&reserve, allocate, release};
  PyObject_SetArenaAllocator(&allocator);
  ::mallopt(M_MMAP_THRESHOLD, kMmapThresholdBytes);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  ::mallopt(M_TOP_PAD, 2 * static_cast<int>(kMallocSlackBytes));
  ::mallopt(M_ARENA_MAX, 1);
  return {};
}

void refill_malloc_slack() {
  const auto slack = std::make_unique_for_overwrite<char[]>(kMallocSlackBytes);
  static_cast<volatile char&>(slack[0]) = 0;  // An allocation that nobody uses may be left out.
}

}  // namespace scribe::sandbox
