// Tests /v1/execute: verdicts, limits, clients that leave, the end.
#include <gtest/gtest.h>

#include <thread>

#include "serve/testing/execute_server.h"

namespace scribe {
namespace {

using testing::ExecuteServer;
using testing::HttpConnection;
using testing::request;

Json program(const std::string& body) {
  return {{"prompt", "def f(x):\n"},
          {"completion", body},
          {"entry_point", "f"},
          {"test", "def check(candidate):\n    assert candidate(1) == 2\n"}};
}

std::vector<std::string> verdicts(const Json& reply) {
  std::vector<std::string> all;
  for (const Json& result : reply["results"]) all.push_back(result["verdict"].get<std::string>());
  return all;
}

TEST(ExecuteTest, EachProgramGetsItsVerdictInOrder) {
  ExecuteServer server;
  const Json reply = server.execute(
      {{"programs",
        {program("    return x + 1\n"), program("    return x\n"), program("    return [][0]\n"),
         program("  return (\n"), program("    while True: pass\n")}},
       {"timeout", 0.5}});
  EXPECT_EQ(verdicts(reply),
            (std::vector<std::string>{"pass", "wrong", "exception", "syntax", "cpu"}));
  EXPECT_EQ(reply["passed"], 1);
  EXPECT_TRUE(reply["results"][0]["passed"].get<bool>());
  EXPECT_FALSE(reply["results"][2]["detail"].get<std::string>().empty());
}

TEST(ExecuteTest, ProgramsThatReadAndPrintAreJudgedByTheirCases) {
  ExecuteServer server;
  Json echo{{"task_id", "t"},
            {"prompt", ""},
            {"cases", {{{"input", "2\n"}, {"output", "4\n"}}}},
            {"completion", "print(int(input()) * 2)\n"}};
  Json wrong = echo;
  wrong["completion"] = "print(5)\n";
  EXPECT_EQ(verdicts(server.execute({{"programs", {echo, wrong}}})),
            (std::vector<std::string>{"pass", "wrong"}));
}

TEST(ExecuteTest, WhatIsWrongIsSaidWithTheProgram) {
  ExecuteServer server;
  const auto refused = [&](const Json& body) {
    int status = 0;
    const Json reply = server.execute(body, &status);
    EXPECT_EQ(status, 400) << body;
    return reply["error"]["param"].get<std::string>();
  };
  Json nameless = program("");
  nameless.erase("entry_point");
  Json testless = program("");
  testless["test"] = 5;
  Json empty = program("");
  empty.erase("completion");
  EXPECT_EQ(refused({{"programs", {program(""), nameless}}}), "programs[1].entry_point");
  EXPECT_EQ(refused({{"programs", {testless}}}), "programs[0].test");
  EXPECT_EQ(refused({{"programs", {empty}}}), "programs[0].completion");
  EXPECT_EQ(refused({{"programs", Json::array()}}), "programs");
  EXPECT_EQ(refused({{"programs", {program("")}}, {"timeout", 1000}}), "timeout");
  EXPECT_EQ(refused({{"programs", {program("")}}, {"memory_mb", 1}}), "memory_mb");
  EXPECT_EQ(request(server.port(), "POST", "/v1/completions", "{}").status, 404);
}

TEST(ExecuteTest, AFullQueueSaysWhenToComeBack) {
  ExecuteServer server({.workers = 1, .programs_max = 3});
  int status = 0;
  const Json four = server.execute(
      {{"programs", {program("1"), program("1"), program("1"), program("1")}}}, &status);
  EXPECT_EQ(status, 429);
  EXPECT_EQ(four["error"]["code"], "server_overloaded");
  server.execute({{"programs", {program("    return 2\n")}}}, &status);
  EXPECT_EQ(status, 200);
}

TEST(ExecuteTest, ProgramsOfAClientThatHasLeftAreNotRun) {
  ExecuteServer server({.workers = 1});
  Json slow = Json::array();
  for (int i = 0; i < 50; ++i) slow.push_back(program("    while True: pass\n"));
  {
    HttpConnection connection(server.port());
    const std::string body = to_json_line({{"programs", slow}, {"timeout", 0.3}});
    connection.send(fmt::format("POST /v1/execute HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}",
                                body.size(), body));
    while (server.service().counts().running == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  while (server.service().counts().cancelled == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(server.service().counts().waiting, 0);
  EXPECT_GE(server.service().counts().cancelled, 45);
  EXPECT_EQ(verdicts(server.execute({{"programs", {program("    return 2\n")}}})),
            std::vector<std::string>{"pass"});
}

TEST(ExecuteTest, RequestsTakeTurns) {
  ExecuteServer server({.workers = 1});
  Json many = Json::array();
  for (int i = 0; i < 200; ++i) many.push_back(program("    return x + 1\n"));
  std::thread large([&] { EXPECT_EQ(server.execute({{"programs", many}})["passed"], 200); });
  while (server.service().counts().judged == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  server.execute({{"programs", {program("    return 2\n")}}});
  EXPECT_LT(server.service().counts().judged, 200);
  large.join();
}

TEST(ExecuteTest, DrainFinishesWhatIsInHandAndRefusesMore) {
  ExecuteServer server;
  std::thread client([&] {
    EXPECT_EQ(verdicts(server.execute(
                  {{"programs", {program("    while True: pass\n")}}, {"timeout", 0.5}})),
              std::vector<std::string>{"cpu"});
  });
  while (server.service().counts().running == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  server.service().drain(30);
  EXPECT_EQ(server.service().counts().running, 0);
  int status = 0;
  server.execute({{"programs", {program("")}}}, &status);
  EXPECT_EQ(status, 503);
  client.join();
}

}  // namespace
}  // namespace scribe
