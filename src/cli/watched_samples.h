// What a model in training makes of fixed prompts, for people to watch.
#pragma once

#include <cstdint>
#include <string>

#include "base/env.h"
#include "train/loop.h"

namespace scribe::cli {

struct WatchFlags {
  std::int64_t every = 0;    ///< steps; 0: no samples
  std::string prompts = {};  ///< .jsonl(.gz) with "prompt"; "": a few beginnings of Python
  std::int64_t tokens = 64;  ///< per completion, at most
  double temperature = 0;
};

/// Joins the loop with the sampler: one completion of each prompt, always with the same random
/// numbers. Errors: not_found, io, invalid_data (a line without "prompt", no line), limit_exceeded
/// (more than 64 prompts), invalid_argument (temperature).
Result<WatchedSamples> watched_samples(Env& env, const WatchFlags& flags, int threads);

}  // namespace scribe::cli
