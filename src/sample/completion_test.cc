// Tests that a completion is the sample of generate(), whatever is guessed, and is told in pieces.
#include "sample/completion.h"

#include <gtest/gtest.h>

#include <map>

#include "backend/testing/devices.h"
#include "sample/prompt_lookup.h"
#include "sample/testing/tiny_model.h"

namespace scribe {
namespace {

GenerateOptions short_options() {
  GenerateOptions options;
  options.max_tokens = 20;
  options.seed = 4;
  options.stop = {"e\x8a", "\x8a\x8b", "b2"};
  return options;
}

SampleTask task_of(const TinyModel& model, const std::string& text, std::int64_t n) {
  SampleTask task{.task_id = "task", .prompt = model.tokenizer.encode_prompt(text), .indices = {}};
  for (std::int64_t index = 0; index < n; ++index) task.indices.push_back(index);
  return task;
}

std::vector<std::string> generated(const TinyModel& model, const SampleTask& task,
                                   const GenerateOptions& options) {
  std::vector<std::string> lines(task.indices.size());
  const GenerateEvents events{.finished =
                                  [&](const SampleRecord& record) {
                                    lines[static_cast<std::size_t>(record.sample_index)] =
                                        to_json_line(to_json(record));
                                    return Status();
                                  },
                              .stepped = {}};
  EXPECT_TRUE(generate(*model.backend, *model.parameters, model.tokenizer, {&task, 1}, options,
                       events, StopToken())
                  .ok());
  return lines;
}

DecoderWeights weights_of(const TinyModel& model, const CompletionOptions& options) {
  return {*model.backend, *model.parameters, options.generate.weights};
}

struct Told {
  std::vector<std::string> lines;   ///< of finished samples
  std::vector<std::string> pieces;  ///< of the sample begun last
  CompletionTotals totals;
};

Told completed(const TinyModel& model, const SampleTask& task, const CompletionOptions& options) {
  Told told;
  const CompletionEvents events{.begun =
                                    [&](std::int64_t) {
                                      told.pieces.clear();
                                      return Status();
                                    },
                                .text =
                                    [&](std::string_view piece) {
                                      told.pieces.emplace_back(piece);
                                      return Status();
                                    },
                                .finished =
                                    [&](const SampleRecord& record) {
                                      std::string text;
                                      for (const std::string& piece : told.pieces) text += piece;
                                      EXPECT_EQ(text, record.completion);
                                      told.lines.push_back(to_json_line(to_json(record)));
                                      return Status();
                                    }};
  const auto totals = complete(*model.backend, weights_of(model, options), model.tokenizer, task,
                               options, events, StopToken());
  EXPECT_TRUE(totals.ok()) << (totals.ok() ? "" : totals.error().message());
  if (totals.ok()) told.totals = totals.value();
  return told;
}

class CompletionTest : public testing::TestWithParam<Device> {
 protected:
  void SetUp() override {
    if (auto backend = make_backend(GetParam()); !backend.ok())
      GTEST_SKIP() << backend.error().message();
    model_.emplace(GetParam(), 2);
  }
  std::optional<TinyModel> model_;
};

TEST(CompletionTest, OtherTokensThatEndTextsEndThem) {
  TinyModel model(Device::cpu, 1, tiny_infilling_tokenizer());
  TokenId end = -1;
  for (const TokenId id : model.tokenizer.special_tokens())
    if (id != model.tokenizer.end_of_text()) end = id;
  ASSERT_GE(end, 0);
  CompletionOptions options;
  options.generate.max_tokens = 5;
  options.generate.sampler.logit_bias = {{end, 100}};  // It is drawn, whatever the model says.
  const SampleTask task = task_of(model, "a", 1);
  const Json plain = parse_json(completed(model, task, options).lines.at(0), "sample").value();
  EXPECT_EQ(plain["finish_reason"], "length");
  model.tokenizer = model.tokenizer.with_ends(std::vector{end});
  const std::string ended = completed(model, task, options).lines.at(0);
  const Json sample = parse_json(ended, "sample").value();
  EXPECT_EQ(sample["finish_reason"], "stop");
  EXPECT_EQ(sample["completion"], "");
  std::string drawn;  // By the batch.
  const GenerateEvents events{.finished =
                                  [&](const SampleRecord& record) {
                                    drawn = to_json_line(to_json(record));
                                    return Status();
                                  },
                              .stepped = {}};
  EXPECT_TRUE(generate(*model.backend, *model.parameters, model.tokenizer, std::vector{task},
                       options.generate, events, StopToken())
                  .ok());
  EXPECT_EQ(drawn, ended);
}

TEST_P(CompletionTest, EverySampleIsThatOfGenerateWhateverIsGuessed) {
  std::int64_t guessed = 0;
  std::int64_t accepted = 0;
  for (const double temperature : {0.0, 0.3, 1.0}) {
    for (const char* prompt : {"", "abcabcabcabc", "def f(x):\n    return x"}) {
      const SampleTask task = task_of(*model_, prompt, 6);
      CompletionOptions options{.generate = short_options()};
      options.generate.sampler.temperature = temperature;
      options.generate.sampler.repetition_penalty = temperature == 0.3 ? 1.3 : 1;
      const std::vector<std::string> expected = generated(*model_, task, options.generate);
      for (const std::int64_t guesses : {0, 1, 3, 8, 64}) {
        options.guesses_max = guesses;
        const Told told = completed(*model_, task, options);
        EXPECT_EQ(told.lines, expected) << guesses << " guesses, temperature " << temperature;
        // A step gives one token and those that it accepts; a sample's first token needs none.
        EXPECT_EQ(told.totals.tokens, told.totals.steps + told.totals.accepted + 6);
        EXPECT_LE(told.totals.guessed, told.totals.steps * guesses);
        guessed += told.totals.guessed;
        accepted += told.totals.accepted;
      }
    }
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(guessed, accepted + 100) << "guesses that do not hold must be tried too";
}

INSTANTIATE_TEST_SUITE_P(Backends, CompletionTest, testing::ValuesIn(devices_here()),
                         [](const auto& tested) { return name_of_device(tested.param); });

TEST(CompletionEventsTest, AWishToStopEndsAtOnceWithTheTextSoFarTold) {
  const TinyModel model;
  const SampleTask task = task_of(model, "a", 3);
  CompletionOptions options{.generate = short_options()};
  options.generate.stop = {};
  StopToken stop;
  std::string text;
  std::int64_t tellings = 0;
  const CompletionEvents events{.begun = [](std::int64_t) { return Status(); },
                                .text =
                                    [&](std::string_view piece) {
                                      text += piece;
                                      if (++tellings == 4) stop.request();
                                      return Status();
                                    },
                                .finished =
                                    [](const SampleRecord&) {
                                      ADD_FAILURE() << "finished";
                                      return Status();
                                    }};
  const auto totals = complete(*model.backend, weights_of(model, options), model.tokenizer, task,
                               options, events, stop);
  ASSERT_FALSE(totals.ok());
  EXPECT_EQ(totals.error().code(), ErrorCode::interrupted);
  EXPECT_EQ(tellings, 5) << "after the wish, what was held back";
  std::string whole;
  for (const std::string& piece : completed(model, task_of(model, "a", 1), options).pieces)
    whole += piece;
  EXPECT_FALSE(text.empty());
  EXPECT_TRUE(whole.starts_with(text));
  EXPECT_LT(text.size(), whole.size());
}

TEST(CompletionEventsTest, WhatGenerateRefusesIsRefused) {
  const TinyModel model;
  const auto code = [&](const SampleTask& task, const CompletionOptions& options) {
    const auto totals = complete(*model.backend, weights_of(model, options), model.tokenizer, task,
                                 options, {}, StopToken());
    return totals.ok() ? ErrorCode::internal : totals.error().code();
  };
  SampleTask task = task_of(model, "a", 1);
  CompletionOptions options{.generate = short_options()};
  options.guesses_max = 65;
  EXPECT_EQ(code(task, options), ErrorCode::invalid_argument);
  options.guesses_max = 8;
  options.generate.sampler.top_p = 2;
  EXPECT_EQ(code(task, options), ErrorCode::invalid_argument);
  options.generate.sampler.top_p = 1;
  task.prompt.assign(29, 7);  // 20 new tokens leave 28 of the context of 48.
  EXPECT_EQ(code(task, options), ErrorCode::invalid_argument);
  task.prompt.clear();
  EXPECT_EQ(code(task, options), ErrorCode::invalid_argument);
}

TEST(CompletionEventsTest, AnErrorOfTheReceiverEndsTheRun) {
  const TinyModel model;
  const CompletionEvents events{
      .begun = [](std::int64_t) { return Status(); },
      .text = [](std::string_view) -> Status { return error(ErrorCode::io, "closed"); },
      .finished = [](const SampleRecord&) { return Status(); }};
  const auto totals =
      complete(*model.backend, weights_of(model, {}), model.tokenizer, task_of(model, "a", 1),
               {.generate = short_options()}, events, StopToken());
  EXPECT_EQ(totals.error().code(), ErrorCode::io);
}

std::vector<TokenId> guess_after(const std::vector<TokenId>& tokens, std::size_t count) {
  return PromptLookup(tokens).guess(count);
}

TEST(PromptLookupTest, TheGuessIsWhatFollowedTheLongestThenLatestMatch) {
  using Tokens = std::vector<TokenId>;
  EXPECT_EQ(guess_after({1, 2, 3, 4, 1, 2}, 3), (Tokens{3, 4, 1}));
  EXPECT_EQ(guess_after({1, 2, 3, 4, 1, 2}, 1), (Tokens{3}));
  EXPECT_EQ(guess_after({1, 2, 3, 1, 2, 4, 1, 2}, 1), (Tokens{4})) << "the latest";
  EXPECT_EQ(guess_after({9, 1, 2, 3, 1, 2, 4, 9, 1, 2}, 1), (Tokens{3})) << "the longest";
  EXPECT_EQ(guess_after({1, 2, 3, 2}, 8), Tokens()) << "one token is no match";
  EXPECT_EQ(guess_after({6, 5, 6, 5}, 5), (Tokens{6, 5, 6, 5, 6})) << "what repeats goes on";
  EXPECT_EQ(guess_after({}, 8), Tokens());
  EXPECT_EQ(guess_after({1}, 8), Tokens());
  EXPECT_EQ(guess_after({1, 2, 1, 2}, 0), Tokens());
}

TEST(PromptLookupTest, TokensOfTheCompletionCountToo) {
  PromptLookup lookup(std::vector<TokenId>{1, 2});
  for (const TokenId token : {7, 1, 2}) lookup.append(token);
  EXPECT_EQ(lookup.guess(1)[0], 7);
}

}  // namespace
}  // namespace scribe
