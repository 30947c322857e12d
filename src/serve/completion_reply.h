// What a completion request is answered: choices with log-probabilities, usage, events of a stream.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "serve/completion_request.h"
#include "serve/model_service.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// A token as OpenAI's legacy log-probabilities name it: its text, or "bytes:\xe2\x80" if that is
/// not UTF-8 alone.
std::string token_name(const Tokenizer& tokenizer, TokenId token);

/// Code points of UTF-8.
std::int64_t character_count(std::string_view text);

/// Makes the JSON of one request's reply. Immutable; may be used from any thread.
class CompletionReply {
 public:
  /// `id` is "cmpl-..." and `created` in seconds since 1970. The tokenizer must outlive it.
  CompletionReply(CompletionRequest request, const Tokenizer& tokenizer, std::string model,
                  std::string id, std::int64_t created);

  const CompletionRequest& request() const { return request_; }

  /// The whole reply.
  Json whole(const std::vector<PromptResult>& results) const;

  /// The prompt itself, the first piece of each choice with echo.
  Json echo_chunk(std::size_t prompt, std::int64_t sample_index, const PromptResult& result) const;
  /// One piece of one choice. `offset` is where it begins, in characters of prompt and completion.
  Json chunk(std::size_t prompt, std::int64_t sample_index, std::string_view text,
             std::span<const RecordedToken> tokens, std::int64_t offset,
             const SampleRecord* finished) const;
  /// The last event with `stream_options.include_usage`.
  Json usage_chunk(const std::vector<PromptResult>& results) const;

  /// The prompt as text: as it was given, or decoded.
  std::string prompt_text(std::size_t prompt, const PromptResult& result) const;

 private:
  struct Logprobs {
    Json tokens = Json::array();
    Json token_logprobs = Json::array();
    Json top_logprobs = Json::array();
    Json text_offset = Json::array();
  };

  Json envelope() const;
  Json usage(const std::vector<PromptResult>& results) const;
  Json choice(std::size_t prompt, const PromptResult& result, const SampleRecord* record,
              std::int64_t index) const;
  void add_echo(const PromptResult& result, std::string_view prompt, Logprobs& logprobs) const;
  void add_tokens(std::span<const RecordedToken> tokens, std::string_view text, std::int64_t offset,
                  Logprobs& logprobs) const;
  void add_token(TokenId token, const Json& logprob, const std::vector<TokenLogprob>* top,
                 std::int64_t offset, Logprobs& logprobs) const;
  Json to_json(Logprobs logprobs) const;

  const CompletionRequest request_;
  const Tokenizer& tokenizer_;
  std::string model_;
  std::string id_;
  std::int64_t created_;
};

}  // namespace scribe
