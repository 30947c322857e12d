// Incremental pair counts with a lazy priority queue.
#include "tokenizer/pair_counts.h"

#include <limits>

#include "tokenizer/vocabulary.h"

namespace scribe {

bool PairCounts::Later::operator()(const Entry& a, const Entry& b) const {
  if (a.count != b.count) return a.count < b.count;
  const auto bytes_of = [&](TokenId id) -> const std::string& {
    return (*bytes)[static_cast<std::size_t>(id)];
  };
  if (a.pair.left != b.pair.left) return bytes_of(a.pair.left) > bytes_of(b.pair.left);
  return bytes_of(a.pair.right) > bytes_of(b.pair.right);
}

void PairCounts::add_word(std::span<const TokenId> symbols, std::int64_t count) {
  SCRIBE_CHECK(words_.size() < std::numeric_limits<std::uint32_t>::max(), "{} words",
               words_.size());
  const auto index = static_cast<std::uint32_t>(words_.size());
  words_.push_back({symbols_.size(), symbols.size(), count});
  symbols_.insert(symbols_.end(), symbols.begin(), symbols.end());
  for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
    change({symbols[i], symbols[i + 1]}, count, index);
}

void PairCounts::start() {
  for (const std::uint32_t state : new_states_) offer(state);
  new_states_.clear();
}

std::optional<PairCounts::Pair> PairCounts::most_frequent() {
  while (!queue_.empty()) {
    const Entry entry = queue_.top();
    const std::int64_t count = states_[entry.state].count;
    if (entry.count == count) return entry.pair;
    queue_.pop();
    offer(entry.state);
  }
  return std::nullopt;
}

void PairCounts::merge(Pair pair, TokenId merged) {
  const std::uint32_t* index = state_of_.find(pair.left, pair.right);
  if (index == nullptr) return;
  const std::vector<std::uint32_t> words = std::move(states_[*index].words);
  for (const std::uint32_t word : words) merge_in_word(pair, merged, word);
  start();
}

/// A word that lost the pair to an earlier merge is left as it is.
void PairCounts::merge_in_word(Pair pair, TokenId merged, std::uint32_t index) {
  Word& word = words_[index];
  const std::span<TokenId> symbols(symbols_.data() + word.begin, word.length);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    const bool is_pair =
        i + 1 < symbols.size() && symbols[i] == pair.left && symbols[i + 1] == pair.right;
    if (!is_pair) {
      symbols[kept++] = symbols[i];
      continue;
    }
    change(pair, -word.count, index);
    if (kept > 0) {
      change({symbols[kept - 1], pair.left}, -word.count, index);
      change({symbols[kept - 1], merged}, word.count, index);
    }
    if (i + 2 < symbols.size()) {
      change({pair.right, symbols[i + 2]}, -word.count, index);
      change({merged, symbols[i + 2]}, word.count, index);
    }
    symbols[kept++] = merged;
    ++i;
  }
  word.length = kept;
}

void PairCounts::change(Pair pair, std::int64_t by, std::uint32_t word) {
  const auto next = static_cast<std::uint32_t>(states_.size());
  const std::uint32_t index = state_of_.find_or_insert(pair.left, pair.right, next);
  if (index == next) {
    states_.push_back({pair, 0, {}});
    new_states_.push_back(index);
  }
  State& state = states_[index];
  state.count += by;
  if (by > 0 && (state.words.empty() || state.words.back() != word)) state.words.push_back(word);
}

void PairCounts::offer(std::uint32_t index) {
  const State& state = states_[index];
  const std::size_t size = bytes_[static_cast<std::size_t>(state.pair.left)].size() +
                           bytes_[static_cast<std::size_t>(state.pair.right)].size();
  if (state.count > 0 && size <= kTokenBytesMax) queue_.push({state.count, state.pair, index});
}

}  // namespace scribe
