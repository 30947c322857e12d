// `POST /infill` as llama.vim and llama.vscode call it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "serve/completion_request.h"
#include "serve/http_server.h"
#include "serve/model_service.h"

namespace scribe {

struct InfillRequest {
  CompletionRequest completion;  ///< with prompt and suffix; what does not fit is cut
  std::vector<std::string> response_fields;
};

/// Reads input_prefix, input_suffix, input_extra ([{text}], put before the prefix), prompt (put
/// behind it), n_predict, and what a completion has. n_indent, t_max_prompt_ms, t_max_predict_ms,
/// samplers, cache_prompt are accepted and change nothing: a client that has waited long enough
/// closes the connection, which ends the request.
std::variant<InfillRequest, ApiError> infill_request(const Json& body, const TokenLimits& limits);

/// Answers with llama.cpp's body, or with those of its fields that are asked for.
class InfillCall final : public CompletionListener {
 public:
  InfillCall(std::vector<std::string> response_fields, std::shared_ptr<HttpReply> reply,
             std::string model, std::function<double()> clock);

  void piece(std::size_t, std::int64_t, std::string_view, std::span<const RecordedToken>,
             const SampleRecord*) override {}
  void prompt_read(std::size_t prompt, const PromptResult& result) override;
  void done(std::vector<PromptResult> results) override;
  void failed(const ApiError& failure) override;

 private:
  const std::vector<std::string> response_fields_;
  const std::shared_ptr<HttpReply> reply_;  // Shared with the watch for clients that leave.
  const std::string model_;
  const std::function<double()> clock_;
  const double received_;
  double begun_ = 0;
};

}  // namespace scribe
