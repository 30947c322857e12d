// Growth of the caches, and the cache of long pieces.
#include "tokenizer/piece_cache.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "base/check.h"

namespace scribe {
namespace {

constexpr std::size_t kHugePageBytes = std::size_t{1} << 21;

void* allocate(std::size_t alignment, std::size_t bytes) {
  return std::aligned_alloc(alignment, bytes);  // NOLINT: no container aligns to huge pages
}

std::size_t words_of(std::size_t bytes) {
  return (bytes + sizeof(TokenId) - 1) / sizeof(TokenId);
}

}  // namespace

void ShortPieceCache::Free::operator()(Bucket* buckets) const {
  std::free(buckets);  // NOLINT: this class owns it
}

ShortPieceCache::Buckets ShortPieceCache::make_buckets(std::size_t count) {
  const std::size_t bytes = count * sizeof(Bucket);
  const bool is_large = bytes >= kHugePageBytes;
  auto* const buckets =
      static_cast<Bucket*>(allocate(is_large ? kHugePageBytes : alignof(Bucket), bytes));
  SCRIBE_CHECK(buckets != nullptr, "out of memory: {} bytes", bytes);
  if (is_large) ::madvise(buckets, bytes, MADV_HUGEPAGE);  // A wish: small pages do as well.
  std::uninitialized_value_construct_n(buckets, count);
  return Buckets(buckets);
}

void ShortPieceCache::grow() {
  const std::size_t old_count = bucket_count();
  bits_ = std::min(bits_ + kBitsMore, kBitsMax);
  const Buckets old = std::exchange(memory_, make_buckets(bucket_count()));
  for (const Bucket& kept : std::span(old.get(), old_count))
    for (const std::size_t place : {1U, 0U}) {
      const Entry& entry = kept.entries[place];
      if (entry.count > 0)
        insert(entry.piece, std::span(entry.ids).first(static_cast<std::size_t>(entry.count)));
    }
  insertions_ = 0;
}

std::span<const TokenId> LongPieceCache::find(std::string_view piece, std::uint64_t hash) const {
  const Slot& found = slots_[hash & (slots_.size() - 1)];
  if (found.count == 0 || found.hash != hash || found.size_bytes != piece.size()) return {};
  const TokenId* const words = words_.data() + found.begin;
  if (std::memcmp(words, piece.data(), piece.size()) != 0) return {};
  return {words + words_of(piece.size()), found.count};
}

void LongPieceCache::insert(std::string_view piece, std::uint64_t hash,
                            std::span<const TokenId> ids) {
  if (piece.size() > kPieceBytesMax) return;
  const std::size_t words = words_of(piece.size()) + ids.size();
  if (words_.size() + words > kWordsMax) {
    words_.clear();
    std::ranges::fill(slots_, Slot{});
  }
  if (++insertions_ > slots_.size() / 2 && slots_.size() < kSlotsMax) grow();
  slot(hash) = {hash, static_cast<std::uint32_t>(words_.size()),
                static_cast<std::uint16_t>(piece.size()), static_cast<std::uint16_t>(ids.size())};
  const std::size_t begin = words_.size();
  words_.resize(begin + words_of(piece.size()));
  std::memcpy(words_.data() + begin, piece.data(), piece.size());
  words_.insert(words_.end(), ids.begin(), ids.end());
}

void LongPieceCache::grow() {
  std::vector<Slot> old(slots_.size() * 4);
  old.swap(slots_);
  insertions_ = 0;
  for (const Slot& kept : old)
    if (kept.count > 0) slot(kept.hash) = kept;
}

}  // namespace scribe
