// Plans a run on this machine by measuring a smaller one.
#include "train/plan.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/machine.h"
#include "train/gradient_sums.h"
#include "train/rank_share.h"
#include "train/training_trial.h"

namespace scribe {
namespace {

constexpr std::int32_t kLayersMeasured = 4;
/// Measuring goes on so long, and through some rounds unless they take very long.
constexpr double kSeconds = 2.0;
constexpr double kSecondsMax = 20.0;
constexpr int kRoundsMin = 3;

double bytes_of(std::int64_t floats) {
  return static_cast<double>(floats) * sizeof(float);
}

std::int64_t micro_rows(const PlanRequest& request) {
  return request.batch.micro * request.model.context;
}

double activation_bytes(const PlanRequest& request) {
  return bytes_of(activation_floats(request.model, micro_rows(request), request.recompute));
}

double weight_bytes(const ModelConfig& model, WeightStorage storage) {
  double bytes = 0;
  for (const ParameterInfo& info : parameter_layout(model))
    bytes += static_cast<double>(info.size) *
             (storage == WeightStorage::bf16 && info.decays ? 2 : sizeof(float));
  return bytes;
}

/// Weights, gradients, two moments.
double state_bytes(const PlanRequest& request) {
  return weight_bytes(request.model, request.storage) +
         3 * bytes_of(parameter_count(request.model));
}

/// What the kernel would give without swapping; 0 if it does not say.
double available_bytes(Env& env) {
  const auto text = env.read_file("/proc/meminfo");
  constexpr std::string_view kKey = "MemAvailable:";
  const std::size_t found = text.ok() ? text.value().find(kKey) : std::string::npos;
  if (found == std::string::npos) return 0;
  return 1024.0 * std::strtod(text.value().c_str() + found + kKey.size(), nullptr);
}

PlanRequest with_layers(PlanRequest request, std::int32_t layers) {
  request.model.layers = layers;
  return request;
}

TrainingTrial trial_of(Backend& backend, const PlanRequest& request) {
  return TrainingTrial(backend, request.model, request.batch.micro, request.recompute,
                       request.storage);
}

Status check(const PlanRequest& request) {
  SCRIBE_TRY(validate(request.model));
  const BatchSize& batch = request.batch;
  if (request.ranks < 1 || request.ranks > 1'000'000)
    return error(ErrorCode::invalid_argument, "{} ranks, expected 1 to 1000000", request.ranks);
  if (batch.micro >= 1 && batch.micro <= batch.examples && batch.examples <= 1'000'000) return {};
  return error(ErrorCode::invalid_argument,
               "batch of {} in micro-batches of {}, expected 1 <= micro <= batch <= 1000000",
               batch.examples, batch.micro);
}

/// Of one rank.
double gradient_bytes(const PlanRequest& request) {
  return bytes_of(GradientSums::size(request.model, request.ranks, request.zero));
}

/// What one rank holds of both moments.
double optimizer_bytes(const PlanRequest& request) {
  return 2 * bytes_of(parameter_count(request.model)) /
         (request.zero == Zero::none ? 1 : request.ranks);
}

/// Matrices and head, as the decoder keeps them for itself.
double decoder_bytes(const ModelConfig& model) {
  std::int64_t floats = 0;
  for (const ParameterInfo& info : parameter_layout(model))
    if (info.decays) floats += info.size;
  return bytes_of(floats);
}

/// Moments travel to and from the file one tensor at a time.
double largest_tensor_bytes(const ModelConfig& model) {
  std::int64_t floats = 0;
  for (const ParameterInfo& info : parameter_layout(model)) floats = std::max(floats, info.size);
  return bytes_of(floats);
}

/// The options with which a rank's share of a run would fit into `bytes`, the cheapest in time
/// first. `other_bytes`: all that they do not change.
std::string remedy_of(PlanRequest request, double other_bytes, double bytes) {
  const std::int64_t micro = request.batch.micro;
  const Zero zero = request.zero;
  const bool can_shard = request.ranks > 1 && zero != Zero::gradients;
  for (const auto& [recompute, name] :
       {std::pair(Recompute::none, ""), std::pair(Recompute::attention, " --recompute attention"),
        std::pair(Recompute::block, " --recompute block")})
    for (const bool shards : {false, true})
      for (request.batch.micro = micro; request.batch.micro >= 1; request.batch.micro /= 2) {
        if (shards && !can_shard) break;
        request.recompute = recompute;
        request.zero = shards ? Zero::gradients : zero;
        const double changed =
            gradient_bytes(request) + optimizer_bytes(request) + activation_bytes(request);
        if (other_bytes + changed <= bytes)
          return fmt::format("{}--micro-batch {}{}", shards ? "--zero 2 " : "", request.batch.micro,
                             name);
      }
  return {};
}

}  // namespace

double total_bytes(const std::vector<MemoryPart>& parts) {
  double sum = 0;
  for (const MemoryPart& part : parts) sum += part.bytes;
  return sum;
}

Result<MachinePlan> plan_on_machine(Env& env, Backend& backend, const PlanRequest& whole) {
  SCRIBE_TRY(check(whole));
  PlanRequest request = whole;  // What one rank computes.
  request.batch.micro = share_micro(whole.batch, whole.ranks);
  request.batch.examples = (whole.batch.examples + whole.ranks - 1) / whole.ranks;
  MachinePlan plan;
  plan.available_bytes = available_bytes(env);
  const auto bytes_with = [&](std::int32_t layers) {
    const PlanRequest part = with_layers(request, layers);
    return state_bytes(part) + activation_bytes(part);
  };
  std::int32_t layers = std::min(kLayersMeasured, request.model.layers);
  const double usable = 0.7 * plan.available_bytes;
  while (layers > 0 && usable > 0 && bytes_with(layers) > usable) --layers;
  if (layers == 0)
    return error(ErrorCode::unsupported,
                 "one layer of the model takes {:.1f} GB and {:.1f} GB are free: try a smaller "
                 "--micro-batch, or an accelerator as --device",
                 bytes_with(1) * 1e-9, plan.available_bytes * 1e-9);
  plan.peak_flop_per_second = backend.peak_flop_per_second();
  TrainingTrial large = trial_of(backend, with_layers(request, layers));
  large.run_micro_batch();
  large.run_update();
  const double overhead = std::max(0.0, resident_bytes_max() - bytes_with(layers));
  const bool has_smaller = layers > 1 && layers < request.model.layers;
  std::optional<TrainingTrial> small;
  if (has_smaller) {
    const PlanRequest one = with_layers(request, 1);
    small.emplace(backend, one.model, one.batch.micro, one.recompute, one.storage);
  }
  // In turn, so that both see the same neighbours.
  double sum = 0;
  for (int round = 0; sum < kSeconds || (round < kRoundsMin && sum < kSecondsMax); ++round)
    sum += large.run_micro_batch() + large.run_update() + (small ? small->run_micro_batch() : 0);
  double micro_batch_seconds = large.micro_batch_seconds();
  const double each = small ? (micro_batch_seconds - small->micro_batch_seconds()) / (layers - 1)
                            : micro_batch_seconds / layers;
  micro_batch_seconds += each * (request.model.layers - layers);
  const int optimizer_shares = whole.zero == Zero::none ? 1 : whole.ranks;
  const double update_seconds =
      large.update_seconds() / optimizer_shares *
      static_cast<double>(parameter_count(request.model)) /
      static_cast<double>(parameter_count(with_layers(request, layers).model));
  const double micro_batches = std::ceil(static_cast<double>(request.batch.examples) /
                                         static_cast<double>(request.batch.micro));
  plan.step_seconds = micro_batches * micro_batch_seconds + update_seconds;
  plan.tokens_per_second =
      static_cast<double>(whole.batch.examples * request.model.context) / plan.step_seconds;
  const double changeable =
      gradient_bytes(request) + optimizer_bytes(request) + activation_bytes(request);
  plan.memory = {{"weights", weight_bytes(request.model, request.storage)},
                 {"gradients", gradient_bytes(request)},
                 {"optimizer", optimizer_bytes(request)},
                 {"activations", activation_bytes(request)},
                 {"program and workspace", overhead}};
  if (whole.samples) plan.memory.push_back({"samples", decoder_bytes(request.model)});
  if (whole.ranks > 1)
    plan.memory.push_back({"messages", bytes_of(GradientSums::message_size(
                                           parameter_count(request.model), whole.ranks))});
  if (whole.ranks > 1 && whole.zero != Zero::none)
    plan.memory.push_back({"a tensor to save", largest_tensor_bytes(request.model)});
  if (!plan.fits())
    plan.remedy = remedy_of(request, total_bytes(plan.memory) - changeable, plan.available_bytes);
  return plan;
}

}  // namespace scribe
