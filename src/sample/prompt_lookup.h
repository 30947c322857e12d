// Guesses the next tokens of a sequence from what followed the same tokens before.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace scribe {

/// Code repeats itself: names, calls, whole lines. Where the last tokens of prompt and completion
/// stood before, the tokens behind that place are a good guess of what comes next (prompt lookup
/// decoding, Saxena 2023).
class PromptLookup {
 public:
  /// Fewer equal tokens are no match; more than the largest number are not told apart.
  static constexpr std::size_t kMatchMin = 2;
  static constexpr std::size_t kMatchMax = 4;

  explicit PromptLookup(std::span<const TokenId> prompt) : tokens_(prompt.begin(), prompt.end()) {}

  void append(TokenId token) { tokens_.push_back(token); }

  /// `count` tokens that followed the longest earlier match of the last tokens, the latest of
  /// equally long ones, over and over where the sequence ends; none without a match. Linear in the
  /// tokens.
  std::vector<TokenId> guess(std::size_t count) const;

 private:
  std::vector<TokenId> tokens_;
};

}  // namespace scribe
