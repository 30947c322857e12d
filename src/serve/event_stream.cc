// Events, and failures within them.
#include "serve/event_stream.h"

#include <utility>

namespace scribe {

void send_failure(const ApiError& failure, HttpReply& reply) {
  std::vector<HttpHeader> headers;
  if (failure.status == 429 || failure.status == 503) headers.push_back({"Retry-After", "1"});
  reply.send(failure.status, "application/json",
             error_body(failure.message, failure.type, failure.param, failure.code),
             std::move(headers));
}

void EventStream::send(const Json& event) {
  if (!std::exchange(has_begun_, true))
    reply_->begin(200, "text/event-stream; charset=utf-8", {{"Cache-Control", "no-cache"}});
  reply_->write(fmt::format("data: {}\n\n", to_json_line(event)));
}

void EventStream::end() {
  reply_->write("data: [DONE]\n\n");
  reply_->end();
}

void EventStream::fail(const ApiError& failure) {
  if (!has_begun_) {
    send_failure(failure, *reply_);
    return;
  }
  reply_->write(fmt::format(
      "data: {}\n\n", error_body(failure.message, failure.type, failure.param, failure.code)));
  reply_->end();
}

}  // namespace scribe
