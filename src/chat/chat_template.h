// The template by which a chat model wants its messages written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "chat/tool_calls.h"

namespace scribe {

/// A Jinja template as checkpoints carry it, run as transformers runs it (trim_blocks,
/// lstrip_blocks, tojson without escapes). Immutable; may be used from any thread.
class ChatTemplate {
 public:
  /// Errors: invalid_data, unsupported, limit_exceeded; they name the line.
  static Result<ChatTemplate> parse(std::string_view source);

  /// The text for a context of {"messages": [{"role", "content"}], "add_generation_prompt": true,
  /// "bos_token", "eos_token", "tools" ...}. raise_exception(), namespace(), range() and dict() are
  /// there, and strftime_now() if the time is (`unix_seconds`, told in the machine's time zone).
  /// Errors: invalid_argument (what the template itself refuses, or cannot do with these messages),
  /// unsupported, limit_exceeded (2 million steps, 16 MiB printed, texts of 4 MiB, lists of a
  /// million items and 100 levels, macros 64 deep, 10,000 namespaces).
  Result<std::string> render(const Json& context,
                             std::optional<std::int64_t> unix_seconds = {}) const;

  struct Tree;

 private:
  explicit ChatTemplate(std::shared_ptr<const Tree> tree) : tree_(std::move(tree)) {}
  std::shared_ptr<const Tree> tree_;  // Shared by copies; never changes.
};

/// What a checkpoint says about chats.
struct ChatFormat {
  ChatTemplate chat_template;
  std::string bos_token;  ///< "" if the checkpoint names none
  std::string eos_token;
  std::vector<std::string> ends = {};  ///< texts that end an answer, eos_token among them
  ToolCallFormat tool_calls = ToolCallFormat::none;
  bool reads_parts = false;  ///< it knows contents that are lists of parts of the type "text"
};

/// Reads chat_template.jinja or the chat_template of tokenizer_config.json (of several the one
/// called "default"); nothing if there is neither. Errors: io, and those of parse().
Result<std::optional<ChatFormat>> load_chat_format(Env& env, const std::string& directory);

}  // namespace scribe
