// Plans a run on accelerators by arithmetic.
#include <algorithm>
#include <array>
#include <cmath>

#include "train/plan.h"

namespace scribe {
namespace {

/// Data sheets: memory, dense bf16, power.
constexpr std::array kAccelerators = {
    Accelerator{"a100", 80e9, 312e12, 400},
    Accelerator{"h100", 80e9, 989e12, 700},
    Accelerator{"h200", 141e9, 989e12, 700},
    Accelerator{"b200", 180e9, 2250e12, 1000},
};

/// Of a device's memory, for the libraries, the products' workspace and a chunk of logits.
constexpr double kReservedBytes = 10e9;

/// What the best engines reach on H100s (llm.c and llmq at 124M to 7B, llm-foundry at 13B), as
/// decoder parameters and share of the peak; between them by the logarithm of the size.
constexpr std::array<std::pair<double, double>, 5> kUtilization = {
    {{12e6, 0.25}, {85e6, 0.40}, {300e6, 0.45}, {1.5e9, 0.50}, {12e9, 0.50}}};

double usual_utilization(double parameters) {
  if (parameters <= kUtilization.front().first) return kUtilization.front().second;
  for (std::size_t i = 1; i < kUtilization.size(); ++i) {
    const auto [below, low] = kUtilization[i - 1];
    const auto [above, high] = kUtilization[i];
    if (parameters <= above)
      return low + (high - low) * std::log(parameters / below) / std::log(above / below);
  }
  return kUtilization.back().second;
}

/// Bytes of activations of one window. Per token and layer, in widths of 2-byte numbers, a block
/// like GPT-2's keeps 17: both norms' inputs and outputs, q, k, v, attention's output, and two of
/// the inner width of 4 (Korthikanti et al. 2022, without the scores of attention).
std::vector<WindowPlan> window_plans(const ModelConfig& model) {
  const auto context = static_cast<double>(model.context);
  const auto width = static_cast<double>(model.width);
  const double inner = static_cast<double>(model.inner());
  const double hidden = static_cast<double>(model.hidden_width());
  const double all =
      2 * (5 * width + static_cast<double>(model.qkv_width() + model.normed_width()) +
           static_cast<double>(model.attended_width()) + hidden + inner);
  const double block = context * all;
  const double layers = model.layers;
  return {{"nothing", layers * block},
          {"activation functions", layers * (block - context * 2 * inner)},
          {"activation functions and norms", layers * (block - context * 2 * (inner + 2 * width))},
          {"blocks", layers * context * 2 * width + block}};
}

}  // namespace

Result<Accelerator> accelerator_named(std::string_view name) {
  std::string known;
  for (const Accelerator& accelerator : kAccelerators) {
    if (accelerator.name == name) return accelerator;
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", accelerator.name);
  }
  return error(ErrorCode::invalid_argument, "unknown device '{}', expected 'cpu' or one of {}",
               name, known);
}

Result<AcceleratorPlan> plan_on_accelerators(const PlanRequest& request,
                                             const Accelerator& accelerator, std::int64_t count,
                                             double utilization) {
  SCRIBE_TRY(validate(request.model));
  if (count < 1 || count > 1'000'000)
    return error(ErrorCode::invalid_argument, "{} devices, expected 1 to 1000000", count);
  if (!(utilization >= 0 && utilization <= 1))
    return error(ErrorCode::invalid_argument, "utilization is {}, expected 0 to 1", utilization);
  const auto parameters = static_cast<double>(parameter_count(request.model));
  const auto devices = static_cast<double>(count);
  const double micro = static_cast<double>(std::min(request.batch.micro, request.batch.examples));
  AcceleratorPlan plan;
  plan.windows = window_plans(request.model);
  // Bytes per parameter: those on every device, and those that devices share.
  for (const auto& [name, whole, shared] :
       {std::tuple("all state on every device", 16.0, 0.0),
        std::tuple("optimizer sharded (ZeRO-1), bf16 gradients", 4.0, 12.0),
        std::tuple("optimizer sharded (ZeRO-1), f32 gradients", 6.0, 12.0),
        std::tuple("optimizer and gradients sharded (ZeRO-2)", 2.0, 14.0),
        std::tuple("everything sharded (ZeRO-3)", 0.0, 16.0)}) {
    ShardingPlan sharding;
    sharding.name = name;
    sharding.state_bytes = parameters * (whole + shared / devices);
    sharding.left_bytes = accelerator.memory_bytes - kReservedBytes - sharding.state_bytes;
    for (const WindowPlan& window : plan.windows) {
      sharding.windows =
          static_cast<std::int64_t>(std::max(0.0, std::floor(sharding.left_bytes / window.bytes)));
      if (static_cast<double>(sharding.windows) < micro) continue;
      sharding.recompute = window.recompute;
      break;
    }
    if (!sharding.recompute.empty() && !plan.chosen) plan.chosen = plan.sharding.size();
    plan.sharding.push_back(std::move(sharding));
  }
  const double embeddings =
      static_cast<double>(request.model.vocabulary_size) * request.model.width;
  plan.utilization_given = utilization > 0;
  plan.utilization =
      plan.utilization_given ? utilization : usual_utilization(parameters - embeddings);
  plan.tokens_per_second = devices * accelerator.flop_per_second * plan.utilization /
                           training_flop_per_token(request.model, request.model.context);
  return plan;
}

}  // namespace scribe
