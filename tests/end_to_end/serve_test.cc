// `scribe serve` that is killed, started again, and told to end.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"
#include "end_to_end/program.h"
#include "sandbox/testing/processes.h"
#include "serve/testing/http_client.h"

namespace scribe::testing {
namespace {

/// A port of the loopback interface, bound or connected to for a moment.
class Port {
 public:
  explicit Port(int number) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(static_cast<std::uint16_t>(number));
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  ~Port() { ::close(socket_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  bool answers() {
    return ::connect(socket_, reinterpret_cast<const sockaddr*>(&address_), sizeof(address_)) == 0;
  }
  int number_of_a_free_one() {
    socklen_t size = sizeof(address_);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address_), size), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
    return ntohs(address_.sin_port);
  }

 private:
  int socket_;
  sockaddr_in address_{};
};

std::string program(const std::string& body) {
  const Json one{{"prompt", "def f(x):\n"},
                 {"completion", body},
                 {"entry_point", "f"},
                 {"test", "def check(candidate):\n    assert candidate(1) == 2\n"}};
  return to_json_line(Json{{"programs", {one}}, {"timeout", 60}});
}

void send_program(HttpConnection& client, const std::string& body) {
  client.send("POST /v1/execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
}

bool becomes(const std::function<bool()>& condition) {
  for (int i = 0; i < 600; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

TEST(ServeTest, KilledItLeavesNothingAndStartsAgainOnItsPort) {
  const int port = Port(0).number_of_a_free_one();
  const std::vector<std::string> command{
      "serve", "--execute-only", "--port", std::to_string(port), "--workers", "2"};
  std::unique_ptr<HttpConnection> client;
  std::vector<pid_t> processes;
  const auto runs_a_program = [&] {
    if (!Port(port).answers()) return false;
    if (client == nullptr) {
      client = std::make_unique<HttpConnection>(port);
      send_program(*client, program("    while True: pass\n"));
    }
    const std::string metrics = request(port, "GET", "/metrics").body;
    if (metrics.find("scribe_programs_running 1\n") == std::string::npos) return false;
    processes = sandbox::descendants_of(::getpid());
    return true;
  };
  ASSERT_TRUE(run_and_kill(command, runs_a_program));
  EXPECT_GT(processes.size(), 3U);  // The server, testers, launchers, the program.
  EXPECT_TRUE(becomes([&] { return std::ranges::all_of(processes, sandbox::is_gone); }));
  EXPECT_TRUE(client->is_closed());

  const auto judges_a_program = [&] {
    if (!Port(port).answers()) return false;
    const auto response = request(port, "POST", "/v1/execute", program("    return x + 1\n"));
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(response.body.find("\"verdict\":\"pass\""), std::string::npos) << response.body;
    return true;
  };
  EXPECT_TRUE(run_and_kill(command, judges_a_program));
}

TEST(ServeTest, ToldToEndItSendsWhatIsInHand) {
  const int port = Port(0).number_of_a_free_one();
  std::unique_ptr<HttpConnection> program_client;
  std::unique_ptr<HttpConnection> model_client;
  bool has_program = false;
  bool has_request = false;
  const auto has_both_in_hand = [&] {
    if (!Port(port).answers()) return false;
    if (program_client == nullptr) {
      program_client = std::make_unique<HttpConnection>(port);
      send_program(*program_client, program("    for i in range(20_000_000): pass\n"
                                            "    return x + 1\n"));
      model_client = std::make_unique<HttpConnection>(port);
      const std::string body = to_json_line(
          Json{{"prompt", "def f(x):\n"}, {"n", 20}, {"max_tokens", 100}, {"ignore_eos", true}});
      model_client->send("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    const std::string metrics = request(port, "GET", "/metrics").body;
    has_program |= metrics.find("scribe_programs_running 1\n") != std::string::npos;
    has_request |=
        metrics.find("vllm:num_requests_running{model_name=\"default\"} 1\n") != std::string::npos;
    return has_program && has_request;
  };
  EXPECT_EQ(run_and_end({"serve", "--execute", "--port", std::to_string(port), "--workers", "2"},
                        has_both_in_hand),
            0);
  const auto judged = program_client->response();
  EXPECT_EQ(judged.status, 200);
  EXPECT_NE(judged.body.find("\"verdict\":\"pass\""), std::string::npos) << judged.body;
  const auto drawn = model_client->response();
  EXPECT_EQ(drawn.status, 200);
  EXPECT_EQ(parse_json(drawn.body, "reply").value()["choices"].size(), 20U);
}

TEST(ServeTest, ToldToEndItDoesNotWaitForAProgramBeyondTheDrain) {
  const int port = Port(0).number_of_a_free_one();
  std::unique_ptr<HttpConnection> client;
  const auto runs_a_program = [&] {
    if (!Port(port).answers()) return false;
    if (client == nullptr) {
      client = std::make_unique<HttpConnection>(port);
      send_program(*client, program("    while True: pass\n"));
    }
    return request(port, "GET", "/metrics").body.find("scribe_programs_running 1\n") !=
           std::string::npos;
  };
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run_and_end({"serve", "--execute-only", "--port", std::to_string(port), "--workers",
                         "1", "--drain-seconds", "0.1"},
                        runs_a_program),
            0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));  // The program's.
  EXPECT_TRUE(client->is_closed());
}

}  // namespace
}  // namespace scribe::testing
