// Server-sent events as OpenAI's clients read them.
#pragma once

#include <memory>

#include "base/json.h"
#include "serve/completion_request.h"
#include "serve/http_server.h"

namespace scribe {

/// Sends `failure` as OpenAI's clients know it; 429 and 503 say when to come back.
void send_failure(const ApiError& failure, HttpReply& reply);

/// A reply of "data: ..." events; it begins with the first.
class EventStream {
 public:
  explicit EventStream(std::shared_ptr<HttpReply> reply) : reply_(std::move(reply)) {}

  void send(const Json& event);
  /// The last event, [DONE].
  void end();
  /// An event, or a reply with its status if nothing was sent yet.
  void fail(const ApiError& failure);

 private:
  const std::shared_ptr<HttpReply> reply_;  // Shared with what watches for clients that leave.
  bool has_begun_ = false;
};

}  // namespace scribe
