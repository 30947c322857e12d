// Keeps the keys and values of recent prompts, for the next one that begins alike.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "model/decoder.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

struct PrefixStoreOptions {
  std::int64_t bytes_max = std::int64_t{1} << 30;  ///< of what is kept; 0 keeps nothing
  /// Bytes of the keys and values of so many tokens.
  std::function<std::int64_t(std::int64_t tokens)> bytes_of;
};

struct PrefixStoreCounts {
  std::int64_t lookups = 0;
  std::int64_t tokens = 0;   ///< of all prompts
  std::int64_t reused = 0;   ///< ... of which so many were not run again
  std::int64_t evicted = 0;  ///< prompts that had to make room
};

/// Prompts that were run, the most recently used ones as far as there is room. A new prompt starts
/// from the one with which it shares most of its beginning. Prompts that are the beginning of a new
/// one are dropped: it stands for them, and an editor's prompt that grows by every key takes the
/// room of one. Not thread-safe; one owner calls it.
class PrefixStore {
 public:
  /// Decoder::prefill(): runs the prompt, of which the first `shared` tokens (fewer than it has)
  /// are the first of `base` too; `base` is null if `shared` is 0. The result must not depend on
  /// either.
  using Prefill = std::function<std::shared_ptr<const PrefixCache>(
      std::span<const TokenId> prompt, std::span<float> logits, const PrefixCache* base,
      std::int64_t shared)>;

  PrefixStore(PrefixStoreOptions options, Prefill prefill)
      : options_(std::move(options)), prefill_(std::move(prefill)) {}

  /// The prompt's keys and values, and the logits after its last token, as prefill gives them. The
  /// caller shares the prefix: it lives on if it is evicted, and then does not count for bytes_max.
  /// While a prompt is run its place is free already: kept and new prefixes together stay within
  /// bytes_max, but for the base, which is held until the prompt has been run. A prompt that is
  /// larger than bytes_max is run and not kept.
  std::shared_ptr<const PrefixCache> get(std::span<const TokenId> prompt, std::span<float> logits);

  /// Bytes of what is kept: keys, values, logits, tokens.
  std::int64_t bytes() const { return bytes_; }
  std::size_t size() const { return entries_.size(); }
  const PrefixStoreCounts& counts() const { return counts_; }

 private:
  struct Entry {
    std::vector<TokenId> tokens;
    std::vector<float> logits;
    std::shared_ptr<const PrefixCache> prefix;  // Shared with callers of get() that still use it.
    std::int64_t bytes = 0;
  };
  using Entries = std::list<Entry>;

  Entries::iterator most_alike(std::span<const TokenId> prompt, std::size_t& shared);
  Entries::iterator erase(Entries::iterator entry);

  PrefixStoreOptions options_;
  Prefill prefill_;
  Entries entries_;  // most recently used first
  std::int64_t bytes_ = 0;
  PrefixStoreCounts counts_;
};

}  // namespace scribe
