// Buffers of main memory and copies between them.
#include "backend/host_backend.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "backend/operation_checks.h"
#include "tensor/bf16.h"

namespace scribe {
namespace {

constexpr std::size_t kAlignmentBytes = 64;
/// Of x86-64. Walking down the columns of a matrix in 4 KiB pages misses the page tables' cache at
/// every row.
constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
constexpr std::size_t kPageBytes = 4096;

std::size_t round_up(std::size_t a, std::size_t b) {
  return (a + b - 1) / b * b;
}

/// Large memory comes from the system: zero, and a page of it exists only once it is touched, by
/// whichever thread does so first. In huge pages if the system grants them, but for the rest at the
/// end.
class SystemMemory {
 public:
  explicit SystemMemory(std::size_t bytes) : bytes_(round_up(bytes, kPageBytes)) {
    const std::size_t mapped = bytes_ + kHugePageBytes;
    // Memory for the longest texts of all rows may be more than the machine has, and is not counted
    // before it is used.
    void* const memory = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    SCRIBE_CHECK(memory != MAP_FAILED, "out of memory: {} bytes", bytes);
    // What lies before the first huge page and behind the last byte is given back.
    auto* const begin = static_cast<std::byte*>(memory);
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    const std::size_t gap = round_up(address, kHugePageBytes) - address;
    start_ = begin + gap;
    if (gap > 0) ::munmap(begin, gap);
    ::munmap(start_ + bytes_, kHugePageBytes - gap);
    ::madvise(start_, bytes_, MADV_HUGEPAGE);  // A wish: small pages do as well.
  }
  ~SystemMemory() { ::munmap(start_, bytes_); }
  SystemMemory(const SystemMemory&) = delete;
  SystemMemory& operator=(const SystemMemory&) = delete;

  float* floats() const { return reinterpret_cast<float*>(start_); }

 private:
  std::size_t bytes_;
  std::byte* start_ = nullptr;
};

struct Free {
  void operator()(float* memory) const { std::free(memory); }
};

class HostBuffer : public Buffer {
 public:
  explicit HostBuffer(std::int64_t count) : size_(count) {
    SCRIBE_CHECK(count >= 0, "allocate: {} floats", count);
    const std::size_t bytes =
        static_cast<std::size_t>(std::max<std::int64_t>(count, 1)) * sizeof(float);
    const std::size_t rounded = round_up(bytes, kAlignmentBytes);
    if (rounded >= kHugePageBytes) {
      large_.emplace(rounded);
      data_ = large_->floats();
      return;
    }
    void* memory = nullptr;
    const int failed = posix_memalign(&memory, kAlignmentBytes, rounded);
    SCRIBE_CHECK(failed == 0, "out of memory: {} bytes", rounded);
    small_.reset(static_cast<float*>(memory));
    data_ = small_.get();
    std::memset(data_, 0, rounded);
  }

  float* data() override { return data_; }
  std::int64_t size() const override { return size_; }

 private:
  std::int64_t size_;
  float* data_ = nullptr;
  std::optional<SystemMemory> large_;
  std::unique_ptr<float, Free> small_;
};

void copy_floats(std::span<const float> from, std::span<float> to) {
  check_transfer(from.size(), to.size());
  if (!from.empty()) std::memmove(to.data(), from.data(), from.size_bytes());
}

}  // namespace

std::unique_ptr<Buffer> allocate_host_buffer(std::int64_t count) {
  return std::make_unique<HostBuffer>(count);
}

std::unique_ptr<Buffer> HostBackend::allocate(std::int64_t count) {
  return allocate_host_buffer(count);
}

void HostBackend::upload(std::span<const float> host, std::span<float> device) {
  copy_floats(host, device);
}

void HostBackend::download(std::span<const float> device, std::span<float> host) {
  copy_floats(device, host);
}

void HostBackend::upload_bf16(std::span<const float> host, std::span<std::uint16_t> device) {
  check_transfer(host.size(), device.size());
  std::ranges::transform(host, device.begin(), to_bf16);
}

void HostBackend::download_bf16(std::span<const std::uint16_t> device, std::span<float> host) {
  check_transfer(device.size(), host.size());
  std::ranges::transform(device, host.begin(), from_bf16);
}

void HostBackend::fill(std::span<float> values, float value) {
  std::fill(values.begin(), values.end(), value);
}

void HostBackend::copy(ConstMatrix from, Matrix to) {
  check_copy(from, to);
  for (std::int64_t row = 0; row < from.rows; ++row)
    std::copy(from.row(row), from.row(row) + from.cols, to.row(row));
}

}  // namespace scribe
