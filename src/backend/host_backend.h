// What backends that compute in main memory share: buffers and transfers.
#pragma once

#include "backend/backend.h"

namespace scribe {

/// Zeroed floats in main memory, aligned to a cache line.
std::unique_ptr<Buffer> allocate_host_buffer(std::int64_t count);

/// A Backend whose memory is main memory.
class HostBackend : public Backend {
 public:
  std::unique_ptr<Buffer> allocate(std::int64_t count) override;
  void upload(std::span<const float> host, std::span<float> device) override;
  void download(std::span<const float> device, std::span<float> host) override;
  void upload_bf16(std::span<const float> host, std::span<std::uint16_t> device) override;
  void download_bf16(std::span<const std::uint16_t> device, std::span<float> host) override;
  std::span<const float> in_host_memory(std::span<const float> values,
                                        std::vector<float>&) override {
    return values;
  }
  void fill(std::span<float> values, float value) override;
  void copy(ConstMatrix from, Matrix to) override;
};

}  // namespace scribe
