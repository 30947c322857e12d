// A server of programs for tests.
#pragma once

#include <memory>
#include <string>

#include "serve/serving_end.h"
#include "serve/testing/model_server.h"

namespace scribe::testing {

/// A server that runs programs, on a port of its own.
class ExecuteServer {
 public:
  explicit ExecuteServer(const ExecuteServiceOptions& options = {.workers = 2})
      : service_(ExecuteService::start(real_sandbox_workers().value(), options).value()),
        api_({.execute = service_.get()},
             {.unix_seconds = [] { return std::int64_t{0}; }, .monotonic_seconds = {}}),
        server_(HttpServer::start({.port = 0}, [this](HttpRequest request,
                                                      std::shared_ptr<HttpReply> reply) {
                  api_.handle(std::move(request), std::move(reply));
                }).value()) {}

  int port() const { return server_->port(); }
  ExecuteService& service() { return *service_; }
  /// As the command does it, before it is destroyed: have all programs ended?
  bool end(double drain_seconds) {
    return end_serving({.execute = service_.get()}, drain_seconds, *server_, api_);
  }
  Json execute(const Json& body, int* status = nullptr) {
    return post("/v1/execute", body, status);
  }
  Json post(const std::string& path, const Json& body, int* status = nullptr) {
    const auto response = request(port(), "POST", path, to_json_line(body));
    if (status != nullptr) *status = response.status;
    return parse_json(response.body, "reply").value();
  }

 private:
  std::unique_ptr<ExecuteService> service_;
  Api api_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace scribe::testing
