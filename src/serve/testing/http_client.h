// A plain blocking HTTP client for tests, which can also send what no client should.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace scribe::testing {

/// One connection to a port of this machine.
class HttpConnection {
 public:
  explicit HttpConnection(int port);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// All bytes, or what could be sent before the server closed; false then.
  bool send(std::string_view bytes);
  /// What comes within the time, at most once; "" at the end of the stream or when time is up.
  std::string receive(double seconds = 10);
  /// Has the server closed, within the time?
  bool is_closed(double seconds = 10);

  struct Response {
    int status = 0;  ///< 0: the connection was closed before a whole response came
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;                            ///< chunks put together
  };
  /// Reads one response. Bytes behind it stay for the next.
  Response response(double seconds = 60);

 private:
  bool fill(double seconds);
  std::string take_line(double seconds);

  int socket_ = -1;
  std::string buffer_;
};

/// One request on a connection of its own.
HttpConnection::Response request(int port, std::string_view method, std::string_view path,
                                 std::string_view body = {}, std::string_view headers = {});

}  // namespace scribe::testing
