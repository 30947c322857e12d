// From chat messages to the tokens that a model is given.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "chat/chat_template.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// Renders a checkpoint's chat template and encodes it: the added tokens that the template writes
/// are those tokens. Texts of messages and tools are text: what looks like an added token in there
/// is not one, so that nobody can end his own message and begin another's. Only an assistant's
/// messages are left as they are: models write such tokens, and templates look for them
/// (`</think>`). Immutable.
class ChatPrompts {
 public:
  /// The tokenizer must outlive it.
  ChatPrompts(ChatFormat format, const Tokenizer& tokenizer);

  /// The tokens for `messages` (as the template takes them), with what else is in `context`.
  /// Errors: those of ChatTemplate::render().
  Result<std::vector<TokenId>> tokens(const Json& messages, Json context) const;

  /// Texts that end an answer.
  const std::vector<std::string>& ends() const { return format_.ends; }

 private:
  Json guarded(const Json& value) const;
  std::string guarded_text(const std::string& given) const;
  Json guarded_messages(const Json& messages) const;
  std::vector<TokenId> encode(std::string_view text) const;

  ChatFormat format_;
  const Tokenizer& tokenizer_;
  /// The longest added token that begins there, or null.
  const std::pair<std::string, TokenId>* added_at(std::string_view text, std::size_t at) const;

  std::array<std::vector<std::pair<std::string, TokenId>>, 256> added_;  // By byte, longest first.
};

}  // namespace scribe
