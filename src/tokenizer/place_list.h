// A list of places that needs no memory of its own as long as it is short.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

namespace scribe {

/// 32-bit numbers that are only appended. Two fit in the object, which has 16 bytes: of the pairs
/// that occur in text four in five stand at no more places.
class PlaceList {
 public:
  PlaceList() = default;
  ~PlaceList() { release(); }
  PlaceList(const PlaceList&) = delete;
  PlaceList& operator=(const PlaceList&) = delete;
  PlaceList(PlaceList&& other) noexcept { swap(other); }
  PlaceList& operator=(PlaceList&& other) noexcept {
    PlaceList taken(std::move(other));
    swap(taken);
    return *this;
  }

  std::span<const std::uint32_t> places() const { return {data(), size_}; }
  bool empty() const { return size_ == 0; }

  void push_back(std::uint32_t place) {
    if (size_ == capacity_) reserve(capacity_ * 2);
    data()[size_++] = place;
  }

  /// Requires: no less than the size.
  void reserve(std::uint32_t capacity) {
    if (capacity <= capacity_) return;
    auto* larger = new std::uint32_t[capacity];  // NOLINT: a union cannot hold an owner
    std::copy_n(data(), size_, larger);
    release();
    memory_.elsewhere = larger;
    capacity_ = capacity;
  }

 private:
  static constexpr std::uint32_t kHere = 2;

  std::uint32_t* data() { return capacity_ == kHere ? memory_.here : memory_.elsewhere; }
  const std::uint32_t* data() const {
    return capacity_ == kHere ? memory_.here : memory_.elsewhere;
  }
  void release() {
    if (capacity_ != kHere) delete[] memory_.elsewhere;  // NOLINT: see reserve()
  }
  void swap(PlaceList& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(memory_, other.memory_);
  }

  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = kHere;
  union {
    std::uint32_t here[kHere];
    std::uint32_t* elsewhere;  // owned
  } memory_{};
};

}  // namespace scribe
