// A device made of the host's memory and plain loops, for tests of the kernels.
#include "backend/cuda/runtime.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "backend/cuda/host/device_memory.h"
#include "base/check.h"

namespace scribe::cuda {
namespace {

float bf16_value(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// Element `at` of a matrix of operands.
float operand(const void* data, std::int64_t at, Operands operands) {
  return operands == Operands::bf16 ? bf16_value(static_cast<const std::uint16_t*>(data)[at])
                                    : static_cast<const float*>(data)[at];
}

class HostRuntime : public Runtime {
 public:
  Stream stream() override { return nullptr; }
  std::string device_name() override { return "host"; }
  void* allocate(std::int64_t bytes) override {
    return allocate_device_memory(static_cast<std::size_t>(bytes));
  }
  void release(void* pointer) override { free_device_memory(pointer); }

  void zero(void* pointer, std::int64_t bytes) override {
    const DeviceMemoryAccess access;
    std::memset(pointer, 0, static_cast<std::size_t>(bytes));
  }
  void upload(const void* host, void* device, std::int64_t bytes) override {
    if (bytes == 0) return;
    const DeviceMemoryAccess access;
    std::memcpy(device, host, static_cast<std::size_t>(bytes));
  }
  void download(const void* device, void* host, std::int64_t bytes) override {
    if (bytes == 0) return;
    const DeviceMemoryAccess access;
    std::memcpy(host, device, static_cast<std::size_t>(bytes));
  }

  void multiply(const Product& p) override {
    const DeviceMemoryAccess access;
    std::vector<float> b(static_cast<std::size_t>(p.k * p.n));
    for (std::int64_t k = 0; k < p.k; ++k)
      for (std::int64_t n = 0; n < p.n; ++n)
        b[static_cast<std::size_t>(k * p.n + n)] =
            operand(p.b, p.b_transposed ? n * p.b_stride + k : k * p.b_stride + n, p.operands);
    std::vector<float> sums(static_cast<std::size_t>(p.n));
    for (std::int64_t m = 0; m < p.m; ++m) {
      std::ranges::fill(sums, 0.0F);
      for (std::int64_t k = 0; k < p.k; ++k) {
        const float a =
            operand(p.a, p.a_transposed ? k * p.a_stride + m : m * p.a_stride + k, p.operands);
        const float* const row = b.data() + k * p.n;
        for (std::int64_t n = 0; n < p.n; ++n) sums[static_cast<std::size_t>(n)] += a * row[n];
      }
      for (std::int64_t n = 0; n < p.n; ++n) {
        float sum = sums[static_cast<std::size_t>(n)];
        if (p.bias != nullptr) sum += p.bias[n];
        if (p.residual != nullptr) sum += p.residual[m * p.residual_stride + n];
        p.d[m * p.d_stride + n] = sum;
      }
    }
  }
};

}  // namespace

Result<std::unique_ptr<Runtime>> Runtime::open(int device) {
  if (device != 0) return error(ErrorCode::not_found, "device 'cuda:{}': there is one", device);
  return std::unique_ptr<Runtime>(std::make_unique<HostRuntime>());
}

int device_count() {
  return 1;
}

}  // namespace scribe::cuda
