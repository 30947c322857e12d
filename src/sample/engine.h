// Draws n completions for each of many prompts, in one batch that is always full.
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
#include "sample/sample_record.h"
#include "sample/sampler.h"
#include "sample/stop_strings.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// One prompt and the samples wanted of it.
struct SampleTask {
  std::string task_id;
  std::vector<TokenId> prompt;        ///< at least one token
  std::vector<std::int64_t> indices;  ///< sample indices to draw, each >= 0
  /// Of the samples, one for each index; empty: GenerateOptions::sampler's for all.
  std::vector<double> temperatures = {};
};

struct GenerateOptions {
  // What decides the samples.
  SamplerOptions sampler;
  std::int64_t max_tokens = 128;  ///< per completion
  std::vector<std::string> stop = default_stop_strings();
  std::uint64_t seed = 0;
  /// A prompt longer than context - max_tokens loses tokens on its left; otherwise it is an error.
  bool truncate_prompts = false;
  WeightFormat weights = WeightFormat::f32;  ///< other formats give other samples
  bool logprobs = false;  ///< records have theirs; needed for sampler.top_logprobs
  // What decides only the speed.
  std::int64_t rows_max = 96;                             ///< sequences in one batch
  std::int64_t prefix_bytes_max = std::int64_t{1} << 30;  ///< keys and values of live prompts
  int threads = 0;                                        ///< for drawing; 0: one per core
};

/// What generate() tells while it runs, on its caller's thread.
struct GenerateEvents {
  /// A sample is finished; in the order in which they finish. An Error ends the run.
  std::function<Status(const SampleRecord&)> finished;
  /// After each step: tokens drawn so far. May be empty.
  std::function<void(std::int64_t tokens)> stepped;
};

struct GenerateTotals {
  std::int64_t samples = 0;
  std::int64_t tokens = 0;             ///< drawn in all
  std::int64_t truncated_prompts = 0;  ///< among the tasks given
};

/// Completes every task. A sample is a pure function of (parameters, tokenizer, backend, prompt,
/// options that decide samples, task id, sample index): the same bytes whatever rows_max, the
/// number of threads, the other tasks and temperatures, their order, and what was drawn before.
///
/// A completion ends ("stop") with the token that completes a stop string or is end of text, or
/// ("length") with its max_tokens-th token. All its tokens, that one included, count in `tokens`
/// and in the log-probabilities; its text ends before the earliest stop string, and U+FFFD stands
/// for bytes that are not UTF-8. Penalties see a truncated prompt as cut. Each prompt is run
/// through the model once; a finished row is replaced at once by a sample of the same or the next
/// task. If the user asks to stop, samples in hand are finished first.
///
/// Memory does not depend on the number of samples. Besides parameters, the decoder's weights and
/// tasks it is, with V floats of logits and a token's keys and values of 2 layers x key_width
/// floats (of two bytes in completions, if the weights are not f32; tokens are counted in blocks of
/// 16),
///   rows_max x max_tokens tokens of completions
///   + prefix_bytes_max of prompts (or one prompt, if it alone is larger)
///   + 3 x rows_max x V of logits + the decoder's rows of one step or prompt
///   + texts and log-probabilities of the rows_max samples in hand
///   + per thread some 20 bytes x V, with penalties or biases 30.
///
/// Errors: invalid_argument (options; an empty prompt; a prompt too long; a tokenizer with more
/// tokens than the model), invalid_data (logits that are not finite), interrupted, and what
/// `finished` returns.
Result<GenerateTotals> generate(Backend& backend, const Parameters& parameters,
                                const Tokenizer& tokenizer, std::span<const SampleTask> tasks,
                                const GenerateOptions& options, const GenerateEvents& events,
                                const StopToken& stop);

/// As above, with weights that were laid out before; options.weights must be their format.
Result<GenerateTotals> generate(Backend& backend, const DecoderWeights& weights,
                                const Tokenizer& tokenizer, std::span<const SampleTask> tasks,
                                const GenerateOptions& options, const GenerateEvents& events,
                                const StopToken& stop);

/// Errors: invalid_argument naming the option, limit_exceeded (stop strings).
Status validate(const GenerateOptions& options, const ModelConfig& config);

/// What the model is given of a prompt: all of it, or context - max_tokens tokens by cut_prompt()
/// if it is longer and truncate_prompts is set. Errors: invalid_argument naming the task, its
/// length and what fits.
Result<std::vector<TokenId>> fit_prompt(const SampleTask& task, const Tokenizer& tokenizer,
                                        const GenerateOptions& options, const ModelConfig& config);

}  // namespace scribe
