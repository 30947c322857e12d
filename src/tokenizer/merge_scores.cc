// A token's score says when it is made, and from whatever two tokens it can be.
#include "tokenizer/merge_scores.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace scribe {

std::vector<Merge> merges_by_score(const std::vector<Token>& tokens,
                                   std::span<const double> scores) {
  SCRIBE_CHECK(scores.size() == tokens.size(), "{} scores, {} tokens", scores.size(),
               tokens.size());
  std::vector<TokenId> order(tokens.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](TokenId id) { return scores[static_cast<std::size_t>(id)]; });
  return all_merges(tokens, index_of(tokens), order);
}

std::optional<std::vector<float>> scores_of(const Vocabulary& vocabulary) {
  std::vector<TokenId> order;  // Those that are made from others, as their merges stand together.
  for (const Merge& merge : vocabulary.merges)
    if (order.empty() || order.back() != merge.merged) order.push_back(merge.merged);
  std::vector<bool> is_placed(vocabulary.tokens.size());
  for (const TokenId id : order) {
    if (is_placed[static_cast<std::size_t>(id)]) return std::nullopt;
    is_placed[static_cast<std::size_t>(id)] = true;
  }
  for (std::size_t id = 0; id < is_placed.size(); ++id)
    if (!is_placed[id]) order.push_back(static_cast<TokenId>(id));
  const std::vector<Merge> all = all_merges(vocabulary.tokens, index_of(vocabulary.tokens), order);
  if (all.size() != vocabulary.merges.size()) return std::nullopt;
  std::vector<float> scores(order.size());
  for (std::size_t place = 0; place < order.size(); ++place)
    scores[static_cast<std::size_t>(order[place])] = -static_cast<float>(place);
  return scores;
}

}  // namespace scribe
