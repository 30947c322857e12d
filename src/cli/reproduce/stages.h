// The stages of a reproduction, and the one line that each prints when it is done.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "checkpoint/checkpoint.h"
#include "cli/reproduce/problem_sets.h"
#include "cli/reproduce/reproduction.h"
#include "sandbox/sandbox.h"

namespace scribe::cli {

/// Holds what the stages share. Stages run in order; each is idempotent.
class Stages {
 public:
  Stages(Env& env, StopToken& stop, const ReproductionOptions& options, Backend& backend);

  Status open_log();
  Status build_corpus();
  Status train_tokenizer();
  Status tokenize();
  Status write_problems();
  Result<TrainSummary> pretrain(const std::string& key, const std::string& corpus,
                                const std::string& init_from, std::int64_t steps);
  /// Trains `key` from the model `init_from` on problems/`examples`.
  Result<TrainSummary> finetune(const std::string& key, const std::string& examples,
                                const std::string& init_from, std::int64_t steps);
  /// Samples `model_key` on a set and judges the samples.
  Result<ScoreSummary> evaluate(const std::string& model_key, const EvaluationSet& set);

  /// Ways to pick one of a model's judged samples of a set.
  Result<RankTable> rank(const std::string& model_key, const EvaluationSet& set);

  std::string path(std::string_view name) const;
  std::string problems_path(const EvaluationSet& set) const;
  std::string results_path(const std::string& model_key, const EvaluationSet& set) const;
  /// Seconds of all stages, also of earlier calls.
  double seconds() const { return seconds_; }

 private:
  /// Runs a stage, prints "name  figures (time)" and adds the time to stages.jsonl.
  Status run(const std::string& name, const std::function<Result<std::string>()>& stage);
  Result<std::string> write_examples();
  Status score_docstrings(const std::string& samples, const std::string& problems,
                          const std::string& out);
  Status sample(const std::string& model_key, const EvaluationSet& set);

  Env& env_;
  StopToken& stop_;
  const ReproductionOptions& options_;
  const ReproductionPlan& plan_;
  Backend& backend_;
  std::unique_ptr<JsonlJournal> log_;
  double seconds_ = 0;
};

}  // namespace scribe::cli
