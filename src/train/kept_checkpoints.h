// Copies of the model that a run keeps besides the newest: the last saves, and the best.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "backend/backend.h"
#include "base/env.h"
#include "base/json.h"
#include "train/loop.h"

namespace scribe {

/// RUN/checkpoints/step-N and RUN/best: directories that load as checkpoints. Each is written aside
/// and renamed, and renamed away before it is deleted, so that a kill leaves it whole or absent;
/// what a kill left aside (hidden names) goes at the next start. They are written before the state
/// that follows them is saved: a run that was killed makes again what is missing.
///
/// The weights' metadata name the step and the run (a hash of its options). Only copies of the same
/// run are ever deleted, and none to which somebody added a file.
class KeptCheckpoints {
 public:
  /// The run must outlive the object; `options` are those that it began with.
  KeptCheckpoints(Env& env, Backend& backend, const TrainingRun& run, const Json& options);

  /// Clears away what a kill left. Errors: io; invalid_argument if `best` is not of this run.
  Status prepare();
  /// Keeps step-N, and of all such copies the last `count`.
  /// Errors: io; invalid_argument if something else has that name.
  Status keep_step(std::int64_t step, std::int64_t count);
  /// Keeps the weights as `best` if the loss is lower than that of the one there. Errors: io.
  Status offer_best(std::int64_t step, double validation_loss);

 private:
  using Metadata = std::map<std::string, std::string>;

  std::string hidden(const std::string& name) const;
  Status write_copy(const std::string& directory, const Metadata& metadata);
  Metadata metadata_of(const std::string& directory) const;
  bool is_of_run(const Metadata& metadata, std::int64_t step) const;
  bool may_be_deleted(const std::string& directory) const;
  Status prune(std::int64_t count);

  Env& env_;
  Backend& backend_;
  const TrainingRun& run_;
  const Json options_;
  const std::string run_hash_;
  std::optional<double> best_loss_;
};

}  // namespace scribe
