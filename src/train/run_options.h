// What determines a run's result, as one flat JSON object that is compared on resuming.
// run.toml.
#pragma once

#include <string>

#include "base/env.h"
#include "base/json.h"
#include "model/config.h"
#include "train/batch_source.h"
#include "train/schedule.h"

namespace scribe {

struct OptimizerOptions;

/// Adds the model's shape, with names that say what they are in run.toml.
void add_model_options(Json& options, const ModelConfig& config);

/// Adds the optimizer's settings and the schedule they resolve to.
void add_optimizer_options(Json& options, const OptimizerOptions& optimizer,
                           const LearningRateSchedule& schedule);

/// Adds the sizes of batches.
void add_batch_options(Json& options, BatchSize batch);

/// hash64 of a file's bytes as 16 hex digits: which model or tokenizer a run began with.
Result<std::string> file_fingerprint(Env& env, const std::string& path);
std::string fingerprint_text(std::uint64_t hash);

/// Errors: invalid_argument unless 1 <= micro <= examples <= 1e6.
Status validate(BatchSize batch);

}  // namespace scribe
