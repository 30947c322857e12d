// Counts of neighbouring tokens over all words, kept up to date while pairs merge.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tokenizer/pair_map.h"
#include "tokenizer/place_list.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// The words are split into tokens; a pair's count is how often its two tokens stand side by side,
/// overlaps included ("aaa" has two pairs of a), each weighted with the count of its word.
///
/// The words lie one after another, a place per byte. A token is written at its first and its last
/// place, so that both neighbours are found from the lengths of tokens: a merge costs the same in a
/// word of any length.
class PairCounts {
 public:
  struct Pair {
    TokenId left;
    TokenId right;
  };

  /// Bytes of all words and one for each of them: a place is 32 bits.
  static constexpr std::uint64_t kPlacesMax = (std::uint64_t{1} << 32) - 2;

  /// `bytes` are those of each id, the caller's; it appends to them as it merges.
  explicit PairCounts(const std::vector<std::string>& bytes) : bytes_(bytes) {}

  /// Makes room for that many words, whose symbols add up to `symbols`.
  void reserve(std::size_t words, std::size_t symbols);

  /// All words are added before start(), which goes before the first merge. Requires: the symbols
  /// are tokens of one byte, at least one, count > 0, and no more than kPlacesMax places in all.
  void add_word(std::span<const TokenId> symbols, std::int64_t count);
  void start();

  /// The pair with the largest count, whose bytes come first on ties (the left token's, then the
  /// right one's), among those that make a token of at most kTokenBytesMax bytes; nothing if there
  /// is no such pair.
  std::optional<Pair> most_frequent();

  /// Makes `pair` one token wherever it occurs, from left to right in each word.
  /// Requires: `merged` occurs in no word and is the newest token.
  void merge(Pair pair, TokenId merged);

  /// How often `pair` occurs.
  std::int64_t count_of(Pair pair) const;

 private:
  static constexpr TokenId kBoundary = -1;  // between words, before the first and after the last
  static constexpr TokenId kInside = -2;    // neither the first nor the last place of a token

  struct State {
    std::int64_t count = 0;
    // First places of the left token where the pair stood when it came up, in order; some may have
    // lost it to another merge since.
    PlaceList places;
  };
  struct Entry {
    std::int64_t count;
    Pair pair;
  };
  /// Which words begin in 64 places, and how many begin before them.
  struct Begins {
    std::uint64_t bits = 0;
    std::uint32_t before = 0;
  };

  const std::string& bytes_of(TokenId id) const { return bytes_[static_cast<std::size_t>(id)]; }
  std::uint32_t length_of(TokenId id) const { return lengths_[static_cast<std::size_t>(id)]; }
  std::size_t word_of(std::uint32_t place) const;
  bool comes_later(const Entry& a, const Entry& b) const;
  void push(const Entry& entry);
  void fill_queue();
  void merge_at(std::uint32_t place, Pair pair, TokenId merged);
  void gain(Pair pair, std::int64_t count, std::uint32_t place);
  void lose(Pair pair, std::int64_t count);
  bool is_short_enough(Pair pair) const;

  const std::vector<std::string>& bytes_;
  std::vector<std::uint32_t> lengths_;  // of bytes_
  std::vector<TokenId> places_{kBoundary};
  std::vector<std::int64_t> word_counts_;
  std::vector<Begins> begins_;
  PairMap<State, 75> states_;    // of the pairs that occur
  std::vector<Pair> new_pairs_;  // made by the merge in progress

  // A heap of the pairs that occur at least queue_min_ times. Counts of known pairs only fall,
  // since a merge's new pairs all have its new token: so an entry whose count is out of date can go
  // back with the true one when it comes up, and rare pairs, which are most, wait until it is
  // empty.
  std::vector<Entry> queue_;
  std::int64_t queue_min_ = 0;
};

}  // namespace scribe
