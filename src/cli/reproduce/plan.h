// What `scribe reproduce` does at each scale: the sizes of every stage, in one place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/config.h"

namespace scribe::cli {

/// Numbers of one reproduction. Everything it writes is a function of these, the sources and the
/// problem files; their hash names the plan in results.json.
struct ReproductionPlan {
  std::string scale;

  // Corpus and tokenizer.
  std::vector<std::string> sources;        ///< Python source folders; empty: the machine's own
  std::vector<std::string> prose_sources;  ///< documentation folders; empty: the machine's own
  std::int64_t code_bytes_max = 0;         ///< 0: no bound
  std::int64_t prose_bytes_max = 0;

  // Models: one shape for GPT, Codex and Codex-S.
  ModelConfig model;  ///< model.vocabulary_size is the tokenizer's
  std::int64_t batch_sequences = 0;
  std::int64_t gpt_steps = 0;
  std::int64_t codex_steps = 0;
  double learning_rate = 0;  ///< GPT and Codex, as in the paper (section 3.2)
  std::int64_t warmup_steps = 175;

  // Supervised fine-tuning.
  std::int64_t chains_per_length = 0;  ///< training chains of each length
  int chain_length_train_max = 3;
  std::int64_t functions_max = 0;  ///< standalone documented functions
  std::int64_t finetune_batch = 0;
  std::int64_t finetune_steps = 0;
  double finetune_learning_rate = 0;

  // Evaluation.
  int chain_length_evaluation_max = 5;
  int evaluation_chains_per_length = 0;
  std::int64_t samples = 0;  ///< per chain problem
  double temperature = 0.8;
  double top_p = 0.95;
  std::int64_t max_tokens = 0;  ///< per completion of a chain
  std::string human_eval;       ///< HumanEval.jsonl.gz, or "" when it is not at hand
  std::int64_t human_eval_samples = 10;
  std::int64_t human_eval_max_tokens = 0;

  std::uint64_t seed = 1;
};

/// The plan called `scale`. Errors: invalid_argument naming the choices.
Result<ReproductionPlan> plan_for_scale(std::string_view scale);

/// All numbers, for results.json; its hash identifies the plan.
Json to_json(const ReproductionPlan& plan);

}  // namespace scribe::cli
