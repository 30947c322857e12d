// A hash map whose keys are pairs of token ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace scribe {

/// Open addressing with linear probing, at most half full. Keys are never removed. References to
/// values are valid until the next insertion.
template <typename Value>
class PairMap {
 public:
  PairMap() : slots_(kSlotsMin) {}

  /// The value of (left, right), or nullptr.
  const Value* find(TokenId left, TokenId right) const {
    const Slot& slot = slots_[slot_of(key_of(left, right))];
    return slot.key == kNoKey ? nullptr : &slot.value;
  }

  /// The value of (left, right), which becomes `initial` if there was none.
  Value& find_or_insert(TokenId left, TokenId right, const Value& initial) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    const std::uint64_t key = key_of(left, right);
    Slot& slot = slots_[slot_of(key)];
    if (slot.key == kNoKey) {
      slot = {key, initial};
      ++size_;
    }
    return slot.value;
  }

  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kSlotsMin = 1024;
  // Ids are not negative, so that no pair has this key.
  static constexpr std::uint64_t kNoKey = ~std::uint64_t{0};

  struct Slot {
    std::uint64_t key = kNoKey;
    Value value{};
  };

  static std::uint64_t key_of(TokenId left, TokenId right) {
    return (static_cast<std::uint64_t>(left) << 32) | static_cast<std::uint32_t>(right);
  }

  /// The slot that has the key, or the empty one where it belongs.
  std::size_t slot_of(std::uint64_t key) const {
    const std::uint64_t product = key * 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio (Knuth, 6.4)
    std::size_t slot = (product ^ (product >> 32)) & (slots_.size() - 1);
    while (slots_[slot].key != key && slots_[slot].key != kNoKey)
      slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.key != kNoKey) slots_[slot_of(slot.key)] = slot;
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace scribe
