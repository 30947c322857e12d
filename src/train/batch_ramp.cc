// How many examples each step has: the same for all, or rising over the first tokens of a run.
#include "train/batch_ramp.h"

#include <algorithm>

namespace scribe {
namespace {

/// Times the largest batch size it is below 2^63.
constexpr std::int64_t kRampTokensMax = 1'000'000'000'000;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

Status validate(BatchRamp ramp, BatchSize size) {
  if (ramp.tokens < 0 || ramp.tokens > kRampTokensMax)
    return error(ErrorCode::invalid_argument, "the batch ramp is {} tokens long, expected 0 to {}",
                 ramp.tokens, kRampTokensMax);
  if ((ramp.tokens > 0) != (ramp.start != 0))
    return error(ErrorCode::invalid_argument,
                 "the batch ramp is {} tokens long and starts with {} examples: give both "
                 "--batch-ramp-tokens and --batch-start, or neither",
                 ramp.tokens, ramp.start);
  if (ramp.tokens > 0 &&
      (ramp.start < 0 || ramp.start > size.examples || ramp.start % size.micro != 0))
    return error(
        ErrorCode::invalid_argument,
        "the batch starts with {} examples, expected a multiple of the micro-batch ({}), at "
        "most the batch size ({})",
        ramp.start, size.micro, size.examples);
  return {};
}

void add_ramp_options(Json& options, BatchRamp ramp) {
  if (ramp.tokens == 0) return;
  options["batch_start"] = ramp.start;
  options["batch_ramp_tokens"] = ramp.tokens;
}

BatchPlan::BatchPlan(BatchSize size, BatchRamp ramp, std::int64_t context) {
  Stretch stretch{.examples = size.examples};
  const std::int64_t rise = size.examples - ramp.start;
  const std::int64_t ramp_examples = divide_up(ramp.tokens, context);
  while (stretch.before < ramp_examples) {
    const std::int64_t risen = rise * (stretch.before * context) / ramp.tokens;
    stretch.examples = ramp.start + risen / size.micro * size.micro;
    // Where the next micro-batch is due, or the whole batch.
    const std::int64_t next = stretch.examples + size.micro - ramp.start;
    const std::int64_t end =
        next < rise ? divide_up(divide_up(next * ramp.tokens, rise), context) : ramp_examples;
    const std::int64_t steps = divide_up(end - stretch.before, stretch.examples);
    stretches_.push_back(stretch);
    stretch.first_step += steps;
    stretch.before += steps * stretch.examples;
  }
  stretch.examples = size.examples;
  stretches_.push_back(stretch);
}

const BatchPlan::Stretch& BatchPlan::stretch_of(std::int64_t step) const {
  SCRIBE_CHECK(step >= 1, "step {}", step);
  return *(std::ranges::upper_bound(stretches_, step, {}, &Stretch::first_step) - 1);
}

std::int64_t BatchPlan::examples_before(std::int64_t step) const {
  const Stretch& stretch = stretch_of(step);
  return stretch.before + (step - stretch.first_step) * stretch.examples;
}

std::int64_t BatchPlan::steps_for(std::int64_t examples) const {
  SCRIBE_CHECK(examples > 0, "examples {}", examples);
  const Stretch& stretch =
      *(std::ranges::lower_bound(stretches_, examples, {}, &Stretch::before) - 1);
  return stretch.first_step - 1 + divide_up(examples - stretch.before, stretch.examples);
}

}  // namespace scribe
