// From chat messages to the tokens that a model is given.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
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
  /// The tokenizer must outlive it. `unix_seconds` is the time for templates that write the date;
  /// they have none without it.
  ChatPrompts(ChatFormat format, const Tokenizer& tokenizer,
              std::function<std::int64_t()> unix_seconds = nullptr);

  /// The tokens for `messages`, with what else is in `context`. Keys of a message whose value is
  /// null are left out, as transformers does, and arguments of its tool_calls, which clients send
  /// as JSON texts, are objects for the template, or texts if it can write no objects.
  /// Errors: those of ChatTemplate::render().
  Result<std::vector<TokenId>> tokens(const Json& messages, Json context) const;

  /// Texts that end an answer.
  const std::vector<std::string>& ends() const { return format_.ends; }
  /// How the model writes calls of tools.
  ToolCallFormat tool_calls() const { return format_.tool_calls; }

 private:
  Json guarded(const Json& value) const;
  std::string guarded_text(const std::string& given) const;
  enum class CallArguments { as_objects, as_given };
  Json guarded_messages(const Json& messages, CallArguments arguments) const;
  Result<std::string> render(const Json& messages, Json& context) const;
  std::vector<TokenId> encode(std::string_view text) const;

  ChatFormat format_;
  const Tokenizer& tokenizer_;
  const std::function<std::int64_t()> unix_seconds_;
  /// The longest added token that begins there, or null.
  const std::pair<std::string, TokenId>* added_at(std::string_view text, std::size_t at) const;

  std::array<std::vector<std::pair<std::string, TokenId>>, 256> added_;  // By byte, longest first.
};

}  // namespace scribe
