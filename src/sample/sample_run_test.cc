// Tests the sample file: resumed runs equal unbroken ones, options are never mixed.
#include "sample/sample_run.h"

#include <gtest/gtest.h>

#include "sample/testing/tiny_model.h"

namespace scribe {
namespace {

class SampleRunTest : public testing::Test {
 protected:
  SampleRunTest() {
    options_.generate.max_tokens = 12;
    options_.generate.stop = {"e", "b2"};
    options_.generate.rows_max = 3;
    options_.samples_per_task = 5;
    options_.quiet = true;
    options_.path = directory_.file("samples.jsonl");
  }

  Result<SampleSummary> run() {
    StopToken stop;
    return sample_problems(env_, stop, *model_.backend, *model_.parameters, model_.tokenizer,
                           prompts_, options_);
  }
  std::string file() { return env_.read_file(options_.path).value(); }
  /// The bytes of an unbroken run, in a file of its own.
  std::string unbroken() {
    const std::string path = std::exchange(options_.path, directory_.file("unbroken.jsonl"));
    EXPECT_TRUE(run().ok());
    const std::string text = file();
    options_.path = path;
    return text;
  }

  FaultyEnv env_;
  TemporaryDirectory directory_;
  TinyModel model_;
  std::vector<Prompt> prompts_{{"t/2", "def f():\n"}, {"t/1", "x"}, {"t/0", ""}};
  SampleRunOptions options_;
};

TEST_F(SampleRunTest, TheFileIsInTheOrderOfProblemsAndIndices) {
  const SampleSummary summary = run().value();
  EXPECT_EQ(summary.samples, 15);
  EXPECT_EQ(summary.samples_found, 0);
  EXPECT_GT(summary.tokens, 15);
  std::size_t line = 0;
  std::int64_t tokens = 0;
  ASSERT_TRUE(for_each_json_line(
                  env_, options_.path,
                  [&](const Json& value, const std::string& where) -> Status {
                    const SampleRecord record = sample_record_from_json(value, where).value();
                    EXPECT_EQ(record.task_id, prompts_[line / 5].task_id);
                    EXPECT_EQ(record.sample_index, static_cast<std::int64_t>(line % 5));
                    tokens += record.tokens;
                    ++line;
                    return {};
                  })
                  .ok());
  EXPECT_EQ(line, 15U);
  EXPECT_EQ(tokens, summary.tokens);
}

// A full disk stands for a kill at any byte: the journal ends in a torn line.
TEST_F(SampleRunTest, AResumedRunEqualsAnUnbrokenOneWhereverItWasCut) {
  const std::string expected = unbroken();
  for (const std::int64_t bytes : {700, 1111, 1500}) {
    options_.path = directory_.file(fmt::format("cut{}.jsonl", bytes));
    env_.fill_disk_after(bytes);
    EXPECT_EQ(run().error().code(), ErrorCode::io);
    env_.fill_disk_after(-1);
    const SampleSummary summary = run().value();
    EXPECT_EQ(summary.samples, 15);
    EXPECT_EQ(file(), expected) << bytes;
  }
}

TEST_F(SampleRunTest, AKillBeforeTheLastRenameIsResumedWithoutSampling) {
  const std::string expected = unbroken();
  ASSERT_TRUE(run().ok());
  // As it stands at the end of the journal: all lines, in another order, and a torn one.
  std::string journal = expected.substr(expected.find('\n') + 1) +
                        expected.substr(0, expected.find('\n') + 1) + "{\"task_id\": \"t/";
  ASSERT_TRUE(write_file_atomic(env_, options_.path, journal).ok());
  const SampleSummary summary = run().value();
  EXPECT_EQ(summary.samples_found, 15);
  EXPECT_EQ(summary.tokens, 0);
  EXPECT_EQ(file(), expected);
}

TEST_F(SampleRunTest, MoreSamplesAndMoreProblemsExtendAFile) {
  const std::string expected = unbroken();
  options_.samples_per_task = 2;
  const std::vector<Prompt> all = std::exchange(prompts_, {prompts_[1]});
  ASSERT_TRUE(run().ok());
  options_.samples_per_task = 5;
  prompts_ = all;
  EXPECT_EQ(run().value().samples_found, 2);
  EXPECT_EQ(file(), expected);
}

TEST_F(SampleRunTest, AFileSampledOtherwiseIsRefusedAndLeftAlone) {
  ASSERT_TRUE(run().ok());
  const std::string before = file();
  const SampleRunOptions original = options_;
  const auto expect_refused = [&](const std::string& word) {
    const auto refused = run();
    ASSERT_FALSE(refused.ok()) << word;
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
    EXPECT_NE(refused.error().message().find(word), std::string::npos) << refused.error().message();
    EXPECT_EQ(file(), before);
    options_ = original;
  };
  options_.generate.sampler.temperature = 0.2;
  expect_refused("temperature (0.8, now 0.2)");
  options_.generate.seed = 9;
  expect_refused("seed (0, now 9)");
  options_.generate.stop = {"x"};
  expect_refused("stop");
  options_.generate.max_tokens = 11;
  expect_refused("max_tokens (12, now 11)");
  options_.generate.sampler.min_p = 0.1;
  expect_refused("min_p (not given, now 0.1)");
  options_.generate.sampler.logit_bias = {{3, -1.5}};
  expect_refused("logit_bias (not given, now {\"3\":-1.5})");
  options_.samples_per_task = 3;
  expect_refused("is not among");
  prompts_[0].text += " ";
  expect_refused("prompt of task 't/2'");
  prompts_[0].text.pop_back();
  std::vector<float> values(model_.parameters->all().size());
  model_.backend->download(model_.parameters->all(), values);
  values[3] += 1;
  model_.backend->upload(values, model_.parameters->all());
  expect_refused("model");
}

TEST_F(SampleRunTest, AFileWithAnOptionThatThisRunLacksIsRefused) {
  options_.generate.sampler.presence_penalty = 0.5;
  ASSERT_TRUE(run().ok());
  options_.generate.sampler.presence_penalty = 0;
  const auto refused = run();
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message().find("presence_penalty (0.5, now not given)"),
            std::string::npos);
}

TEST_F(SampleRunTest, EachFileOfASweepIsThatOfItsTemperatureAloneAlsoWhenResumed) {
  const std::vector<double> temperatures{0.2, 0.8, 1.1};
  std::vector<std::string> expected;
  for (const double temperature : temperatures) {
    options_.generate.sampler.temperature = temperature;
    expected.push_back(unbroken());
    ASSERT_TRUE(env_.remove(directory_.file("unbroken.jsonl")).ok());
  }
  options_.temperatures = temperatures;
  const auto files = [&] {
    std::vector<std::string> texts;
    for (const char* name : {"t0.2", "t0.8", "t1.1"})
      texts.push_back(env_.read_file(sample_path(options_.path, name)).value());
    return texts;
  };
  for (const std::int64_t bytes : {-1, 2400, 5000}) {
    options_.path = directory_.file(fmt::format("sweep{}.jsonl", bytes));
    env_.fill_disk_after(bytes);
    EXPECT_EQ(run().ok(), bytes < 0);
    env_.fill_disk_after(-1);
    const SampleSummary summary = run().value();
    EXPECT_EQ(summary.samples, 45);
    EXPECT_EQ(files(), expected) << bytes;
    EXPECT_FALSE(env_.exists(options_.path));
  }
  options_.temperatures = {1.1};
  EXPECT_TRUE(run().ok());
  EXPECT_EQ(file(), expected[2]) << "one temperature goes into the file that was named";
}

TEST(SamplePathTest, WhatTellsFilesApartStandsBeforeTheEnding) {
  EXPECT_EQ(sample_path("a.b/samples.jsonl", "t0.25"), "a.b/samples.t0.25.jsonl");
  EXPECT_EQ(sample_path("samples", "t1"), "samples.t1");
}

TEST_F(SampleRunTest, BestOfKeepsTheHighestMeanOfEachRun) {
  options_.best_of = 3;
  options_.samples_per_task = 2;
  EXPECT_EQ(run().value().files[0].samples, 6);
  std::vector<SampleRecord> drawn;
  std::string expected;
  const std::string drawn_path = sample_path(options_.path, "drawn");
  const auto read = [&](const Json& value, const std::string& where) -> Status {
    drawn.push_back(sample_record_from_json(value, where).value());
    return {};
  };
  ASSERT_TRUE(for_each_json_line(env_, drawn_path, read).ok());
  ASSERT_EQ(drawn.size(), 18U);
  for (std::size_t first = 0; first < drawn.size(); first += 3) {
    std::size_t best = first;
    for (std::size_t i = first; i < first + 3; ++i)
      if (drawn[i].mean_logprob > drawn[best].mean_logprob) best = i;
    expected += to_json_line(to_json(drawn[best])) + "\n";
  }
  EXPECT_EQ(file(), expected);
  // Another run continues from what was drawn, and only with the same choice.
  ASSERT_TRUE(env_.remove(options_.path).ok());
  EXPECT_EQ(run().value().tokens, 0);
  EXPECT_EQ(file(), expected);
  options_.samples_per_task = 3;
  EXPECT_EQ(run().value().samples_found, 18);
  EXPECT_EQ(file().substr(0, expected.find('\n')), expected.substr(0, expected.find('\n')));
  options_.best_of = 1;
  EXPECT_NE(run().error().message().find("best_of (3, now not given)"), std::string::npos);
}

TEST_F(SampleRunTest, DistinctCompletionsAreCountedByTask) {
  options_.temperatures = {0, 1};
  const SampleSummary summary = run().value();
  ASSERT_EQ(summary.files.size(), 2U);
  EXPECT_EQ(summary.files[0].distinct, 3) << "greedy samples are equal";
  EXPECT_GT(summary.files[1].distinct, 3);
  EXPECT_EQ(summary.files[0].distinct_by_task[0], (std::pair<std::string, std::int64_t>{"t/2", 1}));
  const Json json = to_json(summary);
  EXPECT_EQ(json["files"][0]["distinct_by_task"]["t/0"], 1);
}

TEST_F(SampleRunTest, OptionsOutsideTheirRangeAreRefusedByName) {
  const SampleRunOptions original = options_;
  const auto expect_refused = [&](const std::string& words) {
    const auto refused = run();
    ASSERT_FALSE(refused.ok()) << words;
    EXPECT_NE(refused.error().message().find(words), std::string::npos)
        << refused.error().message();
    options_ = original;
  };
  options_.samples_per_task = 0;
  expect_refused("n is 0");
  options_.best_of = 200'001;
  expect_refused("best-of is 200001, expected 1 to 200000 with n = 5");
  options_.temperatures = {0.2, 0.8, 0.2};
  expect_refused("temperature 0.2 is given twice");
  options_.temperatures = {0.2, -1};
  expect_refused("temperature is -1");
  options_.temperatures.resize(kTemperaturesMax + 1);
  expect_refused("65 temperatures");
}

TEST(SampleProgressTest, TokensLeftFollowTheMeanOfTheFinished) {
  // 10 finished with 8 tokens each; of 5 left, some hold 12 tokens already.
  EXPECT_EQ(expected_tokens_left({.samples_left = 5,
                                  .finished = 10,
                                  .finished_tokens = 80,
                                  .tokens_in_hand = 12,
                                  .max_tokens = 100}),
            28);
  EXPECT_EQ(expected_tokens_left({.samples_left = 5, .tokens_in_hand = 12, .max_tokens = 100}),
            488);
  EXPECT_EQ(expected_tokens_left({.samples_left = 2,
                                  .finished = 10,
                                  .finished_tokens = 80,
                                  .tokens_in_hand = 150,
                                  .max_tokens = 100}),
            2)
      << "long ones may end with their next token";
}

TEST_F(SampleRunTest, AFileWithoutItsSideFileIsRefused) {
  ASSERT_TRUE(write_file_atomic(env_, options_.path, "{}\n").ok());
  EXPECT_NE(run().error().message().find("does not; write to another file"), std::string::npos);
}

TEST_F(SampleRunTest, DamageInsideTheFileIsReportedWithItsLine) {
  ASSERT_TRUE(run().ok());
  std::string text = file();
  text.insert(0, "{broken\n");
  ASSERT_TRUE(write_file_atomic(env_, options_.path, text).ok());
  const auto failed = run();
  EXPECT_EQ(failed.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(failed.error().message().find("samples.jsonl:1"), std::string::npos);
}

TEST_F(SampleRunTest, BadRequestsLeaveNothingBehind) {
  options_.generate.max_tokens = 46;
  EXPECT_EQ(run().error().code(), ErrorCode::invalid_argument);  // prompts do not fit
  options_.generate.max_tokens = 12;
  options_.generate.sampler.logit_bias = {{model_.tokenizer.vocabulary_size(), 1}};
  EXPECT_NE(run().error().message().find("logit-bias names token"), std::string::npos);
  options_.generate.sampler.logit_bias.clear();
  prompts_.push_back(prompts_[0]);
  EXPECT_NE(run().error().message().find("given twice"), std::string::npos);
  prompts_.clear();
  EXPECT_EQ(run().error().code(), ErrorCode::invalid_argument);
  EXPECT_FALSE(env_.exists(options_.path));
  EXPECT_FALSE(env_.exists(options_.path + ".meta.json"));
}

TEST_F(SampleRunTest, TruncatedPromptsAreCounted) {
  options_.generate.truncate_prompts = true;
  prompts_[1].text = std::string(50, 'x');
  EXPECT_EQ(run().value().truncated_prompts, 1);
  EXPECT_EQ(run().value().truncated_prompts, 1) << "also when nothing is left to draw";
}

TEST_F(SampleRunTest, ASuffixIsToldToTheModelAndBelongsToTheFile) {
  EXPECT_FALSE(env_.exists(options_.path));
  prompts_[1].suffix = "\nreturn";
  EXPECT_EQ(run().error().code(), ErrorCode::invalid_data) << "no tokens for filling in the middle";
  EXPECT_FALSE(env_.exists(options_.path));

  const TinyModel model(Device::reference, 1, tiny_infilling_tokenizer());
  const auto samples = [&](const std::string& name) -> std::string {
    StopToken stop;
    options_.path = directory_.file(name);
    const auto summary = sample_problems(env_, stop, *model.backend, *model.parameters,
                                         model.tokenizer, prompts_, options_);
    return summary.ok() ? file() : summary.error().message();
  };
  const std::string with_suffix = samples("with.jsonl");
  // The same as the marks and texts in a row; a text is never read as a mark.
  SampleTask task{.task_id = "t/1", .prompt = {}, .indices = {0}};
  const auto add = [&](std::string_view mark, std::string_view text) {
    task.prompt.push_back(model.tokenizer.added_token(mark).value());
    for (const TokenId id : model.tokenizer.encode(text)) task.prompt.push_back(id);
  };
  add(kFimPrefix, "x");
  add(kFimSuffix, "\nreturn");
  add(kFimMiddle, "");
  std::string expected;
  const GenerateEvents events{.finished =
                                  [&](const SampleRecord& record) {
                                    expected = to_json_line(to_json(record)) + "\n";
                                    return Status();
                                  },
                              .stepped = {}};
  ASSERT_TRUE(generate(*model.backend, *model.parameters, model.tokenizer, {&task, 1},
                       options_.generate, events, StopToken())
                  .ok());
  EXPECT_NE(with_suffix.find(expected), std::string::npos) << with_suffix;

  prompts_[1].suffix = "";
  EXPECT_NE(samples("with.jsonl").find("prompt of task 't/1'"), std::string::npos);
  EXPECT_NE(samples("without.jsonl"), with_suffix);
  prompts_[1].suffix = std::string(60, 'y');
  EXPECT_NE(samples("long.jsonl").find("the prompt has 64 tokens"), std::string::npos);
  options_.generate.truncate_prompts = true;
  StopToken stop;
  options_.path = directory_.file("cut.jsonl");
  EXPECT_EQ(sample_problems(env_, stop, *model.backend, *model.parameters, model.tokenizer,
                            prompts_, options_)
                .value()
                .truncated_prompts,
            1);
}

TEST(SampleRecordTest, JsonRoundTripsAndForeignRecordsNeedOnlyTwoKeys) {
  const SampleRecord record{.task_id = "HumanEval/0",
                            .completion = "    return 1",
                            .sample_index = 3,
                            .temperature = 0.8,
                            .tokens = 7,
                            .sum_logprob = -1.1,
                            .mean_logprob = -1.1 / 7,
                            .finish_reason = "stop"};
  const std::string line = to_json_line(to_json(record));
  EXPECT_EQ(line.find("{\"task_id\":\"HumanEval/0\",\"completion\":"), 0U);
  const Json parsed = parse_json(line, "x").value();
  EXPECT_EQ(to_json_line(to_json(sample_record_from_json(parsed, "x").value())), line);
  Json detailed = parsed;
  detailed["logprobs"] = Json{{"tokens", {5, 6}},
                              {"token_logprobs", {-0.5, -1}},
                              {"text_offset", {0, 2}},
                              {"top_logprobs", {{{5, -0.5}, {9, -2.25}}, {{6, -1}, {5, -1}}}}};
  EXPECT_EQ(to_json(sample_record_from_json(detailed, "x").value()), detailed);
  detailed["logprobs"]["text_offset"].push_back(3);
  EXPECT_EQ(sample_record_from_json(detailed, "f:3").error().message(),
            "f:3: the lists of 'logprobs' differ in length");
  detailed["logprobs"]["text_offset"] = {"x"};
  EXPECT_EQ(sample_record_from_json(detailed, "f:3").error().code(), ErrorCode::invalid_data);
  const Json foreign{{"task_id", "a"}, {"completion", "b"}};
  EXPECT_EQ(sample_record_from_json(foreign, "x").value().tokens, 0);
  const Json incomplete{{"task_id", "a"}};
  EXPECT_EQ(sample_record_from_json(incomplete, "f:3").error().message(),
            "f:3: field 'completion' is missing");
  const Json wrong{{"task_id", "a"}, {"completion", "b"}, {"tokens", "7"}};
  EXPECT_EQ(sample_record_from_json(wrong, "f:3").error().code(), ErrorCode::invalid_data);
}

}  // namespace
}  // namespace scribe
