// Text to ids: pieces, a cache of pieces seen before, merging for the others.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "tokenizer/merge.h"
#include "tokenizer/vocabulary.h"

namespace scribe {

class PieceCache;

/// Finds the tokens that are cut out of the text before it is cut into pieces.
class AddedTokens {
 public:
  explicit AddedTokens(const std::vector<Token>& tokens);

  struct Match {
    std::size_t position;  ///< text.size() if there is none
    TokenId id;
  };
  /// The left-most added token at or after `begin`, the longest of those that begin there.
  Match find(std::string_view text, std::size_t begin) const;
  bool empty() const { return empty_; }
  std::size_t length_of(TokenId id) const {
    return tokens_[static_cast<std::size_t>(id)].bytes.size();
  }

 private:
  const std::vector<Token>& tokens_;                     // the Vocabulary's
  std::array<std::vector<TokenId>, 256> by_first_byte_;  // longest first
  bool empty_ = true;
};

/// Encodes with a Vocabulary that must outlive it. encode() may be called from any thread.
class Encoder {
 public:
  /// Requires: the vocabulary has a token for every byte.
  explicit Encoder(const Vocabulary& vocabulary);
  ~Encoder();
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  std::vector<TokenId> encode(std::string_view text) const;

 private:
  void append_pieces(std::string_view text, PieceCache& cache, std::vector<TokenId>& ids) const;
  void append_piece(std::string_view piece, std::vector<TokenId>& ids) const;
  std::unique_ptr<PieceCache> take_cache() const;
  void give_back_cache(std::unique_ptr<PieceCache> cache) const;

  const Vocabulary& vocabulary_;
  TokenIndex index_;
  MergeTable merges_;
  std::array<TokenId, 256> byte_ids_;
  AddedTokens added_;

  // A cache changes no result; calls borrow one each, so that none is shared while in use.
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<PieceCache>> idle_caches_;  // guarded by mutex_
};

}  // namespace scribe
