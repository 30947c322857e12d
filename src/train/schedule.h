// The learning rate of every step.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace scribe {

enum class ScheduleShape { cosine, linear, constant };

/// "cosine", "linear", "constant". Errors: invalid_argument naming the choices.
Result<ScheduleShape> schedule_shape_named(std::string_view name);
std::string_view name_of(ScheduleShape shape);

struct LearningRateSchedule {
  ScheduleShape shape = ScheduleShape::cosine;
  double peak = 6e-4;
  double min_ratio = 0.1;  ///< the last step's rate is min_ratio * peak (cosine, linear)
  std::int64_t warmup_steps = 175;
  std::int64_t steps = 0;  ///< number of updates of the whole run
};

/// The rate of update `step`; the first update is step 1, the last one is step `steps`.
///
/// Steps 1 to warmup_steps rise linearly from peak / warmup_steps to peak (step 0, which is no
/// update, would have 0). After them p = (step - warmup_steps) / (steps - warmup_steps) runs from 0
/// to 1, and the rate is min + (peak - min) (1 + cos(pi p)) / 2 for cosine, peak + (min - peak) p
/// for linear, and peak for constant, with min = min_ratio * peak (Codex section 3.2: linear
/// warm-up of 175 steps, then cosine; the floor of 10 % is that of Brown et al. 2020 appendix B).
double learning_rate(const LearningRateSchedule& schedule, std::int64_t step);

}  // namespace scribe
