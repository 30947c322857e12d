// Measures sampling: what a model draws in a second, and what this machine would let it draw.
#pragma once

#include <cstdint>

#include "backend/backend.h"
#include "base/env.h"
#include "base/stop.h"
#include "model/decoder.h"
#include "sample/sampler.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// What is measured: `n` samples of one prompt, all in one batch.
struct SamplingCase {
  std::int64_t n = 1;
  std::int64_t prompt = 200;  ///< tokens
  std::int64_t length = 96;   ///< new tokens of each sample, 3 or more
  /// So many of the most likely tokens of each draw are recorded; 0: no token is.
  std::int32_t logprobs = 0;
};

struct SamplingSpeed {
  double tokens_per_second = 0;  ///< of the whole call: prompt, first tokens and steps
  /// Of the steps alone, without the first one.
  double decode_tokens_per_second = 0;
  double joules_per_token = 0;  ///< of the whole call; 0: not known
};

/// What a step of decoding cannot do without.
struct DecodeCost {
  double flop_per_token = 0;  ///< 2 for each weight that multiplies, and attention
  double bytes_per_step = 0;  ///< each weight, the prompt's keys and values, the samples' own
};

/// In the middle of the samples. Keys and values are f32, the samples' own f16 if weights are not.
DecodeCost decode_cost(const ModelConfig& config, const SamplingCase& measured,
                       WeightFormat format);

/// Draws at temperature 0.8 from nuclei of 0.95, `rounds` times; the fastest round counts, because
/// noise only slows down.
/// Errors: those of generate(); invalid_argument (the case does not fit the model); interrupted.
Result<SamplingSpeed> measure_sampling(Env& env, const StopToken& stop, Backend& backend,
                                       const DecoderWeights& weights, const Tokenizer& tokenizer,
                                       const SamplingCase& measured, int threads, int rounds);

/// A prompt, and a draw from the logits after it; each the fastest of several.
struct PromptSpeed {
  double prefill_tokens_per_second = 0;
  double sampler_seconds = 0;  ///< of one draw, on one thread
};
/// Errors: invalid_argument (not 1 to the model's context), invalid_data (logits that are not
/// finite).
Result<PromptSpeed> measure_prompt(Env& env, Backend& backend, const DecoderWeights& weights,
                                   std::int64_t prompt, int rounds);

/// What the main memory gives all threads together: reads a block far larger than the caches.
/// The backend's memory must be the host's.
double read_bytes_per_second(Env& env, Backend& backend, int threads);

}  // namespace scribe
