// Tests the queue: limits, cancellation, fairness, the end; and the paths beside completions.
#include "serve/model_service.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "backend/testing/mirrored_backend.h"
#include "model/decoder.h"
#include "serve/testing/model_server.h"
#include "serve/testing/wait_for.h"

namespace scribe {
namespace {

using testing::HttpConnection;
using testing::ModelServer;
using testing::request;
using testing::wait_for;

/// A request that takes long: many samples of many tokens.
Json long_body(std::int64_t n = 1000) {
  return {{"prompt", "a"}, {"n", n}, {"max_tokens", 47}, {"ignore_eos", true}, {"seed", 1}};
}

std::string post_text(const Json& body) {
  const std::string text = to_json_line(body);
  return fmt::format("POST /v1/completions HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}", text.size(),
                     text);
}

TEST(ModelServiceTest, ARequestWhoseClientHasLeftEnds) {
  ModelServer server;
  {
    HttpConnection connection(server.port());
    connection.send(post_text(long_body()));
    ASSERT_TRUE(wait_for([&] { return server.service().counts().live_rows > 0; }));
  }
  EXPECT_TRUE(wait_for([&] { return server.service().counts().cancelled == 1; }));
  EXPECT_TRUE(wait_for([&] { return server.service().counts().running == 0; }));
  EXPECT_LT(server.service().counts().drawn_tokens, 1000 * 47);
}

TEST(ModelServiceTest, AStreamWhoseClientHasLeftEnds) {
  ModelServer server;
  {
    HttpConnection connection(server.port());
    Json body = long_body();
    body["stream"] = true;
    connection.send(post_text(body));
    ASSERT_FALSE(connection.receive().empty());
  }
  EXPECT_TRUE(wait_for([&] { return server.service().counts().cancelled == 1; }));
}

TEST(ModelServiceTest, AFullQueueSaysWhenToComeBack) {
  ModelServer server({.service = {.name = "tiny", .rows_max = 4, .requests_max = 2}});
  HttpConnection first(server.port());
  HttpConnection second(server.port());
  first.send(post_text(long_body()));
  second.send(post_text(long_body()));
  ASSERT_TRUE(wait_for([&] {
    const ModelServiceCounts counts = server.service().counts();
    return counts.running + counts.waiting == 2;
  }));
  const auto refused =
      request(server.port(), "POST", "/v1/completions", to_json_line(long_body(1)));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(server.service().counts().refused, 1);
}

TEST(ModelServiceTest, ASmallRequestDoesNotWaitForALargeOne) {
  ModelServer server;
  HttpConnection large(server.port());
  large.send(post_text(long_body()));
  ASSERT_TRUE(wait_for([&] { return server.service().counts().live_rows > 0; }));
  const Json reply = server.complete({{"prompt", "b"}, {"max_tokens", 3}, {"ignore_eos", true}});
  EXPECT_EQ(reply["usage"]["completion_tokens"], 3);
  EXPECT_GE(server.service().counts().running, 1);  // The large one still is.
}

/// The names of prompts, in the order in which they were begun.
class BeginOrder {
 public:
  /// The service waits at the first of them until resume(), so that others can come meanwhile.
  void begun(std::string name) {
    std::unique_lock lock(mutex_);
    names_.push_back(std::move(name));
    changed_.wait(lock, [this] { return is_resumed_; });
  }
  void resume() {
    const std::lock_guard lock(mutex_);
    is_resumed_ = true;
    changed_.notify_all();
  }
  void done() {
    const std::lock_guard lock(mutex_);
    ++done_;
    changed_.notify_all();
  }
  std::vector<std::string> after(int requests) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ == requests; });
    return names_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<std::string> names_;
  bool is_resumed_ = false;
  int done_ = 0;
};

class NamedListener final : public CompletionListener {
 public:
  NamedListener(std::string name, BeginOrder& order) : name_(std::move(name)), order_(order) {}
  void prompt_read(std::size_t prompt, const PromptResult&) override {
    order_.begun(fmt::format("{}{}", name_, prompt));
  }
  void piece(std::size_t, std::int64_t, std::string_view, std::span<const RecordedToken>,
             const SampleRecord*) override {}
  void done(std::vector<PromptResult>) override { order_.done(); }
  void failed(const ApiError& failure) override { ADD_FAILURE() << failure.message; }

 private:
  const std::string name_;
  BeginOrder& order_;
};

/// A service with room for the keys and values of 32 tokens of prompts, which waits for resume()
/// when it has begun the first.
class NarrowServer {
 public:
  void submit(const std::string& name, std::vector<std::size_t> prompt_tokens) {
    CompletionRequest request;
    request.max_tokens = 8;
    request.ignore_eos = true;
    for (const std::size_t tokens : prompt_tokens)
      request.prompts.emplace_back(std::vector<TokenId>(tokens, 'a'));
    const auto submitted =
        server_.service().submit(std::move(request), std::make_shared<NamedListener>(name, order_));
    EXPECT_EQ(submitted.index(), 0U);
  }
  BeginOrder& order() { return order_; }

 private:
  static testing::ModelServerOptions options() {
    const TinyModel model(Device::cpu, 1);
    testing::ModelServerOptions options;
    options.service.prefix_bytes_max = prefix_bytes(*model.backend, model.parameters->config(), 32);
    return options;
  }

  BeginOrder order_;  // Before the server, whose service tells it.
  ModelServer server_{options()};
};

TEST(ModelServiceTest, ALongPromptWithoutRoomIsNotOvertakenByShortOnes) {
  NarrowServer server;
  server.submit("first", {16});
  server.submit("long", {32});
  for (const char* const name : {"a", "b", "c", "d"}) server.submit(name, {1});
  server.order().resume();
  EXPECT_EQ(server.order().after(6),
            (std::vector<std::string>{"first0", "long0", "a0", "b0", "c0", "d0"}));
}

TEST(ModelServiceTest, ARequestWithSamplesInHandKeepsNobodyWaitingForRoom) {
  NarrowServer server;
  server.submit("list", {16, 32});
  server.submit("short", {1});
  server.order().resume();
  EXPECT_EQ(server.order().after(2), (std::vector<std::string>{"list0", "short0", "list1"}));
}

TEST(ModelServiceTest, ManyRequestsAtOnceAreEachAnsweredRight) {
  ModelServer server;
  std::vector<Json> alone;
  const auto body = [](int i) {
    return Json{{"prompt", std::string(static_cast<std::size_t>(1 + i % 7), 'a')},
                {"n", 1 + i % 5},
                {"seed", i},
                {"logprobs", i % 3},
                {"echo", i % 2 == 0},
                {"max_tokens", 1 + i % 11}};
  };
  for (int i = 0; i < 40; ++i) alone.push_back(server.complete(body(i))["choices"]);
  std::vector<Json> together(40);
  std::vector<std::thread> clients;
  for (int i = 0; i < 40; ++i)
    clients.emplace_back(
        [&, i] { together[static_cast<std::size_t>(i)] = server.complete(body(i))["choices"]; });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(together, alone);
}

TEST(ModelServiceTest, AListOfPromptsIsAnsweredInTheirOrder) {
  ModelServer server;
  Json prompts = Json::array();
  for (int i = 0; i < 50; ++i)
    prompts.push_back(std::string(static_cast<std::size_t>(1 + i % 20), 'a'));
  const Json reply =
      server.complete({{"prompt", prompts}, {"echo", true}, {"max_tokens", 0}, {"logprobs", 1}});
  ASSERT_EQ(reply["choices"].size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(reply["choices"][i]["text"], prompts[i]);
}

TEST(ModelServiceTest, DrainFinishesWhatIsInHandAndRefusesMore) {
  ModelServer server;
  HttpConnection connection(server.port());
  connection.send(post_text(long_body(16)));
  ASSERT_TRUE(wait_for([&] { return server.service().counts().live_rows > 0; }));
  std::thread drain([&] { server.service().drain(60); });
  ASSERT_TRUE(wait_for([&] {
    return request(server.port(), "POST", "/v1/completions", to_json_line(long_body(1))).status ==
           503;
  }));
  EXPECT_EQ(connection.response().status, 200);
  drain.join();
}

TEST(ModelServiceTest, TheEndOfTheServiceIsToldToThoseWhoWait) {
  auto server = std::make_unique<ModelServer>();
  HttpConnection connection(server->port());
  connection.send(post_text(long_body()));
  ASSERT_TRUE(wait_for([&] { return server->service().counts().live_rows > 0; }));
  server.reset();
  EXPECT_TRUE(connection.is_closed());
}

TEST(ModelServiceTest, KeptPromptsAreNotRunAgain) {
  ModelServer server;
  const Json body{{"prompt", "abcdefghijklmnop"}, {"max_tokens", 1}, {"seed", 1}};
  const Json first = server.complete(body);
  EXPECT_EQ(server.service().counts().prefixes.reused, 0);
  EXPECT_EQ(server.complete(body)["choices"], first["choices"]);
  // Figures are told after replies.
  EXPECT_TRUE(wait_for([&] {
    return server.service().counts().prefixes.reused == first["usage"]["prompt_tokens"];
  }));
}

TEST(ApiTest, OtherPathsAnswer) {
  ModelServer server;
  EXPECT_EQ(request(server.port(), "GET", "/health").body, "{\"status\":\"ok\"}");
  const Json models =
      parse_json(request(server.port(), "GET", "/v1/models").body, "models").value();
  EXPECT_EQ(models["data"][0]["id"], "tiny");
  EXPECT_EQ(request(server.port(), "GET", "/v1/models/tiny").status, 200);
  EXPECT_EQ(request(server.port(), "GET", "/v1/models/other").status, 404);
  EXPECT_EQ(request(server.port(), "GET", "/nothing").status, 404);
  EXPECT_EQ(request(server.port(), "DELETE", "/v1/completions").status, 405);
  EXPECT_EQ(request(server.port(), "POST", "/v1/completions", "{\"prompt\":").status, 400);
  EXPECT_EQ(request(server.port(), "POST", "/v1/completions", std::string(100000, '[')).status,
            400);
  const Json info =
      parse_json(request(server.port(), "GET", "/tokenizer_info").body, "info").value();
  EXPECT_EQ(info["eos_token"], "<|endoftext|>");
  const auto ids = [&](const Json& body) { return server.post("/tokenize", body)["tokens"]; };
  EXPECT_EQ(ids({{"prompt", "<|endoftext|>"}}).size(), 1U);
  EXPECT_GT(ids({{"prompt", "<|endoftext|>"}, {"parse_special", false}}).size(), 1U);
  const std::string metrics = request(server.port(), "GET", "/metrics").body;
  EXPECT_NE(metrics.find("vllm:num_requests_running{model_name=\"tiny\"} 0"), std::string::npos)
      << metrics;
}

TEST(ModelServiceTest, NewTokensAreBoundedByTheOption) {
  const testing::ModelServerOptions options{
      .service = {.name = "tiny", .rows_max = 8, .completion_max = 5},
      .fills_in_middle = true,
      .chat_template = "ab"};
  ModelServer server(options);
  int status = 0;
  const Json body{{"prompt", "a"}, {"max_tokens", 6}, {"ignore_eos", true}};
  const Json refused = server.complete(body, &status);
  ASSERT_EQ(status, 400);
  EXPECT_EQ(refused["error"]["param"], "max_tokens");
  EXPECT_EQ(refused["error"]["message"],
            "max_tokens is 6, and 5 is the most here: ask for fewer, or start the server with a "
            "larger --completion-max");
  const auto tokens = [](const Json& reply) { return reply["usage"]["completion_tokens"]; };
  EXPECT_EQ(tokens(server.complete({{"prompt", "a"}, {"max_tokens", 5}, {"ignore_eos", true}})), 5);
  // Who names no number gets what there is.
  const Json message{{"role", "user"}, {"content", "x"}};
  EXPECT_EQ(
      tokens(server.post("/v1/chat/completions", {{"messages", {message}}, {"ignore_eos", true}})),
      5);
  EXPECT_LE(server.post("/infill", {{"input_prefix", "a"}})["tokens_predicted"], 5);
}

/// Counts what is allocated through it.
class CountingBackend final : public testing::MirroredBackend {
 public:
  CountingBackend(std::unique_ptr<Backend> inner, std::int64_t& floats)
      : MirroredBackend(std::move(inner)), floats_(floats) {}
  std::unique_ptr<Buffer> allocate(std::int64_t count) override {
    floats_ += count;
    return MirroredBackend::allocate(count);
  }

 private:
  std::int64_t& floats_;
};

TEST(ModelServiceTest, RowsHaveMemoryForAsManyNewTokensAsTheOptionSays) {
  const auto floats_of = [](std::int64_t completion_max) {
    std::int64_t floats = 0;
    TinyModel model(
        std::make_unique<CountingBackend>(make_backend(Device::cpu, 1).value(), floats));
    const ModelConfig config = model.parameters->config();
    const auto service = ModelService::start(
        *model.backend,
        {.config = config,
         .parameters = std::move(*model.parameters),
         .tokenizer = model.tokenizer},
        {.name = "tiny", .rows_max = 64, .completion_max = completion_max, .threads = 1});
    EXPECT_TRUE(service.ok());
    return floats;
  };
  const std::int64_t usual = floats_of(0);
  EXPECT_EQ(floats_of(47), usual);      // The context of 48 less one.
  EXPECT_EQ(floats_of(10'000), usual);  // More than there can be.
  const TinyModel model(Device::cpu, 1);
  const auto suffixes = [&](std::int64_t tokens) {
    return suffix_bytes(*model.backend, model.parameters->config(), {.suffix_max = tokens});
  };
  EXPECT_EQ((usual - floats_of(16)) * static_cast<std::int64_t>(sizeof(float)),
            64 * (suffixes(47) - suffixes(16)));
}

TEST(ModelServiceTest, ATextThatCannotFitIsRefusedByItsBytes) {
  ModelServer server;
  const auto message = [&](std::size_t bytes) {
    int status = 0;
    const Json reply = server.complete({{"prompt", std::string(bytes, 'a')}}, &status);
    EXPECT_EQ(status, 400);
    EXPECT_EQ(reply["error"]["code"], "context_length_exceeded");
    return reply["error"]["message"].get<std::string>();
  };
  // Of 48 tokens 16 are new ones, and none has more bytes than the 13 of "<|endoftext|>".
  EXPECT_NE(message(32 * 13).find("the prompt has 416 and 16 new"), std::string::npos);
  EXPECT_NE(message(32 * 13 + 1).find("the prompt has at least 33 and 16 new"), std::string::npos);
  int status = 0;
  server.complete({{"prompt", std::string(1000, 'a')}, {"truncate_prompt", true}}, &status);
  EXPECT_EQ(status, 200);
}

TEST(ModelServiceTest, LogProbabilitiesOfAReplyAreBounded) {
  testing::ModelServerOptions options;
  options.service.reply_logprobs_max = 1000;
  ModelServer server(options);
  int status = 0;
  const Json refused =
      server.complete({{"prompt", "abc"}, {"n", 20}, {"max_tokens", 10}, {"logprobs", 5}}, &status);
  EXPECT_EQ(status, 400);
  EXPECT_EQ(refused["error"]["param"], "logprobs");
  server.complete({{"prompt", "abc"}, {"n", 20}, {"max_tokens", 10}, {"logprobs", 1}}, &status);
  EXPECT_EQ(status, 200);
  server.complete(
      {{"prompt", "abc"}, {"n", 200}, {"max_tokens", 0}, {"echo", true}, {"logprobs", 1}}, &status);
  EXPECT_EQ(status, 400);
}

TEST(ApiTest, BodiesThatNestOrHaveKeysWithoutEndAreRefusedAtOnce) {
  ModelServer server({.chat_template = "{{ messages[0].content }}"});
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  std::string keys;
  for (int i = 0; i < 200'000; ++i) keys += fmt::format("{}\"{}\":1", i == 0 ? "" : ",", i);
  const std::string messages = R"("messages":[{"role":"user","content":"x"}])";
  const auto start = std::chrono::steady_clock::now();
  for (const auto& [path, body] : std::vector<std::pair<std::string, std::string>>{
           {"/detokenize", R"({"tokens":)" + deep + "}"},
           {"/v1/chat/completions", "{" + messages + R"(,"x":)" + deep + "}"},
           {"/v1/engines/tiny/completions", R"({"x":)" + deep + "}"},
           {"/v1/completions", "{" + keys + "}"},
           {"/v1/completions", R"({"prompt":"x","logit_bias":{)" + keys + "}}"}})
    EXPECT_EQ(request(server.port(), "POST", path, body).status, 400) << path;
  EXPECT_EQ(request(server.port(), "GET", "/health").status, 200);
  // Each took milliseconds; with the square of the keys it would be minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(ApiTest, WithKeysOnlyThoseWhoHaveOneMayAsk) {
  testing::ModelServerOptions options;
  options.api.keys = {"first-key", "second-key"};
  ModelServer server(std::move(options));
  EXPECT_EQ(request(server.port(), "GET", "/v1/models").status, 401);
  for (const char* key : {"Bearer third-key", "Bearer first-ke", "Bearer ", "first-key", "Basic x"})
    EXPECT_EQ(
        request(server.port(), "GET", "/v1/models", "", fmt::format("Authorization: {}\r\n", key))
            .status,
        401)
        << key;
  for (const char* key : {"first-key", "second-key"})
    EXPECT_EQ(request(server.port(), "GET", "/v1/models", "",
                      fmt::format("authorization: Bearer {}\r\n", key))
                  .status,
              200);
  EXPECT_EQ(request(server.port(), "GET", "/health").status, 200);
}

}  // namespace
}  // namespace scribe
