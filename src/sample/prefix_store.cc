// A list of prompts in the order of their last use.
#include "sample/prefix_store.h"

#include <algorithm>
#include <iterator>

namespace scribe {
namespace {

std::size_t common_length(std::span<const TokenId> a, std::span<const TokenId> b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

std::shared_ptr<const PrefixCache> PrefixStore::get(std::span<const TokenId> prompt,
                                                    std::span<float> logits) {
  SCRIBE_CHECK(!prompt.empty(), "an empty prompt");
  ++counts_.lookups;
  counts_.tokens += std::ssize(prompt);
  std::size_t shared = 0;
  const auto found = most_alike(prompt, shared);
  if (found != entries_.end()) entries_.splice(entries_.begin(), entries_, found);
  if (shared == prompt.size() && found->tokens.size() == shared) {
    counts_.reused += std::ssize(prompt);
    SCRIBE_CHECK(logits.size() == found->logits.size(), "{} logits, not {}", logits.size(),
                 found->logits.size());
    std::ranges::copy(found->logits, logits.begin());
    return found->prefix;
  }
  // The logits after the last token come of running it.
  shared = std::min(shared, prompt.size() - 1);
  const std::shared_ptr<const PrefixCache> base = shared > 0 ? found->prefix : nullptr;

  Entry entry{.tokens = {prompt.begin(), prompt.end()},
              .logits = {},
              .prefix = nullptr,
              .bytes = options_.bytes_of(std::ssize(prompt)) +
                       static_cast<std::int64_t>(prompt.size_bytes() + logits.size_bytes())};
  const bool is_kept = entry.bytes <= options_.bytes_max;
  if (is_kept) {
    for (auto it = entries_.begin(); it != entries_.end();)
      it = common_length(it->tokens, prompt) == it->tokens.size() ? erase(it) : std::next(it);
    for (; bytes_ + entry.bytes > options_.bytes_max; ++counts_.evicted)
      erase(std::prev(entries_.end()));
  }
  entry.prefix = prefill_(prompt, logits, base.get(), static_cast<std::int64_t>(shared));
  counts_.reused += static_cast<std::int64_t>(shared);
  const std::shared_ptr<const PrefixCache> prefix = entry.prefix;
  if (is_kept) {
    entry.logits.assign(logits.begin(), logits.end());
    bytes_ += entry.bytes;
    entries_.push_front(std::move(entry));
  }
  return prefix;
}

/// Looks at every entry: that costs microseconds, and each token that is shared saves milliseconds.
/// The entry with the longest common beginning, the most recently used of equals; the end if there
/// is none with any. `shared` is its length.
PrefixStore::Entries::iterator PrefixStore::most_alike(std::span<const TokenId> prompt,
                                                       std::size_t& shared) {
  auto best = entries_.end();
  for (auto it = entries_.begin(); it != entries_.end(); ++it) {
    const std::size_t length = common_length(it->tokens, prompt);
    // Of two that hold all of the prompt, the one that is no longer has its logits.
    const bool is_prompt = length == prompt.size() && it->tokens.size() == length;
    if (length > shared || (is_prompt && best->tokens.size() != length)) best = it;
    shared = std::max(shared, length);
  }
  return best;
}

PrefixStore::Entries::iterator PrefixStore::erase(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  return entries_.erase(entry);
}

}  // namespace scribe
