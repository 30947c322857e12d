// What a training run takes, before it is started: memory and time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/env.h"
#include "model/training_pass.h"
#include "train/batch_source.h"
#include "train/data_parallel.h"

namespace scribe {

struct PlanRequest {
  ModelConfig model;  ///< its context is the length of a window
  BatchSize batch;    ///< in windows
  Recompute recompute = Recompute::none;
  WeightStorage storage = WeightStorage::f32;  ///< on this machine
  int ranks = 1;                               ///< on this machine: processes that share a run
  Zero zero = Zero::optimizer;                 ///< what they share
  bool samples = false;  ///< on this machine: completions are watched (--sample-every)
};

struct MemoryPart {
  std::string name;
  double bytes = 0;
};

double total_bytes(const std::vector<MemoryPart>& parts);

/// A run on this machine, from a measurement of a model with the same layers, but fewer of them.
/// Of several ranks, each has a machine like this one, and messages take no time.
struct MachinePlan {
  std::vector<MemoryPart> memory;  ///< of a whole process, at its peak
  double available_bytes = 0;      ///< of main memory, now; 0: not known
  double step_seconds = 0;
  double tokens_per_second = 0;
  double peak_flop_per_second = 0;  ///< of the backend; 0: not known
  /// What makes the run fit, if it does not and something does: "--recompute block --micro-batch
  /// 2".
  std::string remedy;

  bool fits() const { return available_bytes == 0 || total_bytes(memory) <= available_bytes; }
};

/// Runs some steps of a model with up to four of the layers, on zeros, for some seconds.
///
/// The process's largest memory so far counts as the program's: nothing big may have run before.
/// Errors: invalid_argument (the model, the batch); unsupported if even one layer does not fit into
/// the available memory.
Result<MachinePlan> plan_on_machine(Env& env, Backend& backend, const PlanRequest& request);

/// A published accelerator.
struct Accelerator {
  std::string_view name;
  double memory_bytes;
  double flop_per_second;  ///< of dense bf16 products
  double watts;            ///< of the board at its limit
};

/// "a100", "h100", "h200", "b200". Errors: invalid_argument naming them.
Result<Accelerator> accelerator_named(std::string_view name);

/// How the state of training is spread over devices (Rajbhandari et al. 2020).
struct ShardingPlan {
  std::string name;
  double state_bytes = 0;    ///< per device: weights, gradients, moments, master weights
  double left_bytes = 0;     ///< for activations; negative: the state alone does not fit
  std::string recompute;     ///< the least that lets the micro-batch fit; "" if none does
  std::int64_t windows = 0;  ///< that fit at once with that, or with the most recomputation
};

/// The activations of one window under one choice of what is computed again.
struct WindowPlan {
  std::string recompute;
  double bytes = 0;
};

/// Mixed precision on accelerators, by arithmetic alone: bf16 weights, f32 master weights and
/// moments, attention that keeps no scores.
struct AcceleratorPlan {
  std::vector<WindowPlan> windows;
  std::vector<ShardingPlan> sharding;
  /// Index of the first in `sharding` that fits; nothing if none does.
  std::optional<std::size_t> chosen;
  double utilization = 0;  ///< share of the peak that products and attention reach
  bool utilization_given = false;
  double tokens_per_second = 0;  ///< of all devices, at that utilization
};

/// `utilization` 0: what good engines reach at this size. Errors: invalid_argument.
Result<AcceleratorPlan> plan_on_accelerators(const PlanRequest& request,
                                             const Accelerator& accelerator, std::int64_t count,
                                             double utilization);

}  // namespace scribe
