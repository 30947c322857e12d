// Texts as rows of a decoding step: many tokens of one text, or of many, at a time.
#include "sample/text_logprobs.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <tuple>

#include "base/thread_pool.h"
#include "model/decoder.h"
#include "sample/sampler.h"

namespace scribe {
namespace {

struct TokenScore {
  double logprob = 0;
  std::vector<TokenLogprob> top;
};

/// The most likely tokens, and the log-probability of `token`: the bits of Draw::logprob, whichever
/// token it drew. Nothing if the logits have no distribution.
std::optional<TokenScore> score_of(Sampler& sampler, std::span<const float> logits, TokenId token,
                                   std::int32_t top_logprobs) {
  // The most likely token's logit is the maximum: what is left of its log-probability is minus the
  // logarithm of the sum.
  std::optional<Draw> best =
      sampler.draw(logits, {.temperature = 0, .top_logprobs = top_logprobs}, 0);
  if (!best) return std::nullopt;
  const auto logit = [&](TokenId id) {
    return static_cast<double>(logits[static_cast<std::size_t>(id)]);
  };
  return TokenScore{.logprob = logit(token) - logit(best->token) + best->logprob,
                    .top = std::move(best->top)};
}

/// A text whose tokens are being fed.
struct Live {
  std::size_t text = 0;
  std::int64_t slot = 0;
  std::int64_t fed = 0;  ///< tokens of the text that the model has seen
  std::shared_ptr<const PrefixCache> prefix;
};

/// A token whose log-probability is to be taken from logits (V).
struct Lookup {
  std::size_t text = 0;
  std::int64_t at = 0;  ///< in the text
  const float* logits = nullptr;
};

class Scorer {
 public:
  Scorer(Backend& backend, const DecoderWeights& weights, std::span<const GivenText> texts,
         const TextLogprobsOptions& options, std::int64_t slots, std::int64_t suffix_max)
      : vocabulary_(static_cast<std::size_t>(weights.parameters().config().vocabulary_size)),
        texts_(texts),
        options_(options),
        decoder_(backend, weights,
                 {.rows_max = options.rows_max,
                  .suffix_max = suffix_max,
                  .slots = slots,
                  .weights = options.weights}),
        pool_(options.threads),
        samplers_(static_cast<std::size_t>(pool_.thread_count())),
        order_(texts.size()),
        results_(texts.size()),
        first_logits_(vocabulary_) {
    // Texts of one prompt stand side by side, equal ones next to each other.
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(
        order_, {}, [&](std::size_t i) { return std::tie(texts_[i].prompt, texts_[i].text); });
    for (std::int64_t slot = slots; slot > 0; --slot) free_slots_.push_back(slot - 1);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      results_[i].tokens.resize(texts[i].text.size());
      if (options.top_logprobs > 0) results_[i].top.resize(texts[i].text.size());
    }
  }

  Result<std::vector<TextLogprobs>> run(const std::function<void(std::int64_t)>& progress,
                                        const StopToken& stop) {
    while (next_ < order_.size() || !live_.empty()) {
      if (stop.requested())
        return error(ErrorCode::interrupted, "stopped after {} of {} texts", next_ - live_.size(),
                     texts_.size());
      SCRIBE_TRY(step());
      if (progress) progress(static_cast<std::int64_t>(next_ - live_.size()));
    }
    for (std::size_t i = 1; i < order_.size(); ++i)
      if (is_repeated(i)) results_[order_[i]] = results_[order_[i - 1]];
    for (TextLogprobs& result : results_)
      result.sum = std::accumulate(result.tokens.begin(), result.tokens.end(), 0.0);
    return std::move(results_);
  }

 private:
  const GivenText& text_at(std::size_t place) const { return texts_[order_[place]]; }
  bool is_repeated(std::size_t place) const {
    return place > 0 && text_at(place).prompt == text_at(place - 1).prompt &&
           text_at(place).text == text_at(place - 1).text;
  }

  /// One step of the model with as many rows as fit: first what is left of texts at work.
  Status step() {
    rows_.clear();
    lookups_.clear();
    for (Live& live : live_) add_rows(live);
    while (next_ < order_.size() && std::ssize(rows_) < options_.rows_max && !free_slots_.empty())
      SCRIBE_TRY(begin_next());
    if (!rows_.empty()) {
      const std::span<const float> logits = decoder_.step(rows_);
      for (std::size_t row = 0; row < rows_.size(); ++row)
        lookups_[row].logits = logits.data() + row * vocabulary_;
    }
    SCRIBE_TRY(look_up());
    std::erase_if(live_, [&](const Live& live) {
      const bool done = live.fed + 1 == std::ssize(texts_[live.text].text);
      if (done) free_slots_.push_back(live.slot);
      return done;
    });
    return {};
  }

  /// Starts the next text: its first token needs the logits after the prompt alone.
  Status begin_next() {
    const std::size_t place = next_++;
    const GivenText& given = text_at(place);
    if (given.text.empty() || is_repeated(place)) return {};
    if (prefix_ == nullptr || given.prompt != *prompt_) {
      prompt_ = &given.prompt;
      prefix_ = decoder_.prefill(given.prompt, first_logits_);
    }
    SCRIBE_TRY(
        take(samplers_[0], {.text = order_[place], .at = 0, .logits = first_logits_.data()}));
    if (given.text.size() == 1) return {};
    live_.push_back(
        {.text = order_[place], .slot = free_slots_.back(), .fed = 0, .prefix = prefix_});
    free_slots_.pop_back();
    add_rows(live_.back());
    return {};
  }

  /// Feeds a text's next tokens, all but the last of it, as far as there are rows.
  void add_rows(Live& live) {
    const std::vector<TokenId>& text = texts_[live.text].text;
    for (; live.fed + 1 < std::ssize(text) && std::ssize(rows_) < options_.rows_max; ++live.fed) {
      lookups_.push_back({.text = live.text, .at = live.fed + 1, .logits = nullptr});
      rows_.push_back({.prefix = live.prefix.get(),
                       .slot = live.slot,
                       .suffix_length = live.fed,
                       .token = text[static_cast<std::size_t>(live.fed)]});
    }
  }

  Status look_up() {
    std::vector<Status> outcomes(lookups_.size());
    pool_.run(std::ssize(lookups_), [&](std::int64_t index, int thread) {
      const auto i = static_cast<std::size_t>(index);
      outcomes[i] = take(samplers_[static_cast<std::size_t>(thread)], lookups_[i]);
    });
    for (Status& outcome : outcomes) SCRIBE_TRY(std::move(outcome));
    return {};
  }

  Status take(Sampler& sampler, const Lookup& lookup) {
    const GivenText& given = texts_[lookup.text];
    const auto at = static_cast<std::size_t>(lookup.at);
    std::optional<TokenScore> score =
        score_of(sampler, {lookup.logits, static_cast<std::size_t>(options_.vocabulary_size)},
                 given.text[at], options_.top_logprobs);
    if (!score)
      return error(ErrorCode::invalid_data,
                   "{}: the model's logits are not finite; its training diverged or the checkpoint "
                   "is damaged",
                   given.name);
    TextLogprobs& result = results_[lookup.text];
    result.tokens[at] = score->logprob;
    if (options_.top_logprobs > 0) result.top[at] = std::move(score->top);
    return {};
  }

  const std::size_t vocabulary_;
  std::span<const GivenText> texts_;
  const TextLogprobsOptions& options_;
  Decoder decoder_;
  ThreadPool pool_;
  std::vector<Sampler> samplers_;  // one per thread

  std::vector<std::size_t> order_;  // in which texts are begun
  std::size_t next_ = 0;            // in order_, the first not begun
  std::vector<TextLogprobs> results_;
  const std::vector<TokenId>* prompt_ = nullptr;  // of prefix_; one of the texts' own
  std::shared_ptr<const PrefixCache> prefix_;
  std::vector<float> first_logits_;  // after *prompt_
  std::vector<Live> live_;
  std::vector<std::int64_t> free_slots_;
  std::vector<Decoder::Row> rows_;
  std::vector<Lookup> lookups_;
};

Status check(const GivenText& given, const ModelConfig& config, std::int32_t vocabulary_size) {
  if (given.prompt.empty())
    return error(ErrorCode::invalid_argument, "{}: the prompt is empty", given.name);
  for (const TokenId token : given.prompt)
    if (token < 0 || token >= config.vocabulary_size)
      return error(ErrorCode::invalid_argument, "{}: token {} in the prompt, but the model has {}",
                   given.name, token, config.vocabulary_size);
  for (const TokenId token : given.text)
    if (token < 0 || token >= vocabulary_size)
      return error(ErrorCode::invalid_argument,
                   "{}: token {} in the text, but the tokenizer has {}", given.name, token,
                   vocabulary_size);
  // The last token is looked up, not fed: the model needs no position for it.
  const auto fed = std::ssize(given.prompt) + std::max<std::int64_t>(std::ssize(given.text), 1) - 1;
  if (fed > config.context)
    return error(ErrorCode::invalid_argument,
                 "{}: {} tokens of prompt and {} of text do not fit in a context of {}", given.name,
                 given.prompt.size(), given.text.size(), config.context);
  return {};
}

}  // namespace

Result<std::vector<TextLogprobs>> text_logprobs(
    Backend& backend, const Parameters& parameters, std::span<const GivenText> texts,
    const TextLogprobsOptions& options, const std::function<void(std::int64_t texts)>& progress,
    const StopToken& stop) {
  return text_logprobs(backend, DecoderWeights(backend, parameters, options.weights), texts,
                       options, progress, stop);
}

Result<std::vector<TextLogprobs>> text_logprobs(
    Backend& backend, const DecoderWeights& weights, std::span<const GivenText> texts,
    const TextLogprobsOptions& options, const std::function<void(std::int64_t texts)>& progress,
    const StopToken& stop) {
  const ModelConfig& config = weights.parameters().config();
  if (options.rows_max < 1 || options.rows_max > 65536)
    return error(ErrorCode::invalid_argument, "rows is {}, expected 1 to 65536", options.rows_max);
  SCRIBE_CHECK(options.vocabulary_size > 0 && options.vocabulary_size <= config.vocabulary_size,
               "{} ids, the model has {}", options.vocabulary_size, config.vocabulary_size);
  std::int64_t prompt_max = 0;
  std::int64_t text_max = 0;
  for (const GivenText& given : texts) {
    SCRIBE_TRY(check(given, config, options.vocabulary_size));
    prompt_max = std::max<std::int64_t>(prompt_max, std::ssize(given.prompt));
    text_max = std::max<std::int64_t>(text_max, std::ssize(given.text));
  }
  const std::int64_t bytes_of_text =
      prefix_bytes(backend, config, prompt_max) +
      suffix_bytes(backend, config,
                   {.suffix_max = std::max<std::int64_t>(text_max, 1), .weights = options.weights});
  const std::int64_t slots =
      std::clamp<std::int64_t>(options.cache_bytes_max / bytes_of_text, 1, options.rows_max);
  Scorer scorer(backend, weights, texts, options, slots, std::max<std::int64_t>(text_max - 1, 1));
  return scorer.run(progress, stop);
}

}  // namespace scribe
