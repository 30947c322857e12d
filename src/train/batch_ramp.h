// How many examples each step has: the same for all, or rising over the first tokens of a run.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "train/batch_source.h"

namespace scribe {

/// Small batches first (Brown et al. 2020 appendix B): from `start` examples to all of a BatchSize,
/// linearly over the run's first `tokens` tokens.
struct BatchRamp {
  std::int64_t start = 0;   ///< a multiple of the micro-batch, at most the batch size
  std::int64_t tokens = 0;  ///< 0: no ramp
};

/// Errors: invalid_argument naming the option. The batch size must be valid.
Status validate(BatchRamp ramp, BatchSize size);

/// Adds the ramp, if there is one.
void add_ramp_options(Json& options, BatchRamp ramp);

/// Steps and examples as functions of each other.
///
/// With e examples of `context` tokens taken before it, a step has start + (batch - start) p
/// examples, p = min(1, e context / ramp tokens), rounded down to whole micro-batches until p is 1.
class BatchPlan {
 public:
  /// Requires valid sizes and context > 0. Takes memory for each size that occurs.
  BatchPlan(BatchSize size, BatchRamp ramp, std::int64_t context);

  /// Of step 1, 2, ...
  std::int64_t examples(std::int64_t step) const { return stretch_of(step).examples; }
  /// Of all steps before `step`.
  std::int64_t examples_before(std::int64_t step) const;
  /// The fewest steps that take so many examples. Requires examples > 0.
  std::int64_t steps_for(std::int64_t examples) const;

 private:
  /// Steps of one size; the last stretch is endless.
  struct Stretch {
    std::int64_t first_step = 1;
    std::int64_t before = 0;    ///< examples of all steps before it
    std::int64_t examples = 0;  ///< of each step
  };
  const Stretch& stretch_of(std::int64_t step) const;

  std::vector<Stretch> stretches_;
};

}  // namespace scribe
