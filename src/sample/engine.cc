// The batch of live rows: filling, stepping, drawing, retiring.
#include "sample/engine.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "base/hash.h"
#include "base/thread_pool.h"
#include "base/utf8_parts.h"

namespace scribe {
namespace {

/// A task whose prompt has been run: all its samples share the prefix and the first logits.
struct Group {
  const SampleTask* task = nullptr;
  std::span<const TokenId> prompt;  ///< what the model was given of it
  std::uint64_t stream = 0;         ///< of random numbers: a hash of the task id
  std::shared_ptr<const PrefixCache> prefix;
  std::int64_t prefix_bytes = 0;
  std::vector<float> first_logits;
  std::size_t next = 0;  ///< of task->indices, the first not begun
  std::int64_t live = 0;

  bool all_begun() const { return next == task->indices.size(); }
};

/// One sequence of the batch.
struct Slot {
  Group* group = nullptr;  ///< null: free
  std::int64_t sample_index = 0;
  const SamplerOptions* sampler = nullptr;
  std::vector<TokenId> tokens;
  double sum_logprob = 0;
  std::vector<RecordedToken> logprobs;  ///< as the options ask; offsets into `text`
  StopStrings::Position position;
  std::string text;
};

/// A token to draw: for a slot, from these logits (V).
struct Drawing {
  std::size_t slot = 0;
  const float* logits = nullptr;
  std::optional<Draw> draw;
};

class Engine {
 public:
  Engine(Backend& backend, const DecoderWeights& weights, const Tokenizer& tokenizer,
         std::span<const SampleTask> tasks, const GenerateOptions& options,
         const GenerateEvents& events, const StopToken& stop, StopStrings stop_strings,
         std::int64_t rows_max)
      : backend_(backend),
        config_(weights.parameters().config()),
        tokenizer_(tokenizer),
        tasks_(tasks),
        options_(options),
        events_(events),
        stop_(stop),
        stop_strings_(std::move(stop_strings)),
        decoder_(backend, weights,
                 {.rows_max = rows_max,
                  .suffix_max = options.max_tokens,
                  .slots = 0,
                  .weights = options.weights}),
        pool_(options.threads),
        samplers_(static_cast<std::size_t>(pool_.thread_count())),
        slots_(static_cast<std::size_t>(rows_max)) {
    for (std::size_t slot = slots_.size(); slot > 0; --slot) free_.push_back(slot - 1);
    for (const SampleTask& task : tasks)
      for (const double temperature : task.temperatures) {
        SamplerOptions& sampler =
            sampler_options_.try_emplace(temperature, options.sampler).first->second;
        sampler.temperature = temperature;
      }
  }

  Result<GenerateTotals> run() {
    for (;;) {
      SCRIBE_TRY(fill());
      if (free_.size() == slots_.size()) break;
      step();
      SCRIBE_TRY(draw_and_advance());
      if (events_.stepped) events_.stepped(totals_.tokens);
    }
    if (stop_.requested() && !all_begun())
      return error(ErrorCode::interrupted, "stopped after {} samples", totals_.samples);
    return totals_;
  }

 private:
  bool all_begun() const {
    return next_task_ == tasks_.size() &&
           std::ranges::all_of(groups_, [](const auto& group) { return group->all_begun(); });
  }

  /// Gives every free slot a sample, as far as there are any, and draws its first token. A sample
  /// that ends with its first token frees its slot again.
  Status fill() {
    do {
      drawings_.clear();
      while (!free_.empty() && !stop_.requested()) {
        Group* group = group_to_begin();
        if (group == nullptr) break;
        begin(*group);
      }
      SCRIBE_TRY(draw_and_advance());
    } while (!drawings_.empty());
    return {};
  }

  /// The live group with samples not begun (only the last one may have some), or the next task's.
  /// Null if there is no more, or no room for another prefix yet.
  Group* group_to_begin() {
    if (!groups_.empty() && !groups_.back()->all_begun()) return groups_.back().get();
    while (next_task_ < tasks_.size() && tasks_[next_task_].indices.empty()) ++next_task_;
    if (next_task_ == tasks_.size()) return nullptr;
    const SampleTask& task = tasks_[next_task_];
    const std::span<const TokenId> prompt = fit_prompt(task, options_, config_).value();
    const std::int64_t bytes = prefix_bytes(backend_, config_, std::ssize(prompt));
    if (!groups_.empty() && prefix_bytes_ + bytes > options_.prefix_bytes_max) return nullptr;
    ++next_task_;
    prefix_bytes_ += bytes;
    auto group = std::make_unique<Group>();
    group->task = &task;
    group->prompt = prompt;
    group->stream = hash64(task.task_id);
    group->prefix_bytes = bytes;
    group->first_logits.resize(vocabulary_size());
    group->prefix = decoder_.prefill(prompt, group->first_logits);
    groups_.push_back(std::move(group));
    return groups_.back().get();
  }

  void begin(Group& group) {
    const std::size_t slot = free_.back();
    free_.pop_back();
    slots_[slot] = Slot{};
    slots_[slot].group = &group;
    slots_[slot].sample_index = group.task->indices[group.next];
    const std::vector<double>& temperatures = group.task->temperatures;
    slots_[slot].sampler =
        temperatures.empty() ? &options_.sampler : &sampler_options_.at(temperatures[group.next]);
    ++group.next;
    ++group.live;
    drawings_.push_back({.slot = slot, .logits = group.first_logits.data(), .draw = {}});
  }

  /// Runs the model over the live rows, those of one group side by side, as attention likes them.
  void step() {
    drawings_.clear();
    rows_.clear();
    for (const auto& group : groups_)
      for (std::size_t slot = 0; slot < slots_.size(); ++slot)
        if (slots_[slot].group == group.get()) add_row(slot);
    const std::span<const float> logits = decoder_.step(rows_);
    for (std::size_t row = 0; row < rows_.size(); ++row)
      drawings_[row].logits = logits.data() + row * vocabulary_size();
  }

  std::size_t vocabulary_size() const { return static_cast<std::size_t>(config_.vocabulary_size); }

  void add_row(std::size_t slot) {
    const Slot& s = slots_[slot];
    drawings_.push_back({.slot = slot, .logits = nullptr, .draw = {}});
    rows_.push_back({.prefix = s.group->prefix.get(),
                     .slot = static_cast<std::int64_t>(slot),
                     .suffix_length = std::ssize(s.tokens) - 1,
                     .token = s.tokens.back()});
  }

  Status draw_and_advance() {
    // A model may have more rows in its table than the tokenizer has tokens (a padded vocabulary):
    // those rows mean nothing and are never drawn.
    const auto vocabulary = static_cast<std::size_t>(tokenizer_.vocabulary_size());
    pool_.run(static_cast<std::int64_t>(drawings_.size()), [&](std::int64_t index, int thread) {
      Drawing& drawing = drawings_[static_cast<std::size_t>(index)];
      const Slot& slot = slots_[drawing.slot];
      drawing.draw = samplers_[static_cast<std::size_t>(thread)].draw(
          {drawing.logits, vocabulary}, *slot.sampler,
          draw_bits(options_.seed, slot.group->stream, slot.sample_index, std::ssize(slot.tokens)),
          {.prompt = slot.group->prompt, .completion = slot.tokens});
    });
    for (Drawing& drawing : drawings_) SCRIBE_TRY(advance(drawing));
    std::erase_if(groups_, [&](const auto& group) {
      const bool done = group->all_begun() && group->live == 0;
      if (done) prefix_bytes_ -= group->prefix_bytes;
      return done;
    });
    return {};
  }

  /// Appends the drawn token to its sample and finishes the sample if the token decides its end.
  Status advance(Drawing& drawing) {
    Slot& slot = slots_[drawing.slot];
    if (!drawing.draw)
      return error(ErrorCode::invalid_data,
                   "task '{}', sample {}: the model's logits are not finite; its training diverged "
                   "or the checkpoint is damaged",
                   slot.group->task->task_id, slot.sample_index);
    ++totals_.tokens;
    const TokenId token = drawing.draw->token;
    slot.tokens.push_back(token);
    slot.sum_logprob += drawing.draw->logprob;
    if (options_.logprobs)
      slot.logprobs.push_back({.id = token,
                               .logprob = drawing.draw->logprob,
                               .offset = std::ssize(slot.text),
                               .top = std::move(drawing.draw->top)});
    if (token == tokenizer_.end_of_text()) return finish(drawing.slot, "stop");
    const std::string_view bytes = tokenizer_.bytes_of(token);
    slot.text += bytes;
    if (const auto cut = stop_strings_.read(slot.position, bytes)) {
      slot.text.resize(*cut);
      return finish(drawing.slot, "stop");
    }
    if (std::ssize(slot.tokens) == options_.max_tokens) return finish(drawing.slot, "length");
    return {};
  }

  Status finish(std::size_t index, std::string reason) {
    Slot& slot = slots_[index];
    const std::int64_t tokens = std::ssize(slot.tokens);
    std::vector<std::int64_t> offsets;
    for (const RecordedToken& token : slot.logprobs) offsets.push_back(token.offset);
    std::string text = replace_invalid_utf8(slot.text, offsets);
    for (std::size_t i = 0; i < offsets.size(); ++i) slot.logprobs[i].offset = offsets[i];
    const SampleRecord record{.task_id = slot.group->task->task_id,
                              .completion = std::move(text),
                              .sample_index = slot.sample_index,
                              .temperature = slot.sampler->temperature,
                              .tokens = tokens,
                              .sum_logprob = slot.sum_logprob,
                              .mean_logprob = slot.sum_logprob / static_cast<double>(tokens),
                              .finish_reason = std::move(reason),
                              .logprobs = std::move(slot.logprobs)};
    --slot.group->live;
    slot.group = nullptr;
    free_.push_back(index);
    ++totals_.samples;
    return events_.finished(record);
  }

  Backend& backend_;
  const ModelConfig config_;
  const Tokenizer& tokenizer_;
  std::span<const SampleTask> tasks_;
  const GenerateOptions& options_;
  const GenerateEvents& events_;
  const StopToken& stop_;
  StopStrings stop_strings_;
  Decoder decoder_;
  ThreadPool pool_;
  std::vector<Sampler> samplers_;                     // one per thread
  std::map<double, SamplerOptions> sampler_options_;  // the tasks' temperatures

  std::vector<std::unique_ptr<Group>> groups_;  // live ones, in the order of their tasks
  std::size_t next_task_ = 0;
  std::int64_t prefix_bytes_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::size_t> free_;
  std::vector<Decoder::Row> rows_;
  std::vector<Drawing> drawings_;
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

Result<std::span<const TokenId>> fit_prompt(const SampleTask& task, const GenerateOptions& options,
                                            const ModelConfig& config) {
  const std::span<const TokenId> prompt(task.prompt);
  const auto room = static_cast<std::size_t>(config.context - options.max_tokens);
  if (prompt.size() <= room) return prompt;
  if (!options.truncate_prompts)
    return error(ErrorCode::invalid_argument,
                 "task '{}': the prompt has {} tokens, but only {} fit before {} new ones in a "
                 "context of {}; ask for fewer new tokens or allow truncated prompts",
                 task.task_id, prompt.size(), room, options.max_tokens, config.context);
  return prompt.last(room);
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
    SCRIBE_TRY_ASSIGN(const std::span<const TokenId> prompt, fit_prompt(task, options, config));
    truncated += prompt.size() < task.prompt.size() ? 1 : 0;
    samples += static_cast<std::int64_t>(task.indices.size());
  }
  if (samples == 0) return GenerateTotals{.truncated_prompts = truncated};
  SCRIBE_TRY_ASSIGN(StopStrings stop_strings, StopStrings::compile(options.stop));
  Engine engine(backend, weights, tokenizer, tasks, options, events, stop, std::move(stop_strings),
                std::min(options.rows_max, samples));
  SCRIBE_TRY_ASSIGN(GenerateTotals totals, engine.run());
  totals.truncated_prompts = truncated;
  return totals;
}

}  // namespace scribe
