// Samples a set of prompts into one file that survives kills and never mixes options.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/stop.h"
#include "sample/engine.h"
#include "sample/prompt.h"

namespace scribe {

struct SampleRunOptions {
  GenerateOptions generate;
  std::int64_t samples_per_task = 20;  ///< in the file
  /// Keeps of every so many samples drawn the one with the highest mean log-probability.
  std::int64_t best_of = 1;
  /// Several: a file for each, see sample_path(). None: generate.sampler.temperature, into `path`.
  std::vector<double> temperatures = {};
  std::string path;    ///< samples.jsonl; "path.meta.json" lies beside it
  bool quiet = false;  ///< no progress line
};

/// Temperatures of one run, and samples of one task.
inline constexpr std::size_t kTemperaturesMax = 64;
inline constexpr std::int64_t kSamplesPerTaskMax = 1'000'000;

/// Without `generate`. Errors: invalid_argument naming the option.
Status validate(const SampleRunOptions& options);

/// "samples.t0.2.jsonl" for "samples.jsonl" and "t0.2": what tells files of one run apart stands
/// before the ending.
std::string sample_path(const std::string& path, const std::string& what);

/// One file of a run. Figures are of all samples drawn into it, now or before.
struct SampleFileSummary {
  std::string path;
  double temperature = 0;
  std::int64_t samples = 0;   ///< in the file: with best_of, only those kept
  std::int64_t distinct = 0;  ///< completions that differ from others of their task, over all tasks
  std::vector<std::pair<std::string, std::int64_t>> distinct_by_task =
      {};  ///< task id, completions
};

struct SampleSummary {
  std::int64_t tasks = 0;
  std::int64_t samples = 0;                                 ///< drawn, in all files
  std::int64_t samples_found = 0;                           ///< of these, there before this run
  std::int64_t tokens = 0;                                  ///< drawn by this run
  double seconds = 0;                                       ///< of this run
  std::int64_t truncated_prompts = 0;                       ///< of all tasks
  std::map<std::string, std::int64_t> finish_reasons = {};  ///< over all samples
  std::vector<SampleFileSummary> files = {};                ///< one per temperature

  double tokens_per_second() const {
    return seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
  }
};

Json to_json(const SampleSummary& summary);

/// What turns these prompts into those of generate(): suffixes are cut if the options say so.
/// Errors: those of validate() and PromptEncoder::create().
Result<PromptEncoder> prompt_encoder(const Tokenizer& tokenizer, std::span<const Prompt> prompts,
                                     const GenerateOptions& options, const ModelConfig& config);
/// How far a run is.
struct SampleProgress {
  std::int64_t samples_left = 0;     ///< not finished, begun or not
  std::int64_t finished = 0;         ///< now or before
  std::int64_t finished_tokens = 0;  ///< of these
  std::int64_t tokens_in_hand = 0;   ///< of samples that are not finished
  std::int64_t max_tokens = 0;
};

/// Tokens still to draw if the samples left are as long on average as those finished; without
/// any, if all take max_tokens. At least one for each sample left.
double expected_tokens_left(const SampleProgress& progress);

/// Draws samples_per_task completions of every prompt into `path`, a JSON Lines file of
/// SampleRecord in the order of (prompts, sample_index).
///
/// While it runs, the file is a journal in the order of completion: the same call after a kill
/// keeps what is there, cuts off a torn last line, draws only what is missing, and ends with the
/// same bytes as an unbroken run. A larger samples_per_task or more prompts extend a file in the
/// same way. "path.meta.json" holds what decides the samples (options, device, fingerprints of
/// parameters, tokenizer and prompts); a file made otherwise is refused.
///
/// Several temperatures are one run: a prompt is run through the model once for all of them. Each
/// file has the bytes that a run with its temperature alone gives.
///
/// With best_of = M, samples_per_task * M completions are drawn into sample_path(path, "drawn"), a
/// file as above that is kept; `path` then gets, of each M indices in a row, the line with the
/// highest mean log-probability (the lower index of equals), when all are drawn.
///
/// Errors: those of generate() and PromptEncoder::create(); invalid_argument (the file was sampled
/// otherwise or holds samples that this call does not ask for; a task id or temperature given
/// twice; more than kTemperaturesMax or kSamplesPerTaskMax); invalid_data (the file is damaged);
/// io; interrupted (finished samples are in the file).
Result<SampleSummary> sample_problems(Env& env, StopToken& stop, Backend& backend,
                                      const Parameters& parameters, const Tokenizer& tokenizer,
                                      std::span<const Prompt> prompts,
                                      const SampleRunOptions& options);

}  // namespace scribe
