// Log-probabilities of given texts after given prompts.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/result.h"
#include "base/stop.h"
#include "model/decoder.h"
#include "model/parameters.h"
#include "sample/sampler.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// A text to be scored, as tokens.
struct GivenText {
  std::string name;             ///< for messages: "task 'HumanEval/0', sample 3"
  std::vector<TokenId> prompt;  ///< at least one token: the end of text where a document begins
  std::vector<TokenId> text;    ///< may be empty
};

/// Of softmax(logits) at temperature 1 with nothing filtered out, in nats.
struct TextLogprobs {
  std::vector<double> tokens;  ///< log P(text[i] | prompt, text[0 ... i-1])
  double sum = 0;              ///< of `tokens`, added from left to right
  /// The most likely tokens at each place, if they are asked for; as in Draw.
  std::vector<std::vector<TokenLogprob>> top = {};

  /// Per token; 0 for an empty text.
  double mean() const { return tokens.empty() ? 0 : sum / static_cast<double>(tokens.size()); }
};

struct TextLogprobsOptions {
  std::int32_t vocabulary_size =
      0;  ///< ids of the tokenizer: rows of the model beyond do not count
  WeightFormat weights = WeightFormat::f32;
  std::int32_t top_logprobs = 0;  ///< for TextLogprobs::top; at most kTopLogprobsMax
  // What decides only the speed.
  std::int64_t rows_max = 64;                            ///< tokens in one step of the model
  std::int64_t cache_bytes_max = std::int64_t{1} << 30;  ///< keys and values of texts at work
  int threads = 0;                                       ///< 0: one per core
};

/// The log-probabilities of every text, in the order given. The log-probability of a token that
/// generate() drew after the same prompt is the same bits, and so is the sum of a sample's.
///
/// A prompt that several texts share is run once, wherever they stand; texts that are equal after
/// it are scored once. `progress`, which may be empty, is told the texts done.
///
/// Errors: invalid_argument naming the text (an empty prompt, a token that the model does not have,
/// more tokens than the context; rows_max outside 1 to 65536), invalid_data (logits that are not
/// finite), interrupted.
Result<std::vector<TextLogprobs>> text_logprobs(
    Backend& backend, const Parameters& parameters, std::span<const GivenText> texts,
    const TextLogprobsOptions& options, const std::function<void(std::int64_t texts)>& progress,
    const StopToken& stop);

/// As above, with weights that were laid out before; options.weights must be their format.
Result<std::vector<TextLogprobs>> text_logprobs(
    Backend& backend, const DecoderWeights& weights, std::span<const GivenText> texts,
    const TextLogprobsOptions& options, const std::function<void(std::int64_t texts)>& progress,
    const StopToken& stop);

}  // namespace scribe
