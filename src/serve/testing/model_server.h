// A server with a tiny random model, for tests of the interface.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "sample/testing/tiny_model.h"
#include "serve/api.h"
#include "serve/serving_end.h"
#include "serve/testing/http_client.h"

namespace scribe::testing {

struct ModelServerOptions {
  ModelServiceOptions service{.name = "tiny", .rows_max = 8};
  ApiOptions api{.unix_seconds = [] { return std::int64_t{1700000000}; },
                 .monotonic_seconds = [] { return 0.0; }};
  bool fills_in_middle = false;
  std::optional<Tokenizer> tokenizer = {};  ///< nothing: of bytes
  std::string chat_template = {};           ///< "": it has none
  std::string answer = {};  ///< what the model writes, then <|endoftext|>, behind kAnswerPrompt
  ToolCallFormat tool_calls = ToolCallFormat::none;
};

/// A prompt of three tokens.
inline constexpr const char* kAnswerPrompt = "abc";

class ModelServer {
 public:
  explicit ModelServer(ModelServerOptions options = {})
      : model_(Device::cpu, 2,
               options.tokenizer         ? *options.tokenizer
               : options.fills_in_middle ? tiny_infilling_tokenizer()
                                         : tiny_tokenizer()) {
    options.service.threads = 2;
    if (!options.answer.empty()) {
      std::vector<TokenId> tokens = model_.tokenizer.encode(options.answer);
      tokens.push_back(model_.tokenizer.end_of_text());
      make_recite(model_, model_.tokenizer.count(kAnswerPrompt), tokens);
    }
    service_ = ModelService::start(*model_.backend,
                                   {.config = model_.parameters->config(),
                                    .parameters = std::move(*model_.parameters),
                                    .tokenizer = model_.tokenizer},
                                   options.service)
                   .value();
    if (!options.chat_template.empty())
      chat_ = std::make_unique<ChatPrompts>(
          ChatFormat{.chat_template = ChatTemplate::parse(options.chat_template).value(),
                     .bos_token = "",
                     .eos_token = std::string(kEndOfText),
                     .ends = {"<|end|>"},
                     .tool_calls = options.tool_calls},
          service_->checkpoint().tokenizer, options.api.unix_seconds);
    api_ = std::make_unique<Api>(services(), std::move(options.api));
    server_ = HttpServer::start({.port = 0}, [this](HttpRequest request,
                                                    std::shared_ptr<HttpReply> reply) {
                api_->handle(std::move(request), std::move(reply));
              }).value();
  }

  int port() const { return server_->port(); }
  ModelService& service() { return *service_; }
  Backend& backend() { return *model_.backend; }
  /// As the command does it, before it is destroyed.
  void end(double drain_seconds) {
    SCRIBE_CHECK(end_serving(services(), drain_seconds, *server_, *api_), "there are no programs");
  }

  /// The reply to a POST, which must be JSON; `status` gets its status.
  Json post(const std::string& path, const Json& body, int* status = nullptr) {
    const auto response = request(port(), "POST", path, to_json_line(body));
    if (status != nullptr) *status = response.status;
    return parse_json(response.body, path).value();
  }
  Json complete(const Json& body, int* status = nullptr) {
    return post("/v1/completions", body, status);
  }
  /// The events of a stream, without [DONE], which must come last.
  std::vector<Json> stream(Json body, const std::string& path = "/v1/completions") {
    body["stream"] = true;
    const auto response = request(port(), "POST", path, to_json_line(body));
    std::vector<Json> events;
    std::string_view rest = response.body;
    bool is_done = false;
    while (!rest.empty()) {
      SCRIBE_CHECK(!is_done && rest.starts_with("data: "), "not an event: {}", rest);
      const std::size_t end = rest.find("\n\n");
      const std::string_view data = rest.substr(6, end - 6);
      rest.remove_prefix(end + 2);
      if (data == "[DONE]")
        is_done = true;
      else
        events.push_back(parse_json(data, "event").value());
    }
    SCRIBE_CHECK(is_done, "the stream has no end: {}", response.body);
    return events;
  }

 private:
  Api::Services services() const { return {.model = service_.get(), .chat = chat_.get()}; }

  TinyModel model_;
  std::unique_ptr<ModelService> service_;
  std::unique_ptr<ChatPrompts> chat_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<HttpServer> server_;  // Last: it calls the others.
};

}  // namespace scribe::testing
