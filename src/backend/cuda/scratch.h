// Device memory that operations use while they run, kept from one to the next.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "backend/cuda/runtime.h"

namespace scribe::cuda {

/// Grows to the largest request; after a few steps nothing is allocated any more. Work is done in
/// the order of one stream, so memory may be handed out again before what used it has run.
class Scratch {
 public:
  explicit Scratch(Runtime& runtime) : runtime_(runtime) {}
  ~Scratch() { runtime_.release(data_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// Memory for `count` values, until the next call. What it holds is anything.
  template <typename T>
  T* get(std::int64_t count) {
    const std::int64_t bytes =
        std::max<std::int64_t>(count, 1) * static_cast<std::int64_t>(sizeof(T));
    if (bytes > bytes_) {
      runtime_.release(data_);
      data_ = nullptr;
      data_ = runtime_.allocate(bytes);
      bytes_ = bytes;
    }
    return static_cast<T*>(data_);
  }

  /// A copy of `values` on the device, until the next call.
  template <typename T>
  const T* upload(std::span<const T> values) {
    T* const memory = get<T>(static_cast<std::int64_t>(values.size()));
    runtime_.upload(values.data(), memory, static_cast<std::int64_t>(values.size_bytes()));
    return memory;
  }

 private:
  Runtime& runtime_;
  void* data_ = nullptr;
  std::int64_t bytes_ = 0;
};

}  // namespace scribe::cuda
