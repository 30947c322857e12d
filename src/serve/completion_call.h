// One completion request on its way: from the model's thread to the client's connection.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "serve/completion_reply.h"
#include "serve/event_stream.h"
#include "serve/http_server.h"
#include "serve/model_service.h"
#include "serve/reply_worker.h"

namespace scribe {

/// Answers with one JSON body, or with server-sent events if the request asks for a stream.
class CompletionCall final : public CompletionListener {
 public:
  /// Service and worker must outlive it.
  CompletionCall(CompletionRequest request, const ModelService& service,
                 std::shared_ptr<HttpReply> reply, ReplyWorker& worker, std::string id,
                 std::int64_t created);

  void piece(std::size_t prompt, std::int64_t sample_index, std::string_view text,
             std::span<const RecordedToken> tokens, const SampleRecord* finished) override;
  void prompt_read(std::size_t prompt, const PromptResult& result) override;
  void done(std::vector<PromptResult> results) override;
  void failed(const ApiError& failure) override;

 private:
  std::int64_t& offset_of(std::size_t prompt, std::int64_t sample_index);

  const std::shared_ptr<HttpReply> reply_;              // Shared with the worker's job,
  EventStream stream_;                                  // the stream,
  const std::shared_ptr<const CompletionReply> maker_;  // as this.
  const CompletionRequest& request_;                    // The maker's.
  ReplyWorker& worker_;
  std::vector<std::int64_t> offsets_;  // Characters told of each choice, the prompt's included.
};

}  // namespace scribe
