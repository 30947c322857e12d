// Where the training loop's batches come from.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/training_pass.h"

namespace scribe {

/// An endless sequence of batches that is a pure function of the step, so that a run that was
/// stopped goes on with the very batches it would have seen.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// The micro-batches whose gradients make one update; the first update is step 1. Errors:
  /// invalid_data if what they are read from is damaged.
  virtual Result<std::vector<TokenBatch>> batches(std::int64_t step) = 0;
  /// Where example `index` of a step, counted over its micro-batches, comes from: "window 17
  /// (tokens 272 to 288)", "solved.jsonl:3".
  virtual std::string describe(std::int64_t step, std::int64_t index) const = 0;
  /// The largest batch * time of a micro-batch.
  virtual std::int64_t rows_max() const = 0;
};

/// What a token of a packed window may look at.
enum class DocumentAttention {
  all,  ///< everything before it in the window (Brown et al. 2020 appendix B)
  own   ///< its own document, from the <|endoftext|> before it on
};

/// How many examples make an update, and how many of them are computed at once.
struct BatchSize {
  std::int64_t examples = 8;
  std::int64_t micro = 8;  ///< 1 to examples: smaller needs less memory
};

/// Number of targets that count.
inline std::int64_t counted_targets(const TokenBatch& batch) {
  return std::ranges::count_if(batch.targets, [](std::int32_t target) { return target >= 0; });
}

}  // namespace scribe
