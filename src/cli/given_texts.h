// What `scribe score` scores: completions after their prompts, or docstrings after the code.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/stop.h"
#include "checkpoint/checkpoint.h"
#include "evaluate/sample_formats.h"
#include "model/config.h"
#include "problems/problem.h"
#include "sample/text_logprobs.h"
#include "tokenizer/tokenizer.h"

namespace scribe::cli {

struct GivenTextOptions {
  bool reverse = false;        ///< the docstring after the code: see back_translation.h
  bool end_of_text = false;    ///< the end of text counts as a token after the text
  bool no_suffix = false;      ///< the model is not told what follows a gap
  bool strip_prompts = false;  ///< prompts that nothing follows are stripped_prompt()
  /// Prompts that are too long lose tokens on their left, as in sampling, where max_tokens (or the
  /// text, if it is longer) is left free behind them.
  bool truncate_prompts = false;
  std::int64_t max_tokens = 128;
  /// Of a docstring only the first so many tokens are scored, the same ones for all samples of its
  /// problem; 0: all of it, which may be more than fits.
  std::int64_t docstring_tokens_max = 0;
};

/// One text per sample, in their order.
/// Errors: invalid_argument (max_tokens), invalid_data (a sample of a task that is not among the
/// problems; a whole program that does not begin with its prompt); those of back_translation() and
/// PromptEncoder::create().
Result<std::vector<GivenText>> given_texts(std::span<const Problem> problems,
                                           std::span<const RawSample> samples,
                                           const Tokenizer& tokenizer, const ModelConfig& config,
                                           const GivenTextOptions& options);

/// Each sample's line with "tokens", "sum_logprob" and "mean_logprob" of its text in place of those
/// it had, and "scored": "completion" or "docstring", as JSON Lines.
std::string scored_lines(std::span<const RawSample> samples, std::span<const TextLogprobs> logprobs,
                         const GivenTextOptions& options);

/// What score_file() came to.
struct ScoredTexts {
  std::size_t samples = 0;
  std::size_t tokens = 0;
  double sum_logprob = 0;
};

/// Scores the samples of a file under a model and writes scored_lines() to `out`.
/// options.vocabulary_size is taken from the checkpoint. Errors: those of load_problems(),
/// read_sample_file(), given_texts() and text_logprobs(); io.
Result<ScoredTexts> score_file(Env& env, StopToken& stop, Backend& backend,
                               const Checkpoint& checkpoint, const std::string& problems_path,
                               const std::string& samples_path, const std::string& out,
                               const GivenTextOptions& texts, TextLogprobsOptions options,
                               bool quiet);

}  // namespace scribe::cli
