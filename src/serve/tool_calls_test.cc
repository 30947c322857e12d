// Tests calls of tools in answers of chats, whole and streamed.
#include <gtest/gtest.h>

#include "serve/testing/model_server.h"

namespace scribe {
namespace {

using testing::kAnswerPrompt;
using testing::ModelServer;

constexpr const char* kPath = "/v1/chat/completions";
constexpr const char* kAnswer =
    "I add.\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>\n"
    "<tool_call>{\"name\": \"time\", \"arguments\": {}}</tool_call>";

ModelServer server_of(const std::string& answer, ToolCallFormat format = ToolCallFormat::hermes) {
  return ModelServer({.chat_template = kAnswerPrompt, .answer = answer, .tool_calls = format});
}

Json chat(Json more = Json::object()) {
  more["messages"] = Json::array({{{"role", "user"}, {"content", "hi"}}});
  more["temperature"] = 0;
  more.emplace("tools", Json::parse(R"([{"type": "function", "function": {"name": "add"}},)"
                                    R"( {"type": "function", "function": {"name": "time"}}])"));
  return more;
}

TEST(ToolCallsTest, AreInTheMessage) {
  ModelServer server = server_of(kAnswer);
  const Json choice = server.post(kPath, chat())["choices"][0];
  EXPECT_EQ(choice["finish_reason"], "tool_calls");
  EXPECT_EQ(choice["message"]["content"], "I add.");
  const Json& calls = choice["message"]["tool_calls"];
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0]["type"], "function");
  EXPECT_EQ(calls[0]["function"], Json::parse(R"({"name": "add", "arguments": "{\"a\": 1}"})"));
  EXPECT_EQ(calls[1]["function"], Json::parse(R"({"name": "time", "arguments": "{}"})"));
  EXPECT_NE(calls[0]["id"], calls[1]["id"]);
  EXPECT_FALSE(calls[0].contains("index"));
}

TEST(ToolCallsTest, AnAnswerOfCallsAloneHasNoContent) {
  ModelServer server =
      server_of("<|python_tag|>{\"name\": \"time\", \"parameters\": {}}", ToolCallFormat::llama);
  const Json choice = server.post(kPath, chat())["choices"][0];
  EXPECT_TRUE(choice["message"]["content"].is_null());
  EXPECT_EQ(choice["message"]["tool_calls"][0]["function"]["name"], "time");
}

TEST(ToolCallsTest, AStreamHasTheSame) {
  ModelServer server = server_of(kAnswer);
  const Json whole = server.post(kPath, chat({{"logprobs", true}}))["choices"][0];
  std::string text;
  std::string reason;
  Json calls = Json::array();
  std::size_t tokens = 0;
  for (const Json& event : server.stream(chat({{"logprobs", true}}), kPath)) {
    const Json& choice = event["choices"][0];
    text += choice["delta"].value("content", "");
    if (!choice["finish_reason"].is_null()) reason = choice["finish_reason"];
    if (!choice["logprobs"].is_null()) tokens += choice["logprobs"]["content"].size();
    if (!choice["delta"].contains("tool_calls")) continue;
    Json call = choice["delta"]["tool_calls"][0];
    EXPECT_EQ(call["index"], calls.size());
    call.erase("index");
    call.erase("id");  // Each request has its own.
    calls.push_back(call);
  }
  EXPECT_EQ(text, whole["message"]["content"]);
  EXPECT_EQ(reason, "tool_calls");
  EXPECT_EQ(tokens, whole["logprobs"]["content"].size());
  Json expected = whole["message"]["tool_calls"];
  for (Json& call : expected) call.erase("id");
  EXPECT_EQ(calls, expected);
}

TEST(ToolCallsTest, WithoutToolsOrWithoutAFormatTheAnswerIsText) {
  ModelServer server = server_of(kAnswer);
  for (const Json& body : {chat({{"tools", Json::array()}}), chat({{"tool_choice", "none"}}),
                           chat({{"tools", Json::parse(R"([{"name": "other"}])")}})}) {
    const Json choice = server.post(kPath, body)["choices"][0];
    EXPECT_EQ(choice["message"]["content"], kAnswer);
    EXPECT_FALSE(choice["message"].contains("tool_calls"));
    EXPECT_EQ(choice["finish_reason"], "stop");
  }
  ModelServer plain = server_of(kAnswer, ToolCallFormat::none);
  EXPECT_EQ(plain.post(kPath, chat())["choices"][0]["message"]["content"], kAnswer);
}

TEST(ToolCallsTest, AnAnswerThatIsCutSaysSo) {
  ModelServer server = server_of(kAnswer);
  const Json choice = server.post(kPath, chat({{"max_tokens", 90}}))["choices"][0];
  EXPECT_EQ(choice["finish_reason"], "length");
  EXPECT_EQ(choice["message"]["tool_calls"].size(), 1U);
}

TEST(ToolCallsTest, TheChoiceNoneHidesTheTools) {
  ModelServer server({.chat_template = "{{ 'tools' if tools else 'no' }}"});
  const auto prompt_tokens = [&](const Json& body) {
    return server.post(kPath, body)["usage"]["prompt_tokens"].get<std::size_t>();
  };
  const Tokenizer& tokenizer = server.service().checkpoint().tokenizer;
  EXPECT_EQ(prompt_tokens(chat({{"max_tokens", 1}})), tokenizer.count("tools"));
  EXPECT_EQ(prompt_tokens(chat({{"max_tokens", 1}, {"tool_choice", "none"}})),
            tokenizer.count("no"));
}

TEST(ToolCallsTest, WhatCannotBeEnforcedIsRefused) {
  ModelServer server = server_of(kAnswer);
  for (const Json& choice :
       {Json("required"), Json::parse(R"({"type": "function", "function": {"name": "add"}})"),
        Json("any"), Json(3)}) {
    int status = 0;
    const Json reply = server.post(kPath, chat({{"tool_choice", choice}}), &status);
    EXPECT_EQ(status, 400);
    EXPECT_EQ(reply["error"]["param"], "tool_choice");
  }
}

}  // namespace
}  // namespace scribe
