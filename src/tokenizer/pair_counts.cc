// Incremental pair counts with a lazy priority queue.
#include "tokenizer/pair_counts.h"

#include <algorithm>

#include "tokenizer/vocabulary.h"

namespace scribe {
namespace {

/// How many places ahead of a merge memory is asked for what it will need.
constexpr std::size_t kFarAhead = 16;
constexpr std::size_t kNearAhead = 8;

}  // namespace

void PairCounts::reserve(std::size_t words, std::size_t symbols) {
  places_.reserve(1 + symbols + words);
  begins_.reserve(places_.capacity() / 64 + 1);
  word_counts_.reserve(words);
}

void PairCounts::add_word(std::span<const TokenId> symbols, std::int64_t count) {
  SCRIBE_CHECK(places_.size() + symbols.size() < kPlacesMax, "{} places", places_.size());
  begins_.resize(places_.size() / 64 + 1);
  begins_.back().bits |= std::uint64_t{1} << (places_.size() % 64);
  word_counts_.push_back(count);
  places_.insert(places_.end(), symbols.begin(), symbols.end());
  places_.push_back(kBoundary);
}

/// Two passes: lists that are made in their final size take half of the memory.
void PairCounts::start() {
  lengths_.assign(bytes_.size(), 1);
  begins_.resize(places_.size() / 64 + 1);
  for (std::size_t i = 1; i < begins_.size(); ++i)
    begins_[i].before =
        begins_[i - 1].before + static_cast<std::uint32_t>(std::popcount(begins_[i - 1].bits));
  PairMap<std::uint32_t> occurrences;
  const auto for_each_pair = [&](auto&& visit) {
    for (std::uint32_t place = 1; place + 1 < places_.size(); ++place)
      if (places_[place] != kBoundary && places_[place + 1] != kBoundary)
        visit(Pair{places_[place], places_[place + 1]}, place);
  };
  for_each_pair(
      [&](Pair pair, std::uint32_t) { ++occurrences.find_or_insert(pair.left, pair.right); });
  for_each_pair([&](Pair pair, std::uint32_t place) {
    State& state = states_.find_or_insert(pair.left, pair.right);
    if (state.places.empty()) state.places.reserve(*occurrences.find(pair.left, pair.right));
    state.places.push_back(place);
    state.count += word_counts_[word_of(place)];
  });
  states_.for_each([&](TokenId, TokenId, const State& state) {
    queue_min_ = std::max(queue_min_, state.count + 1);
  });
  fill_queue();
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
  if (entry.count < queue_min_) return;
  queue_.push_back(entry);
  std::push_heap(queue_.begin(), queue_.end(),
                 [&](const Entry& a, const Entry& b) { return comes_later(a, b); });
}

/// Lowers the bar until something is above it, or it is 1. Requires: the queue is empty.
void PairCounts::fill_queue() {
  while (queue_.empty() && queue_min_ > 1) {
    queue_min_ = std::max<std::int64_t>(queue_min_ / 4, 1);
    states_.for_each([&](TokenId left, TokenId right, const State& state) {
      if (state.count >= queue_min_ && is_short_enough({left, right}))
        queue_.push_back({state.count, {left, right}});
    });
  }
  std::make_heap(queue_.begin(), queue_.end(),
                 [&](const Entry& a, const Entry& b) { return comes_later(a, b); });
}

std::optional<PairCounts::Pair> PairCounts::most_frequent() {
  for (;;) {
    if (queue_.empty()) fill_queue();
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
  SCRIBE_CHECK(static_cast<std::size_t>(merged) == lengths_.size(), "token {} is not new", merged);
  lengths_.push_back(length_of(pair.left) + length_of(pair.right));
  State* state = states_.find(pair.left, pair.right);
  if (state == nullptr) return;
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
  for (const Pair made : new_pairs_)
    if (is_short_enough(made)) push({count_of(made), made});
  new_pairs_.clear();
}

/// Nothing happens where the pair was lost: what is written there belongs to a longer token.
void PairCounts::merge_at(std::uint32_t place, Pair pair, TokenId merged) {
  const std::uint32_t middle = place + length_of(pair.left);
  if (places_[place] != pair.left || places_[middle] != pair.right) return;
  const std::uint32_t end = middle + length_of(pair.right);
  const std::int64_t count = word_counts_[word_of(place)];
  const TokenId before = places_[place - 1];
  const TokenId after = places_[end];
  if (before != kBoundary) {
    lose({before, pair.left}, count);
    gain({before, merged}, count, place - length_of(before));
  }
  if (after != kBoundary) {
    lose({pair.right, after}, count);
    gain({merged, after}, count, place);
  }
  places_[middle - 1] = kInside;
  places_[middle] = kInside;
  places_[place] = merged;
  places_[end - 1] = merged;
}

void PairCounts::gain(Pair pair, std::int64_t count, std::uint32_t place) {
  State& state = states_.find_or_insert(pair.left, pair.right);
  if (state.count == 0) new_pairs_.push_back(pair);
  state.count += count;
  state.places.push_back(place);
}

void PairCounts::lose(Pair pair, std::int64_t count) {
  State* state = states_.find(pair.left, pair.right);
  SCRIBE_CHECK(state != nullptr && state->count >= count, "{} {}", pair.left, pair.right);
  state->count -= count;
  if (state->count == 0) states_.erase(pair.left, pair.right);
}

bool PairCounts::is_short_enough(Pair pair) const {
  return length_of(pair.left) + length_of(pair.right) <= kTokenBytesMax;
}

std::int64_t PairCounts::count_of(Pair pair) const {
  const State* state = states_.find(pair.left, pair.right);
  return state == nullptr ? 0 : state->count;
}

}  // namespace scribe
