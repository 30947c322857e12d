// Checks tasks and feeds a batch with them.
#include "sample/engine.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/hash.h"
#include "sample/prompt.h"
#include "sample/sample_batch.h"

namespace scribe {
namespace {

/// Feeds a batch with tasks, as it has room for them.
class Run {
 public:
  Run(Backend& backend, const DecoderWeights& weights, const Tokenizer& tokenizer,
      std::span<const SampleTask> tasks, const GenerateOptions& options,
      const GenerateEvents& events, const StopToken& stop,
      std::shared_ptr<const StopStrings> stop_strings, std::int64_t rows_max)
      : config_(weights.parameters().config()),
        tokenizer_(tokenizer),
        tasks_(tasks),
        options_(options),
        events_(events),
        stop_(stop),
        stop_strings_(std::move(stop_strings)),
        batch_(backend, weights, tokenizer,
               {.rows_max = rows_max,
                .suffix_max = options.max_tokens,
                .prefix_bytes_max = options.prefix_bytes_max,
                .kept_bytes_max = 0,
                .threads = options.threads}) {}

  Result<GenerateTotals> run() {
    for (;;) {
      if (stop_.requested()) batch_.drain();
      add_tasks();
      if (batch_.empty()) break;
      SCRIBE_TRY(batch_.step());
      totals_.tokens = batch_.tokens();
      if (events_.stepped) events_.stepped(totals_.tokens);
    }
    if (totals_.samples < samples_wanted())
      return error(ErrorCode::interrupted, "stopped after {} samples", totals_.samples);
    return totals_;
  }

 private:
  std::int64_t samples_wanted() const {
    std::int64_t samples = 0;
    for (const SampleTask& task : tasks_) samples += std::ssize(task.indices);
    return samples;
  }

  /// Prompts are few at a time: only as many as rows would be free without them.
  void add_tasks() {
    while (!stop_.requested() && next_task_ < tasks_.size() && batch_.free_rows() > 0) {
      const SampleTask& task = tasks_[next_task_];
      if (!task.indices.empty()) {
        std::vector<TokenId> prompt = fit_prompt(task, tokenizer_, options_, config_).value();
        if (!batch_.has_room(std::ssize(prompt))) return;
        batch_.add(group_of(task, std::move(prompt)));
      }
      ++next_task_;
    }
  }

  SampleGroup group_of(const SampleTask& task, std::vector<TokenId> prompt) {
    SampleGroup group{.task_id = task.task_id,
                      .stream = hash64(task.task_id),
                      .prompt = std::move(prompt),
                      .indices = task.indices,
                      .samplers = {options_.sampler},
                      .max_tokens = options_.max_tokens,
                      .stop = stop_strings_,
                      .seed = options_.seed,
                      .logprobs = options_.logprobs,
                      .finished = [this](const SampleRecord& record) {
                        ++totals_.samples;
                        Status told = events_.finished(record);
                        if (stop_.requested()) batch_.drain();
                        return told;
                      }};
    if (task.temperatures.empty()) return group;
    group.samplers.assign(task.indices.size(), options_.sampler);
    for (std::size_t i = 0; i < task.temperatures.size(); ++i)
      group.samplers[i].temperature = task.temperatures[i];
    return group;
  }

  const ModelConfig config_;
  const Tokenizer& tokenizer_;
  std::span<const SampleTask> tasks_;
  const GenerateOptions& options_;
  const GenerateEvents& events_;
  const StopToken& stop_;
  std::shared_ptr<const StopStrings> stop_strings_;
  SampleBatch batch_;
  std::size_t next_task_ = 0;
  GenerateTotals totals_;
};

Status check_task(const SampleTask& task, const ModelConfig& config) {
  if (task.prompt.empty())
    return error(ErrorCode::invalid_argument, "task '{}': the prompt is empty", task.task_id);
  for (const TokenId token : task.prompt)
    if (token < 0 || token >= config.vocabulary_size)
      return error(ErrorCode::invalid_argument,
                   "task '{}': token {} in the prompt, but the model has {} tokens", task.task_id,
                   token, config.vocabulary_size);
  SCRIBE_CHECK(task.temperatures.empty() || task.temperatures.size() == task.indices.size(),
               "{} temperatures for {} samples", task.temperatures.size(), task.indices.size());
  std::optional<double> checked;  // They come in runs.
  for (const double temperature : task.temperatures) {
    if (temperature != checked) SCRIBE_TRY(validate({.temperature = temperature}));
    checked = temperature;
  }
  for (const std::int64_t index : task.indices)
    SCRIBE_CHECK(index >= 0 && index <= 0xFFFFFFFF, "sample index {}", index);
  return {};
}

}  // namespace

Status validate(const GenerateOptions& options, const ModelConfig& config) {
  SCRIBE_TRY(validate(options.sampler));
  if (options.sampler.top_logprobs > 0 && !options.logprobs)
    return error(ErrorCode::invalid_argument,
                 "top-logprobs is {}, but log-probabilities of tokens are not asked for",
                 options.sampler.top_logprobs);
  if (options.max_tokens < 1 || options.max_tokens >= config.context)
    return error(ErrorCode::invalid_argument,
                 "max-tokens is {}, expected 1 to {}: the model has {} positions and the prompt "
                 "needs one",
                 options.max_tokens, config.context - 1, config.context);
  if (options.rows_max < 1 || options.rows_max > 65536)
    return error(ErrorCode::invalid_argument, "rows is {}, expected 1 to 65536", options.rows_max);
  SCRIBE_TRY(StopStrings::compile(options.stop));
  return {};
}

Result<std::vector<TokenId>> fit_prompt(const SampleTask& task, const Tokenizer& tokenizer,
                                        const GenerateOptions& options, const ModelConfig& config) {
  const std::vector<TokenId>& prompt = task.prompt;
  const auto room = static_cast<std::size_t>(config.context - options.max_tokens);
  if (prompt.size() <= room) return prompt;
  if (!options.truncate_prompts)
    return error(ErrorCode::invalid_argument,
                 "task '{}': the prompt has {} tokens, but only {} fit before {} new ones in a "
                 "context of {}; ask for fewer new tokens or allow truncated prompts",
                 task.task_id, prompt.size(), room, options.max_tokens, config.context);
  return cut_prompt(tokenizer, prompt, room);
}

Result<GenerateTotals> generate(Backend& backend, const Parameters& parameters,
                                const Tokenizer& tokenizer, std::span<const SampleTask> tasks,
                                const GenerateOptions& options, const GenerateEvents& events,
                                const StopToken& stop) {
  return generate(backend, DecoderWeights(backend, parameters, options.weights), tokenizer, tasks,
                  options, events, stop);
}

Result<GenerateTotals> generate(Backend& backend, const DecoderWeights& weights,
                                const Tokenizer& tokenizer, std::span<const SampleTask> tasks,
                                const GenerateOptions& options, const GenerateEvents& events,
                                const StopToken& stop) {
  const ModelConfig& config = weights.parameters().config();
  SCRIBE_TRY(validate(options, config));
  if (tokenizer.vocabulary_size() > config.vocabulary_size)
    return error(ErrorCode::invalid_argument,
                 "the tokenizer has {} tokens, the model only {}: they do not belong together",
                 tokenizer.vocabulary_size(), config.vocabulary_size);
  SCRIBE_TRY(check_biased_tokens(options.sampler, tokenizer.vocabulary_size()));
  std::int64_t truncated = 0;
  std::int64_t samples = 0;
  for (const SampleTask& task : tasks) {
    SCRIBE_TRY(check_task(task, config));
    SCRIBE_TRY_ASSIGN(const std::vector<TokenId> prompt,
                      fit_prompt(task, tokenizer, options, config));
    truncated += prompt.size() < task.prompt.size() ? 1 : 0;
    samples += static_cast<std::int64_t>(task.indices.size());
  }
  if (samples == 0) return GenerateTotals{.truncated_prompts = truncated};
  SCRIBE_TRY_ASSIGN(StopStrings stop_strings, StopStrings::compile(options.stop));
  Run run(backend, weights, tokenizer, tasks, options, events, stop,
          std::make_shared<const StopStrings>(std::move(stop_strings)),
          std::min(options.rows_max, samples));
  SCRIBE_TRY_ASSIGN(GenerateTotals totals, run.run());
  totals.truncated_prompts = truncated;
  return totals;
}

}  // namespace scribe
