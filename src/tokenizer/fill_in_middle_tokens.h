// The special tokens around the parts of a document whose middle is to be filled in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// A document is written as PRE prefix SUF suffix MID middle, whatever the tokens are called.
struct FillInMiddleTokens {
  TokenId prefix = 0;
  TokenId middle = 0;
  TokenId suffix = 0;
};

/// The first three of a kind that the tokenizer has: "<|fim_prefix|>" (Qwen, and what `tokenizer
/// train --fim` makes), "<fim_prefix>" (StarCoder), "<fim-prefix>" (SantaCoder), and so on for
/// middle and suffix, "<｜fim▁begin｜>", "<｜fim▁end｜>", "<｜fim▁hole｜>" (DeepSeek), or "▁<PRE>",
/// "▁<MID>", "▁<SUF>" (CodeLlama).
/// Errors: invalid_data if it has no three of a kind; the message begins with `where`, which names
/// the tokenizer, and lacks only what to do about it.
Result<FillInMiddleTokens> fill_in_middle_tokens(const Tokenizer& tokenizer,
                                                 const std::string& where);

/// What a model is given to continue with the middle: Tokenizer::prefix(), PRE prefix SUF suffix
/// MID. If that is more than `tokens_max`, the suffix keeps its first tokens and the prefix its
/// last ones: the suffix as many as the prefix leaves, but at least a quarter of what there is for
/// both. Requires: tokens_max of at least 4 more than Tokenizer::prefix().
std::vector<TokenId> fill_in_middle_prompt(const Tokenizer& tokenizer,
                                           const FillInMiddleTokens& marks, std::string_view prefix,
                                           std::string_view suffix, std::size_t tokens_max);

}  // namespace scribe
