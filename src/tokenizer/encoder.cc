// Encoding with a direct-mapped cache of short pieces.
#include "tokenizer/encoder.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/philox.h"
#include "tokenizer/nfc.h"
#include "tokenizer/pretokenize.h"

namespace scribe {

/// Ids of pieces of at most 15 bytes that became at most three tokens: nearly all pieces of code.
/// Half a mebibyte, so that it stays in the second-level cache.
class PieceCache {
 public:
  struct Key {
    std::uint64_t low;   // bytes 0 to 7
    std::uint64_t high;  // bytes 8 to 14, then the length
    bool operator==(const Key&) const = default;
  };
  struct Entry {
    Key key{};  // A length of zero: empty.
    std::array<TokenId, 3> ids{};
    std::int32_t count = 0;
  };
  static constexpr std::size_t kPieceBytesMax = 15;

  PieceCache() : entries_(kEntries) {}

  /// Where the key is or would be.
  Entry& entry_of(const Key& key) {
    const auto product =
        static_cast<Uint128>(key.low ^ 0x9E3779B97F4A7C15U) * (key.high ^ 0xD6E8FEB86659FD93U);
    const std::uint64_t mixed =
        static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    return entries_[mixed & (kEntries - 1)];
  }

 private:
  static constexpr std::size_t kEntries = std::size_t{1} << 14;
  std::vector<Entry> entries_;
};

namespace {

/// Requires 1 <= size <= 15. `readable` bytes may be read from `data`; with 16 of them two loads
/// and two masks do, which is what nearly every piece gets.
PieceCache::Key key_of(const char* data, std::size_t size, std::size_t readable) {
  PieceCache::Key key{0, 0};
  if (readable >= 16) {
    std::memcpy(&key.low, data, 8);
    std::memcpy(&key.high, data + 8, 8);
    if (size < 8) {
      key.low &= (std::uint64_t{1} << (8 * size)) - 1;
      key.high = 0;
    } else {
      key.high &= (std::uint64_t{1} << (8 * (size - 8))) - 1;
    }
  } else {
    std::array<char, 16> padded{};
    std::memcpy(padded.data(), data, size);
    std::memcpy(&key.low, padded.data(), 8);
    std::memcpy(&key.high, padded.data() + 8, 8);
  }
  key.high |= static_cast<std::uint64_t>(size) << 56;
  return key;
}

}  // namespace

AddedTokens::AddedTokens(const Vocabulary& vocabulary, When when) {
  const bool after = when == When::after_normalizing;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const Token& token = vocabulary.tokens[id];
    const bool is_added = token.cut_from_text || token.is_special();
    if (!is_added || token.is_normalized != after) continue;
    std::string text = after && vocabulary.pipeline.nfc ? nfc(token.bytes) : token.bytes;
    by_first_byte_[static_cast<std::uint8_t>(text[0])].push_back(
        {std::move(text), static_cast<TokenId>(id), token.is_special()});
    has_any_ = has_any_ || token.cut_from_text;
  }
  for (std::vector<AddedToken>& tokens : by_first_byte_)
    std::ranges::stable_sort(tokens, std::greater(),
                             [](const AddedToken& token) { return token.text.size(); });
}

AddedTokens::Match AddedTokens::find(std::string_view text, std::size_t begin) const {
  for (std::size_t position = begin; position < text.size(); ++position) {
    for (const AddedToken& token : by_first_byte_[static_cast<std::uint8_t>(text[position])])
      if (text.substr(position).starts_with(token.text)) return {position, &token};
  }
  return {text.size(), nullptr};
}

Encoder::Encoder(const Vocabulary& vocabulary)
    : vocabulary_(vocabulary),
      index_(index_of(vocabulary.tokens)),
      merges_(merge_table_of(vocabulary.merges)),
      byte_ids_(byte_tokens(index_, "vocabulary").value()),
      added_(vocabulary, AddedTokens::When::before_normalizing),
      added_normalized_(vocabulary, AddedTokens::When::after_normalizing) {}

Encoder::~Encoder() = default;

std::vector<TokenId> Encoder::encode(std::string_view text) const {
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 3 + 8);
  std::unique_ptr<PieceCache> cache = take_cache();
  const auto push = [&](TokenId id) { ids.push_back(id); };
  const auto append_normalized = [&](std::string_view part) {
    added_normalized_.cut(
        part, [&](std::string_view plain) { append_pieces(plain, *cache, ids); }, push);
  };
  added_.cut(
      text,
      [&](std::string_view part) {
        const bool changes = vocabulary_.pipeline.nfc && may_change_in_nfc(part);
        changes ? append_normalized(nfc(part)) : append_normalized(part);
      },
      push);
  give_back_cache(std::move(cache));
  return ids;
}

void Encoder::append_pieces(std::string_view text, PieceCache& cache,
                            std::vector<TokenId>& ids) const {
  const char* const text_end = text.data() + text.size();
  for_each_piece(vocabulary_.pipeline.pattern, text, [&](std::string_view piece) {
    if (piece.size() > PieceCache::kPieceBytesMax) return append_piece(piece, ids);
    const auto readable = static_cast<std::size_t>(text_end - piece.data());
    const PieceCache::Key key = key_of(piece.data(), piece.size(), readable);
    PieceCache::Entry& entry = cache.entry_of(key);
    if (entry.key == key) {
      ids.insert(ids.end(), entry.ids.data(), entry.ids.data() + entry.count);
      return;
    }
    const std::size_t before = ids.size();
    append_piece(piece, ids);
    const std::size_t count = ids.size() - before;
    if (count > entry.ids.size()) return;
    entry.key = key;
    entry.count = static_cast<std::int32_t>(count);
    std::copy_n(ids.data() + before, count, entry.ids.data());
  });
}

void Encoder::append_piece(std::string_view piece, std::vector<TokenId>& ids) const {
  if (vocabulary_.whole_pieces) {
    const auto found = index_.find(piece);
    if (found != index_.end()) {
      ids.push_back(found->second);
      return;
    }
  }
  const auto id_of_byte = [&](char byte) { return byte_ids_[static_cast<std::uint8_t>(byte)]; };
  if (piece.size() < kLongPiece) {
    std::array<TokenId, kLongPiece> symbols;
    std::transform(piece.begin(), piece.end(), symbols.begin(), id_of_byte);
    return append_merged(merges_, std::span(symbols).first(piece.size()), ids);
  }
  std::vector<TokenId> symbols(piece.size());
  std::transform(piece.begin(), piece.end(), symbols.begin(), id_of_byte);
  append_merged(merges_, symbols, ids);
}

std::unique_ptr<PieceCache> Encoder::take_cache() const {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_caches_.empty()) {
      std::unique_ptr<PieceCache> cache = std::move(idle_caches_.back());
      idle_caches_.pop_back();
      return cache;
    }
  }
  return std::make_unique<PieceCache>();
}

void Encoder::give_back_cache(std::unique_ptr<PieceCache> cache) const {
  const std::lock_guard lock(mutex_);
  idle_caches_.push_back(std::move(cache));
}

}  // namespace scribe
