// Incremental pair counts with a lazy priority queue.
#include "tokenizer/pair_counts.h"

#include <algorithm>
#include <functional>

#include "tokenizer/vocabulary.h"

namespace scribe {
namespace {

/// How many places ahead of a merge memory is asked for what it will need.
constexpr std::size_t kFarAhead = 16;
constexpr std::size_t kNearAhead = 8;

/// How many pairs are looked for at a time, for each merge that was made. Few mean to look through
/// the words often, many to keep pairs that never merge.
constexpr std::size_t kPairsPerMerge = 4;

/// Pairs that share a bucket are counted together, to tell apart those that cannot reach the floor:
/// one bucket for so many places, and at least so many buckets. Text has fewer pairs than that.
constexpr std::size_t kPlacesPerBucket = 16;
constexpr std::size_t kBucketsMin = 1 << 16;

/// Requires: `buckets` is a power of two.
std::size_t bucket_of(PairCounts::Pair pair, std::size_t buckets) {
  const std::uint64_t key =
      (static_cast<std::uint64_t>(pair.left) << 32) | static_cast<std::uint32_t>(pair.right);
  const std::uint64_t product = key * 0xD6E8FEB86659FD93U;  // Odd, without structure.
  return (product >> 32) & (buckets - 1);
}

/// The `count`-th largest of the values that are not 0, or that in their middle if it is larger; 0
/// if all are.
std::int64_t largest(std::vector<std::int64_t> values, std::size_t count) {
  std::erase(values, 0);
  if (values.empty()) return 0;
  const std::size_t rank = std::min(count, (values.size() + 1) / 2);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::ranges::nth_element(values, at, std::greater());
  return *at;
}

}  // namespace

void PairCounts::reserve(std::size_t words, std::size_t symbols) {
  places_.reserve(1 + symbols + words);
  word_counts_.reserve(words);
}

void PairCounts::add_word(std::span<const TokenId> symbols, std::int64_t count) {
  SCRIBE_CHECK(places_.size() + symbols.size() < kPlacesMax, "{} places", places_.size());
  word_counts_.push_back(count);
  places_.insert(places_.end(), symbols.begin(), symbols.end());
  places_.push_back(kBoundary);
}

void PairCounts::start() {
  widths_.assign(bytes_.size(), 1);
  lower_floor();
}

/// Gives every token one place again. Requires: no pair is known.
void PairCounts::close_gaps() {
  std::size_t size = 1;
  for (std::size_t place = 1; place < places_.size();) {
    const TokenId id = places_[place];
    places_[size++] = id;
    place += id == kBoundary ? 1 : width_of(id);
  }
  places_.resize(size);
  if (size < places_.capacity() / 4 * 3) places_.shrink_to_fit();  // It copies.
  std::ranges::fill(widths_, 1);
  begins_.assign(size / 64 + 1, {});
  for (std::size_t place = 0; place + 1 < size; ++place)
    if (places_[place] == kBoundary)
      begins_[(place + 1) / 64].bits |= std::uint64_t{1} << ((place + 1) % 64);
  for (std::size_t i = 1; i < begins_.size(); ++i)
    begins_[i].before =
        begins_[i - 1].before + static_cast<std::uint32_t>(std::popcount(begins_[i - 1].bits));
}

/// Calls visit(pair, place, count of the word). Requires: every token has one place.
template <typename Visit>
void PairCounts::for_each_pair(Visit&& visit) const {
  std::size_t word = 0;
  for (std::uint32_t place = 1; place + 1 < places_.size(); ++place) {
    if (places_[place] == kBoundary)
      ++word;
    else if (places_[place + 1] != kBoundary)
      visit(Pair{places_[place], places_[place + 1]}, place, word_counts_[word]);
  }
}

/// Lowers the floor until some pair is known, or to 1. Requires: no pair is known.
void PairCounts::lower_floor() {
  SCRIBE_CHECK(states_.size() == 0, "{} pairs are known", states_.size());
  states_ = {};
  close_gaps();
  std::vector<std::int64_t> sums(
      std::bit_ceil(std::max(places_.size() / kPlacesPerBucket, kBucketsMin)));
  for_each_pair([&](Pair pair, std::uint32_t, std::int64_t count) {
    sums[bucket_of(pair, sums.size())] += count;
  });
  const std::size_t pairs_max = sums.size() / 8;  // More would share their buckets.
  for (std::size_t pairs = std::clamp(kPairsPerMerge * merges_, pairs_min_, pairs_max);
       states_.size() == 0 && floor_ > 1; pairs *= 2) {
    // At least by half: where buckets are crowded, they say little.
    floor_ = std::max<std::int64_t>(std::min(largest(sums, pairs), floor_ / 2), 1);
    find_pairs(sums);
  }
}

/// Finds the pairs that occur floor_ times. Two passes: lists that are made in their final size
/// take half of the memory. `sums`: of the counts of the pairs of each bucket.
void PairCounts::find_pairs(std::span<const std::int64_t> sums) {
  struct Found {
    std::int64_t count = 0;
    std::uint32_t places = 0;
  };
  PairMap<Found, 75> found;
  for_each_pair([&](Pair pair, std::uint32_t, std::int64_t count) {
    if (sums[bucket_of(pair, sums.size())] < floor_) return;
    Found& entry = found.find_or_insert(pair.left, pair.right);
    entry.count += count;
    ++entry.places;
  });
  found.for_each([&](TokenId left, TokenId right, const Found& entry) {
    if (entry.count < floor_ || !is_short_enough({left, right})) return;
    State& state = states_.find_or_insert(left, right);
    state.count = entry.count;
    state.places.reserve(entry.places);
    queue_.push_back({entry.count, {left, right}});
  });
  found = {};
  for_each_pair([&](Pair pair, std::uint32_t place, std::int64_t) {
    if (sums[bucket_of(pair, sums.size())] < floor_) return;
    State* const state = states_.find(pair.left, pair.right);
    if (state != nullptr) state->places.push_back(place);
  });
  std::make_heap(queue_.begin(), queue_.end(),
                 [&](const Entry& a, const Entry& b) { return comes_later(a, b); });
}

std::size_t PairCounts::word_of(std::uint32_t place) const {
  const Begins& begins = begins_[place / 64];
  const std::uint64_t until = begins.bits << (63 - place % 64);  // those after `place` fall out
  return begins.before + static_cast<std::size_t>(std::popcount(until)) - 1;
}

bool PairCounts::comes_later(const Entry& a, const Entry& b) const {
  if (a.count != b.count) return a.count < b.count;
  if (a.pair.left != b.pair.left) return bytes_of(a.pair.left) > bytes_of(b.pair.left);
  return bytes_of(a.pair.right) > bytes_of(b.pair.right);
}

void PairCounts::push(const Entry& entry) {
  queue_.push_back(entry);
  std::push_heap(queue_.begin(), queue_.end(),
                 [&](const Entry& a, const Entry& b) { return comes_later(a, b); });
}

std::optional<PairCounts::Pair> PairCounts::most_frequent() {
  for (;;) {
    if (queue_.empty() && floor_ > 1) lower_floor();
    if (queue_.empty()) return std::nullopt;
    const Entry entry = queue_.front();
    const std::int64_t count = count_of(entry.pair);
    if (entry.count == count) return entry.pair;
    std::pop_heap(queue_.begin(), queue_.end(),
                  [&](const Entry& a, const Entry& b) { return comes_later(a, b); });
    queue_.pop_back();
    if (count > 0) push({count, entry.pair});
  }
}

void PairCounts::merge(Pair pair, TokenId merged) {
  SCRIBE_CHECK(static_cast<std::size_t>(merged) == widths_.size(), "token {} is not new", merged);
  State* const state = states_.find(pair.left, pair.right);
  SCRIBE_CHECK(state != nullptr, "pair {} {} is not known", pair.left, pair.right);
  widths_.push_back(width_of(pair.left) + width_of(pair.right));
  const PlaceList list = std::move(state->places);
  const std::span<const std::uint32_t> places = list.places();
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i + kFarAhead < places.size()) {
      __builtin_prefetch(&places_[places[i + kFarAhead]], 1);
      __builtin_prefetch(&begins_[places[i + kFarAhead] / 64]);
    }
    if (i + kNearAhead < places.size())
      __builtin_prefetch(&word_counts_[word_of(places[i + kNearAhead])]);
    merge_at(places[i], pair, merged);
  }
  states_.erase(pair.left, pair.right);
  ++merges_;
  take_new_pairs();
}

/// Those that are too rare are forgotten.
void PairCounts::take_new_pairs() {
  for (const Pair made : new_pairs_) {
    const std::int64_t count = count_of(made);
    if (count >= floor_)
      push({count, made});
    else
      states_.erase(made.left, made.right);
  }
  new_pairs_.clear();
}

/// Nothing happens where the pair was lost: what is written there belongs to a longer token.
void PairCounts::merge_at(std::uint32_t place, Pair pair, TokenId merged) {
  const std::uint32_t middle = place + width_of(pair.left);
  if (places_[place] != pair.left || places_[middle] != pair.right) return;
  const std::uint32_t end = middle + width_of(pair.right);
  const std::int64_t count = word_counts_[word_of(place)];
  const TokenId before = places_[place - 1];
  const TokenId after = places_[end];
  if (before != kBoundary) {
    lose({before, pair.left}, count, merged);
    gain({before, merged}, count, place - width_of(before));
  }
  if (after != kBoundary) {
    lose({pair.right, after}, count, merged);
    gain({merged, after}, count, place);
  }
  places_[middle - 1] = kInside;
  places_[middle] = kInside;
  places_[place] = merged;
  places_[end - 1] = merged;
}

void PairCounts::gain(Pair pair, std::int64_t count, std::uint32_t place) {
  if (!is_short_enough(pair)) return;
  State& state = states_.find_or_insert(pair.left, pair.right);
  if (state.count == 0) new_pairs_.push_back(pair);
  state.count += count;
  state.places.push_back(place);
}

/// Of a pair with the newest token the last word is not spoken before the merge ends.
void PairCounts::lose(Pair pair, std::int64_t count, TokenId newest) {
  State* const state = states_.find(pair.left, pair.right);
  if (state == nullptr) return;
  SCRIBE_CHECK(state->count >= count, "{} {}", pair.left, pair.right);
  state->count -= count;
  const bool is_new = pair.left == newest || pair.right == newest;
  if (state->count < (is_new ? 1 : floor_)) states_.erase(pair.left, pair.right);
}

bool PairCounts::is_short_enough(Pair pair) const {
  return bytes_of(pair.left).size() + bytes_of(pair.right).size() <= kTokenBytesMax;
}

std::int64_t PairCounts::count_of(Pair pair) const {
  const State* state = states_.find(pair.left, pair.right);
  return state == nullptr ? 0 : state->count;
}

}  // namespace scribe
