// Tests of sampling from a server into a file.
#include "experiment/served_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/testing/faulty_env.h"
#include "experiment/testing/tiny_server.h"

namespace scribe {
namespace {

class ServedSamplesTest : public testing::Test {
 protected:
  ServedRunOptions options(const TinyServer& server) {
    ServedRunOptions options;
    options.server.url = server.url();
    options.server.model = "m";
    options.server.http.backoff_seconds = 0.001;
    options.server.http.retries = 1;
    options.samples_per_task = 5;
    options.completions_per_request = 3;
    options.path = directory_.file("s.jsonl");
    options.quiet = true;
    return options;
  }

  Status sample(const ServedRunOptions& options) {
    return sample_from_server(env_, stop_, prompts_, options);
  }

  std::vector<Json> lines() {
    std::vector<Json> lines;
    EXPECT_TRUE(
        for_each_json_line(env_, directory_.file("s.jsonl"), [&](Json line, const std::string&) {
          lines.push_back(std::move(line));
          return Status();
        }).ok());
    return lines;
  }

  /// As many completions as asked for, but at most `most`.
  static TinyServer::Handler echo(std::int64_t most) {
    return [most](const TinyRequest& request) {
      const Json json = request.json();
      std::vector<std::string> texts;
      for (std::int64_t i = 0; i < std::min(most, json["n"].get<std::int64_t>()); ++i)
        texts.push_back(json["prompt"].get<std::string>() + std::to_string(i));
      return TinyReply{.body = completions_body(texts)};
    };
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
  std::vector<Prompt> prompts_ = {{"t/0", "zero "}, {"t/1", "one "}, {"t/2", "two "}};
};

TEST_F(ServedSamplesTest, FillsTheFileInOrderWhateverTheServerGivesAtATime) {
  for (const std::int64_t most : {1, 2, 100}) {
    const TinyServer server(echo(most));
    ServedRunOptions options = this->options(server);
    options.server.url = server.url();
    ASSERT_TRUE(env_.remove_tree(directory_.path()).ok());
    ASSERT_TRUE(env_.create_directories(directory_.path()).ok());
    const Status status = sample(options);
    ASSERT_TRUE(status.ok()) << status.error().message();
    const std::vector<Json> lines = this->lines();
    ASSERT_EQ(lines.size(), 15U);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(lines[i]["task_id"], fmt::format("t/{}", i / 5));
      EXPECT_EQ(lines[i]["sample_index"], i % 5);
      EXPECT_TRUE(lines[i]["completion"].get<std::string>().starts_with(prompts_[i / 5].text));
      EXPECT_EQ(lines[i]["tokens"], 1);
      EXPECT_LT(lines[i]["mean_logprob"].get<double>(), 0);
      EXPECT_EQ(lines[i]["logprobs"]["token_logprobs"].size(), 1U);
    }
  }
}

TEST_F(ServedSamplesTest, ContinuesAfterAFailureAndAsksOnlyForWhatIsMissing) {
  std::atomic<bool> fails = true;
  std::mutex mutex;
  std::multiset<std::string> asked;
  const auto answer = echo(100);
  const TinyServer server([&](const TinyRequest& request) {
    const std::string prompt = request.json()["prompt"];
    const std::lock_guard lock(mutex);
    if (fails && prompt == "two ") return TinyReply{.status = 500};
    asked.insert(prompt);
    return answer(request);
  });
  ServedRunOptions options = this->options(server);
  options.connections = 1;  // In order, so that what comes before the failure is known.
  const Status broken = sample(options);
  ASSERT_FALSE(broken.ok());
  EXPECT_NE(broken.error().message().find("10 of 15 samples there"), std::string::npos)
      << broken.error().message();
  EXPECT_NE(broken.error().message().find("task 't/2'"), std::string::npos);
  fails = false;
  asked.clear();
  ASSERT_TRUE(sample(options).ok());
  EXPECT_EQ(asked, (std::multiset<std::string>{"two ", "two "}));
  const int requests = server.requests();
  ASSERT_TRUE(sample(options).ok());
  EXPECT_EQ(server.requests(), requests);
}

TEST_F(ServedSamplesTest, RefusesAFileThatWasSampledOtherwiseOrHoldsMore) {
  const TinyServer server(echo(100));
  ServedRunOptions options = this->options(server);
  ASSERT_TRUE(sample(options).ok());
  options.temperature = 0.1;
  const Status other = sample(options);
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().message().find("another temperature"), std::string::npos);
  options = this->options(server);
  options.samples_per_task = 4;
  const Status fewer = sample(options);
  ASSERT_FALSE(fewer.ok());
  EXPECT_EQ(fewer.error().code(), ErrorCode::invalid_argument);
}

TEST_F(ServedSamplesTest, LinesHaveNoLogprobsWhereTheServerGivesNone) {
  const TinyServer server([](const TinyRequest&) {
    return TinyReply{.body = R"({"choices": [{"text": "a", "finish_reason": "length"}]})"};
  });
  ASSERT_TRUE(sample(options(server)).ok());
  for (const Json& line : lines()) {
    EXPECT_FALSE(line.contains("mean_logprob"));
    EXPECT_FALSE(line.contains("logprobs"));
    EXPECT_EQ(line["finish_reason"], "length");
  }
}

TEST_F(ServedSamplesTest, StopsBetweenRequests) {
  const auto answer = echo(100);
  const TinyServer server([&](const TinyRequest& request) {
    stop_.request();
    return answer(request);
  });
  ServedRunOptions options = this->options(server);
  options.connections = 1;
  const Status stopped = sample(options);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code(), ErrorCode::interrupted);
  EXPECT_EQ(lines().size(), 3U);  // The request under way was finished.
}

}  // namespace
}  // namespace scribe
