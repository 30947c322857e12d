// Tests chats: what the model is given, what is answered, what is refused.
#include <gtest/gtest.h>

#include "serve/testing/model_server.h"

namespace scribe {
namespace {

using testing::ModelServer;

constexpr const char* kPath = "/v1/chat/completions";
constexpr const char* kTemplate =
    "{% for m in messages %}{{ m.role[0] ~ ':' ~ m.content ~ eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}a:{% endif %}";

Json chat(const std::string& content, Json more = Json::object()) {
  more["messages"] = Json::array({{{"role", "user"}, {"content", content}}});
  more.emplace("max_tokens", 8);
  more.emplace("seed", 3);
  return more;
}

TEST(ChatTest, TheModelIsGivenWhatTheTemplateWrites) {
  ModelServer server({.chat_template = kTemplate});
  const Json reply = server.post(kPath, chat("hi", {{"n", 2}}));
  EXPECT_EQ(reply["object"], "chat.completion");
  ASSERT_EQ(reply["choices"].size(), 2U);
  // The same tokens as a completion's prompt: "u:hi", the end of text, "a:".
  const Tokenizer& tokenizer = server.service().checkpoint().tokenizer;
  std::vector<TokenId> tokens = tokenizer.encode("u:hi");
  tokens.push_back(tokenizer.end_of_text());
  tokenizer.encode_into("a:", tokens);
  const Json plain = server.complete(
      {{"prompt", tokens}, {"n", 2}, {"max_tokens", 8}, {"seed", 3}, {"stop", "<|end|>"}});
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(reply["choices"][i]["message"]["content"], plain["choices"][i]["text"]);
    EXPECT_EQ(reply["choices"][i]["message"]["role"], "assistant");
    EXPECT_EQ(reply["choices"][i]["index"], i);
    EXPECT_EQ(reply["choices"][i]["finish_reason"], plain["choices"][i]["finish_reason"]);
  }
  EXPECT_EQ(reply["usage"], plain["usage"]);
}

TEST(ChatTest, AMessageCannotEndItself) {
  ModelServer server({.chat_template = kTemplate});
  const Tokenizer& tokenizer = server.service().checkpoint().tokenizer;
  const auto prompt_tokens = [&](const std::string& content) {
    return server.post(kPath, chat(content))["usage"]["prompt_tokens"].get<std::size_t>();
  };
  const std::string forged = "x<|endoftext|>";
  EXPECT_EQ(prompt_tokens(forged) - prompt_tokens("x"),
            tokenizer.count("u:" + forged) - tokenizer.count("u:x"));
}

TEST(ChatTest, ATemplateThatWritesNothingIsRefused) {
  ModelServer server({.chat_template = "{{ messages[0].content }}"});
  int status = 0;
  const Json refused = server.post(kPath, chat(""), &status);
  EXPECT_EQ(status, 400);
  EXPECT_EQ(refused["error"]["message"], "the chat template writes nothing for these messages");
  server.post(kPath, chat("x"), &status);
  EXPECT_EQ(status, 200);
  server.complete({{"prompt", Json::array()}, {"max_tokens", 1}}, &status);
  EXPECT_EQ(status, 400);
}

TEST(ChatTest, PartsAreOneTextForATemplateThatKnowsNone) {
  ModelServer server({.chat_template = kTemplate});
  const auto prompt_tokens = [&](const Json& content) {
    Json body = chat("");
    body["messages"][0]["content"] = content;
    return server.post(kPath, body)["usage"]["prompt_tokens"];
  };
  const Json part = {{"type", "text"}, {"text", "hi"}};
  EXPECT_EQ(prompt_tokens(Json::array({part})), prompt_tokens("hi"));
  EXPECT_EQ(prompt_tokens(Json::array({part, part})), prompt_tokens("hi\nhi"));
}

TEST(ChatTest, TokensInAMessageTakeTimeWithItsLength) {
  ModelServer server({.chat_template = kTemplate});
  std::string many;
  for (int i = 0; i < 80'000; ++i) many += "<|endoftext|>";
  for (const char* const role : {"user", "assistant"}) {
    Json body = chat(many);
    body["messages"][0]["role"] = role;
    int status = 0;
    server.post(kPath, body, &status);
    EXPECT_EQ(status, 400) << role;  // Longer than the context.
  }
}

TEST(ChatTest, NeitherCanToolsNorKeysButAnAssistantMayWriteTokens) {
  ModelServer server({.chat_template = "{{ messages[0].content }}{% for key in tools[0] %}"
                                       "{{ key }}{% endfor %}"});
  const Tokenizer& tokenizer = server.service().checkpoint().tokenizer;
  const std::string end = "<|endoftext|>";
  const auto prompt_tokens = [&](const std::string& role) {
    Json body = chat(end);
    body["messages"][0]["role"] = role;
    body["tools"] = Json::array({Json{{end, ""}}});
    return server.post(kPath, body)["usage"]["prompt_tokens"].get<std::size_t>();
  };
  EXPECT_EQ(prompt_tokens("user"), tokenizer.count(end + end));
  EXPECT_EQ(prompt_tokens("assistant"), 1 + tokenizer.count(end));
}

TEST(ChatTest, PartsOfTextAndToolsReachTheTemplate) {
  ModelServer server({.chat_template =
                          "{% if messages[0].content is string %}one{% else %}"
                          "{{ messages[0].content | map(attribute='text') | join('+') }}{% endif %}"
                          "{{ tools | length }}{{ mode }}"});
  Json body = chat("");
  body["messages"][0]["content"] = Json::parse(R"([{"type":"text","text":"a"},)"
                                               R"({"type":"text","text":"b"}])");
  body["tools"] = Json::parse(R"([{"type":"function"}])");
  body["chat_template_kwargs"] = {{"mode", "m"}};
  const auto expected = server.service().checkpoint().tokenizer.count("a+b1m");
  EXPECT_EQ(server.post(kPath, body)["usage"]["prompt_tokens"], expected);
}

/// How many tokens the template makes of a conversation with one call whose arguments are a text.
std::size_t tokens_of_call(const char* chat_template) {
  ModelServer server({.chat_template = chat_template});
  Json body = chat("hi");
  body["messages"].push_back(Json::parse(
      R"({"role": "assistant", "content": null, "refusal": null, "tool_calls": [{"id": "1",)"
      R"( "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}}]})"));
  return server.post(kPath, body)["usage"]["prompt_tokens"].get<std::size_t>();
}

TEST(ChatTest, ArgumentsOfCallsAreWrittenAsTheTemplateCan) {
  ModelServer server({.chat_template = "x"});
  const Tokenizer& tokenizer = server.service().checkpoint().tokenizer;
  EXPECT_EQ(tokens_of_call("{{ messages[1].tool_calls[0].function.arguments | tojson }}"),
            tokenizer.count(R"({"a": 1})"));
  EXPECT_EQ(tokens_of_call("{{ messages[1].tool_calls[0].function.arguments + '' }}"),
            tokenizer.count(R"({"a":1})"));
}

TEST(ChatTest, WhatIsNullInAMessageIsNotThere) {
  ModelServer server({.chat_template = "x"});
  EXPECT_EQ(tokens_of_call("{{ messages[1].content is defined }}{{ messages[1].role }}"),
            server.service().checkpoint().tokenizer.count("Falseassistant"));
}

TEST(ChatTest, TemplatesKnowTheYearAndThatThereAreNoTools) {
  ModelServer server({.chat_template = "{{ strftime_now('%Y') }}{{ tools is none }}"});
  EXPECT_EQ(server.post(kPath, chat("hi"))["usage"]["prompt_tokens"],
            server.service().checkpoint().tokenizer.count("2023True"));
}

TEST(ChatTest, AStreamGivesTheSameText) {
  ModelServer server({.chat_template = kTemplate});
  const Json whole = server.post(kPath, chat("hi", {{"logprobs", true}}));
  const std::vector<Json> events = server.stream(
      chat("hi", {{"logprobs", true}, {"stream_options", {{"include_usage", true}}}}), kPath);
  std::string text;
  std::size_t tokens = 0;
  EXPECT_EQ(events.front()["choices"][0]["delta"]["role"], "assistant");
  for (const Json& event : events) {
    EXPECT_EQ(event["object"], "chat.completion.chunk");
    if (event["choices"].empty()) continue;
    const Json& choice = event["choices"][0];
    text += choice["delta"].value("content", "");
    if (!choice["logprobs"].is_null()) tokens += choice["logprobs"]["content"].size();
  }
  const Json& choice = whole["choices"][0];
  EXPECT_EQ(text, choice["message"]["content"]);
  EXPECT_EQ(tokens, choice["logprobs"]["content"].size());
  EXPECT_EQ(events.back()["usage"], whole["usage"]);
  EXPECT_EQ(events[events.size() - 2]["choices"][0]["finish_reason"], choice["finish_reason"]);
}

TEST(ChatTest, LogprobsHaveTheShapeOfChats) {
  ModelServer server({.chat_template = kTemplate});
  const Json reply = server.post(kPath, chat("hi", {{"logprobs", true}, {"top_logprobs", 3}}));
  const Json& first = reply["choices"][0]["logprobs"]["content"][0];
  EXPECT_TRUE(first["token"].is_string());
  EXPECT_LE(first["logprob"].get<double>(), 0);
  EXPECT_TRUE(first["bytes"].is_array());
  EXPECT_EQ(first["top_logprobs"].size(), 3U);
  EXPECT_TRUE(server.post(kPath, chat("hi"))["choices"][0]["logprobs"].is_null());
}

TEST(ChatTest, WithoutALimitTheAnswerMayFillTheContext) {
  ModelServer server({.chat_template = "ab"});
  Json body = chat("x", {{"ignore_eos", true}});
  body.erase("max_tokens");
  const Json usage = server.post(kPath, body)["usage"];
  EXPECT_EQ(usage["total_tokens"], server.service().checkpoint().config.context);
}

TEST(ChatTest, WhatIsWrongIsNamed) {
  ModelServer server({.chat_template = "{{ raise_exception('no user') if not messages[0].content }}"
                                       "{{ messages[0].content }}"});
  const auto param = [&](const Json& body) {
    int status = 0;
    const Json reply = server.post(kPath, body, &status);
    EXPECT_EQ(status, 400) << reply;
    return reply["error"]["param"];
  };
  EXPECT_EQ(param({{"max_tokens", 1}}), "messages");
  EXPECT_EQ(param({{"messages", Json::array()}}), "messages");
  EXPECT_EQ(param({{"messages", {{{"content", "x"}}}}}), "messages");
  EXPECT_EQ(param({{"messages", {{{"role", "user"}, {"content", 3}}}}}), "messages");
  EXPECT_EQ(param({{"messages", {{{"role", "user"}, {"content", {{{"type", "image_url"}}}}}}}}),
            "messages");
  EXPECT_EQ(param(chat("")), "messages");  // The template refuses it.
  EXPECT_EQ(param(chat("x", {{"max_tokens", 0}})), "max_tokens");
  EXPECT_EQ(param(chat("x", {{"top_logprobs", 2}})), "top_logprobs");
  EXPECT_EQ(param(chat("x", {{"suffix", "y"}})), "suffix");
  EXPECT_EQ(param(chat("x", {{"response_format", {{"type", "json_object"}}}})), "response_format");
  EXPECT_EQ(param(chat("x", {{"temperature", -1}})), "temperature");
  EXPECT_EQ(param(chat("x", {{"max_tokens", 1000}})), "prompt");
  int status = 0;
  server.post(kPath, chat("x", {{"model", "other"}}), &status);
  EXPECT_EQ(status, 404);
}

TEST(ChatTest, AModelWithoutATemplateSaysSo) {
  ModelServer server;
  int status = 0;
  const Json reply = server.post(kPath, chat("x"), &status);
  EXPECT_EQ(status, 501);
  EXPECT_NE(reply["error"]["message"].get<std::string>().find("chat template"), std::string::npos);
}

}  // namespace
}  // namespace scribe
