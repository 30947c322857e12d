// Tests that a server which ends loses no reply, and that nothing of it is used afterwards.
#include "serve/serving_end.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "serve/testing/execute_server.h"
#include "serve/testing/model_server.h"
#include "serve/testing/wait_for.h"

namespace scribe {
namespace {

using testing::ExecuteServer;
using testing::HttpConnection;
using testing::ModelServer;
using testing::wait_for;
using Response = HttpConnection::Response;

/// Clients with a request each, whose replies are taken as they come.
class Clients {
 public:
  explicit Clients(int port) : port_(port) {}
  ~Clients() { join(); }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  void ask(const std::string& path, const Json& body) {
    auto& connection = connections_.emplace_back(std::make_unique<HttpConnection>(port_));
    auto& response = responses_.emplace_back(std::make_unique<Response>());
    const std::string text = to_json_line(body);
    connection->send(
        fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n"
                    "{}",
                    path, text.size(), text));
    threads_.emplace_back(
        [&connection = *connection, &response = *response] { response = connection.response(); });
  }
  /// In the order of the requests; with status 0 of those that got none, or one that was cut off.
  std::vector<Response> responses() {
    join();
    std::vector<Response> all;
    for (const auto& response : responses_) all.push_back(*response);
    return all;
  }

 private:
  void join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  const int port_;
  std::vector<std::unique_ptr<HttpConnection>> connections_;
  std::vector<std::unique_ptr<Response>> responses_;
  std::vector<std::thread> threads_;
};

/// Megabytes of JSON, which take the thread of replies and the client a while.
const Json kLarge{{"prompt", "a"},  {"n", 50},   {"max_tokens", 40},
                  {"logprobs", 20}, {"seed", 1}, {"ignore_eos", true}};
const Json kStream{{"prompt", "a"},  {"n", 4},    {"max_tokens", 40},
                   {"stream", true}, {"seed", 1}, {"ignore_eos", true}};

TEST(ServingEndTest, RepliesInHandArriveWholeBeforeTheServerGoes) {
  auto server = std::make_unique<ModelServer>();
  Clients clients(server->port());
  for (int i = 0; i < 3; ++i) clients.ask("/v1/completions", kLarge);
  for (int i = 0; i < 3; ++i) clients.ask("/v1/completions", kStream);
  auto leaver = std::make_unique<HttpConnection>(server->port());
  const std::string text = to_json_line(kLarge);
  leaver->send(fmt::format("POST /v1/completions HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}",
                           text.size(), text));
  ASSERT_TRUE(wait_for([&] {
    const ModelServiceCounts counts = server->service().counts();
    return counts.waiting + counts.running + counts.finished == 7;
  }));
  leaver.reset();  // Its request ends while the server does.
  server->end(60);
  server.reset();
  const std::vector<Response> responses = clients.responses();
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(responses[i].status, 200);
    EXPECT_EQ(parse_json(responses[i].body, "reply").value()["choices"].size(), 50U);
  }
  for (std::size_t i = 3; i < 6; ++i) {
    EXPECT_EQ(responses[i].status, 200);
    EXPECT_TRUE(responses[i].body.ends_with("data: [DONE]\n\n"));
  }
}

TEST(ServingEndTest, WhoWaitsLongerThanTheDrainIsTold) {
  auto server = std::make_unique<ModelServer>();
  Clients clients(server->port());
  Json endless = kLarge;
  endless["n"] = 1000;
  endless["logprobs"] = nullptr;
  clients.ask("/v1/completions", endless);
  endless["stream"] = true;
  clients.ask("/v1/completions", endless);
  ASSERT_TRUE(wait_for([&] { return server->service().counts().running == 2; }));
  server->end(0);
  server.reset();
  const std::vector<Response> responses = clients.responses();
  EXPECT_EQ(responses[0].status, 500);
  for (const Response& response : responses)
    EXPECT_NE(response.body.find("the server is shutting down"), std::string::npos)
        << response.body.substr(0, 200);
}

TEST(ServingEndTest, ProgramsInHandAreJudgedAndThenTheServiceIsIdle) {
  auto server = std::make_unique<ExecuteServer>();
  const auto program = [](const std::string& body) {
    const Json one{{"prompt", "def f(x):\n"},
                   {"completion", body},
                   {"entry_point", "f"},
                   {"test", "def check(candidate):\n    assert candidate(1) == 2\n"}};
    return Json{{"programs", {one, one, one}}, {"timeout", 60}};
  };
  Clients clients(server->port());
  clients.ask("/v1/execute", program("    for i in range(5_000_000): pass\n    return x + 1\n"));
  ASSERT_TRUE(wait_for([&] { return server->service().counts().running > 0; }));
  EXPECT_TRUE(server->end(60));
  server.reset();
  const Response response = clients.responses().front();
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(parse_json(response.body, "reply").value()["passed"], 3);
}

TEST(ServingEndTest, AProgramThatRunsOnIsToldOf) {
  ExecuteServer server;
  Clients clients(server.port());
  const Json one{{"prompt", "def f(x):\n"},
                 {"completion", "    for i in range(30_000_000): pass\n    return x + 1\n"},
                 {"entry_point", "f"},
                 {"test", "def check(candidate):\n    assert candidate(1) == 2\n"}};
  clients.ask("/v1/execute", {{"programs", {one}}, {"timeout", 60}});
  ASSERT_TRUE(wait_for([&] { return server.service().counts().running == 1; }));
  EXPECT_FALSE(server.end(0));
}

}  // namespace
}  // namespace scribe
