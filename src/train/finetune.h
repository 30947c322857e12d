// Supervised fine-tuning: a checkpoint learns completions of prompts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/env.h"
#include "base/stop.h"
#include "train/loop.h"

namespace scribe {

struct FinetuneOptions {
  std::string init;               ///< checkpoint to start from
  std::vector<std::string> data;  ///< .jsonl(.gz) files, see train/examples.h
  std::string out;
  BatchSize batch{.examples = 16, .micro = 8};
  std::int64_t steps = 0;  ///< exactly one of steps and epochs must be positive
  double epochs = 0;
  /// learning_rate is used only if `learning_rate` below is set.
  OptimizerOptions optimizer = {};
  /// Unset: a tenth of the rate in init's run.toml (Codex section 4.4).
  std::optional<double> learning_rate = {};
  double validation_share = 0;  ///< of examples, split by prompt, 0 <= share < 1
  Recompute recompute = Recompute::none;
  CadenceOptions cadence = {};
  std::uint64_t seed = 0;
  DataParallel parallel = {};
};

/// Like train(); the loss counts on completions only. Errors: those of train(); invalid_data if no
/// example is left; invalid_argument if there is no learning rate.
Result<TrainSummary> finetune(Env& env, StopToken& stop, Backend& backend,
                              const FinetuneOptions& options);

}  // namespace scribe
