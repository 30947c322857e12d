// A hash map whose keys are pairs of token ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace scribe {

/// Open addressing with linear probing, at most kFullPercentMax full. References to values are
/// valid until the next insertion or removal.
template <typename Value, std::size_t kFullPercentMax = 50>
class PairMap {
 public:
  PairMap() : slots_(kSlotsMin) {}

  /// The value of (left, right), or nullptr.
  const Value* find(TokenId left, TokenId right) const {
    const Slot& slot = slots_[slot_of(key_of(left, right))];
    return slot.key == kNoKey ? nullptr : &slot.value;
  }
  Value* find(TokenId left, TokenId right) {
    return const_cast<Value*>(std::as_const(*this).find(left, right));
  }

  /// The value of (left, right), which becomes `initial` if there was none.
  Value& find_or_insert(TokenId left, TokenId right, Value&& initial = {}) {
    if ((size_ + 1) * 100 > slots_.size() * kFullPercentMax) grow();
    const std::uint64_t key = key_of(left, right);
    Slot& slot = slots_[slot_of(key)];
    if (slot.key == kNoKey) {
      slot = {key, std::move(initial)};
      ++size_;
    }
    return slot.value;
  }

  /// Does nothing if (left, right) has no value.
  void erase(TokenId left, TokenId right) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t hole = slot_of(key_of(left, right));
    if (slots_[hole].key == kNoKey) return;
    // What was put behind the hole only because it was taken moves into it, and so on.
    for (std::size_t i = (hole + 1) & mask; slots_[i].key != kNoKey; i = (i + 1) & mask) {
      if (((i - home_of(slots_[i].key)) & mask) < ((i - hole) & mask)) continue;
      slots_[hole] = std::move(slots_[i]);
      hole = i;
    }
    slots_[hole] = {};
    --size_;
  }

  /// Calls visit(left, right, value) for all, in no particular order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_)
      if (slot.key != kNoKey)
        visit(static_cast<TokenId>(slot.key >> 32), static_cast<TokenId>(slot.key), slot.value);
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

  /// Where the search for a key begins.
  std::size_t home_of(std::uint64_t key) const {
    const std::uint64_t product = key * 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio (Knuth, 6.4)
    return (product ^ (product >> 32)) & (slots_.size() - 1);
  }

  /// The slot that has the key, or the empty one where it belongs.
  std::size_t slot_of(std::uint64_t key) const {
    std::size_t slot = home_of(key);
    while (slots_[slot].key != key && slots_[slot].key != kNoKey)
      slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }

  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (Slot& slot : old)
      if (slot.key != kNoKey) slots_[slot_of(slot.key)] = std::move(slot);
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace scribe
