// Tests the engine against one-by-one generation, and what may decide a sample.
#include "sample/engine.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <map>

#include "backend/reference/reference_backend.h"
#include "backend/testing/devices.h"
#include "base/hash.h"
#include "base/utf8_parts.h"
#include "model/decoder.h"
#include "sample/testing/tiny_model.h"

namespace scribe {
namespace {

using Samples = std::map<std::pair<std::string, std::int64_t>, std::string>;

/// Every sample as its JSON line, by task and index.
Samples run(const TinyModel& model, std::vector<SampleTask> tasks, const GenerateOptions& options) {
  Samples samples;
  const GenerateEvents events{.finished =
                                  [&](const SampleRecord& record) {
                                    samples[{record.task_id, record.sample_index}] =
                                        to_json_line(to_json(record));
                                    return Status();
                                  },
                              .stepped = {}};
  const StopToken stop;
  const auto totals =
      generate(*model.backend, *model.parameters, model.tokenizer, tasks, options, events, stop);
  EXPECT_TRUE(totals.ok()) << (totals.ok() ? "" : totals.error().message());
  return samples;
}

std::vector<SampleTask> three_tasks(const Tokenizer& tokenizer, std::int64_t n) {
  std::vector<SampleTask> tasks;
  for (const char* text : {"def f(x):\n", "a", "class A:\n    def g"}) {
    SampleTask task{.task_id = fmt::format("task/{}", tasks.size()),
                    .prompt = tokenizer.encode(text),
                    .indices = {}};
    for (std::int64_t index = 0; index < n; ++index) task.indices.push_back(index);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

GenerateOptions short_options() {
  GenerateOptions options;
  options.max_tokens = 20;
  options.seed = 4;
  options.stop = {"e", "\x8a\x8b", "b2"};
  return options;
}

/// One sample by the plainest loop: decode everything, search the whole text after every token.
SampleRecord plain_sample(const TinyModel& model, const SampleTask& task, std::int64_t index,
                          const GenerateOptions& options) {
  Decoder decoder(*model.backend, *model.parameters,
                  {.rows_max = 1, .suffix_max = options.max_tokens});
  Sampler sampler;
  const auto V = static_cast<std::size_t>(model.parameters->config().vocabulary_size);
  std::vector<float> logits(V);
  const auto prefix = decoder.prefill(task.prompt, logits);
  SampleRecord record{.task_id = task.task_id,
                      .completion = "",
                      .sample_index = index,
                      .temperature = options.sampler.temperature,
                      .finish_reason = ""};
  std::vector<TokenId> tokens;
  while (record.finish_reason.empty()) {
    const Draw draw = *sampler.draw(
        std::span(logits).first(static_cast<std::size_t>(model.tokenizer.vocabulary_size())),
        options.sampler, draw_bits(options.seed, hash64(task.task_id), index, record.tokens),
        {.prompt = task.prompt, .completion = tokens});
    ++record.tokens;
    record.sum_logprob += draw.logprob;
    if (draw.token == model.tokenizer.end_of_text()) {
      record.finish_reason = "stop";
      break;
    }
    tokens.push_back(draw.token);
    record.completion = model.tokenizer.decode(tokens);
    std::size_t cut = std::string::npos;
    for (const std::string& stop : options.stop) cut = std::min(cut, record.completion.find(stop));
    if (cut != std::string::npos) {
      record.completion.resize(cut);
      record.finish_reason = "stop";
    } else if (record.tokens == options.max_tokens) {
      record.finish_reason = "length";
    } else {
      const Decoder::Row row{prefix.get(), 0, record.tokens - 1, draw.token};
      decoder.step({&row, 1}, logits);
    }
  }
  record.mean_logprob = record.sum_logprob / static_cast<double>(record.tokens);
  return record;
}

TEST(EngineTest, EverySampleIsThatOfPlainOneByOneGeneration) {
  const TinyModel model;
  const GenerateOptions options = short_options();
  const std::vector<SampleTask> tasks = three_tasks(model.tokenizer, 12);
  const Samples samples = run(model, tasks, options);
  ASSERT_EQ(samples.size(), 36U);
  std::map<std::string, int> reasons;
  for (const SampleTask& task : tasks) {
    for (const std::int64_t index : task.indices) {
      const SampleRecord expected = plain_sample(model, task, index, options);
      ++reasons[expected.finish_reason];
      EXPECT_EQ(samples.at({task.task_id, index}), to_json_line(to_json(expected)));
    }
  }
  EXPECT_GT(reasons["stop"], 0);  // The test sees both ends of a completion.
  EXPECT_GT(reasons["length"], 0);
}

TEST(EngineTest, PenaltiesSeeThePromptAndTheCompletionOfTheirOwnSample) {
  const TinyModel model;
  GenerateOptions options = short_options();
  options.sampler.repetition_penalty = 1.4;
  options.sampler.presence_penalty = 0.5;
  options.sampler.frequency_penalty = 1;
  const std::vector<SampleTask> tasks = three_tasks(model.tokenizer, 4);
  const Samples samples = run(model, tasks, options);
  EXPECT_NE(samples, run(model, tasks, short_options()));
  for (const SampleTask& task : tasks)
    for (const std::int64_t index : task.indices)
      EXPECT_EQ(samples.at({task.task_id, index}),
                to_json_line(to_json(plain_sample(model, task, index, options))));
}

TEST(EngineTest, SameSeedSameBytesWhateverTheBatchTheThreadsAndTheOrder) {
  for (const Device device : devices_here()) {
    if (!make_backend(device).ok()) continue;
    const TinyModel one(device, 1);
    const TinyModel two(device, 2);
    GenerateOptions options = short_options();
    std::vector<SampleTask> tasks = three_tasks(one.tokenizer, 9);
    const Samples expected = run(one, tasks, options);
    for (const std::int64_t rows_max : {1, 5, 100}) {
      for (const int threads : {1, 2}) {
        options.rows_max = rows_max;
        options.threads = threads;
        std::ranges::reverse(tasks);
        options.prefix_bytes_max = rows_max == 5 ? 1 : std::int64_t{1} << 30;
        EXPECT_EQ(run(threads == 1 ? one : two, tasks, options), expected);
      }
    }
  }
}

TEST(EngineTest, MoreSamplesDoNotChangeTheFirstOnes) {
  const TinyModel model;
  const Samples few = run(model, three_tasks(model.tokenizer, 3), short_options());
  const Samples many = run(model, three_tasks(model.tokenizer, 10), short_options());
  for (const auto& [key, line] : few) EXPECT_EQ(many.at(key), line);
}

TEST(EngineTest, SeedTemperatureTopPAndTaskChangeTheSamples) {
  const TinyModel model;
  const std::vector<SampleTask> tasks = three_tasks(model.tokenizer, 4);
  const Samples base = run(model, tasks, short_options());
  GenerateOptions other = short_options();
  other.seed = 5;
  EXPECT_NE(run(model, tasks, other), base);
  other = short_options();
  other.sampler.top_p = 0.1;
  EXPECT_NE(run(model, tasks, other), base);
  std::vector<SampleTask> renamed = tasks;
  renamed[0].task_id = "another";
  EXPECT_NE(run(model, renamed, short_options()).at({"another", 0}).substr(22),
            base.at({"task/0", 0}).substr(21));
  other = short_options();
  other.sampler.temperature = 0;
  const Samples greedy = run(model, tasks, other);
  const auto completion = [](const std::string& line) {
    return parse_json(line, "").value()["completion"].get<std::string>();
  };
  EXPECT_EQ(completion(greedy.at({"task/1", 0})), completion(greedy.at({"task/1", 3})));
}

TEST(EngineTest, InvalidUtf8IsWrittenAsReplacementCharacters) {
  const TinyModel model;  // Random bytes: most completions are not valid UTF-8.
  bool replaced = false;
  for (const auto& [key, line] : run(model, three_tasks(model.tokenizer, 5), short_options())) {
    EXPECT_TRUE(parse_json(line, "line").ok());
    replaced = replaced || line.find("\xef\xbf\xbd") != std::string::npos;
  }
  EXPECT_TRUE(replaced);
}

// Decoding the tokens again gives the text: their bytes stand at their offsets, up to its end.
TEST(EngineTest, TokensAddUpAndStandAtTheirOffsets) {
  const TinyModel model;
  GenerateOptions options = short_options();
  options.stop = {"e", "b2", "\n"};  // "re" and "de" are tokens: some stops fall within one.
  options.logprobs = true;
  options.sampler.top_logprobs = 3;
  options.sampler.logit_bias = {{model.tokenizer.encode("re").at(0), 4}};
  int stopped_inside = 0;
  int replaced = 0;
  for (const auto& [key, line] : run(model, three_tasks(model.tokenizer, 20), options)) {
    const SampleRecord record = sample_record_from_json(parse_json(line, "").value(), "").value();
    EXPECT_EQ(to_json_line(to_json(record)), line);
    ASSERT_EQ(std::ssize(record.logprobs), record.tokens);
    double sum = 0;
    std::string bytes;
    std::vector<std::int64_t> offsets;
    for (const RecordedToken& token : record.logprobs) {
      sum += token.logprob;
      ASSERT_EQ(token.top.size(), 3U);
      ASSERT_GE(token.top[0].logprob, token.logprob);
      offsets.push_back(std::ssize(bytes));
      if (token.id != model.tokenizer.end_of_text()) bytes += model.tokenizer.bytes_of(token.id);
    }
    EXPECT_EQ(sum, record.sum_logprob);
    std::size_t cut = bytes.size();
    for (const std::string& stop : options.stop) cut = std::min(cut, bytes.find(stop));
    const std::string text = replace_invalid_utf8(bytes.substr(0, cut), offsets);
    EXPECT_EQ(record.completion, text);
    for (std::size_t i = 0; i < offsets.size(); ++i)
      EXPECT_EQ(record.logprobs[i].offset, offsets[i]);
    const bool inside = record.logprobs.back().offset < std::ssize(text);
    stopped_inside += inside && record.finish_reason == "stop" ? 1 : 0;
    replaced += text.find("\xEF\xBF\xBD") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(replaced, 0);
  EXPECT_GT(stopped_inside, 0);
}

TEST(EngineTest, ALongPromptIsAnErrorUnlessTruncationIsAllowedAndKeepsTheLastTokens) {
  const TinyModel model;
  const SampleTask task{
      .task_id = "long", .prompt = std::vector<TokenId>(29, 7), .indices = {0, 1}};
  SampleTask last = task;
  last.prompt[28] = 9;
  GenerateOptions options = short_options();  // context 48 - 20 new tokens = 28
  const StopToken stop;
  const GenerateEvents ignore{.finished = [](const SampleRecord&) { return Status(); },
                              .stepped = {}};
  const std::vector<SampleTask> tasks{last};
  const auto refused =
      generate(*model.backend, *model.parameters, model.tokenizer, tasks, options, ignore, stop);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
  EXPECT_NE(refused.error().message().find("task 'long': the prompt has 29 tokens, but only 28"),
            std::string::npos);
  options.truncate_prompts = true;
  const auto cut =
      generate(*model.backend, *model.parameters, model.tokenizer, tasks, options, ignore, stop);
  EXPECT_EQ(cut.value().truncated_prompts, 1);
  SampleTask kept = last;
  kept.prompt.erase(kept.prompt.begin());
  EXPECT_EQ(run(model, {last}, options), run(model, {kept}, options));
}

/// Counts prompts: only they have a token at position 0.
class CountingBackend : public ReferenceBackend {
 public:
  void embed(std::span<const std::int32_t> tokens, std::span<const std::int32_t> positions,
             Weight token_table, Weight position_table, Matrix out) override {
    prompts += positions[0] == 0 ? 1 : 0;
    ReferenceBackend::embed(tokens, positions, token_table, position_table, out);
  }

  int prompts = 0;
};

TEST(EngineTest, APromptIsRunOnceForAllTemperaturesAndEachSampleIsThatOfItsOwn) {
  const TinyModel model;
  std::vector<SampleTask> tasks = three_tasks(model.tokenizer, 3);
  std::map<double, Samples> expected;
  GenerateOptions options = short_options();
  options.rows_max = 4;
  for (const double temperature : {0.3, 1.2}) {
    options.sampler.temperature = temperature;
    expected[temperature] = run(model, tasks, options);
  }
  for (SampleTask& task : tasks) {
    task.indices = {0, 1, 2, 0, 1, 2};
    task.temperatures = {0.3, 0.3, 0.3, 1.2, 1.2, 1.2};
  }
  CountingBackend backend;
  std::map<double, Samples> found;
  const GenerateEvents events{
      .finished =
          [&](const SampleRecord& record) {
            found[record.temperature][{record.task_id, record.sample_index}] =
                to_json_line(to_json(record));
            return Status();
          },
      .stepped = {}};
  ASSERT_TRUE(
      generate(backend, *model.parameters, model.tokenizer, tasks, options, events, StopToken())
          .ok());
  EXPECT_EQ(found, expected);
  EXPECT_EQ(backend.prompts, 3);
  tasks[1].temperatures[2] = -1;
  EXPECT_EQ(
      generate(backend, *model.parameters, model.tokenizer, tasks, options, events, StopToken())
          .error()
          .code(),
      ErrorCode::invalid_argument);
}

/// Bytes that the program has allocated now.
std::int64_t allocated_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

// A thousand completions at once would be 5 MB, all prompts together 287 KB.
TEST(EngineTest, MemoryStaysInItsBoundAndResultsStreamOutHoweverManySamples) {
  if (allocated_bytes() == 0) GTEST_SKIP() << "this allocator does not count";
  const TinyModel model;
  const ModelConfig config = model.parameters->config();
  GenerateOptions options = short_options();
  options.rows_max = 8;
  options.threads = 1;
  options.prefix_bytes_max = 10'000;
  std::vector<SampleTask> tasks(40);  // of 28 tokens each, 7 KB
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i] = {
        .task_id = fmt::format("{}", i), .prompt = std::vector<TokenId>(28, 7), .indices = {}};
    for (std::int64_t index = 0; index < 25; ++index) tasks[i].indices.push_back(index);
  }
  const std::int64_t before = allocated_bytes();
  std::int64_t peak = before;
  std::int64_t finished = 0;
  std::int64_t finished_tokens = 0;
  const GenerateEvents events{.finished =
                                  [&](const SampleRecord& record) {
                                    ++finished;
                                    finished_tokens += record.tokens;
                                    return Status();
                                  },
                              .stepped =
                                  [&](std::int64_t tokens) {
                                    peak = std::max(peak, allocated_bytes());
                                    const std::int64_t in_hand = tokens - finished_tokens;
                                    EXPECT_LE(in_hand, options.rows_max * options.max_tokens);
                                  }};
  ASSERT_TRUE(generate(*model.backend, *model.parameters, model.tokenizer, tasks, options, events,
                       StopToken())
                  .ok());
  EXPECT_EQ(finished, 1000);
  const std::int64_t token_bytes = 2 * std::int64_t{config.layers} * config.key_width() * 4;
  const std::int64_t logits_bytes = std::int64_t{config.vocabulary_size} * 4;
  const std::int64_t suffixes = options.rows_max * options.max_tokens * token_bytes;
  const std::int64_t bound = suffixes + options.prefix_bytes_max +
                             3 * options.rows_max * logits_bytes +
                             100'000;  // of the decoder's rows, the stop automaton, texts
  EXPECT_LE(peak - before, bound);
  EXPECT_GE(peak - before, suffixes) << "the count sees the engine";
}

TEST(EngineTest, AnErrorOfTheReceiverEndsTheRun) {
  const TinyModel model;
  const std::vector<SampleTask> tasks = three_tasks(model.tokenizer, 3);
  const GenerateEvents events{
      .finished = [](const SampleRecord&) -> Status { return error(ErrorCode::io, "disk full"); },
      .stepped = {}};
  const StopToken stop;
  const auto totals = generate(*model.backend, *model.parameters, model.tokenizer, tasks,
                               short_options(), events, stop);
  EXPECT_EQ(totals.error().code(), ErrorCode::io);
}

TEST(EngineTest, AWishToStopFinishesTheSamplesInHandAndBeginsNoMore) {
  const TinyModel model;
  const std::vector<SampleTask> tasks = three_tasks(model.tokenizer, 20);
  StopToken stop;
  std::int64_t finished = 0;
  const GenerateEvents events{.finished =
                                  [&](const SampleRecord&) {
                                    ++finished;
                                    stop.request();
                                    return Status();
                                  },
                              .stepped = {}};
  GenerateOptions options = short_options();
  options.rows_max = 4;
  const auto totals =
      generate(*model.backend, *model.parameters, model.tokenizer, tasks, options, events, stop);
  EXPECT_EQ(totals.error().code(), ErrorCode::interrupted);
  EXPECT_EQ(finished, 4);
}

TEST(EngineTest, LogitsThatAreNotFiniteAreReportedWithTheTask) {
  const TinyModel model;
  std::vector<float> values(model.parameters->all().size(), NAN);
  model.backend->upload(values, model.parameters->all());
  const std::vector<SampleTask> tasks = three_tasks(model.tokenizer, 1);
  const GenerateEvents events{.finished = [](const SampleRecord&) { return Status(); },
                              .stepped = {}};
  const StopToken stop;
  const auto totals = generate(*model.backend, *model.parameters, model.tokenizer, tasks,
                               short_options(), events, stop);
  EXPECT_EQ(totals.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(totals.error().message().find("task 'task/0'"), std::string::npos);
}

TEST(EngineTest, OptionsOutsideTheirRangeAreRefusedByName) {
  const ModelConfig config{.context = 48};
  GenerateOptions options = short_options();
  options.max_tokens = 48;
  EXPECT_NE(validate(options, config).error().message().find("max-tokens is 48"),
            std::string::npos);
  options = short_options();
  options.rows_max = 0;
  EXPECT_EQ(validate(options, config).error().code(), ErrorCode::invalid_argument);
  options = short_options();
  options.sampler.top_logprobs = 3;
  EXPECT_NE(validate(options, config).error().message().find("top-logprobs is 3"),
            std::string::npos);
  options = short_options();
  options.stop = {""};
  EXPECT_EQ(validate(options, config).error().code(), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace scribe
