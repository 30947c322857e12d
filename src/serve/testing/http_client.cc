// Blocking sockets with poll().
#include "serve/testing/http_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "base/check.h"

namespace scribe::testing {

HttpConnection::HttpConnection(int port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  SCRIBE_CHECK(
      ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0,
      "connect to port {}", port);
}

HttpConnection::~HttpConnection() {
  ::close(socket_);
}

bool HttpConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string HttpConnection::receive(double seconds) {
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, static_cast<int>(seconds * 1000)) != 1) return {};
  std::string bytes(1 << 16, '\0');
  const auto got = ::recv(socket_, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

bool HttpConnection::is_closed(double seconds) {
  pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, static_cast<int>(seconds * 1000)) != 1) return false;
  char byte = 0;
  return ::recv(socket_, &byte, 1, MSG_PEEK) <= 0;
}

bool HttpConnection::fill(double seconds) {
  const std::string bytes = receive(seconds);
  buffer_ += bytes;
  return !bytes.empty();
}

std::string HttpConnection::take_line(double seconds) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos)
    if (!fill(seconds)) return {};
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

HttpConnection::Response HttpConnection::response(double seconds) {
  Response response;
  const std::string status = take_line(seconds);
  if (!status.starts_with("HTTP/1.1 ")) return {};
  for (;;) {
    std::string line = take_line(seconds);
    if (line.empty()) break;
    const std::size_t colon = line.find(": ");
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    response.headers[name] = line.substr(std::min(colon + 2, line.size()));
  }
  const auto take = [&](std::size_t bytes) {
    while (buffer_.size() < bytes && fill(seconds)) {
    }
    std::string taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
  };
  if (response.headers.contains("transfer-encoding")) {
    for (;;) {
      const std::string line = take_line(seconds);
      if (line.empty()) return {};  // Cut off.
      const std::size_t size = std::stoul(line, nullptr, 16);
      response.body += take(size);
      take_line(seconds);
      if (size == 0) break;
    }
  } else {
    response.body = take(std::stoul(response.headers["content-length"]));
  }
  response.status = std::stoi(status.substr(9, 3));
  return response;
}

HttpConnection::Response request(int port, std::string_view method, std::string_view path,
                                 std::string_view body, std::string_view headers) {
  HttpConnection connection(port);
  connection.send(fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n{}",
                              method, path, body.size(), headers, body));
  return connection.response();
}

}  // namespace scribe::testing
