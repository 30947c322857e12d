// Counts of neighbouring tokens over all words, kept up to date while pairs merge.
#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <vector>

#include "tokenizer/pair_map.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// The words are split into tokens; a pair's count is how often its two tokens stand side by side,
/// overlaps included ("aaa" has two pairs of a), each weighted with the count of its word.
class PairCounts {
 public:
  struct Pair {
    TokenId left;
    TokenId right;
  };

  /// `bytes` are those of each id, the caller's; it appends to them as it merges.
  explicit PairCounts(const std::vector<std::string>& bytes)
      : bytes_(bytes), queue_(Later{&bytes}) {}

  /// All words are added before the first merge. Requires: count > 0.
  void add_word(std::span<const TokenId> symbols, std::int64_t count);
  void start();

  /// The pair with the largest count, whose bytes come first on ties (the left token's, then the
  /// right one's), among those that make a token of at most kTokenBytesMax bytes; nothing if there
  /// is no such pair.
  std::optional<Pair> most_frequent();

  /// Makes `pair` one token wherever it occurs, from left to right in each word.
  /// Requires: `merged` occurs in no word.
  void merge(Pair pair, TokenId merged);

 private:
  struct Word {
    std::size_t begin;  // in symbols_
    std::size_t length;
    std::int64_t count;
  };
  struct State {
    Pair pair;
    std::int64_t count = 0;
    // Words that had the pair when it was last added; some may have lost it to another merge since.
    std::vector<std::uint32_t> words;
  };
  struct Entry {
    std::int64_t count;
    Pair pair;
    std::uint32_t state;
  };
  struct Later {
    const std::vector<std::string>* bytes;
    bool operator()(const Entry& a, const Entry& b) const;
  };

  void change(Pair pair, std::int64_t by, std::uint32_t word);
  void merge_in_word(Pair pair, TokenId merged, std::uint32_t index);
  void offer(std::uint32_t state);

  const std::vector<std::string>& bytes_;
  std::vector<TokenId> symbols_;
  std::vector<Word> words_;
  std::vector<State> states_;
  PairMap<std::uint32_t> state_of_;
  std::vector<std::uint32_t> new_states_;  // made by the merge in progress
  // Counts of known pairs only fall, since a merge's new pairs all have its new token. So an entry
  // whose count is out of date can go back with the true one when it comes up.
  std::priority_queue<Entry, std::vector<Entry>, Later> queue_;
};

}  // namespace scribe
