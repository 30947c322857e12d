// Counting pieces with open addressing and linear probing.
#include "tokenizer/piece_counter.h"

#include <bit>

#include "base/hash.h"

namespace scribe {

static_assert(std::endian::native == std::endian::little, "a key's first byte is its lowest");

void PieceCounter::add_pieces(Pattern pattern, std::string_view text) {
  Batch batch;
  for_each_piece(pattern, text, [&](std::string_view piece) {
    if (piece.size() > kShortBytesMax) {
      add_long(piece, 1);
      return;
    }
    const Key key = key_of(piece, text);
    const std::uint64_t hash = hash_of(key);
    __builtin_prefetch(&short_slots_[hash & (short_slots_.size() - 1)], 1);
    batch.keys[batch.size] = key;
    batch.hashes[batch.size] = hash;
    if (++batch.size == batch.keys.size()) add_batch(batch);
  });
  add_batch(batch);
}

void PieceCounter::add(std::string_view piece, std::int64_t count) {
  if (piece.size() > kShortBytesMax) {
    add_long(piece, count);
    return;
  }
  const Key key = key_of(piece, piece);
  add_short(key, hash_of(key), count);
}

PieceCounter::Key PieceCounter::key_of(std::string_view piece, std::string_view text) {
  Key key;
  const std::size_t length = piece.size();
  if (text.data() + text.size() - piece.data() >= 16) [[likely]] {
    // 16 bytes at once, then without those behind the piece: its length varies too much for a copy.
    std::memcpy(&key, piece.data(), sizeof key);
    constexpr std::uint64_t kAll = ~std::uint64_t{0};
    key.first &= length >= 8 ? kAll : (std::uint64_t{1} << (8 * length)) - 1;
    key.last &= length > 8 ? (std::uint64_t{1} << (8 * (length - 8))) - 1 : 0;
  } else {
    std::memcpy(&key, piece.data(), length);
  }
  key.last |= static_cast<std::uint64_t>(length) << 56;
  return key;
}

std::uint64_t PieceCounter::hash_of(const Key& key) {
  // Two odd constants without structure; the upper half of a product depends on all of the key.
  const std::uint64_t product =
      key.first * 0x9E3779B97F4A7C15U + (key.last ^ (key.last >> 32)) * 0xD6E8FEB86659FD93U;
  return product ^ (product >> 32);
}

void PieceCounter::add_batch(Batch& batch) {
  for (std::size_t i = 0; i < batch.size; ++i) add_short(batch.keys[i], batch.hashes[i], 1);
  batch.size = 0;
}

void PieceCounter::add_short(const Key& key, std::uint64_t hash, std::int64_t count) {
  const std::size_t mask = short_slots_.size() - 1;
  std::size_t index = hash & mask;
  while (!(short_slots_[index].key == key)) {
    if (short_slots_[index].count == 0) {
      short_slots_[index].key = key;
      short_bytes_ += key.length();
      ++short_size_;
      break;
    }
    index = (index + 1) & mask;
  }
  short_slots_[index].count += count;
  if (short_size_ * 4 > short_slots_.size() * 3) grow_short();
}

void PieceCounter::add_long(std::string_view piece, std::int64_t count) {
  const std::uint64_t hash = hash64(piece);
  const std::size_t mask = long_slots_.size() - 1;
  std::size_t index = hash & mask;
  while (long_slots_[index].count > 0) {
    LongSlot& slot = long_slots_[index];
    if (slot.hash == hash && piece_of(slot) == piece) {
      slot.count += count;
      return;
    }
    index = (index + 1) & mask;
  }
  long_slots_[index] = {hash, long_bytes_.size(), piece.size(), count};
  long_bytes_ += piece;
  if (++long_size_ * 4 > long_slots_.size() * 3) grow_long();
}

void PieceCounter::grow_short() {
  std::vector<ShortSlot> old(short_slots_.size() * 2);
  old.swap(short_slots_);
  const std::size_t mask = short_slots_.size() - 1;
  for (const ShortSlot& slot : old) {
    if (slot.count == 0) continue;
    std::size_t index = hash_of(slot.key) & mask;
    while (short_slots_[index].count > 0) index = (index + 1) & mask;
    short_slots_[index] = slot;
  }
}

void PieceCounter::grow_long() {
  std::vector<LongSlot> old(long_slots_.size() * 2);
  old.swap(long_slots_);
  const std::size_t mask = long_slots_.size() - 1;
  for (const LongSlot& slot : old) {
    if (slot.count == 0) continue;
    std::size_t index = slot.hash & mask;
    while (long_slots_[index].count > 0) index = (index + 1) & mask;
    long_slots_[index] = slot;
  }
}

}  // namespace scribe
