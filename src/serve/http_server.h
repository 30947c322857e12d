// HTTP/1.1 for many clients on one thread: requests in, replies out, and news of clients that left.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace scribe {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 8012;  ///< 0: any that is free
  /// Names of it beside those that is_own_host() knows. Requests for others get 403 if `host` is on
  /// loopback, or if there are some.
  std::vector<std::string> sites = {};
  bool has_keys =
      false;  ///< requests bring one, which no page of another site has: any name will do
  int connections_max = 1024;
  std::int64_t header_bytes_max = 16 << 10;
  std::int64_t body_bytes_max = 16 << 20;
  double idle_seconds = 120;    ///< a connection without a request is closed
  double receive_seconds = 30;  ///< for one request, from its first byte to its last
  double send_seconds = 30;     ///< a client that takes nothing for so long has left
  /// Of a reply that the client has not taken yet; one that lets it grow above has left.
  std::int64_t unsent_bytes_max = 8 << 20;
};

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method;  ///< "POST"
  std::string path;    ///< "/v1/completions", percent-decoded, without the query
  std::string query;   ///< "" or what follows the '?', as it came
  std::vector<HttpHeader> headers;
  std::string body;

  /// The value of a header, whatever its case; "" if it is not there.
  std::string_view header(std::string_view name) const;
};

/// The reply to one request. Its functions may be called from any thread; after the client has
/// left, the reply is finished or the server has ended, they do nothing. Destroying it unfinished
/// closes the connection.
class HttpReply {
 public:
  virtual ~HttpReply() = default;

  /// All of it at once.
  virtual void send(int status, std::string_view content_type, std::string body,
                    std::vector<HttpHeader> headers = {}) = 0;

  /// Or piece by piece: begin, write as often as one likes, end.
  virtual void begin(int status, std::string_view content_type,
                     std::vector<HttpHeader> headers = {}) = 0;
  virtual void write(std::string piece) = 0;
  virtual void end() = 0;

  /// Has the client left? Never true again once finished.
  virtual bool is_abandoned() const = 0;
  /// Called once, on the server's thread, when the client leaves before the reply is finished; at
  /// once if it has left already.
  virtual void on_abandoned(std::function<void()> callback) = 0;
};

/// Called on the server's thread: it must not wait, but hand the reply on.
using HttpHandler = std::function<void(HttpRequest request, std::shared_ptr<HttpReply> reply)>;

struct HttpServerCounts {
  std::int64_t connections = 0;  ///< open
  std::int64_t requests = 0;     ///< read whole, in all
  std::int64_t refused = 0;      ///< malformed, too large, too slow, for others, or too many
};

/// A request that is malformed, for another site or beyond a limit is answered by the server itself
/// (400, 403, 413, 431, 503) with a JSON body {"error": {"message", "type", "param", "code"}}.
class HttpServer {
 public:
  /// Listens, and serves on a thread of its own until the object is destroyed.
  /// Errors: invalid_argument (the host is no address), io (the port is taken).
  static Result<std::unique_ptr<HttpServer>> start(const HttpServerOptions& options,
                                                   HttpHandler handler);
  virtual ~HttpServer() = default;

  virtual int port() const = 0;
  virtual HttpServerCounts counts() const = 0;
  /// Takes no more connections, and closes each when its reply is finished.
  virtual void stop_accepting() = 0;
  /// Returns when all replies are with their clients, or after `seconds`.
  virtual void wait_until_sent(double seconds) = 0;
};

/// An error's body as OpenAI's clients know it. `param` and `code` may be "": null then.
std::string error_body(std::string_view message, std::string_view type, std::string_view param = {},
                       std::string_view code = {});

}  // namespace scribe
