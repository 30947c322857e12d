// How often each piece of text occurs.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/pretokenize.h"

namespace scribe {

/// Two flat hash maps from pieces to counts, for counting is most of the work of training a
/// vocabulary: nearly all pieces are short enough to be a key of 16 bytes that is compared and
/// stored at once; the bytes of the others lie one after another in one string.
class PieceCounter {
 public:
  PieceCounter() : short_slots_(kSlotsMin), long_slots_(kSlotsMin) {}

  /// Counts the pieces of `text`.
  void add_pieces(Pattern pattern, std::string_view text);

  /// Counts `count` occurrences. Requires: the piece is not empty, count > 0.
  void add(std::string_view piece, std::int64_t count);

  /// Counts what `other` counted as well, and leaves nothing of it.
  void add(PieceCounter&& other) {
    other.take_each([&](std::string_view piece, std::int64_t count) { add(piece, count); });
  }

  /// Calls visit(piece, count) for every different piece, in no particular order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const ShortSlot& slot : short_slots_)
      if (slot.count > 0) visit(piece_of(slot), slot.count);
    for (const LongSlot& slot : long_slots_)
      if (slot.count > 0) visit(piece_of(slot), slot.count);
  }

  /// The same of all that it has counted, which is gone then: memory is given back on the way.
  template <typename Visit>
  void take_each(Visit&& visit) {
    for (const ShortSlot& slot : short_slots_)
      if (slot.count > 0) visit(piece_of(slot), slot.count);
    short_slots_ = {};
    for (const LongSlot& slot : long_slots_)
      if (slot.count > 0) visit(piece_of(slot), slot.count);
    *this = {};
  }

  /// Number of different pieces.
  std::size_t size() const { return short_size_ + long_size_; }
  /// The lengths of the different pieces, added up.
  std::size_t size_bytes() const { return short_bytes_ + long_bytes_.size(); }
  /// Main memory that it holds.
  std::size_t memory_bytes() const {
    return short_slots_.capacity() * sizeof(ShortSlot) + long_slots_.capacity() * sizeof(LongSlot) +
           long_bytes_.capacity();
  }

 private:
  static constexpr std::size_t kSlotsMin = 1 << 10;
  static constexpr std::size_t kShortBytesMax = 15;

  /// The bytes of a piece in order, then zeros, then its length in the last byte.
  struct Key {
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    std::size_t length() const { return last >> 56; }
    bool operator==(const Key&) const = default;
  };
  struct ShortSlot {
    Key key;
    std::int64_t count = 0;  // 0: an empty slot
  };
  struct LongSlot {
    std::uint64_t hash = 0;
    std::uint64_t begin = 0;  // in long_bytes_
    std::uint64_t length = 0;
    std::int64_t count = 0;  // 0: an empty slot
  };
  /// Short pieces whose slots are on their way from memory.
  struct Batch {
    std::array<Key, 32> keys;
    std::array<std::uint64_t, 32> hashes;
    std::size_t size = 0;
  };

  /// Requires: the piece lies in `text` and has at most kShortBytesMax bytes.
  static Key key_of(std::string_view piece, std::string_view text);
  static std::uint64_t hash_of(const Key& key);
  static std::string_view piece_of(const ShortSlot& slot) {
    return {reinterpret_cast<const char*>(&slot.key), slot.key.length()};
  }
  std::string_view piece_of(const LongSlot& slot) const {
    return std::string_view(long_bytes_).substr(slot.begin, slot.length);
  }
  void add_short(const Key& key, std::uint64_t hash, std::int64_t count);
  void add_long(std::string_view piece, std::int64_t count);
  void add_batch(Batch& batch);
  void grow_short();
  void grow_long();

  // Each at most three quarters full.
  std::vector<ShortSlot> short_slots_;
  std::vector<LongSlot> long_slots_;
  std::string long_bytes_;
  std::size_t short_size_ = 0;
  std::size_t short_bytes_ = 0;
  std::size_t long_size_ = 0;
};

}  // namespace scribe
