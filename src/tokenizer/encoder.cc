// Encoding: batches of pieces are looked up, what is not in the cache is merged.
#include "tokenizer/encoder.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/hash.h"
#include "base/utf8.h"
#include "tokenizer/nfc.h"

namespace scribe {

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
      neighbours_(vocabulary),
      words_(index_),
      merges_(merge_table_of(vocabulary.merges)),
      byte_ids_(byte_ids(vocabulary)),
      added_(vocabulary, AddedTokens::When::before_normalizing),
      added_normalized_(vocabulary, AddedTokens::When::after_normalizing) {}

void Encoder::encode(std::string_view text, TextPlace place, std::vector<TokenId>& ids) const {
  IdWriter writer(&ids);
  write(text, place, writer);
}

std::size_t Encoder::count(std::string_view text) const {
  IdWriter writer(nullptr);
  write(text, TextPlace::begins, writer);
  return writer.count();
}

void Encoder::write(std::string_view text, TextPlace place, IdWriter& ids) const {
  std::unique_ptr<PieceCache> cache = take_cache();
  added_.cut(
      text, [&](std::string_view part) { write_section(part, place, *cache, ids); },
      [&](TokenId id) {
        ids.append(std::span(&id, 1));
        place = TextPlace::after_token;
      });
  give_back_cache(std::move(cache));
}

/// Normalises what lies between added tokens.
void Encoder::write_section(std::string_view text, TextPlace place, PieceCache& cache,
                            IdWriter& ids) const {
  const auto write_normalized = [&](std::string_view part) {
    added_normalized_.cut(
        part, [&](std::string_view plain) { write_pieces(plain, cache, ids); },
        [&](TokenId id) { ids.append(std::span(&id, 1)); });
  };
  if (vocabulary_.pipeline.alphabet == Alphabet::characters) {
    const std::string_view before = puts_space_before(text, place) ? " " : "";
    return write_normalized(with_spaces(text, before));
  }
  const bool changes = vocabulary_.pipeline.nfc && may_change_in_nfc(text);
  changes ? write_normalized(nfc(text)) : write_normalized(text);
}

bool Encoder::puts_space_before(std::string_view text, TextPlace place) const {
  const LeadingSpace leading_space = vocabulary_.pipeline.leading_space;
  if (leading_space == LeadingSpace::none || place == TextPlace::continues) return false;
  if (leading_space == LeadingSpace::always) return true;
  if (leading_space == LeadingSpace::first_where_missing && place == TextPlace::after_token)
    return false;
  return !text.starts_with(' ') && !text.starts_with(kSpaceMark);
}

void Encoder::write_pieces(std::string_view text, PieceCache& cache, IdWriter& ids) const {
  const auto write_all = [&](auto batches) {
    for (PieceBatch batch = batches.next(); batch.size() > 0; batch = batches.next())
      write_batch(batch, text.data() + text.size(), cache, ids);
  };
  if (vocabulary_.pipeline.alphabet == Alphabet::characters)
    return write_all(CharacterPieces(neighbours_, text));
  write_all(PieceBatches(vocabulary_.pipeline.pattern, text));
}

/// First all places in the cache are asked for, then they are looked at: waiting for memory is
/// most of the work.
void Encoder::write_batch(const PieceBatch& batch, const char* text_end, PieceCache& cache,
                          IdWriter& ids) const {
  static_assert(PieceBatches::kPiecesMax * 4 <= IdWriter::kBufferIds);
  ShortPieceCache& short_pieces = cache.short_pieces;
  short_pieces.grow_if_full();
  std::array<ShortPiece, PieceBatches::kPiecesMax> keys;
  std::array<ShortPieceCache::Bucket*, PieceBatches::kPiecesMax> buckets;
  const std::size_t count = batch.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view piece = batch.piece(i);
    const bool is_readable = text_end - piece.data() >= 16;
    keys[i] = is_readable || piece.size() > kShortPieceBytesMax
                  ? short_piece_of(piece.data(), piece.size())
                  : short_piece_of(piece);
    buckets[i] = &short_pieces.bucket(keys[i].hash());
    __builtin_prefetch(buckets[i]);
  }
  TokenId* out = ids.buffer();
  for (std::size_t i = 0; i < count; ++i) {
    auto& [first, second] = buckets[i]->entries;
    if (first.piece != keys[i] && second.piece == keys[i]) std::swap(first, second);
    if (first.piece == keys[i]) [[likely]] {
      std::memcpy(out, first.ids.data(), sizeof(first.ids));
      out += first.count;
      continue;
    }
    const std::span<const TokenId> missed = ids_of_missed(batch.piece(i), keys[i], cache);
    if (missed.size() > 4) {
      ids.take(static_cast<std::size_t>(out - ids.buffer()));
      ids.append(missed);
      out = ids.buffer();
    } else {
      out = std::copy(missed.begin(), missed.end(), out);
    }
  }
  ids.take(static_cast<std::size_t>(out - ids.buffer()));
}

std::span<const TokenId> Encoder::ids_of_missed(std::string_view piece, const ShortPiece& key,
                                                PieceCache& cache) const {
  const std::uint64_t hash = hash64(piece);
  const std::span<const TokenId> found = cache.long_pieces.find(piece, hash);
  if (!found.empty()) return found;
  cache.ids.clear();
  append_piece(piece, key, cache.ids);
  if (cache.ids.empty()) return {};  // None of its bytes has a token.
  if (piece.size() <= kShortPieceBytesMax && cache.ids.size() <= 3)
    cache.short_pieces.insert(key, cache.ids);
  else
    cache.long_pieces.insert(piece, hash, cache.ids);
  return cache.ids;
}

/// The token that the piece is as a whole; -1 if it is none.
TokenId Encoder::whole_piece(std::string_view piece, const ShortPiece& key) const {
  if (!vocabulary_.whole_pieces) return -1;
  if (piece.size() <= kShortPieceBytesMax) return words_.find(key);
  const auto found = index_.find(piece);
  return found == index_.end() ? -1 : found->second;
}

void Encoder::append_piece(std::string_view piece, const ShortPiece& key,
                           std::vector<TokenId>& ids) const {
  const TokenId whole = whole_piece(piece, key);
  if (whole >= 0) return ids.push_back(whole);
  if (piece.size() < kLongPiece) {
    std::array<TokenId, kLongPiece> symbols;
    return append_merged(merges_, symbols_of(piece, symbols), ids);
  }
  std::vector<TokenId> symbols(piece.size());
  append_merged(merges_, symbols_of(piece, symbols), ids);
}

/// The tokens of the characters or bytes, at the beginning of `room`; bytes without are left out.
std::span<const TokenId> Encoder::symbols_of(std::string_view piece,
                                             std::span<TokenId> room) const {
  std::size_t count = 0;
  const auto append_bytes = [&](std::string_view bytes) {
    for (const char byte : bytes) {
      room[count] = byte_ids_[static_cast<std::uint8_t>(byte)];
      if (room[count] != kNoToken) ++count;
    }
  };
  if (vocabulary_.pipeline.alphabet == Alphabet::bytes) {
    append_bytes(piece);
    return room.first(count);
  }
  for (std::size_t at = 0; at < piece.size();) {
    const std::string_view character = piece.substr(at, code_point_at(piece, at).length_bytes);
    const auto found = index_.find(character);
    if (found == index_.end())
      append_bytes(character);
    else
      room[count++] = found->second;
    at += character.size();
  }
  return room.first(count);
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
  if (idle_caches_.size() < kIdleCachesMax) idle_caches_.push_back(std::move(cache));
}

}  // namespace scribe
