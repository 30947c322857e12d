// `POST /v1/chat/completions`: messages in, messages out.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "chat/tool_calls.h"
#include "serve/chat_prompts.h"
#include "serve/completion_request.h"
#include "serve/event_stream.h"
#include "serve/http_server.h"
#include "serve/model_service.h"
#include "serve/reply_worker.h"

namespace scribe {

/// A completion whose prompt is a conversation.
struct ChatRequest {
  CompletionRequest completion;
  ToolCallFormat tool_calls = ToolCallFormat::none;
  std::vector<std::string> functions;  ///< names of those that answers may call
};

/// Reads OpenAI's fields: messages, max_completion_tokens or max_tokens (what there is room for
/// if neither is there), logprobs and top_logprobs, tools and tool_choice, and what completions
/// have. With tool_choice "none" the template gets no tools; calls cannot be enforced.
std::variant<ChatRequest, ApiError> chat_request(const Json& body, const CompletionLimits& limits,
                                                 const ChatPrompts& prompts,
                                                 const TokenLimits& token_limits);

/// Answers with one JSON body, or with server-sent events; calls of tools, where they are to be
/// read, are `tool_calls` of the message, and each is one event.
class ChatCall final : public CompletionListener, public std::enable_shared_from_this<ChatCall> {
 public:
  /// Held by a shared_ptr. Service and worker must outlive it. `id` is "chatcmpl-...".
  ChatCall(ChatRequest request, const ModelService& service, std::shared_ptr<HttpReply> reply,
           ReplyWorker& worker, std::string id, std::int64_t created);

  void piece(std::size_t prompt, std::int64_t sample_index, std::string_view text,
             std::span<const RecordedToken> tokens, const SampleRecord* finished) override;
  void prompt_read(std::size_t prompt, const PromptResult& result) override;
  void done(std::vector<PromptResult> results) override;
  void failed(const ApiError& failure) override;

 private:
  Json envelope(std::string_view object) const;
  Json logprobs_of(std::span<const RecordedToken> tokens) const;
  Json whole(const PromptResult& result) const;
  Json message_of(const SampleRecord& sample, std::int64_t index) const;
  Json tool_call_json(const ToolCall& call, std::int64_t index, std::int64_t number) const;
  std::string finish_reason(const SampleRecord& sample, bool has_calls) const;
  void read_piece(std::int64_t sample_index, std::string_view text,
                  std::span<const RecordedToken> tokens, const SampleRecord* finished);
  void send_choice(std::int64_t index, Json delta, Json logprobs, Json finish_reason);

  /// A streamed answer in which calls are looked for.
  struct Reading {
    ToolCallReader reader;
    std::int64_t calls = 0;         // told
    Json logprobs = Json::array();  // of tokens whose text is held back
  };

  const ChatRequest chat_;
  const CompletionRequest& request_;  // chat_'s.
  const Tokenizer& tokenizer_;
  const std::string model_;
  const std::shared_ptr<HttpReply> reply_;  // Shared with the worker's job and the stream.
  EventStream stream_;
  ReplyWorker& worker_;
  const std::string id_;
  const std::int64_t created_;
  std::vector<Reading> readings_;  // By sample; empty if there are none. The model's thread's.
};

}  // namespace scribe
