// Counting pieces with open addressing and linear probing.
#include "tokenizer/piece_counter.h"

#include "base/hash.h"

namespace scribe {

void PieceCounter::add(std::string_view piece) {
  const std::uint64_t hash = hash64(piece);
  std::size_t index = hash & (slots_.size() - 1);
  while (slots_[index].count > 0) {
    Slot& slot = slots_[index];
    if (slot.hash == hash && piece_of(slot) == piece) {
      ++slot.count;
      return;
    }
    index = (index + 1) & (slots_.size() - 1);
  }
  slots_[index] = {hash, bytes_.size(), piece.size(), 1};
  bytes_ += piece;
  if (++size_ * 2 > slots_.size()) grow();
}

void PieceCounter::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.count == 0) continue;
    std::size_t index = slot.hash & (slots_.size() - 1);
    while (slots_[index].count > 0) index = (index + 1) & (slots_.size() - 1);
    slots_[index] = slot;
  }
}

}  // namespace scribe
