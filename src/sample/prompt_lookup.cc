// A scan for the last tokens, backwards.
#include "sample/prompt_lookup.h"

#include <algorithm>

namespace scribe {

std::span<const TokenId> PromptLookup::guess(std::size_t count) const {
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
  return all.subspan(behind, std::min(count, all.size() - behind));
}

}  // namespace scribe
