// The learning rate of every step.
#include "train/schedule.h"

#include <array>
#include <cmath>
#include <numbers>

namespace scribe {
namespace {

constexpr std::array<ScheduleShape, 3> kShapes{ScheduleShape::cosine, ScheduleShape::linear,
                                               ScheduleShape::constant};

}  // namespace

std::string_view name_of(ScheduleShape shape) {
  switch (shape) {
    case ScheduleShape::cosine:
      return "cosine";
    case ScheduleShape::linear:
      return "linear";
    case ScheduleShape::constant:
      return "constant";
  }
  SCRIBE_UNREACHABLE();
}

Result<ScheduleShape> schedule_shape_named(std::string_view name) {
  for (const ScheduleShape shape : kShapes)
    if (name == name_of(shape)) return shape;
  return error(ErrorCode::invalid_argument,
               "unknown schedule '{}', expected cosine, linear or constant", name);
}

double learning_rate(const LearningRateSchedule& schedule, std::int64_t step) {
  SCRIBE_CHECK(step >= 0 && step <= schedule.steps, "step {} of {}", step, schedule.steps);
  if (step <= schedule.warmup_steps && schedule.warmup_steps > 0)
    return schedule.peak * static_cast<double>(step) / static_cast<double>(schedule.warmup_steps);
  const double minimum = schedule.min_ratio * schedule.peak;
  const double progress = static_cast<double>(step - schedule.warmup_steps) /
                          static_cast<double>(schedule.steps - schedule.warmup_steps);
  switch (schedule.shape) {
    case ScheduleShape::cosine:
      return minimum +
             (schedule.peak - minimum) * 0.5 * (1 + std::cos(std::numbers::pi * progress));
    case ScheduleShape::linear:
      return schedule.peak + (minimum - schedule.peak) * progress;
    case ScheduleShape::constant:
      return schedule.peak;
  }
  SCRIBE_UNREACHABLE();
}

}  // namespace scribe
