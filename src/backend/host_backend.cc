// Buffers of main memory and copies between them.
#include "backend/host_backend.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "backend/operation_checks.h"

namespace scribe {
namespace {

constexpr std::size_t kAlignmentBytes = 64;
/// Of x86-64. Walking down the columns of a matrix in 4 KiB pages misses the page tables' cache at
/// every row.
constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

struct Free {
  void operator()(float* memory) const { std::free(memory); }
};

class HostBuffer : public Buffer {
 public:
  explicit HostBuffer(std::int64_t count) : size_(count) {
    SCRIBE_CHECK(count >= 0, "allocate: {} floats", count);
    const std::size_t bytes =
        static_cast<std::size_t>(std::max<std::int64_t>(count, 1)) * sizeof(float);
    const std::size_t rounded = (bytes + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
    const bool huge = rounded >= kHugePageBytes;
    void* memory = nullptr;
    const int failed = posix_memalign(&memory, huge ? kHugePageBytes : kAlignmentBytes, rounded);
    SCRIBE_CHECK(failed == 0, "out of memory: {} bytes", rounded);
    memory_.reset(static_cast<float*>(memory));
    if (huge) madvise(memory, rounded, MADV_HUGEPAGE);  // A wish: small pages do as well.
    std::memset(memory_.get(), 0, rounded);
  }

  float* data() override { return memory_.get(); }
  std::int64_t size() const override { return size_; }

 private:
  std::int64_t size_;
  std::unique_ptr<float, Free> memory_;
};

void copy_floats(std::span<const float> from, std::span<float> to) {
  check_transfer(from, to);
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

void HostBackend::fill(std::span<float> values, float value) {
  std::fill(values.begin(), values.end(), value);
}

void HostBackend::copy(ConstMatrix from, Matrix to) {
  check_copy(from, to);
  for (std::int64_t row = 0; row < from.rows; ++row)
    std::copy(from.row(row), from.row(row) + from.cols, to.row(row));
}

}  // namespace scribe
