// A prompt as text, and the tokens that a model is given for it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/fill_in_middle_tokens.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// One task, as text.
struct Prompt {
  std::string task_id;
  std::string text;         ///< "" is completed from end of text, as a document is
  std::string suffix = {};  ///< what follows the completion; "": nothing that the model is told
};

/// The text without white space (blanks, tabs, line ends) at its end. For models that have only
/// read code: in their vocabularies a newline and the indentation behind it are one token, which
/// they write themselves; after a newline alone they expect an empty line or the end of the
/// function.
std::string_view stripped_prompt(std::string_view text);

/// The last `room` of a prompt's tokens, behind those that the template puts before a text: they
/// stay where the prompt has them and there is room for more.
std::vector<TokenId> cut_prompt(const Tokenizer& tokenizer, std::span<const TokenId> prompt,
                                std::size_t room);

/// Turns prompts into tokens. A prompt without a suffix is Tokenizer::encode_prompt(text); one with
/// a suffix is fill_in_middle_prompt(). The tokenizer must outlive it.
class PromptEncoder {
 public:
  /// Prompts with a suffix of more than `tokens_max` tokens are cut; 0 cuts none. (What has no
  /// suffix is cut by fit_prompt().)
  ///
  /// Errors, if one of `prompts` has a suffix: invalid_data naming the task if the tokenizer has no
  /// tokens for filling in the middle, invalid_argument if tokens_max has no room for them.
  static Result<PromptEncoder> create(const Tokenizer& tokenizer, std::span<const Prompt> prompts,
                                      std::int64_t tokens_max);

  /// Requires: a prompt of those that create() was given.
  std::vector<TokenId> encode(const Prompt& prompt) const;
  /// Does encode() leave out some of its text?
  bool cuts(const Prompt& prompt) const;

 private:
  PromptEncoder(const Tokenizer& tokenizer, std::size_t tokens_max)
      : tokenizer_(&tokenizer), tokens_max_(tokens_max) {}

  const Tokenizer* tokenizer_;
  std::size_t tokens_max_;
  std::optional<FillInMiddleTokens> marks_;
};

}  // namespace scribe
