// The training loop: batches in, updates, log lines, checkpoints.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/env.h"
#include "base/json.h"
#include "base/stop.h"
#include "model/parameters.h"
#include "tokenizer/tokenizer.h"
#include "train/batch_source.h"
#include "train/data_parallel.h"
#include "train/schedule.h"

namespace scribe {

/// AdamW with the settings of Codex section 3.2; the clip is that of Brown et al. 2020 appendix B.
struct OptimizerOptions {
  double learning_rate = 6e-4;  ///< the schedule's peak
  ScheduleShape schedule = ScheduleShape::cosine;
  double min_ratio = 0.1;  ///< of the peak, at the end
  /// Unset: 175, but no more than a tenth of the steps.
  std::optional<std::int64_t> warmup_steps;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double weight_decay = 0.1;  ///< of matrices only
  double clip = 1.0;          ///< largest global norm of the gradient; 0: no clipping
  WeightStorage storage = WeightStorage::f32;  ///< of what is updated
};

/// Errors: invalid_argument naming the option.
Status validate(const OptimizerOptions& options);

/// The schedule of a run of `steps` updates. Errors: invalid_argument if the warm-up is longer.
Result<LearningRateSchedule> resolve_schedule(const OptimizerOptions& options, std::int64_t steps);

/// Completions of fixed prompts by the weights in training, for people to watch. This module knows
/// no sampler: who calls it gives the function, which must leave the parameters as they are.
struct WatchedSamples {
  std::int64_t every = 0;  ///< steps, and before the first and after the last; 0: none
  std::vector<std::string> prompts;
  /// One completion of each prompt: the same for the same weights.
  std::function<Result<std::vector<std::string>>(Backend&, const Parameters&, const Tokenizer&,
                                                 const std::vector<std::string>& prompts)>
      complete;
};

/// How often a run saves and measures itself, and what it keeps; none of it changes the weights.
struct CadenceOptions {
  std::int64_t validate_every = 100;        ///< steps; 0: only at the end
  std::int64_t checkpoint_every_steps = 0;  ///< 0: no rule by steps
  double checkpoint_every_seconds = 300;    ///< 0: no rule by time
  std::int64_t keep_last = 0;               ///< copies of the last saves by steps; 0: none
  bool keep_best = false;                   ///< a copy with the lowest validation loss
  WatchedSamples samples = {};              ///< written to samples_log.jsonl
  bool tensorboard = false;                 ///< write event files to the run's tensorboard folder
  bool quiet = false;                       ///< no progress
};

struct TrainSummary {
  std::int64_t steps = 0;
  std::int64_t tokens = 0;                ///< targets that counted, over the whole run
  double final_train_loss = 0;            ///< nats per token, moving average over about 50 steps
  std::optional<double> validation_loss;  ///< nats per token, of the final weights
  double seconds = 0;                     ///< of this process, without what an earlier one did
  double tokens_per_second = 0;           ///< of this process
  bool already_done = false;              ///< nothing was left to do
  std::int64_t parameters = 0;            ///< size of the model
  std::int64_t examples = 0;              ///< fine-tuning: examples used
  std::int64_t skipped_examples = 0;      ///< fine-tuning: longer than the context
};

/// Errors: invalid_argument if copies are wanted that no rule makes.
Status validate(const CadenceOptions& cadence, bool has_validation);

/// The summary as the commands print it with --json.
Json to_json(const TrainSummary& summary);

/// What a model is measured on. Of several sets, their weighted mean is the validation loss.
struct ValidationSet {
  std::string name;                 ///< in train_log.jsonl, if there are several
  double weight = 1;                ///< in proportion to the others'
  std::vector<TokenBatch> batches;  ///< at least one
};

/// Everything the loop needs.
struct TrainingRun {
  std::string out;         ///< the run's directory; see docs/formats/checkpoint.md
  std::string label;       ///< of the progress bar
  Parameters& parameters;  ///< initialised; overwritten when the run resumes
  const Tokenizer& tokenizer;
  std::string tokenizer_path;
  BatchSource& source;
  BatchSize batch = {};                   ///< of the source; ranks share its examples
  std::vector<ValidationSet> validation;  ///< may be empty
  std::int64_t steps = 0;
  OptimizerOptions optimizer;
  Recompute recompute = Recompute::none;
  CadenceOptions cadence;
  std::uint64_t seed = 0;
  Json options;  ///< what determines the result: must be equal when a run resumes
  DataParallel parallel = {};
};

/// The summary of `out` if it holds a finished run with these options; nothing if it is new or to
/// be continued. Errors: invalid_argument if it holds another run (the options that differ are
/// named), or a model with no run.
Result<std::optional<TrainSummary>> find_finished_run(Env& env, const std::string& out,
                                                      const Json& options);

/// Runs from where `out` stands to the last step.
///
/// The result is the same bytes for any number of threads, and whether or not the run was
/// interrupted in between. Errors: interrupted (a checkpoint is saved first), io (the last
/// checkpoint stays), invalid_argument if a loss or gradient is not finite (naming the step, the
/// micro-batch and its examples; nothing of the step is kept), and those of
/// find_finished_run().
///
/// Ranks of run.parallel call it together. The losses are those of one process up to the order of
/// sums (1e-6 of them), and what one saved another number of them continues. Errors besides:
/// invalid_argument if the ranks' options differ, unsupported if the backend's memory is not the
/// host's, io if a rank fell silent. Other ranks than the first give the summary's figures too, but
/// not those of a run that was finished before.
Result<TrainSummary> run_training(Env& env, StopToken& stop, Backend& backend, TrainingRun& run);

}  // namespace scribe
