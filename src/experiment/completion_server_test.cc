// Tests of the client against a server on the loopback interface.
#include "experiment/completion_server.h"

#include <gtest/gtest.h>

#include "experiment/testing/tiny_server.h"

namespace scribe {
namespace {

class CompletionServerTest : public testing::Test {
 protected:
  CompletionServerOptions options(const TinyServer& server) {
    CompletionServerOptions options{.url = server.url(), .model = "m"};
    options.http.backoff_seconds = 0.001;
    options.http.retries = 3;
    return options;
  }

  Result<std::vector<ServedCompletion>> complete(const CompletionServerOptions& options,
                                                 const ServerRequest& request) {
    SCRIBE_TRY_ASSIGN(CompletionServer server,
                      CompletionServer::create(Env::real(), stop_, options));
    return server.complete(request);
  }

  StopToken stop_;
  const ServerRequest request_ = {.prompt = "def f():\n", .n = 2, .stop = {"\ndef", "\n#"}};
};

TEST_F(CompletionServerTest, SendsWhatIsAskedForAndReadsChoicesByIndex) {
  TinyRequest seen;
  TinyServer server([&](const TinyRequest& request) {
    seen = request;
    return TinyReply{.body = R"({"choices": [
        {"index": 1, "text": "b", "finish_reason": "length"},
        {"index": 0, "text": "a", "finish_reason": "stop"}]})"};
  });
  CompletionServerOptions options = this->options(server);
  options.http.bearer = "secret";
  options.stops_max = 1;
  options.url += "/";
  const auto completions = complete(options, request_);
  ASSERT_TRUE(completions.ok()) << completions.error().message();
  ASSERT_EQ(completions.value().size(), 2U);
  EXPECT_EQ(completions.value()[0].text, "a");
  EXPECT_EQ(completions.value()[1].finish_reason, "length");
  EXPECT_TRUE(completions.value()[0].tokens.empty());
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/v1/completions");
  EXPECT_NE(seen.head.find("Authorization: Bearer secret\r\n"), std::string::npos);
  const Json json = seen.json();
  EXPECT_EQ(json["model"], "m");
  EXPECT_EQ(json["prompt"], "def f():\n");
  EXPECT_EQ(json["n"], 2);
  EXPECT_EQ(json["stop"], Json({"\ndef"}));
  EXPECT_EQ(json["logprobs"], 1);
}

TEST_F(CompletionServerTest, CutsAtStopStringsThatTheServerOverlooked) {
  TinyServer server([&](const TinyRequest&) {
    return TinyReply{
        .body = R"({"choices": [{"text": "a\n#b\ndef g", "finish_reason": "length", "logprobs":
          {"tokens": ["a", "\n#", "b", "\ndef g"], "token_logprobs": [-1, -2, -3, -4]}},
          {"text": "c", "finish_reason": "length", "logprobs":
          {"content": [{"token": "c", "logprob": -7}]}},
          {"text": "x\n#y", "finish_reason": "length", "logprobs":
          {"tokens": ["\u0120x", "\u010a#", "y"], "token_logprobs": [-1, -2, -3]}}]})"};
  });
  const auto completions =
      complete(options(server), {.prompt = "p", .n = 3, .stop = request_.stop});
  ASSERT_TRUE(completions.ok()) << completions.error().message();
  EXPECT_EQ(completions.value()[0].text, "a");
  EXPECT_EQ(completions.value()[0].finish_reason, "stop");
  EXPECT_EQ(completions.value()[0].token_logprobs, (std::vector<double>{-1, -2}));
  EXPECT_EQ(completions.value()[1].token_logprobs, (std::vector<double>{-7}));
  EXPECT_EQ(completions.value()[2].text, "x");
  EXPECT_TRUE(completions.value()[2].tokens.empty());  // Written in another way than the text.
}

TEST_F(CompletionServerTest, TriesAgainAfter429And503AndNotAfter400) {
  std::atomic<int> calls = 0;
  TinyServer busy([&](const TinyRequest&) {
    ++calls;
    if (calls == 1) return TinyReply{.status = 429, .body = "{}"};
    if (calls == 2) return TinyReply{.status = 503};
    return TinyReply{.body = completions_body({"a"})};
  });
  EXPECT_TRUE(complete(options(busy), request_).ok());
  EXPECT_EQ(busy.requests(), 3);
  TinyServer strict([](const TinyRequest&) {
    return TinyReply{.status = 400,
                     .body = R"({"error": {"message": "max_tokens\nis too large"}})"};
  });
  const auto refused = complete(options(strict), request_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
  EXPECT_NE(refused.error().message().find("answered 400: max_tokens is too large"),
            std::string::npos)
      << refused.error().message();
  EXPECT_EQ(strict.requests(), 1);
}

TEST_F(CompletionServerTest, GivesUpAfterTheLastRetryAndSaysHowOften) {
  TinyServer server([](const TinyRequest&) { return TinyReply{.status = 500, .body = "oops"}; });
  const auto completions = complete(options(server), request_);
  ASSERT_FALSE(completions.ok());
  EXPECT_EQ(completions.error().code(), ErrorCode::io);
  EXPECT_NE(completions.error().message().find("oops (4 tries)"), std::string::npos);
  EXPECT_EQ(server.requests(), 4);
}

TEST_F(CompletionServerTest, TheUsersWishToStopEndsTheWait) {
  TinyServer server([&](const TinyRequest&) {
    stop_.request();
    return TinyReply{.status = 429, .headers = "Retry-After: 100\r\n"};
  });
  const auto completions = complete(options(server), request_);
  ASSERT_FALSE(completions.ok());
  EXPECT_EQ(completions.error().code(), ErrorCode::interrupted);
}

TEST_F(CompletionServerTest, ASlowServerIsATimeOut) {
  TinyServer server([](const TinyRequest&) { return TinyReply{.hangs = true}; });
  CompletionServerOptions options = this->options(server);
  options.http.request_seconds = 0.05;
  options.http.retries = 1;
  const auto completions = complete(options, request_);
  ASSERT_FALSE(completions.ok());
  EXPECT_EQ(completions.error().code(), ErrorCode::io);
  EXPECT_NE(completions.error().message().find("imeout"), std::string::npos)
      << completions.error().message();
}

TEST_F(CompletionServerTest, AReplyAboveTheLimitIsRefusedWithoutRetry) {
  TinyServer server([](const TinyRequest&) {
    return TinyReply{.body = completions_body({std::string(300'000, 'x')})};
  });
  CompletionServerOptions options = this->options(server);
  options.http.response_bytes_max = 100'000;
  const auto completions = complete(options, request_);
  ASSERT_FALSE(completions.ok());
  EXPECT_EQ(completions.error().code(), ErrorCode::limit_exceeded);
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(CompletionServerTest, WrongRepliesNameTheField) {
  for (const auto& [body, words] :
       {std::pair{"not json", "not valid JSON"}, std::pair{"{}", "'choices'"},
        std::pair{R"({"choices": []})", "no list of 1 to 2"},
        std::pair{R"({"choices": [{}, {}, {}]})", "no list of 1 to 2"},
        std::pair{R"({"choices": [{"text": 1}]})", "'text'"},
        std::pair{R"({"choices": [{"text": "a", "finish_reason": "odd"}]})", "'finish_reason'"},
        std::pair{R"({"choices": [{"text": "a", "logprobs": {"tokens": ["a"],
                  "token_logprobs": []}}]})",
                  "differ in length"}}) {
    const auto completions = completions_of_reply(body, request_, "here");
    ASSERT_FALSE(completions.ok()) << body;
    EXPECT_EQ(completions.error().code(), ErrorCode::invalid_data);
    EXPECT_NE(completions.error().message().find(words), std::string::npos)
        << completions.error().message();
  }
}

TEST_F(CompletionServerTest, KeysAndAddressesAreExplained) {
  TinyServer server([](const TinyRequest& request) {
    return request.path == "/v1/completions" ? TinyReply{.status = 401, .body = "no key"}
                                             : TinyReply{.status = 302};
  });
  const auto denied = complete(options(server), request_);
  ASSERT_FALSE(denied.ok());
  EXPECT_NE(denied.error().message().find("--api-key-file"), std::string::npos);
  CompletionServerOptions wrong = options(server);
  wrong.url += "/elsewhere";
  const auto moved = complete(wrong, request_);
  ASSERT_FALSE(moved.ok());
  EXPECT_NE(moved.error().message().find("redirections are not followed"), std::string::npos);
  for (const char* url : {"ftp://x/v1", "127.0.0.1", "http://user@x/v1", "http://x/v1?key=1"}) {
    const auto server_at = CompletionServer::create(Env::real(), stop_, {.url = url, .model = {}});
    ASSERT_FALSE(server_at.ok()) << url;
    EXPECT_EQ(server_at.error().code(), ErrorCode::invalid_argument);
  }
  wrong.http.bearer = "two\r\nlines";
  EXPECT_FALSE(CompletionServer::create(Env::real(), stop_, wrong).ok());
}

TEST_F(CompletionServerTest, NobodyListeningIsAnErrorThatAsksIfTheServerRuns) {
  std::string url;
  {
    const TinyServer gone([](const TinyRequest&) { return TinyReply{}; });
    url = gone.url();
  }
  CompletionServerOptions options{.url = url, .model = "m"};
  options.http.retries = 0;
  const auto completions = complete(options, request_);
  ASSERT_FALSE(completions.ok());
  EXPECT_EQ(completions.error().code(), ErrorCode::io);
  EXPECT_NE(completions.error().message().find("is the server running?"), std::string::npos);
}

TEST_F(CompletionServerTest, TheOnlyModelIsTakenAndSeveralAreNamed) {
  std::string list = R"({"data": [{"id": "qwen"}]})";
  TinyServer server([&](const TinyRequest&) { return TinyReply{.body = list}; });
  CompletionServerOptions options = this->options(server);
  options.model = "";
  {
    Result<CompletionServer> one = CompletionServer::create(Env::real(), stop_, options);
    EXPECT_EQ(one.value().model().value(), "qwen");
  }
  list = R"({"data": [{"id": "qwen"}, {"id": "codex"}]})";
  Result<CompletionServer> two = CompletionServer::create(Env::real(), stop_, options);
  const auto name = two.value().model();
  ASSERT_FALSE(name.ok());
  EXPECT_NE(name.error().message().find("#NAME (qwen, codex)"), std::string::npos);
}

}  // namespace
}  // namespace scribe
