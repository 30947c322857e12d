// Turns documents into exercises of filling in their middle.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/philox.h"
#include "tokenizer/fill_in_middle_tokens.h"

namespace scribe {

/// Bavarian et al., "Efficient Training of Language Models to Fill in the Middle", 2022.
struct FillInMiddleOptions {
  double rate = 0;        ///< share of the documents that are turned, 0 to 1
  double spm_rate = 0.5;  ///< of these, the share with the suffix first, 0 to 1
};

/// Errors: invalid_argument naming the option.
Status validate(const FillInMiddleOptions& options);

/// Adds the rates, if any document is turned.
void add_fill_in_middle_options(Json& options, const FillInMiddleOptions& fim);

/// The rates with the tokens that mark the parts.
class FillInMiddle {
 public:
  /// Errors: invalid_data if the tokenizer, which `where` names, lacks the tokens.
  static Result<FillInMiddle> create(const FillInMiddleOptions& options, const Tokenizer& tokenizer,
                                     const std::string& where);

  /// Rewrites a window in place. Of each run of tokens without <|endoftext|>, with probability
  /// `rate`: two cuts, uniform over the places between its tokens and at its ends, make it prefix,
  /// middle and suffix, which become PRE prefix SUF suffix MID middle, or with probability
  /// `spm_rate` PRE SUF suffix MID prefix middle (the paper's joint variant). The window keeps its
  /// length: what three tokens more each time push over its end is lost.
  void apply(std::vector<TokenId>& window, PhiloxStream random) const;

 private:
  FillInMiddle() = default;
  /// Appends a document's tokens, turned or not.
  void append(std::span<const TokenId> document, PhiloxStream& random,
              std::vector<TokenId>& out) const;

  FillInMiddleOptions options_;
  FillInMiddleTokens marks_;
  TokenId end_of_text_ = 0;
};

}  // namespace scribe
