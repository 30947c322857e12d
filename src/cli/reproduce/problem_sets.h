// The problems of a reproduction: what Codex-S learns from, and what all models are asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "cli/reproduce/plan.h"
#include "problems/problem.h"

namespace scribe::cli {

inline constexpr std::string_view kHumanEvalKey = "human-eval";

/// A problem set of the evaluation.
struct EvaluationSet {
  std::string key;    ///< "longer-chains": names the files
  std::string title;  ///< "HumanEval"
  SetPlan plan;
  bool is_headline = true;  ///< false: asked of Codex-S alone, in no table of sets
};

/// The sets of a plan, chains first.
std::vector<EvaluationSet> evaluation_sets(const ReproductionPlan& plan);

/// Problems and how often each is learned from.
struct TrainingProblems {
  std::vector<Problem> problems;  ///< some of them several times
  std::string figures;            ///< "4,500 chains, 8,000 exercises ..."
};

/// Makes the problems of a set. Errors: those of the files that the plan names; of the sandbox.
Result<std::vector<Problem>> evaluation_problems(Env& env, StopToken& stop,
                                                 const ReproductionPlan& plan,
                                                 const EvaluationSet& set, int threads);

/// The traced problems that nothing may be learned from: of projects that are held out, or kept for
/// validation. Their functions may stand in any project's code. Errors: those of the file.
Result<std::vector<Problem>> traced_for_evaluation(Env& env, const ReproductionPlan& plan);

/// Chains, exercises, traced problems of training projects, and standalone functions of the
/// documents in `corpus` (a split of a corpus folder). None is in an evaluation set.
Result<TrainingProblems> training_problems(Env& env, StopToken& stop, const ReproductionPlan& plan,
                                           const std::string& corpus, int threads);

}  // namespace scribe::cli
