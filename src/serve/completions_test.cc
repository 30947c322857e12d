// Tests /v1/completions, point by point of what clients of the legacy contract expect.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "sample/engine.h"
#include "serve/testing/model_server.h"
#include "tokenizer/testing/small_sentencepiece.h"
#include "tokenizer/tokenizer_impl.h"

namespace scribe {
namespace {

using testing::ModelServer;

/// The samples of generate(), the library's own way.
std::vector<SampleRecord> library_samples(ModelServer& server, const std::string& prompt,
                                          std::int64_t n, GenerateOptions options) {
  const Checkpoint& checkpoint = server.service().checkpoint();
  SampleTask task{
      .task_id = "t", .prompt = checkpoint.tokenizer.encode_prompt(prompt), .indices = {}};
  for (std::int64_t index = 0; index < n; ++index) task.indices.push_back(index);
  std::vector<SampleRecord> records(static_cast<std::size_t>(n));
  const GenerateEvents events{.finished =
                                  [&](const SampleRecord& record) {
                                    records[static_cast<std::size_t>(record.sample_index)] = record;
                                    return Status();
                                  },
                              .stepped = {}};
  const StopToken stop;
  EXPECT_TRUE(generate(server.backend(), checkpoint.parameters, checkpoint.tokenizer, {&task, 1},
                       options, events, stop)
                  .ok());
  return records;
}

std::vector<std::string> texts(const Json& reply) {
  std::vector<std::string> all;
  for (const Json& choice : reply["choices"]) all.push_back(choice["text"].get<std::string>());
  return all;
}

const Json kSeeded{{"prompt", "def f(x):\n"}, {"task_id", "t"},     {"seed", 4},
                   {"max_tokens", 12},        {"temperature", 0.8}, {"top_p", 0.95}};

Json with(Json body, const Json& more) {
  body.update(more);
  return body;
}

TEST(CompletionsTest, TheSameSeedGivesTheSameBytesAsTheLibrary) {
  ModelServer server;
  GenerateOptions options{.sampler = {}, .max_tokens = 12, .stop = {"e", "b2"}, .seed = 4};
  const std::vector<SampleRecord> expected = library_samples(server, "def f(x):\n", 20, options);
  const Json reply = server.complete(with(kSeeded, {{"n", 20}, {"stop", {"e", "b2"}}}));
  ASSERT_EQ(reply["choices"].size(), 20U) << reply;
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(reply["choices"][i]["text"], expected[i].completion);
    EXPECT_EQ(reply["choices"][i]["finish_reason"], expected[i].finish_reason);
    EXPECT_EQ(reply["choices"][i]["index"], i);
    EXPECT_TRUE(reply["choices"][i]["logprobs"].is_null());
  }
}

TEST(CompletionsTest, SampleIDoesNotDependOnHowManyThereAre) {
  ModelServer server;
  const std::vector<std::string> many = texts(server.complete(with(kSeeded, {{"n", 200}})));
  ASSERT_EQ(many.size(), 200U);  // On the server's own settings.
  EXPECT_EQ(texts(server.complete(kSeeded)).front(), many[0]);
  const std::vector<std::string> ten = texts(server.complete(with(kSeeded, {{"n", 10}})));
  EXPECT_TRUE(std::ranges::equal(ten, std::span(many).first(10)));
  EXPECT_GT(std::set<std::string>(many.begin(), many.end()).size(), 10U);
}

TEST(CompletionsTest, UsageSumsUpAllSamplesAndPrompts) {
  ModelServer server;
  const Json reply = server.complete(with(kSeeded, {{"prompt", {"ab", "abc"}},
                                                    {"n", 2},
                                                    {"best_of", 5},
                                                    {"max_tokens", 7},
                                                    {"ignore_eos", true}}));
  ASSERT_EQ(reply["choices"].size(), 4U) << reply;
  EXPECT_EQ(reply["usage"]["prompt_tokens"], 5);
  EXPECT_EQ(reply["usage"]["completion_tokens"], 2 * 5 * 7);
  EXPECT_EQ(reply["usage"]["total_tokens"], 75);
  EXPECT_EQ(reply["object"], "text_completion");
  EXPECT_EQ(reply["created"], 1700000000);
  EXPECT_EQ(reply["model"], "tiny");
  EXPECT_TRUE(reply["id"].get<std::string>().starts_with("cmpl-"));
}

TEST(CompletionsTest, BestOfGivesThoseWithTheHighestMeanLogProbability) {
  ModelServer server;
  GenerateOptions options{.sampler = {}, .max_tokens = 12, .stop = {}, .seed = 4};
  std::vector<SampleRecord> drawn = library_samples(server, "def f(x):\n", 20, options);
  for (const bool by_sum : {false, true}) {
    std::ranges::stable_sort(drawn, std::greater(), [&](const SampleRecord& record) {
      return by_sum ? record.sum_logprob : record.mean_logprob;
    });
    const Json reply = server.complete(
        with(kSeeded,
             {{"n", 5}, {"best_of", 20}, {"rank_by", by_sum ? "sum_logprob" : "mean_logprob"}}));
    ASSERT_EQ(reply["choices"].size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(reply["choices"][i]["text"], drawn[i].completion);
      EXPECT_EQ(reply["choices"][i]["index"], i);
    }
    std::ranges::sort(drawn, {}, &SampleRecord::sample_index);
  }
}

TEST(CompletionsTest, EchoWithoutNewTokensScoresThePrompt) {
  ModelServer server;
  const std::string text = "def f(x):\n    re";
  const Json reply =
      server.complete({{"prompt", text}, {"echo", true}, {"max_tokens", 0}, {"logprobs", 5}});
  const Json& choice = reply["choices"][0];
  EXPECT_EQ(choice["text"], text);
  const Json& logprobs = choice["logprobs"];
  const std::size_t count = logprobs["tokens"].size();
  EXPECT_EQ(reply["usage"]["completion_tokens"], 0);
  EXPECT_EQ(reply["usage"]["prompt_tokens"], count);
  ASSERT_EQ(logprobs["token_logprobs"].size(), count);
  ASSERT_EQ(logprobs["text_offset"].size(), count);
  EXPECT_TRUE(logprobs["token_logprobs"][0].is_null());
  EXPECT_TRUE(logprobs["top_logprobs"][0].is_null());
  std::string joined;
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(logprobs["text_offset"][i], joined.size());
    joined += logprobs["tokens"][i].get<std::string>();
    if (i == 0) continue;
    EXPECT_LE(logprobs["token_logprobs"][i].get<double>(), 0);
    EXPECT_EQ(logprobs["top_logprobs"][i].size(), 5U);
  }
  EXPECT_EQ(joined, text);

  // What the model gives the prompt's tokens is what it would give them if it drew them.
  const Checkpoint& checkpoint = server.service().checkpoint();
  const std::vector<TokenId> tokens = checkpoint.tokenizer.encode(text);
  const GivenText given{
      .name = "", .prompt = {tokens.front()}, .text = {tokens.begin() + 1, tokens.end()}};
  const StopToken stop;
  const auto expected =
      text_logprobs(server.backend(), checkpoint.parameters, {&given, 1},
                    {.vocabulary_size = checkpoint.tokenizer.vocabulary_size()}, {}, stop);
  for (std::size_t i = 1; i < count; ++i)
    EXPECT_EQ(logprobs["token_logprobs"][i].get<double>(), expected.value()[0].tokens[i - 1]);
}

/// Neither the token before a text nor the space that SentencePiece puts there is in it.
TEST(CompletionsTest, OffsetsOfAnEchoAreThoseOfTheText) {
  ModelServer server({.tokenizer = make_tokenizer(small_sentencepiece(LeadingSpace::always))});
  const auto echoed = [&](const Json& prompt) {
    return server.complete(
        {{"prompt", prompt}, {"echo", true}, {"max_tokens", 0}, {"logprobs", 1}})["choices"][0];
  };
  const Json choice = echoed("return x");
  EXPECT_EQ(choice["text"], "return x");
  EXPECT_EQ(choice["logprobs"]["tokens"], (Json{"<s>", " return", " ", "x"}));
  EXPECT_EQ(choice["logprobs"]["text_offset"], (Json{0, 0, 6, 7}));
  EXPECT_EQ(echoed(" r")["logprobs"]["tokens"], (Json{"<s>", "  ", "r"}));
  EXPECT_EQ(echoed(" r")["logprobs"]["text_offset"], (Json{0, 0, 1}));
}

TEST(CompletionsTest, EchoPutsThePromptBeforeEachChoice) {
  ModelServer server;
  const Json plain = server.complete(with(kSeeded, {{"n", 3}, {"logprobs", 2}}));
  const Json echoed = server.complete(with(kSeeded, {{"n", 3}, {"logprobs", 2}, {"echo", true}}));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(echoed["choices"][i]["text"].get<std::string>(),
              "def f(x):\n" + plain["choices"][i]["text"].get<std::string>());
    const Json& with_prompt = echoed["choices"][i]["logprobs"];
    const Json& without = plain["choices"][i]["logprobs"];
    const std::size_t prompt = with_prompt["tokens"].size() - without["tokens"].size();
    for (std::size_t token = 0; token < without["tokens"].size(); ++token)
      for (const char* list : {"tokens", "token_logprobs", "top_logprobs", "text_offset"})
        EXPECT_EQ(with_prompt[list][prompt + token], without[list][token]) << list;
  }
}

TEST(CompletionsTest, TokensCanBeGivenAsNumbers) {
  ModelServer server;
  const Json tokens = server.post("/tokenize", {{"content", "def f(x):\n"}})["tokens"];
  EXPECT_EQ(texts(server.complete(with(kSeeded, {{"prompt", tokens}}))),
            texts(server.complete(kSeeded)));
  const Json two = server.complete(with(kSeeded, {{"prompt", {tokens, tokens}}, {"n", 2}}));
  EXPECT_EQ(two["choices"].size(), 4U);
  EXPECT_EQ(server.post("/detokenize", {{"tokens", tokens}})["content"], "def f(x):\n");
}

TEST(CompletionsTest, StopStringsEndATextWhereverTokensDivideThem) {
  ModelServer server;
  const Json stop{"\nclass", "\ndef", "\n#", "\nif", "\nprint", "e", "f ", "b", "c", "x"};
  const Json reply = server.complete(with(kSeeded, {{"n", 100}, {"stop", stop}}));
  GenerateOptions options{
      .sampler = {}, .max_tokens = 12, .stop = stop.get<std::vector<std::string>>(), .seed = 4};
  const std::vector<SampleRecord> expected = library_samples(server, "def f(x):\n", 100, options);
  int stopped = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(reply["choices"][i]["text"], expected[i].completion);
    stopped += reply["choices"][i]["finish_reason"] == "stop" ? 1 : 0;
  }
  EXPECT_GT(stopped, 3);
}

/// Each choice's text and finish reason, put together from a stream.
std::map<std::int64_t, std::pair<std::string, Json>> put_together(const std::vector<Json>& events) {
  std::map<std::int64_t, std::pair<std::string, Json>> choices;
  for (const Json& event : events)
    for (const Json& choice : event["choices"]) {
      auto& [text, reason] = choices[choice["index"].get<std::int64_t>()];
      EXPECT_TRUE(reason.is_null());
      text += choice["text"].get<std::string>();
      reason = choice["finish_reason"];
    }
  return choices;
}

TEST(CompletionsTest, AStreamHasTheSameTextsInPieces) {
  ModelServer server;
  const Json body = with(kSeeded, {{"n", 20}, {"stop", {"e", "b2", "\nd"}}});
  const Json whole = server.complete(body);
  const std::vector<Json> events =
      server.stream(with(body, {{"stream_options", {{"include_usage", true}}}}));
  const auto choices = put_together(events);
  ASSERT_EQ(choices.size(), 20U);
  for (const auto& [index, choice] : choices) {
    EXPECT_EQ(choice.first, whole["choices"][static_cast<std::size_t>(index)]["text"]);
    EXPECT_EQ(choice.second, whole["choices"][static_cast<std::size_t>(index)]["finish_reason"]);
  }
  EXPECT_GT(events.size(), 40U);  // More than one piece for each.
  EXPECT_TRUE(events.back()["choices"].empty());
  EXPECT_EQ(events.back()["usage"], whole["usage"]);
}

// llama.cpp's server and vLLM have lost the beginning of a stop string that never came, or taken a
// text that ends with one for a text that was cut off.
TEST(CompletionsTest, AStopStringAtTheLastTokenAllowed) {
  ModelServer server;
  const Json body = with(kSeeded, {{"ignore_eos", true}, {"n", 100}, {"max_tokens", 3}});
  const std::vector<std::string> all = texts(server.complete(body));
  // One whose last character it does not have before.
  const auto found = std::ranges::find_if(all, [](const std::string& text) {
    return text.size() > 2 && text.find(text.back()) + 1 == text.size() &&
           text.find("\xEF\xBF\xBD") == std::string::npos;
  });
  ASSERT_NE(found, all.end());
  const std::int64_t index = found - all.begin();
  const std::string end = found->substr(found->size() - 1);
  for (const bool is_whole : {true, false}) {
    const Json asked = with(body, {{"stop", is_whole ? end : end + "that never comes"}});
    const Json whole = server.complete(asked)["choices"][static_cast<std::size_t>(index)];
    EXPECT_EQ(whole["finish_reason"], is_whole ? "stop" : "length");
    EXPECT_EQ(whole["text"], is_whole ? found->substr(0, found->size() - 1) : *found);
    const auto streamed = put_together(server.stream(asked)).at(index);
    EXPECT_EQ(streamed.first, whole["text"]);
    EXPECT_EQ(streamed.second, whole["finish_reason"]);
  }
}

// Work grows in step with n and max_tokens: a step of the model draws a token of every live sample.
TEST(CompletionsTest, StepsGrowWithTokensAndNotWithSamplesUpToTheRows) {
  ModelServer server({.service = {.name = "tiny", .rows_max = 8}});
  const auto steps = [&](int n, int max_tokens) {
    const std::int64_t before = server.service().counts().steps;
    const Json reply = server.complete(
        with(kSeeded, {{"n", n}, {"max_tokens", max_tokens}, {"ignore_eos", true}}));
    EXPECT_EQ(reply["usage"]["completion_tokens"], n * max_tokens);
    server.complete({{"prompt", "a"}, {"max_tokens", 1}});  // Steps are told after replies.
    return server.service().counts().steps - before;
  };
  const std::int64_t one = steps(1, 12);
  const std::int64_t late = 2;  // That may be counted with the next request.
  EXPECT_LE(steps(8, 12), one + late);
  EXPECT_LE(steps(80, 12), 10 * (one + late));
  EXPECT_LE(steps(8, 24), 2 * (one + late));
}

TEST(CompletionsTest, AStreamHasTheSameLogProbabilities) {
  ModelServer server;
  const Json body =
      with(kSeeded, {{"n", 6}, {"logprobs", 3}, {"echo", true}, {"stop", {"e", "\nd"}}});
  const Json whole = server.complete(body);
  std::map<std::int64_t, Json> lists;
  for (const Json& event : server.stream(body))
    for (const Json& choice : event["choices"])
      for (const auto& [name, values] : choice["logprobs"].items())
        for (const Json& value : values)
          lists[choice["index"].get<std::int64_t>()][name].push_back(value);
  ASSERT_EQ(lists.size(), 6U);
  for (const auto& [index, list] : lists) {
    const Json& expected = whole["choices"][static_cast<std::size_t>(index)]["logprobs"];
    for (const char* name : {"tokens", "token_logprobs", "top_logprobs"})
      EXPECT_EQ(list[name], expected[name]) << name;
  }
}

TEST(CompletionsTest, TextIsAlwaysUtf8) {
  ModelServer server;  // Of random bytes: most texts are not UTF-8.
  const Json body = with(kSeeded, {{"n", 60}, {"temperature", 2}, {"logprobs", 0}});
  const Json whole = server.complete(body);
  const auto streamed = put_together(server.stream(body));
  int replaced = 0;
  for (const auto& [index, choice] : streamed) {
    EXPECT_EQ(choice.first, whole["choices"][static_cast<std::size_t>(index)]["text"]);
    replaced += choice.first.find("\xEF\xBF\xBD") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(replaced, 10);
  const std::string tokens = to_json_line(whole["choices"][0]["logprobs"]["tokens"]);
  EXPECT_NE(tokens.find("bytes:\\\\x"), std::string::npos) << tokens;
}

TEST(CompletionsTest, ASuffixNeedsAModelThatFillsInTheMiddle) {
  ModelServer plain;
  int status = 0;
  const Json refused = plain.complete(with(kSeeded, {{"suffix", "\n"}}), &status);
  EXPECT_EQ(status, 400);
  EXPECT_EQ(refused["error"]["param"], "suffix");
  EXPECT_EQ(plain.post("/infill", {{"input_prefix", "a"}, {"input_suffix", "b"}},
                       &status)["error"]["type"],
            "not_supported_error");
  EXPECT_EQ(status, 501);

  ModelServer infilling({.fills_in_middle = true});
  const Json filled = infilling.complete(with(kSeeded, {{"suffix", "\n    return x\n"}}), &status);
  EXPECT_EQ(status, 200);
  EXPECT_NE(texts(filled), texts(infilling.complete(kSeeded)));
  const Json infill =
      infilling.post("/infill",
                     {{"input_prefix", "def f(x):\n"},
                      {"input_suffix", "\n"},
                      {"input_extra", {{{"filename", "a.py"}, {"text", "x = 1\n"}}}},
                      {"prompt", "    "},
                      {"n_predict", 8},
                      {"n_indent", 4},
                      {"t_max_prompt_ms", 500},
                      {"samplers", {"top_k", "top_p", "infill"}},
                      {"response_fields", {"content", "timings/predicted_n", "nothing/here"}}},
                     &status);
  EXPECT_EQ(status, 200) << infill;
  EXPECT_TRUE(infill["content"].is_string());
  EXPECT_LE(infill["timings/predicted_n"].get<int>(), 8);
  EXPECT_EQ(infill.size(), 2U);
}

struct Wrong {
  Json body;
  const char* param;
};

TEST(CompletionsTest, WhatIsWrongIsSaidWithTheField) {
  ModelServer server;
  const std::vector<Wrong> cases{{Json::array(), ""},
                                 {{{"prompt", 3}}, "prompt"},
                                 {{{"prompt", Json::array({"a", 1})}}, "prompt"},
                                 {{{"prompt", Json::array({1, -1})}}, "prompt"},
                                 {{{"prompt", Json::array({1, 100000})}}, "prompt"},
                                 {{{"max_tokens", 0}}, "max_tokens"},
                                 {{{"max_tokens", -1}}, "max_tokens"},
                                 {{{"max_tokens", 1.5}}, "max_tokens"},
                                 {{{"max_tokens", "12"}}, "max_tokens"},
                                 {{{"max_tokens", 1000}}, "prompt"},
                                 {{{"n", 0}}, "n"},
                                 {{{"n", 1e30}}, "n"},
                                 {{{"n", 3}, {"best_of", 2}}, "best_of"},
                                 {{{"best_of", 2}, {"stream", true}}, "best_of"},
                                 {{{"temperature", -0.1}}, "temperature"},
                                 {{{"top_p", 1.1}}, "top_p"},
                                 {{{"logprobs", 21}}, "logprobs"},
                                 {{{"stop", Json::array({"a", 1})}}, "stop"},
                                 {{{"stop", ""}}, "stop"},
                                 {{{"stop", std::string(5000, 'x')}}, "stop"},
                                 {{{"logit_bias", {{"x", 1}}}}, "logit_bias"},
                                 {{{"logit_bias", {{"5", 101}}}}, "logit_bias"},
                                 {{{"logit_bias", {{"90000", 1}}}}, "logit_bias"},
                                 {{{"presence_penalty", 3}}, "presence_penalty"},
                                 {{{"echo", "yes"}}, "echo"},
                                 {{{"seed", "x"}}, "seed"},
                                 {{{"rank_by", "luck"}}, "rank_by"},
                                 {{{"stream_options", 1}}, "stream_options"},
                                 {{{"prompt", std::string(100, 'a')}}, "prompt"}};
  for (const Wrong& wrong : cases) {
    int status = 0;
    const Json reply = server.complete(wrong.body, &status);
    EXPECT_EQ(status, 400) << wrong.body;
    EXPECT_EQ(reply["error"]["type"], "invalid_request_error") << wrong.body;
    EXPECT_FALSE(reply["error"]["message"].get<std::string>().empty()) << wrong.body;
    if (*wrong.param != '\0') {
      EXPECT_EQ(reply["error"]["param"], wrong.param) << wrong.body << reply;
    }
  }
  int status = 0;
  EXPECT_EQ(server.complete({{"model", "gpt-5"}}, &status)["error"]["code"], "model_not_found");
  EXPECT_EQ(status, 404);
  EXPECT_EQ(server.post("/v1/engines/tiny/completions", kSeeded, &status)["choices"].size(), 1U);
  EXPECT_EQ(status, 200);
}

TEST(CompletionsTest, ALongPromptIsCutIfTheRequestAllowsIt) {
  ModelServer server;
  const std::string text(100, 'a');
  int status = 0;
  const Json refused = server.complete(with(kSeeded, {{"prompt", text}}), &status);
  EXPECT_EQ(refused["error"]["code"], "context_length_exceeded");
  const Json cut =
      server.complete(with(kSeeded, {{"prompt", text}, {"truncate_prompt", true}}), &status);
  EXPECT_EQ(status, 200);
  EXPECT_EQ(cut["usage"]["prompt_tokens"], 48 - 12);
}

TEST(CompletionsTest, NullIsAsIfAFieldWereNotThere) {
  ModelServer server;
  Json body = kSeeded;
  for (const char* name : {"suffix", "logprobs", "stop", "best_of", "logit_bias", "user", "n"})
    body[name] = nullptr;
  body["unknown_field"] = {{"of", "another client"}};
  EXPECT_EQ(texts(server.complete(body)), texts(server.complete(kSeeded)));
}

TEST(CompletionsTest, LogitBiasAndPenaltiesReachTheSampler) {
  ModelServer server;
  const Json banned = server.complete(with(kSeeded, {{"temperature", 0}, {"logprobs", 1}}));
  const std::string first = banned["choices"][0]["logprobs"]["tokens"][0].get<std::string>();
  const Json id = server.complete(with(kSeeded, {{"temperature", 0}, {"return_token_ids", true}}));
  const auto token = id["choices"][0]["token_ids"][0].get<std::int64_t>();
  const Json other = server.complete(
      with(kSeeded,
           {{"temperature", 0}, {"logprobs", 1}, {"logit_bias", {{std::to_string(token), -100}}}}));
  EXPECT_NE(other["choices"][0]["logprobs"]["tokens"][0].get<std::string>(), first);
}

}  // namespace
}  // namespace scribe
