// Tests the server with clients that behave, and with those that do not.
#include "serve/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/json.h"
#include "serve/testing/http_client.h"

namespace scribe {
namespace {

using testing::HttpConnection;
using testing::request;

/// Echoes what it was asked; "/hold" keeps its reply until released.
class EchoServer {
 public:
  explicit EchoServer(HttpServerOptions options = {}) {
    options.port = 0;
    server_ =
        HttpServer::start(options, [this](HttpRequest request, std::shared_ptr<HttpReply> reply) {
          handle(std::move(request), std::move(reply));
        }).value();
  }

  int port() const { return server_->port(); }
  HttpServer& server() { return *server_; }
  std::shared_ptr<HttpReply> held() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [this] { return held_ != nullptr; });
    return std::exchange(held_, nullptr);
  }

 private:
  void handle(HttpRequest request, std::shared_ptr<HttpReply> reply) {
    if (request.path == "/hold") {
      const std::lock_guard lock(mutex_);
      held_ = std::move(reply);
      changed_.notify_all();
    } else if (request.path == "/drop") {
      // Nobody answers.
    } else if (request.path == "/pieces") {
      reply->begin(200, "text/plain");
      for (const char* piece : {"one ", "", "two ", "three"}) reply->write(piece);
      reply->end();
    } else if (request.path == "/flood") {
      reply->begin(200, "text/plain");
      const std::string piece(1 << 20, 'x');
      for (int i = 0; i < 64; ++i) reply->write(piece);
      reply->end();
    } else {
      reply->send(200, "text/plain",
                  fmt::format("{} {}?{} {} [{}]", request.method, request.path, request.query,
                              request.body, request.header("x-test")));
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<HttpReply> held_;  // Guarded by mutex_.
  std::unique_ptr<HttpServer> server_;
};

TEST(HttpServerTest, ARequestComesWithItsPartsAndTheReplyGoesBack) {
  EchoServer server;
  const auto response =
      request(server.port(), "POST", "/a%20b/%zz?q=1%20", "body", "X-Test: yes\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "POST /a b/%zz?q=1%20 body [yes]");
}

TEST(HttpServerTest, AConnectionLivesOnAndTakesRequestsSentAhead) {
  EchoServer server;
  HttpConnection connection(server.port());
  const std::string_view get = "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  connection.send(std::string(get) + "GET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(connection.response().body, "GET /1?  []");
  EXPECT_EQ(connection.response().body, "GET /2?  []");
  connection.send(get);
  EXPECT_EQ(connection.response().body, "GET /1?  []");
  EXPECT_EQ(server.server().counts().connections, 1);
  EXPECT_EQ(server.server().counts().requests, 3);
}

TEST(HttpServerTest, ARequestInDripsIsOne) {
  EchoServer server;
  HttpConnection connection(server.port());
  for (const char byte : std::string("POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")) {
    connection.send(std::string(1, byte));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(connection.response().body, "POST /x? abc []");
}

TEST(HttpServerTest, PiecesAreChunksAndHttp10GetsThemUntilTheEnd) {
  EchoServer server;
  EXPECT_EQ(request(server.port(), "GET", "/pieces").body, "one two three");
  HttpConnection old(server.port());
  old.send("GET /pieces HTTP/1.0\r\n\r\n");
  std::string all;
  for (std::string bytes = old.receive(); !bytes.empty(); bytes = old.receive()) all += bytes;
  EXPECT_NE(all.find("\r\n\r\none two three"), std::string::npos) << all;
  EXPECT_EQ(all.find("chunked"), std::string::npos) << all;
}

TEST(HttpServerTest, HeadGetsNoBody) {
  EchoServer server;
  HttpConnection connection(server.port());
  connection.send("HEAD /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  std::string all;
  for (std::string bytes = connection.receive(); !bytes.empty(); bytes = connection.receive())
    all += bytes;
  EXPECT_TRUE(all.ends_with("\r\n\r\n")) << all;
  EXPECT_NE(all.find("Content-Length: 12"), std::string::npos) << all;
}

TEST(HttpServerTest, ExpectContinueIsAnsweredBeforeTheBody) {
  EchoServer server;
  HttpConnection connection(server.port());
  connection.send("POST /x HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.receive(), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("ab");
  EXPECT_EQ(connection.response().body, "POST /x? ab []");
}

struct Refused {
  const char* name;
  std::string bytes;
  int status;
};

TEST(HttpServerTest, WhatIsMalformedOrTooLargeIsRefusedWithAReason) {
  EchoServer server({.header_bytes_max = 1000, .body_bytes_max = 1000});
  const std::vector<Refused> cases{
      {"no http", "hello\r\n\r\n", 400},
      {"bad version", "GET / HTTP/9.9\r\n\r\n", 400},
      {"long header", "GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", 431},
      {"long body", "POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'),
       413},
      {"endless chunks",
       "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" + std::string(0x800, 'x'),
       413},
      {"negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
      {"two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400}};
  for (const Refused& refused : cases) {
    HttpConnection connection(server.port());
    connection.send(refused.bytes);
    const auto response = connection.response();
    EXPECT_EQ(response.status, refused.status) << refused.name;
    const Result<Json> body = parse_json(response.body, "body");
    ASSERT_TRUE(body.ok()) << refused.name;
    EXPECT_FALSE(body.value()["error"]["message"].get<std::string>().empty()) << refused.name;
    EXPECT_EQ(response.headers.at("connection"), "close");
  }
  EXPECT_EQ(server.server().counts().refused, std::ssize(cases));
  EXPECT_EQ(request(server.port(), "GET", "/still").status, 200);
}

struct Asked {
  const char* name;
  HttpServerOptions options;
  const char* host;
  int status;
};

TEST(HttpServerTest, RequestsForOtherSitesAreRefusedWhereHostAloneTells) {
  const std::vector<std::string> sites{"code.example.org"};
  const std::vector<Asked> cases{
      {"loopback", {}, "Host: localhost:8012\r\n", 200},
      {"its address", {}, "Host: 127.0.0.1:8012\r\n", 200},
      {"no browser", {}, "", 200},
      {"a page whose name points here", {}, "Host: evil.example:8012\r\n", 403},
      {"the same with its origin",
       {},
       "Origin: http://evil.example\r\nHost: evil.example\r\n",
       403},
      {"a proxy's name", {.sites = sites}, "Host: code.example.org\r\n", 200},
      {"another", {.sites = sites}, "Host: evil.example\r\n", 403},
      {"with keys", {.has_keys = true}, "Host: code.example.org\r\n", 200},
      {"with keys and names", {.sites = sites, .has_keys = true}, "Host: evil.example\r\n", 403},
      {"not on loopback", {.host = "0.0.0.0"}, "Host: code.example.org\r\n", 200},
      {"there, with names", {.host = "0.0.0.0", .sites = sites}, "Host: evil.example\r\n", 403},
      {"there, by address", {.host = "0.0.0.0", .sites = sites}, "Host: 192.0.2.1\r\n", 200}};
  for (const Asked& asked : cases) {
    EchoServer server(asked.options);
    HttpConnection connection(server.port());
    connection.send(fmt::format("GET /x HTTP/1.1\r\n{}\r\n", asked.host));
    const auto response = connection.response();
    EXPECT_EQ(response.status, asked.status) << asked.name;
    if (response.status != 403) continue;
    EXPECT_EQ(parse_json(response.body, "body").value()["error"]["message"],
              "Host 'evil.example' is no name of this server; if it is to be one, start the server "
              "with --site evil.example");
    EXPECT_EQ(server.server().counts().requests, 0) << asked.name;
  }
}

TEST(HttpServerTest, AClientThatLeavesIsNoticedWithin100Milliseconds) {
  EchoServer server;
  std::atomic<bool> abandoned = false;
  std::shared_ptr<HttpReply> reply;
  {
    HttpConnection connection(server.port());
    connection.send("GET /hold HTTP/1.1\r\n\r\n");
    reply = server.held();
    ASSERT_NE(reply, nullptr);
    reply->on_abandoned([&] { abandoned = true; });
    EXPECT_FALSE(reply->is_abandoned());
  }
  for (int i = 0; i < 2000 && !abandoned; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(abandoned);
  EXPECT_TRUE(reply->is_abandoned());
  bool told_late = false;
  reply->on_abandoned([&] { told_late = true; });
  EXPECT_TRUE(told_late);
  reply->send(200, "text/plain", "nobody hears");
}

TEST(HttpServerTest, AFinishedReplyIsNeverAbandoned) {
  EchoServer server;
  std::atomic<int> abandoned = 0;
  {
    HttpConnection connection(server.port());
    connection.send("GET /hold HTTP/1.1\r\n\r\n");
    const auto reply = server.held();
    reply->on_abandoned([&] { ++abandoned; });
    reply->send(200, "text/plain", "x");
    EXPECT_EQ(connection.response().body, "x");
  }
  while (server.server().counts().connections > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(abandoned, 0);
}

TEST(HttpServerTest, AReplyThatIsDroppedClosesTheConnection) {
  EchoServer server;
  HttpConnection connection(server.port());
  connection.send("GET /drop HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(connection.is_closed());
}

TEST(HttpServerTest, AClientThatTakesNothingHasLeftAtTheLimit) {
  EchoServer server({.unsent_bytes_max = 4 << 20});
  HttpConnection connection(server.port());
  connection.send("GET /flood HTTP/1.1\r\n\r\n");
  for (int i = 0; i < 10000 && server.server().counts().connections > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(server.server().counts().connections, 0);
}

TEST(HttpServerTest, SlowRequestsAndIdleConnectionsEnd) {
  EchoServer server({.idle_seconds = 0.2, .receive_seconds = 0.2});
  HttpConnection idle(server.port());
  HttpConnection slow(server.port());
  slow.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(slow.is_closed());
}

TEST(HttpServerTest, MoreConnectionsThanAllowedAreToldSo) {
  EchoServer server({.connections_max = 2});
  HttpConnection first(server.port());
  HttpConnection second(server.port());
  first.send("GET /hold HTTP/1.1\r\n\r\n");
  second.send("GET /2 HTTP/1.1\r\n\r\n");
  EXPECT_EQ(second.response().status, 200);
  HttpConnection third(server.port());
  EXPECT_EQ(third.response().status, 503);
}

TEST(HttpServerTest, AThousandConnectionsAreServed) {
  EchoServer server;
  std::vector<std::unique_ptr<HttpConnection>> connections;
  for (int i = 0; i < 1000; ++i)
    connections.push_back(std::make_unique<HttpConnection>(server.port()));
  for (const auto& connection : connections)
    connection->send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (const auto& connection : connections) EXPECT_EQ(connection->response().status, 200);
}

TEST(HttpServerTest, AfterStopAcceptingRepliesInHandAreFinished) {
  EchoServer server;
  HttpConnection connection(server.port());
  connection.send("GET /hold HTTP/1.1\r\n\r\n");
  const auto reply = server.held();
  server.server().stop_accepting();
  reply->send(200, "text/plain", "last");
  const auto response = connection.response();
  EXPECT_EQ(response.body, "last");
  EXPECT_EQ(response.headers.at("connection"), "close");
  EXPECT_TRUE(connection.is_closed());
}

TEST(HttpServerTest, AReplyMayOutliveTheServer) {
  auto server = std::make_unique<EchoServer>();
  HttpConnection connection(server->port());
  connection.send("GET /hold HTTP/1.1\r\n\r\n");
  const auto reply = server->held();
  server.reset();
  reply->send(200, "text/plain", "too late");
}

TEST(HttpServerTest, APortThatIsTakenAndAHostThatIsNoneAreErrors) {
  EchoServer server;
  const HttpHandler ignore = [](HttpRequest, std::shared_ptr<HttpReply>) {};
  const auto taken = HttpServer::start({.port = server.port()}, ignore);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code(), ErrorCode::io);
  const auto nowhere = HttpServer::start({.host = "nowhere", .port = 0}, ignore);
  ASSERT_FALSE(nowhere.ok());
  EXPECT_EQ(nowhere.error().code(), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe
