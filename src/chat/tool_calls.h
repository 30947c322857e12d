// Calls of tools that a model writes into its answer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace scribe {

/// How a model writes calls.
enum class ToolCallFormat {
  none,    ///< in no way that is read here
  hermes,  ///< `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`, anywhere (Hermes, Qwen)
  llama,   ///< the answer is `{"name": ..., "parameters": {...}}`, or several with ';' or white
           ///< space between them, behind `<|python_tag|>` or not (Llama 3.1, 3.2, 3.3)
};

/// "hermes", "llama" or "none"; nothing for "auto". Errors: invalid_argument naming the choices.
Result<std::optional<ToolCallFormat>> tool_call_format_named(std::string_view name);

/// What a chat template asks its model for: hermes if it names `<tool_call>` and none of the marks
/// of formats in XML, llama if it has Llama's headers and writes "parameters" of a call.
ToolCallFormat tool_call_format_of(std::string_view template_source);

struct ToolCall {
  std::string name;
  std::string arguments;  ///< the text of a JSON object, as the model wrote it
  bool operator==(const ToolCall&) const = default;
};

/// Divides one answer into text and calls while it is written. However the answer is cut into
/// pieces, their texts and calls one behind the other are the same. Text is held back only while it
/// may be the beginning of a call, or white space before one, which goes with it.
///
/// A call is read if it is whole, its arguments are an object and its function is one of those
/// given; whatever else looks like one is text. So is all that follows sixteen objects that do not
/// end: each is read to the end of the answer.
class ToolCallReader {
 public:
  struct Piece {
    std::string text;
    std::vector<ToolCall> calls;
  };

  /// `functions` may be called.
  ToolCallReader(ToolCallFormat format, std::vector<std::string> functions);

  /// What is certain once `text` has followed.
  Piece add(std::string_view text);
  /// What is left when the answer has ended. A call of the format hermes may lack its end mark.
  Piece finish();

 private:
  enum class End { not_yet, object, no_object };
  enum class Answer { whole, so_far };

  Piece read_hermes(Answer answer);
  Piece read_llama(Answer answer);
  bool release_text(Answer answer, Piece& piece);
  bool read_block(Answer answer, Piece& piece);
  bool skip_to_object(Answer answer, Piece& piece);
  void begin_object(std::size_t at);
  End find_object_end();
  std::optional<ToolCall> call_of(std::string_view object) const;

  const ToolCallFormat format_;
  const std::vector<std::string> functions_;
  std::string held_;  // Neither text nor a call yet.
  bool is_in_call_ = false;
  bool is_plain_ = false;        // llama: the answer is text.
  bool has_calls_ = false;       // hermes: one was given.
  int unended_ = 0;              // hermes: objects that the answer's end cut.
  std::size_t block_ = 0;        // hermes: where in held_ the text behind the mark begins.
  std::vector<ToolCall> calls_;  // llama: those before the object in hand.

  // The object in hand, read up to at_.
  std::size_t object_ = 0;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool is_in_string_ = false;
  bool is_escaped_ = false;
  bool is_ended_ = false;
};

}  // namespace scribe
