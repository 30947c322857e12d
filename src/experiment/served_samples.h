// Samples of a set of prompts drawn from a server, in a file that survives kills.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "experiment/completion_server.h"
#include "sample/prompt.h"

namespace scribe {

inline constexpr int kConnectionsMax = 64;
inline constexpr std::int64_t kCompletionsPerRequestMax = 128;  // What OpenAI's servers take.

struct ServedRunOptions {
  CompletionServerOptions server;
  int connections = 4;                        ///< requests at a time, 1 ... kConnectionsMax
  std::int64_t completions_per_request = 16;  ///< n, 1 ... kCompletionsPerRequestMax
  std::int64_t samples_per_task = 20;
  double temperature = 0.8;
  double top_p = 0.95;
  std::int64_t max_tokens = 128;
  std::vector<std::string> stop = {};
  std::uint64_t seed = 0;  ///< of requests; every one has a seed of its own
  std::string path;        ///< samples.jsonl; "path.meta.json" lies beside it
  bool quiet = false;
};

/// Draws samples_per_task completions of every prompt into `path`, a sample file
/// (docs/formats/samples.md) in the order of (prompts, index) at the end and in that of replies
/// before. The same call continues it: only what is missing is asked for. Lines have tokens and
/// log-probabilities as the server gave them, and none where it gave none.
///
/// If the user asks to stop, requests under way are finished first.
/// Errors: those of CompletionServer and agree_on_sample_meta(); invalid_argument for options out
/// of range or samples in the file that are not asked for; interrupted (what came is in the file).
Status sample_from_server(Env& env, StopToken& stop, std::span<const Prompt> prompts,
                          const ServedRunOptions& options);

}  // namespace scribe
