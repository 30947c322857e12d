// The options that `scribe train` and `scribe finetune` share.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backend/backend.h"
#include "cli/command.h"
#include "cli/training_ranks.h"
#include "cli/watched_samples.h"
#include "train/loop.h"

namespace scribe::cli {

struct TrainingFlags {
  std::string device = "cpu";
  int threads = 0;
  std::string schedule = "cosine";
  std::string recompute = "none";
  std::string parameters = "f32";
  std::int64_t micro_batch = 0;  ///< 0: the whole batch at once
  bool json = false;
  TrainingRanks ranks;
  WatchFlags watch;
};

/// The optimizer's options, except the learning rate, whose default the commands do not share.
void add_optimizer_options(CLI::App& command, TrainingFlags& flags, OptimizerOptions& optimizer);

/// Batches, cadence, seed, device, --quiet and --json.
void add_run_options(CLI::App& command, TrainingFlags& flags, BatchSize& batch,
                     CadenceOptions& cadence, std::uint64_t& seed);

/// Fills in what the flags say by name. Errors: invalid_argument, those of watched_samples().
Status resolve_flags(Env& env, const TrainingFlags& flags, OptimizerOptions& optimizer,
                     BatchSize& batch, Recompute& recompute, CadenceOptions& cadence);

Result<std::unique_ptr<Backend>> backend_of(const TrainingFlags& flags);

/// For people, or as JSON.
void print_summary(const TrainSummary& summary, const std::string& out, bool json);

}  // namespace scribe::cli
