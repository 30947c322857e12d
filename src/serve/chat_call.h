// `POST /v1/chat/completions`: messages in, messages out.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "serve/chat_prompts.h"
#include "serve/completion_request.h"
#include "serve/event_stream.h"
#include "serve/http_server.h"
#include "serve/model_service.h"
#include "serve/reply_worker.h"

namespace scribe {

/// Reads OpenAI's fields: messages, max_completion_tokens or max_tokens (what there is room for
/// if neither is there), logprobs and top_logprobs, tools (for the template), and what completions
/// have.
std::variant<CompletionRequest, ApiError> chat_request(const Json& body,
                                                       const CompletionLimits& limits,
                                                       const ChatPrompts& prompts,
                                                       const TokenLimits& token_limits);

/// Answers with one JSON body, or with server-sent events.
class ChatCall final : public CompletionListener, public std::enable_shared_from_this<ChatCall> {
 public:
  /// Held by a shared_ptr. Service and worker must outlive it. `id` is "chatcmpl-...".
  ChatCall(CompletionRequest request, const ModelService& service, std::shared_ptr<HttpReply> reply,
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
  void send_choice(std::int64_t index, Json delta, Json logprobs, Json finish_reason);

  const CompletionRequest request_;
  const Tokenizer& tokenizer_;
  const std::string model_;
  const std::shared_ptr<HttpReply> reply_;  // Shared with the worker's job and the stream.
  EventStream stream_;
  ReplyWorker& worker_;
  const std::string id_;
  const std::int64_t created_;
};

}  // namespace scribe
