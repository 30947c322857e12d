// The training loop: batches in, updates, log lines, checkpoints.
#include "train/loop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

#include "base/progress.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/training_state.h"
#include "train/event_file.h"
#include "train/kept_checkpoints.h"
#include "train/rank_share.h"
#include "train/run_directory.h"
#include "train/sharded_optimizer.h"

namespace scribe {
namespace {

/// The moving average over about fifty steps that people watch; the log has every loss.
constexpr double kAverageWeight = 0.02;
/// So many examples are named in an error.
constexpr std::int64_t kListedMax = 8;

/// Of this process: a share of a batch has fewer rows than the batch.
std::int64_t rows_needed(const TrainingRun& run, int ranks) {
  std::int64_t rows = run.source.rows_max();
  if (ranks > 1) rows = rows / run.batch.micro * share_micro(run.batch, ranks);
  for (const ValidationSet& set : run.validation)
    for (const TokenBatch& batch : set.batches) rows = std::max(rows, batch.batch * batch.time);
  return rows;
}

std::optional<double> validation_of(const TrainingState& state) {
  if (!state.has_validation) return std::nullopt;
  return state.validation_loss;
}

/// One run in progress: memory, state, log.
class Trainer {
 public:
  Trainer(Env& env, Backend& backend, Communicator& ranks, TrainingRun& run,
          const LearningRateSchedule& schedule)
      : env_(env),
        backend_(backend),
        ranks_(ranks),
        run_(run),
        schedule_(schedule),
        gradients_(backend, ranks, run.parameters.config(), run.parallel.zero,
                   run.parallel.part_floats),
        optimizer_(backend, ranks, run.parameters, gradients_, run.seed),
        pass_(backend, run.parameters.config(), rows_needed(run, ranks.size()), run.recompute) {}

  /// Reads the checkpoint, if there is one, and brings the directory into the state it describes.
  Status prepare() {
    const bool resumes = is_first() && has_training_state(env_, run_.out);
    SCRIBE_TRY_ASSIGN(const std::vector<char> resume,
                      ranks_.all_gather_values(resumes ? '1' : '0', "the run's directory"));
    // Of what fails in the middle of handing out moments only rank 0 knows: its end ends the job.
    if (resumes) {
      SCRIBE_TRY_ASSIGN(state_, load_training_state(env_, run_.out, backend_, tensors()));
    } else if (resume.front() == '1') {
      SCRIBE_TRY(optimizer_.take_moments());
    }
    SCRIBE_TRY(
        ranks_.agree(is_first() ? prepare_directory(resumes) : Status(), "the run's directory"));
    return share_start(backend_, ranks_, state_, run_.parameters);
  }

  Result<TrainSummary> run(StopToken& stop) {
    const double start_seconds = env_.monotonic_seconds();
    const std::int64_t start_tokens = state_.tokens;
    SCRIBE_TRY(steps(stop));
    const double seconds = env_.monotonic_seconds() - start_seconds;
    TrainSummary summary{.steps = state_.step,
                         .tokens = state_.tokens,
                         .final_train_loss = state_.loss_average,
                         .validation_loss = validation_of(state_),
                         .seconds = seconds,
                         .parameters = parameter_count(run_.parameters.config())};
    if (seconds > 0)
      summary.tokens_per_second = static_cast<double>(state_.tokens - start_tokens) / seconds;
    return summary;
  }

 private:
  bool is_first() const { return ranks_.rank() == 0; }

  /// Of the process that has the directory, when what is in it was read.
  Status prepare_directory(bool resumes) {
    if (!resumes) {
      state_.seed = run_.seed;
      state_.options = run_.options;
      SCRIBE_TRY(env_.create_directories(run_.out));
      SCRIBE_TRY(write_run_options(env_, run_.out, run_.options));
      SCRIBE_TRY(write_model_description(env_, run_.out, run_.parameters.config(), run_.tokenizer,
                                         run_.tokenizer_path));
    }
    kept_ = std::make_unique<KeptCheckpoints>(env_, backend_, run_, state_.options);
    SCRIBE_TRY(kept_->prepare());
    SCRIBE_TRY_ASSIGN(JsonlJournal log,
                      open_step_log(env_, run_.out + "/train_log.jsonl", state_.step));
    log_ = std::make_unique<JsonlJournal>(std::move(log));
    SCRIBE_TRY(prepare_samples(resumes));
    if (!run_.cadence.tensorboard || state_.step == run_.steps) return {};
    SCRIBE_TRY_ASSIGN(EventFile events, EventFile::create(env_, run_.out + "/tensorboard",
                                                          state_.step + 1, wall_seconds()));
    events_ = std::make_unique<EventFile>(std::move(events));
    return {};
  }

  /// Of the first weights too, so that what cannot be sampled is known before the first step.
  Status prepare_samples(bool resumes) {
    if (run_.cadence.samples.every <= 0) return {};
    SCRIBE_TRY_ASSIGN(JsonlJournal log, open_step_log(env_, run_.out + "/samples_log.jsonl",
                                                      resumes ? state_.step : -1));
    samples_log_ = std::make_unique<JsonlJournal>(std::move(log));
    return resumes ? Status() : log_samples();
  }

  Status log_samples() {
    const WatchedSamples& samples = run_.cadence.samples;
    SCRIBE_TRY_ASSIGN(const std::vector<std::string> completions,
                      samples.complete(backend_, run_.parameters, run_.tokenizer, samples.prompts));
    for (std::size_t i = 0; i < samples.prompts.size(); ++i)
      SCRIBE_TRY(samples_log_->append({{"step", state_.step},
                                       {"prompt", samples.prompts[i]},
                                       {"completion", completions.at(i)}}));
    return {};
  }

  TrainingTensors tensors() { return {run_.parameters, optimizer_.moments()}; }

  Status steps(StopToken& stop) {
    const bool quiet = run_.cadence.quiet || !is_first();
    if (!quiet) peak_flop_per_second_ = backend_.peak_flop_per_second();
    Progress progress(env_,
                      {.label = run_.label, .unit = "steps", .total = run_.steps, .quiet = quiet});
    progress.skip(state_.step);
    saved_seconds_ = env_.monotonic_seconds();
    std::int64_t saved = state_.step;
    while (state_.step < run_.steps) {
      SCRIBE_TRY_ASSIGN(
          const Signals signals,
          share_signals(ranks_, {.stop = stop.requested(),
                                 .save = state_.step != saved && checkpoint_is_due()}));
      if (signals.stop) return interrupted();
      if (signals.save) {
        SCRIBE_TRY(save());
        saved = state_.step;
      }
      SCRIBE_TRY(step());
      if (!quiet) progress.update(state_.step, note());
    }
    state_.done = true;
    return save();
  }

  static double wall_seconds() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
  }

  /// Since this process's first step, all that is done between steps included.
  double per_second(std::int64_t count) const {
    const double elapsed = env_.monotonic_seconds() - first_step_seconds_;
    return elapsed > 0 ? static_cast<double>(count) / elapsed : 0;
  }

  /// Shows tokens per second beside the steps that the bar counts.
  std::string note() const {
    const double flop_per_second =
        per_second(rows_here_) *
        training_flop_per_token(run_.parameters.config(), run_.parameters.config().context);
    std::string speed = fmt::format("{:.0f} GFLOP/s", flop_per_second * 1e-9);
    if (peak_flop_per_second_ > 0)
      speed += fmt::format(" ({:.0f} % of peak)", 100 * flop_per_second / peak_flop_per_second_);
    return fmt::format("{} tokens, {} tokens/s, {}, loss {:.3f}, rate {:.2g}",
                       format_count(static_cast<double>(state_.tokens)),
                       format_count(per_second(tokens_here_)), speed, state_.loss_average,
                       learning_rate(schedule_, state_.step));
  }

  Status interrupted() {
    SCRIBE_TRY(save());
    return ranks_.agree(error(ErrorCode::interrupted,
                              "stopped after step {} of {}; the same command continues from '{}'",
                              state_.step, run_.steps, run_.out),
                        "the stop");
  }

  Status step() {
    if (tokens_here_ == 0) first_step_seconds_ = env_.monotonic_seconds();
    const std::int64_t number = state_.step + 1;
    Result<std::vector<TokenBatch>> read = run_.source.batches(number);
    SCRIBE_TRY(ranks_.agree(read.ok() ? Status() : read.error(), "the step's examples"));
    const std::vector<TokenBatch> batches = std::move(read).value();
    std::int64_t targets = 0;
    for (const TokenBatch& batch : batches) targets += counted_targets(batch);
    SCRIBE_CHECK(targets > 0, "step {} has no targets", number);
    const float scale = 1.0F / static_cast<float>(targets);
    SCRIBE_TRY_ASSIGN(const GradientSums::Figures figures, gradients_of(batches, scale));
    const double loss = figures.loss_sum / static_cast<double>(targets);
    const double norm = std::sqrt(figures.sum_of_squares);
    if (!std::isfinite(loss) || !std::isfinite(norm))
      return not_finite(number, batches, scale, loss);
    const double rate = learning_rate(schedule_, number);
    SCRIBE_TRY(update(number, rate, norm));
    advance(number, targets, batches, loss);
    SCRIBE_TRY(log_step(number, loss, rate, norm));
    const bool samples_are_due =
        samples_log_ && (number == run_.steps || number % run_.cadence.samples.every == 0);
    return samples_are_due ? log_samples() : Status();
  }

  /// The sum of the losses; the gradients are left where the optimizer finds them.
  Result<GradientSums::Figures> gradients_of(const std::vector<TokenBatch>& batches, float scale) {
    gradients_.clear();
    const std::vector<TokenBatch> share = share_of(batches, ranks_.rank(), ranks_.size());
    const TrainingPass::LayerDone layer_done = [this](std::int32_t layer) {
      gradients_.layer_is_final(layer);
    };
    const std::int64_t passes = most_of_share(batches, ranks_.size());
    double sum = 0;
    for (std::int64_t i = 0; i < passes; ++i) {
      SCRIBE_TRY(gradients_.start_pass(i + 1 == passes));
      if (i < std::ssize(share))
        sum += pass_.loss_and_gradients(run_.parameters, share[static_cast<std::size_t>(i)], scale,
                                        gradients_.views(), layer_done);
      else
        gradients_.skip_pass();
    }
    return gradients_.finish(sum);
  }

  /// Finds what was not finite by computing the step again, micro-batch by micro-batch: the weights
  /// are what they were, so it is there again, on some rank.
  Status not_finite(std::int64_t number, const std::vector<TokenBatch>& batches, float scale,
                    double loss) {
    const std::string mine = what_is_not_finite(number, batches, scale);
    SCRIBE_TRY_ASSIGN(const std::vector<std::string> all,
                      ranks_.all_gather_texts(mine, "what is not finite"));
    const auto found = std::ranges::find_if(all, [](const auto& text) { return !text.empty(); });
    return ranks_.agree(
        error(ErrorCode::invalid_argument,
              "step {}: {}; nothing of this step was kept: lower --learning-rate, or look at these "
              "examples (the last checkpoint is kept)",
              number,
              found != all.end()    ? *found
              : std::isfinite(loss) ? "the sum of the gradients is not finite"
                                    : "the sum of the losses is not finite"),
        "what is not finite");
  }

  /// Nothing if all of this rank's is finite.
  std::string what_is_not_finite(std::int64_t number, const std::vector<TokenBatch>& batches,
                                 float scale) {
    gradients_.clear();
    const std::vector<TokenBatch> share = share_of(batches, ranks_.rank(), ranks_.size());
    std::int64_t first = first_of_share(batches, ranks_.rank(), ranks_.size());
    for (std::size_t i = 0; i < share.size(); first += share[i++].batch) {
      const double loss =
          pass_.loss_and_gradients(run_.parameters, share[i], scale, gradients_.views());
      const double norm = std::sqrt(gradients_.sum_of_squares());
      if (std::isfinite(loss) && std::isfinite(norm)) continue;
      return fmt::format("the {} of micro-batch {} of {}{} is {}: {}",
                         std::isfinite(loss) ? "gradient's norm" : "loss", i + 1, share.size(),
                         ranks_.size() == 1 ? "" : fmt::format(" of rank {}", ranks_.rank()),
                         std::isfinite(loss) ? norm : std::abs(loss),
                         list_examples(number, first, share[i].batch));
    }
    return {};
  }

  std::string list_examples(std::int64_t number, std::int64_t first, std::int64_t count) const {
    std::string list;
    for (std::int64_t i = first; i < first + std::min(count, kListedMax); ++i)
      list += fmt::format("{}{}", list.empty() ? "" : ", ", run_.source.describe(number, i));
    if (count > kListedMax) list += fmt::format(" and {} more", count - kListedMax);
    return list;
  }

  Status update(std::int64_t number, double rate, double norm) {
    const OptimizerOptions& options = run_.optimizer;
    const bool clips = options.clip > 0 && norm > options.clip;
    return optimizer_.update({.learning_rate = rate,
                              .beta1 = options.beta1,
                              .beta2 = options.beta2,
                              .epsilon = options.epsilon,
                              .weight_decay = options.weight_decay,
                              .gradient_scale = clips ? options.clip / norm : 1.0,
                              .step = number});
  }

  void advance(std::int64_t number, std::int64_t targets, const std::vector<TokenBatch>& batches,
               double loss) {
    // The plain mean of the first fifty steps, so that a short run is not marked by its start.
    const double weight = std::max(kAverageWeight, 1.0 / static_cast<double>(number));
    state_.loss_average += weight * (loss - state_.loss_average);
    state_.last_loss = loss;
    state_.step = number;
    state_.tokens += targets;
    for (const TokenBatch& batch : batches) state_.examples += batch.batch;
    tokens_here_ += targets;
    for (const TokenBatch& batch : batches) rows_here_ += batch.batch * batch.time;
  }

  /// No times in the log: a resumed run must give the same lines.
  Status log_step(std::int64_t number, double loss, double rate, double norm) {
    Json line{{"step", number},        {"tokens", state_.tokens},
              {"loss", loss},          {"loss_average", state_.loss_average},
              {"learning_rate", rate}, {"gradient_norm", norm}};
    const std::int64_t every = run_.cadence.validate_every;
    if (!run_.validation.empty() && (number == run_.steps || (every > 0 && number % every == 0))) {
      Json losses;
      SCRIBE_TRY_ASSIGN(state_.validation_loss, validate_now(losses));
      if (!std::isfinite(state_.validation_loss))
        return ranks_.agree(
            error(ErrorCode::invalid_argument,
                  "step {}: the validation loss is {} after the update; the last checkpoint is "
                  "kept: lower --learning-rate",
                  number, state_.validation_loss),
            "the validation loss");
      state_.has_validation = true;
      line["validation_loss"] = state_.validation_loss;
      if (losses.size() > 1) line["validation_losses"] = losses;
      if (run_.cadence.keep_best && is_first())
        SCRIBE_TRY(kept_->offer_best(number, state_.validation_loss));
    }
    if (events_) SCRIBE_TRY(add_events(number, line));
    return log_ ? log_->append(line) : Status();
  }

  Status add_events(std::int64_t number, const Json& line) {
    std::vector<EventScalar> scalars = {{"loss/train", line["loss"].get<double>()},
                                        {"loss/average", state_.loss_average},
                                        {"learning_rate", line["learning_rate"].get<double>()},
                                        {"gradient_norm", line["gradient_norm"].get<double>()},
                                        {"tokens", static_cast<double>(state_.tokens)},
                                        {"tokens_per_second", per_second(tokens_here_)}};
    if (line.contains("validation_loss"))
      scalars.emplace_back("loss/validation", line["validation_loss"].get<double>());
    return events_->add(number, wall_seconds(), scalars);
  }

  /// The weighted mean; `losses` is that of each set, by name.
  Result<double> validate_now(Json& losses) {
    double sum = 0;
    double weights = 0;
    for (const ValidationSet& set : run_.validation) {
      SCRIBE_TRY_ASSIGN(const double loss, loss_of(set.batches));
      losses[set.name] = loss;
      sum += set.weight * loss;
      weights += set.weight;
    }
    return sum / weights;
  }

  /// Nats per target; each rank computes its share.
  Result<double> loss_of(const std::vector<TokenBatch>& batches) {
    std::int64_t targets = 0;
    for (const TokenBatch& batch : batches) targets += counted_targets(batch);
    double mine = 0;
    for (const TokenBatch& batch : share_of(batches, ranks_.rank(), ranks_.size()))
      mine += pass_.loss(run_.parameters, batch);
    SCRIBE_TRY_ASSIGN(const std::vector<double> all,
                      ranks_.all_gather_values(mine, "the validation loss"));
    double sum = 0;
    for (const double loss : all) sum += loss;
    return sum / static_cast<double>(targets);
  }

  bool checkpoint_is_due() {
    const CadenceOptions& cadence = run_.cadence;
    const bool by_steps =
        cadence.checkpoint_every_steps > 0 && state_.step % cadence.checkpoint_every_steps == 0;
    const bool by_time =
        cadence.checkpoint_every_seconds > 0 &&
        env_.monotonic_seconds() - saved_seconds_ >= cadence.checkpoint_every_seconds;
    return by_steps || by_time;
  }

  /// Saves by steps alone: when those by time and by a stop happen is not the run's doing, and a
  /// resumed run must keep the same copies.
  bool copy_is_due() const {
    const CadenceOptions& cadence = run_.cadence;
    return cadence.keep_last > 0 && state_.step > 0 &&
           (state_.step == run_.steps || state_.step % cadence.checkpoint_every_steps == 0);
  }

  /// The log and copies go first: a checkpoint never knows of a step that they lost. Other ranks
  /// than the first only give it their moments.
  Status save() {
    if (!is_first()) return optimizer_.give_moments();
    SCRIBE_TRY(log_->sync());
    if (events_) SCRIBE_TRY(events_->sync());
    if (samples_log_) SCRIBE_TRY(samples_log_->sync());
    if (copy_is_due()) SCRIBE_TRY(kept_->keep_step(state_.step, run_.cadence.keep_last));
    SCRIBE_TRY(save_training_state(env_, run_.out, backend_, state_, tensors()));
    saved_seconds_ = env_.monotonic_seconds();
    return {};
  }

  Env& env_;
  Backend& backend_;
  Communicator& ranks_;
  TrainingRun& run_;
  LearningRateSchedule schedule_;
  GradientSums gradients_;
  ShardedOptimizer optimizer_;
  TrainingPass pass_;
  TrainingState state_;
  std::unique_ptr<JsonlJournal> log_;          ///< this and what follows: only the first rank
  std::unique_ptr<EventFile> events_;          ///< if they are wanted
  std::unique_ptr<JsonlJournal> samples_log_;  ///< if it is wanted
  std::unique_ptr<KeptCheckpoints> kept_;
  double peak_flop_per_second_ = 0;  ///< 0: not known
  double saved_seconds_ = 0;
  double first_step_seconds_ = 0;
  std::int64_t tokens_here_ = 0;  ///< targets of this process
  std::int64_t rows_here_ = 0;    ///< positions computed, those that do not count included
};

/// That ranks which are several do the same.
Status check_ranks(Communicator& ranks, const TrainingRun& run) {
  if (ranks.size() == 1) return {};
  Json same = run.options;
  same["steps"] = run.steps;
  same["out"] = run.out;
  same["zero"] = static_cast<int>(run.parallel.zero);
  same["checkpoint_every_steps"] = run.cadence.checkpoint_every_steps;
  same["sample_every"] = run.cadence.samples.every;
  return check_same(ranks, same);
}

}  // namespace

Result<std::optional<TrainSummary>> find_finished_run(Env& env, const std::string& out,
                                                      const Json& options) {
  if (!has_training_state(env, out)) {
    if (env.exists(out + "/model.safetensors"))
      return error(ErrorCode::invalid_argument,
                   "'{}' already holds a model that no run can continue; choose another --out",
                   out);
    return std::optional<TrainSummary>();
  }
  SCRIBE_TRY_ASSIGN(const TrainingState state, read_training_numbers(env, out));
  const std::string difference = describe_difference(state.options, options);
  if (!difference.empty())
    return error(
        ErrorCode::invalid_argument,
        "'{}' holds a run with other options: {}; choose another --out or the same options", out,
        difference);
  if (!state.done) return std::optional<TrainSummary>();
  SCRIBE_TRY(finish_interrupted_swap(env, out));
  return std::optional(TrainSummary{.steps = state.step,
                                    .tokens = state.tokens,
                                    .final_train_loss = state.loss_average,
                                    .validation_loss = validation_of(state),
                                    .already_done = true});
}

Result<TrainSummary> run_training(Env& env, StopToken& stop, Backend& backend, TrainingRun& run) {
  SCRIBE_TRY_ASSIGN(const LearningRateSchedule schedule,
                    resolve_schedule(run.optimizer, run.steps));
  const std::unique_ptr<Communicator> alone = make_single_communicator();
  Communicator& ranks = run.parallel.ranks == nullptr ? *alone : *run.parallel.ranks;
  SCRIBE_TRY(ranks.agree(validate(run.cadence, !run.validation.empty()), "their options"));
  SCRIBE_TRY(check_ranks(ranks, run));
  Result<std::optional<TrainSummary>> found = std::optional<TrainSummary>();
  if (ranks.rank() == 0) found = find_finished_run(env, run.out, run.options);
  SCRIBE_TRY(ranks.agree(found.ok() ? Status() : found.error(), "the run's directory"));
  SCRIBE_TRY_ASSIGN(const std::vector<char> done,
                    ranks.all_gather_values(found.value() ? '1' : '0', "the run's directory"));
  if (done.front() == '1') {
    TrainSummary finished = found.value().value_or(TrainSummary());
    finished.already_done = true;
    finished.parameters = parameter_count(run.parameters.config());
    return finished;
  }
  if (ranks.size() > 1)  // A rank's activations are those of its share of a step, not more.
    for (ValidationSet& set : run.validation)
      set.batches = in_micro_batches(set.batches, share_micro(run.batch, ranks.size()));
  Trainer trainer(env, backend, ranks, run, schedule);
  const Status prepared = trainer.prepare();
  if (!prepared.ok()) return Error(prepared.error()).in(fmt::format("run '{}'", run.out));
  return trainer.run(stop);
}

}  // namespace scribe
