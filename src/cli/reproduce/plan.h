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

/// How a set of problems is sampled.
struct SetPlan {
  std::int64_t problems = 0;  ///< of chains: per length; 0 of a file: all
  std::int64_t samples = 0;   ///< per problem
  std::int64_t max_tokens = 0;
};

/// Numbers of one reproduction. Everything it writes is a function of these, the sources and the
/// problem files; their hash names the plan in results.json.
struct ReproductionPlan {
  std::string scale;
  std::string device = "cpu";  ///< as device_named() has it

  // Corpus and tokenizer.
  std::vector<std::string> sources;  ///< Python, archives in folders too; empty: the machine's own
  std::vector<std::string> prose_sources;  ///< documentation folders; empty: the machine's own
  bool permissive_only = false;            ///< code under other licences is left out
  std::int64_t code_bytes_max = 0;         ///< 0: no bound
  std::int64_t prose_bytes_max = 0;

  // Models: one shape for all.
  ModelConfig model;  ///< model.vocabulary_size is the tokenizer's
  std::int64_t batch_sequences = 0;
  std::int64_t gpt_steps = 0;
  std::int64_t codex_steps = 0;
  double learning_rate = 0;  ///< GPT and Codex, as in the paper (section 3.2)
  std::int64_t warmup_steps = 175;

  // What Codex-S and Codex-D learn from.
  std::int64_t chains_per_length = 0;  ///< training chains of each length
  int chain_length_train_max = 3;
  std::int64_t exercises = 0;  ///< generated, of the training split
  int exercise_difficulty_max = 3;
  std::int64_t functions_max = 0;  ///< standalone documented functions of the corpus
  std::string traced;              ///< problems traced from projects, or "" when not at hand

  // Supervised fine-tuning.
  std::int64_t finetune_batch = 0;
  std::int64_t finetune_steps = 0;
  double finetune_learning_rate = 0;
  std::int64_t docstring_steps = 0;  ///< of Codex-D; 0: there is none

  // Evaluation.
  int chain_length_evaluation_max = 5;
  double temperature = 0.8;
  double top_p = 0.95;
  SetPlan chains;
  SetPlan exercise_set;  ///< held-out exercises
  SetPlan traced_set;    ///< functions of other projects, in no text that was learned from
  SetPlan human_eval_set;
  std::string human_eval;  ///< HumanEval.jsonl.gz, or "" when it is not at hand

  std::uint64_t seed = 1;
};

/// The plan called `scale`. Errors: invalid_argument naming the choices.
Result<ReproductionPlan> plan_for_scale(std::string_view scale);

/// All numbers, for results.json; its hash identifies the plan.
Json to_json(const ReproductionPlan& plan);

}  // namespace scribe::cli
