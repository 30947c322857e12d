// Text to ids: pieces, a cache of pieces seen before, merging for the others.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "tokenizer/character_pieces.h"
#include "tokenizer/id_writer.h"
#include "tokenizer/merge.h"
#include "tokenizer/piece_batches.h"
#include "tokenizer/piece_cache.h"
#include "tokenizer/vocabulary.h"
#include "tokenizer/word_table.h"

namespace scribe {

/// Cuts added tokens out of a text. Special ones are looked for as well, for what they cover is not
/// looked at again, but they stay part of the text.
class AddedTokens {
 public:
  enum class When : std::uint8_t { before_normalizing, after_normalizing };
  AddedTokens(const Vocabulary& vocabulary, When when);

  /// Calls token(id) for each added token in the text, the left-most first and the longest of those
  /// that begin together, and plain(part) for what lies between, in order.
  template <typename Plain, typename Found>
  void cut(std::string_view text, Plain&& plain, Found&& token) const {
    std::size_t begin = 0;
    for (std::size_t position = 0; has_any_;) {
      const Match match = find(text, position);
      if (match.token == nullptr) break;
      position = match.position + match.token->text.size();
      if (match.token->is_special) continue;
      if (match.position > begin) plain(text.substr(begin, match.position - begin));
      token(match.token->id);
      begin = position;
    }
    if (begin < text.size()) plain(text.substr(begin));
  }

 private:
  struct AddedToken {
    std::string text;  // normalised, if it is looked for in a normalised text
    TokenId id;
    bool is_special;
  };
  struct Match {
    std::size_t position;
    const AddedToken* token;  // null: no added token follows
  };
  Match find(std::string_view text, std::size_t begin) const;

  std::array<std::vector<AddedToken>, 256> by_first_byte_;  // longest first
  bool has_any_ = false;                                    // besides special ones
};

/// Encodes with a Vocabulary that must outlive it. May be called from any thread.
class Encoder {
 public:
  /// Requires: the vocabulary has a token for every byte.
  explicit Encoder(const Vocabulary& vocabulary);

  /// Appends the ids of the text.
  void encode(std::string_view text, TextPlace place, std::vector<TokenId>& ids) const;
  /// How many ids a text that begins has.
  std::size_t count(std::string_view text) const;

 private:
  void write(std::string_view text, TextPlace place, IdWriter& ids) const;
  void write_section(std::string_view text, TextPlace place, PieceCache& cache,
                     IdWriter& ids) const;
  void write_pieces(std::string_view text, PieceCache& cache, IdWriter& ids) const;
  void write_batch(const PieceBatch& batch, const char* text_end, PieceCache& cache,
                   IdWriter& ids) const;
  std::span<const TokenId> ids_of_missed(std::string_view piece, const ShortPiece& key,
                                         PieceCache& cache) const;
  void append_piece(std::string_view piece, const ShortPiece& key, std::vector<TokenId>& ids) const;
  std::span<const TokenId> symbols_of(std::string_view piece, std::span<TokenId> room) const;
  bool puts_space_before(std::string_view text, TextPlace place) const;
  TokenId whole_piece(std::string_view piece, const ShortPiece& key) const;
  std::unique_ptr<PieceCache> take_cache() const;
  void give_back_cache(std::unique_ptr<PieceCache> cache) const;

  const Vocabulary& vocabulary_;
  TokenIndex index_;
  Neighbours neighbours_;
  WordTable words_;
  MergeTable merges_;
  std::array<TokenId, 256> byte_ids_;
  AddedTokens added_, added_normalized_;

  // A cache changes no result; calls borrow one each, so that none is shared while in use.
  static constexpr std::size_t kIdleCachesMax = 16;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<PieceCache>> idle_caches_;  // guarded by mutex_
};

}  // namespace scribe
