// The HTTP interface: paths, keys, and who answers what.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "serve/http_server.h"
#include "serve/model_service.h"
#include "serve/reply_worker.h"

namespace scribe {

struct ApiOptions {
  std::vector<std::string> keys =
      {};  ///< one of them must come with every request; none: anyone may
  CompletionLimits limits = {};
  std::function<std::int64_t()> unix_seconds;  ///< the time, for `created`
  std::function<double()> monotonic_seconds;   ///< for timings
};

/// Answers requests with a model. Called on the HTTP server's thread; what takes long is done on
/// the model's thread or on a thread of replies.
class Api {
 public:
  /// The service must outlive it, and it the server that calls it.
  Api(ModelService& service, ApiOptions options);

  void handle(HttpRequest request, std::shared_ptr<HttpReply> reply);
  /// For /metrics; may be left unset.
  void set_http_counts(std::function<HttpServerCounts()> counts) {
    http_counts_ = std::move(counts);
  }

 private:
  bool may_pass(const HttpRequest& request) const;
  void get(const HttpRequest& request, HttpReply& reply);
  void post(const HttpRequest& request, std::shared_ptr<HttpReply> reply);
  void complete(const Json& body, std::shared_ptr<HttpReply> reply);
  void infill(const Json& body, std::shared_ptr<HttpReply> reply);
  void submit(CompletionRequest request, std::shared_ptr<CompletionListener> listener,
              std::shared_ptr<HttpReply> reply);
  void tokenize(const Json& body, HttpReply& reply);
  void detokenize(const Json& body, HttpReply& reply);
  bool is_known_model(const std::string& name) const;
  std::string metrics() const;

  ModelService& service_;
  ApiOptions options_;
  std::function<HttpServerCounts()> http_counts_;
  std::atomic<std::uint64_t> next_id_{1};
  ReplyWorker worker_;
};

}  // namespace scribe
