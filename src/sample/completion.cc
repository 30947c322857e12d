// The loop over one sequence: guess, step, draw while the guesses hold.
#include "sample/completion.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "base/hash.h"
#include "sample/prompt_lookup.h"
#include "sample/sampler.h"
#include "sample/text_stream.h"

namespace scribe {
namespace {

constexpr std::int64_t kGuessesMax = 64;

/// How many tokens to guess: more after guesses that held, few where text does not repeat itself,
/// because a step takes longer the more rows it has.
class GuessLength {
 public:
  explicit GuessLength(std::int64_t max) : max_(max), length_(std::min<std::int64_t>(max, 4)) {}

  std::int64_t get() const { return length_; }
  void learn(std::int64_t guessed, std::int64_t accepted) {
    if (guessed == 0) return;
    length_ = std::min(max_, accepted == guessed ? 2 * length_ : accepted + 1);
  }

 private:
  std::int64_t max_;
  std::int64_t length_;
};

class Completer {
 public:
  Completer(Backend& backend, const DecoderWeights& weights, const Tokenizer& tokenizer,
            const SampleTask& task, std::span<const TokenId> prompt,
            const CompletionOptions& options, const CompletionEvents& events, const StopToken& stop,
            const StopStrings& stop_strings)
      : vocabulary_(static_cast<std::size_t>(weights.parameters().config().vocabulary_size)),
        tokenizer_(tokenizer),
        task_(task),
        prompt_(prompt),
        options_(options),
        events_(events),
        stop_(stop),
        stop_strings_(stop_strings),
        decoder_(backend, weights,
                 {.rows_max = options.guesses_max + 1,
                  .suffix_max = options.generate.max_tokens,
                  .slots = 1,
                  .weights = options.generate.weights}),
        first_logits_(vocabulary_) {}

  Result<CompletionTotals> run() {
    totals_.prompt_tokens = std::ssize(prompt_);
    prefix_ = decoder_.prefill(prompt_, first_logits_);
    for (const std::int64_t index : task_.indices) {
      if (stop_.requested()) return interrupted();
      SCRIBE_TRY(events_.begun(index));
      SCRIBE_TRY(complete_one(index));
    }
    return totals_;
  }

 private:
  /// One sample, from its first token to its last.
  struct Sequence {
    Sequence(const StopStrings& stop, std::span<const TokenId> prompt)
        : text(stop), lookup(prompt) {}

    std::vector<TokenId> tokens;
    SampleRecord record;
    TextStream text;
    PromptLookup lookup;
  };

  Error interrupted() const {
    return error(ErrorCode::interrupted, "stopped after {} tokens", totals_.tokens);
  }

  Status complete_one(std::int64_t index) {
    Sequence sequence(stop_strings_, prompt_);
    sequence.record.task_id = task_.task_id;
    sequence.record.sample_index = index;
    sequence.record.temperature = options_.generate.sampler.temperature;
    GuessLength length(options_.guesses_max);
    SCRIBE_TRY(read(sequence, first_logits_, {}));
    while (sequence.record.finish_reason.empty()) {
      SCRIBE_TRY(events_.text(sequence.text.take()));
      if (stop_.requested()) {
        SCRIBE_TRY(events_.text(sequence.text.take_rest()));
        return interrupted();
      }
      // After the last token that may be drawn nothing is looked at.
      const std::int64_t left = options_.generate.max_tokens - sequence.record.tokens - 1;
      const std::vector<TokenId> guesses =
          sequence.lookup.guess(static_cast<std::size_t>(std::min(length.get(), left)));
      SCRIBE_TRY_ASSIGN(const std::int64_t accepted,
                        read(sequence, step(sequence, guesses), guesses));
      length.learn(std::ssize(guesses), accepted);
      totals_.guessed += std::ssize(guesses);
      totals_.accepted += accepted;
    }
    SCRIBE_TRY(events_.text(sequence.text.take_rest()));
    sequence.record.completion = sequence.text.text();
    sequence.record.mean_logprob =
        sequence.record.sum_logprob / static_cast<double>(sequence.record.tokens);
    return events_.finished(sequence.record);
  }

  /// Feeds the last token and the guesses; gives the logits behind each. What a guess that does not
  /// hold leaves in the slot is overwritten by the next step.
  std::span<const float> step(const Sequence& sequence, std::span<const TokenId> guesses) {
    rows_.clear();
    const auto add = [&](TokenId token) {
      rows_.push_back({.prefix = prefix_.get(),
                       .slot = 0,
                       .suffix_length = sequence.record.tokens - 1 + std::ssize(rows_),
                       .token = token});
    };
    add(sequence.tokens.back());
    for (const TokenId guess : guesses) add(guess);
    ++totals_.steps;
    return decoder_.step(rows_);
  }

  /// Draws from one row of logits after the other, as long as the token drawn is the one that the
  /// next row was computed with. Returns how many guesses held.
  Result<std::int64_t> read(Sequence& sequence, std::span<const float> logits,
                            std::span<const TokenId> guesses) {
    for (std::size_t row = 0;; ++row) {
      SCRIBE_TRY(draw(sequence, logits.subspan(row * vocabulary_, vocabulary_)));
      const bool holds = row < guesses.size() && sequence.tokens.back() == guesses[row];
      if (!holds || !sequence.record.finish_reason.empty())
        return static_cast<std::int64_t>(row + (holds ? 1 : 0));
    }
  }

  /// One token, as generate() draws it.
  Status draw(Sequence& sequence, std::span<const float> logits) {
    const GenerateOptions& options = options_.generate;
    SampleRecord& record = sequence.record;
    // Rows of the table beyond the tokenizer's ids mean nothing.
    const auto vocabulary = static_cast<std::size_t>(tokenizer_.vocabulary_size());
    const auto draw = sampler_.draw(
        logits.first(vocabulary), options.sampler,
        draw_bits(options.seed, hash64(task_.task_id), record.sample_index, record.tokens),
        {.prompt = prompt_, .completion = sequence.tokens});
    if (!draw)
      return error(ErrorCode::invalid_data,
                   "task '{}', sample {}: the model's logits are not finite; its training diverged "
                   "or the checkpoint is damaged",
                   task_.task_id, record.sample_index);
    ++totals_.tokens;
    ++record.tokens;
    record.sum_logprob += draw->logprob;
    sequence.tokens.push_back(draw->token);
    sequence.lookup.append(draw->token);
    const bool ended =
        tokenizer_.ends_text(draw->token) || sequence.text.append(tokenizer_.bytes_of(draw->token));
    if (ended)
      record.finish_reason = "stop";
    else if (record.tokens == options.max_tokens)
      record.finish_reason = "length";
    return {};
  }

  const std::size_t vocabulary_;
  const Tokenizer& tokenizer_;
  const SampleTask& task_;
  std::span<const TokenId> prompt_;
  const CompletionOptions& options_;
  const CompletionEvents& events_;
  const StopToken& stop_;
  const StopStrings& stop_strings_;
  Decoder decoder_;
  Sampler sampler_;

  std::shared_ptr<const PrefixCache> prefix_;
  std::vector<float> first_logits_;
  std::vector<Decoder::Row> rows_;
  CompletionTotals totals_;
};

}  // namespace

Result<CompletionTotals> complete(Backend& backend, const DecoderWeights& weights,
                                  const Tokenizer& tokenizer, const SampleTask& task,
                                  const CompletionOptions& options, const CompletionEvents& events,
                                  const StopToken& stop) {
  if (options.guesses_max < 0 || options.guesses_max > kGuessesMax)
    return error(ErrorCode::invalid_argument, "guesses is {}, expected 0 to {}",
                 options.guesses_max, kGuessesMax);
  if (options.generate.logprobs)
    return error(ErrorCode::unsupported,
                 "log-probabilities of single tokens are not told while one prompt is completed; "
                 "use generate()");
  // What generate() refuses is refused here: no indices, so it only looks.
  const SampleTask looked_at{.task_id = task.task_id, .prompt = task.prompt, .indices = {}};
  SCRIBE_TRY(generate(backend, weights, tokenizer, {&looked_at, 1}, options.generate, {}, stop));
  SCRIBE_TRY_ASSIGN(const StopStrings stop_strings, StopStrings::compile(options.generate.stop));
  SCRIBE_TRY_ASSIGN(const std::vector<TokenId> prompt,
                    fit_prompt(task, tokenizer, options.generate, weights.parameters().config()));
  Completer completer(backend, weights, tokenizer, task, prompt, options, events, stop,
                      stop_strings);
  return completer.run();
}

}  // namespace scribe
