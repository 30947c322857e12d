// A scan for the last tokens, backwards.
#include "sample/prompt_lookup.h"

#include <algorithm>

namespace scribe {

std::vector<TokenId> PromptLookup::guess(std::size_t count) const {
  const std::span<const TokenId> all(tokens_);
  std::size_t longest = kMatchMin - 1;
  std::size_t behind = all.size();  // Where the guess begins; the end: no match.
  for (std::size_t end = all.size() - std::min<std::size_t>(all.size(), 1);
       end >= kMatchMin && longest < kMatchMax; --end) {
    std::size_t length = 0;
    while (length < std::min(end, kMatchMax) &&
           all[end - 1 - length] == all[all.size() - 1 - length])
      ++length;
    if (length <= longest) continue;
    longest = length;
    behind = end;
  }
  std::vector<TokenId> guess;
  if (behind == all.size()) return guess;
  const std::size_t period = all.size() - behind;
  for (std::size_t i = 0; i < count; ++i) guess.push_back(all[behind + i % period]);
  return guess;
}

}  // namespace scribe
