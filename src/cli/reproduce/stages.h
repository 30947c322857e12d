// The stages of a reproduction, and the one line that each prints when it is done.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "checkpoint/checkpoint.h"
#include "cli/reproduce/reproduction.h"
#include "sandbox/sandbox.h"

namespace scribe::cli {

/// A problem set of the evaluation.
struct EvaluationSet {
  enum class Kind { chains, longer_chains, human_eval };
  Kind kind = Kind::chains;
  std::string name;  ///< "chains": names the files
  std::string problems_path;
  std::int64_t samples = 0;
  std::int64_t max_tokens = 0;
};

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
  Result<TrainSummary> finetune();
  /// Samples `model_key` on a set and judges the samples.
  Result<ScoreSummary> evaluate(const std::string& model_key, const EvaluationSet& set);

  std::vector<EvaluationSet> evaluation_sets() const;
  std::string path(std::string_view name) const;
  std::string results_path(const std::string& model_key, const EvaluationSet& set) const;
  /// Seconds of all stages, also of earlier calls.
  double seconds() const { return seconds_; }

 private:
  /// Runs a stage, prints "name  figures (time)" and adds the time to stages.jsonl.
  Status run(const std::string& name, const std::function<Result<std::string>()>& stage);
  Result<std::string> write_finetune_examples();
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
