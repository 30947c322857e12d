// Pieces become events, results become a body.
#include "serve/completion_call.h"

namespace scribe {
namespace {

constexpr std::string_view kJson = "application/json";

}  // namespace

CompletionCall::CompletionCall(CompletionRequest request, const ModelService& service,
                               std::shared_ptr<HttpReply> reply, ReplyWorker& worker,
                               std::string id, std::int64_t created)
    : reply_(std::move(reply)),
      stream_(reply_),
      maker_(std::make_shared<const CompletionReply>(std::move(request),
                                                     service.checkpoint().tokenizer, service.name(),
                                                     std::move(id), created)),
      request_(maker_->request()),
      worker_(worker),
      offsets_(request_.stream ? request_.prompts.size() * static_cast<std::size_t>(request_.n)
                               : 0) {}

std::int64_t& CompletionCall::offset_of(std::size_t prompt, std::int64_t sample_index) {
  return offsets_[prompt * static_cast<std::size_t>(request_.n) +
                  static_cast<std::size_t>(sample_index)];
}

void CompletionCall::prompt_read(std::size_t prompt, const PromptResult& result) {
  if (!request_.stream) return;
  const std::int64_t characters = character_count(maker_->prompt_text(prompt, result));
  for (std::int64_t sample = 0; sample < request_.n; ++sample) {
    offset_of(prompt, sample) = characters;
    if (request_.echo) stream_.send(maker_->echo_chunk(prompt, sample, result));
  }
}

void CompletionCall::piece(std::size_t prompt, std::int64_t sample_index, std::string_view text,
                           std::span<const RecordedToken> tokens, const SampleRecord* finished) {
  std::int64_t& offset = offset_of(prompt, sample_index);
  stream_.send(maker_->chunk(prompt, sample_index, text, tokens, offset, finished));
  offset += character_count(text);
}

void CompletionCall::done(std::vector<PromptResult> results) {
  if (request_.stream) {
    if (request_.include_usage) stream_.send(maker_->usage_chunk(results));
    stream_.end();
    return;
  }
  worker_.add([maker = maker_, reply = reply_, results = std::move(results)] {
    reply->send(200, kJson, to_json_line(maker->whole(results)));
  });
}

void CompletionCall::failed(const ApiError& failure) {
  stream_.fail(failure);
}

}  // namespace scribe
