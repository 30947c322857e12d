// A server on the loopback interface that answers as a test tells it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/json.h"

namespace scribe {

struct TinyRequest {
  std::string method;
  std::string path;
  std::string head;  ///< all header lines
  std::string body;

  Json json() const { return parse_json(body, "request").value(); }
};

struct TinyReply {
  int status = 200;
  std::string body = {};
  std::string headers = {};  ///< lines that end with "\r\n"
  bool hangs = false;        ///< no answer until the server ends
};

/// Calls `handler` for one request at a time, each on a connection of its own.
class TinyServer {
 public:
  using Handler = std::function<TinyReply(const TinyRequest&)>;

  explicit TinyServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    SCRIBE_CHECK(::bind(listener_, any, size) == 0 && ::listen(listener_, 64) == 0 &&
                     ::getsockname(listener_, any, &size) == 0,
                 "no loopback socket");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~TinyServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (const int hanging : hanging_) ::close(hanging);
  }
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  int requests() const { return requests_; }

 private:
  void accept_all() {
    for (;;) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      serve(connection);
    }
  }

  void serve(int connection) {
    TinyRequest request;
    if (!read_request(connection, request)) {
      ::close(connection);
      return;
    }
    ++requests_;
    const TinyReply reply = handler_(request);
    if (reply.hangs) {
      hanging_.push_back(connection);
      return;
    }
    const std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " X\r\n" + reply.headers +
                             "Content-Length: " + std::to_string(reply.body.size()) +
                             "\r\nConnection: close\r\n\r\n" + reply.body;
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t count =
          ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;  // The client had enough.
      sent += static_cast<std::size_t>(count);
    }
    ::close(connection);
  }

  static bool read_request(int connection, TinyRequest& request) {
    std::string text;
    std::size_t body_begin = std::string::npos;
    std::size_t length = 0;
    char buffer[4096];
    while (body_begin == std::string::npos || text.size() < body_begin + length) {
      const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
      if (count <= 0) return false;
      text.append(buffer, static_cast<std::size_t>(count));
      const std::size_t end = text.find("\r\n\r\n");
      if (end == std::string::npos || body_begin != std::string::npos) continue;
      body_begin = end + 4;
      request.head = text.substr(0, end + 2);
      const std::size_t at = request.head.find("Content-Length: ");
      if (at != std::string::npos) length = std::stoul(request.head.substr(at + 16));
      if (request.head.find("Expect: 100") != std::string::npos)
        ::send(connection, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
    }
    const std::size_t space = text.find(' ');
    request.method = text.substr(0, space);
    request.path = text.substr(space + 1, text.find(' ', space + 1) - space - 1);
    request.body = text.substr(body_begin, length);
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> requests_{0};
  std::vector<int> hanging_;  // the acceptor's, until it has ended
  std::thread acceptor_;
};

/// A reply to POST /completions with these texts.
inline std::string completions_body(const std::vector<std::string>& texts,
                                    const std::string& finish_reason = "stop") {
  Json choices = Json::array();
  for (std::size_t i = 0; i < texts.size(); ++i)
    choices.push_back(
        {{"index", i},
         {"text", texts[i]},
         {"finish_reason", finish_reason},
         {"logprobs", {{"tokens", {texts[i]}}, {"token_logprobs", {-0.5 - double(i)}}}}});
  return to_json_line({{"object", "text_completion"}, {"choices", choices}});
}

}  // namespace scribe
