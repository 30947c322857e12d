// The HTTP interface: paths, keys, and who answers what.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "serve/chat_prompts.h"
#include "serve/execute_request.h"
#include "serve/execute_service.h"
#include "serve/http_server.h"
#include "serve/model_service.h"
#include "serve/reply_worker.h"

namespace scribe {

struct ApiOptions {
  std::vector<std::string> keys =
      {};  ///< one of them must come with every request; none: anyone may
  CompletionLimits limits = {};
  ExecuteRequestLimits execute_limits = {};
  std::function<std::int64_t()> unix_seconds;          ///< the time, for `created`
  std::function<HttpServerCounts()> http_counts = {};  ///< for /metrics; may be left out
  std::function<double()> monotonic_seconds;           ///< for timings
};

/// Answers requests with a model, or by running programs, or both. Called on the HTTP server's
/// thread; what takes long is done on the services' threads or on a thread of replies.
class Api {
 public:
  /// What answers; null: requests for it are told so. They must outlive it, and it the server that
  /// calls it.
  struct Services {
    ModelService* model = nullptr;
    ExecuteService* execute = nullptr;
    const ChatPrompts* chat = nullptr;  ///< of the model; null: it has no chat template
  };
  Api(Services services, ApiOptions options);

  void handle(HttpRequest request, std::shared_ptr<HttpReply> reply);
  /// Returns when all replies are written that the services, which were stopped, have given.
  void finish_replies() { worker_.finish(); }

 private:
  bool may_pass(const HttpRequest& request) const;
  void get(const HttpRequest& request, HttpReply& reply);
  void post(const HttpRequest& request, std::shared_ptr<HttpReply> reply);
  void post_to_model(const std::string& path, const Json& body, std::shared_ptr<HttpReply> reply);
  void execute(const Json& body, std::shared_ptr<HttpReply> reply);
  void run_code(const Json& body, std::shared_ptr<HttpReply> reply);
  void submit(const Json& body, std::shared_ptr<HttpReply> reply);
  void run_programs(std::vector<SandboxJob> jobs, std::shared_ptr<HttpReply> reply,
                    std::function<Json(std::span<const Verdict> verdicts)> answer);
  void complete(const Json& body, std::shared_ptr<HttpReply> reply);
  void chat(const Json& body, std::shared_ptr<HttpReply> reply);
  void infill(const Json& body, std::shared_ptr<HttpReply> reply);
  void submit(CompletionRequest request, std::shared_ptr<CompletionListener> listener,
              std::shared_ptr<HttpReply> reply);
  void tokenize(const Json& body, HttpReply& reply);
  void detokenize(const Json& body, HttpReply& reply);
  bool check_model(const std::string& name, HttpReply& reply) const;
  std::string metrics() const;

  Services services_;
  ApiOptions options_;
  std::atomic<std::uint64_t> next_id_{1};
  ReplyWorker worker_;
};

}  // namespace scribe
