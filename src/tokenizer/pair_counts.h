// Counts of neighbouring tokens over all words, kept up to date while pairs merge.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
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
/// Most pairs are rare and never merge. So only pairs that occur at least floor() times are known,
/// with the places where they stand; when all of those have merged, the floor is lowered and the
/// words are looked through once more. A count can only fall, but for pairs with the newest token:
/// nothing that is above the floor is ever missed.
///
/// The words lie one after another, at first a place per token. What a merge makes takes the places
/// of both and is written at its first and its last one, so that both neighbours are found from the
/// widths of tokens: a merge costs the same in a word of any length.
class PairCounts {
 public:
  struct Pair {
    TokenId left;
    TokenId right;
  };

  /// Symbols of all words and one for each of them: a place is 32 bits.
  static constexpr std::uint64_t kPlacesMax = (std::uint64_t{1} << 32) - 2;

  /// `bytes` are those of each id, the caller's; it appends to them as it merges. The floor lets at
  /// least about `pairs_min` pairs be known, which has no influence on what is found.
  explicit PairCounts(const std::vector<std::string>& bytes, std::size_t pairs_min = 4096)
      : bytes_(bytes), pairs_min_(pairs_min) {}

  /// Makes room for that many words, whose symbols add up to `symbols`.
  void reserve(std::size_t words, std::size_t symbols);

  /// All words are added before start(), which goes before the first merge. Requires: at least one
  /// symbol, count > 0, and no more than kPlacesMax places in all.
  void add_word(std::span<const TokenId> symbols, std::int64_t count);
  void start();

  /// The pair with the largest count, whose bytes come first on ties (the left token's, then the
  /// right one's), among those that make a token of at most kTokenBytesMax bytes; nothing if there
  /// is no such pair.
  std::optional<Pair> most_frequent();

  /// Makes `pair` one token wherever it occurs, from left to right in each word. Requires: `pair`
  /// is what most_frequent() gives; `merged` occurs in no word and is the newest token.
  void merge(Pair pair, TokenId merged);

  /// How often `pair` occurs; 0 if that is less than floor(), or would make too long a token.
  std::int64_t count_of(Pair pair) const;
  std::int64_t floor() const { return floor_; }

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
  std::uint32_t width_of(TokenId id) const { return widths_[static_cast<std::size_t>(id)]; }
  std::size_t word_of(std::uint32_t place) const;
  bool is_short_enough(Pair pair) const;

  void close_gaps();
  template <typename Visit>
  void for_each_pair(Visit&& visit) const;
  void lower_floor();
  void find_pairs(std::span<const std::int64_t> sums);

  bool comes_later(const Entry& a, const Entry& b) const;
  void push(const Entry& entry);
  void merge_at(std::uint32_t place, Pair pair, TokenId merged);
  void gain(Pair pair, std::int64_t count, std::uint32_t place);
  void lose(Pair pair, std::int64_t count, TokenId newest);
  void take_new_pairs();

  const std::vector<std::string>& bytes_;
  std::size_t pairs_min_;
  std::size_t merges_ = 0;
  std::vector<std::uint32_t> widths_;  // of the ids, in places
  std::vector<TokenId> places_{kBoundary};
  std::vector<std::int64_t> word_counts_;
  std::vector<Begins> begins_;
  std::int64_t floor_ = std::numeric_limits<std::int64_t>::max();
  PairMap<State, 75> states_;    // of the pairs that occur at least floor_ times
  std::vector<Pair> new_pairs_;  // made by the merge in progress

  // A heap of the known pairs. An entry whose count is out of date goes back with the true one when
  // it comes up.
  std::vector<Entry> queue_;
};

}  // namespace scribe
