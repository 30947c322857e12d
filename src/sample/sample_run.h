// Samples a set of prompts into one file that survives kills and never mixes options.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "base/env.h"
#include "base/json.h"
#include "base/stop.h"
#include "sample/engine.h"
#include "sample/prompt.h"

namespace scribe {

struct SampleRunOptions {
  GenerateOptions generate;
  std::int64_t samples_per_task = 20;
  std::string path;    ///< samples.jsonl; "path.meta.json" lies beside it
  bool quiet = false;  ///< no progress line
};

struct SampleSummary {
  std::int64_t tasks = 0;
  std::int64_t samples = 0;                            ///< in the file
  std::int64_t samples_found = 0;                      ///< of these, there before this run
  std::int64_t tokens = 0;                             ///< drawn by this run
  double seconds = 0;                                  ///< of this run
  std::int64_t truncated_prompts = 0;                  ///< of all tasks
  std::map<std::string, std::int64_t> finish_reasons;  ///< over all samples in the file

  double tokens_per_second() const {
    return seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
  }
};

Json to_json(const SampleSummary& summary);

/// What turns these prompts into those of generate(): suffixes are cut if the options say so.
/// Errors: those of validate() and PromptEncoder::create().
Result<PromptEncoder> prompt_encoder(const Tokenizer& tokenizer, std::span<const Prompt> prompts,
                                     const GenerateOptions& options, const ModelConfig& config);

/// Draws samples_per_task completions of every prompt into `path`, a JSON Lines file of
/// SampleRecord in the order of (prompts, sample_index).
///
/// While it runs, the file is a journal in the order of completion: the same call after a kill
/// keeps what is there, cuts off a torn last line, draws only what is missing, and ends with the
/// same bytes as an unbroken run. A larger samples_per_task or more prompts extend a file in the
/// same way. "path.meta.json" holds what decides the samples (options, device, fingerprints of
/// parameters, tokenizer and prompts); a file made otherwise is refused.
///
/// Errors: those of generate() and PromptEncoder::create(); invalid_argument (the file was sampled
/// otherwise or holds samples that this call does not ask for; a task id given twice); invalid_data
/// (the file is damaged); io; interrupted (finished samples are in the file).
Result<SampleSummary> sample_problems(Env& env, StopToken& stop, Backend& backend,
                                      const Parameters& parameters, const Tokenizer& tokenizer,
                                      std::span<const Prompt> prompts,
                                      const SampleRunOptions& options);

}  // namespace scribe
