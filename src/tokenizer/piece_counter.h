// How often each piece of text occurs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scribe {

/// A flat hash map from pieces to counts. The pieces' bytes lie one after another in one string,
/// for counting is most of the work of training a vocabulary and an allocation per piece would
/// double it.
class PieceCounter {
 public:
  PieceCounter() : slots_(kSlotsMin) {}

  /// Counts one occurrence. Requires: the piece is not empty.
  void add(std::string_view piece);

  /// Calls visit(piece, count) for every different piece, in no particular order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_)
      if (slot.count > 0) visit(piece_of(slot), slot.count);
  }

  /// Number of different pieces.
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kSlotsMin = 1 << 12;

  struct Slot {
    std::uint64_t hash = 0;
    std::uint64_t begin = 0;  // in bytes_
    std::uint64_t length = 0;
    std::int64_t count = 0;  // 0: an empty slot
  };

  std::string_view piece_of(const Slot& slot) const {
    return std::string_view(bytes_).substr(slot.begin, slot.length);
  }
  void grow();

  std::vector<Slot> slots_;  // at most half full
  std::string bytes_;
  std::size_t size_ = 0;
};

}  // namespace scribe
