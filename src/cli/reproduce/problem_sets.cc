// Chains and exercises are made from the plan's seed, traced problems and functions are read.
#include "cli/reproduce/problem_sets.h"

#include <algorithm>
#include <thread>
#include <unordered_set>

#include "base/philox.h"
#include "base/progress.h"
#include "corpus/corpus.h"
#include "corpus/decontaminate.h"
#include "exercises/generate.h"
#include "problems/chains.h"
#include "problems/functions.h"

namespace scribe::cli {
namespace {

constexpr std::string_view kHeldOut = "held-out";
constexpr std::string_view kTrain = "train";

/// HumanEval, if it is at hand: nothing of it may be learned from.
Result<std::vector<Problem>> human_eval_problems(Env& env, const ReproductionPlan& plan) {
  if (plan.human_eval.empty()) return std::vector<Problem>();
  return load_problems(env, plan.human_eval);
}

Result<std::vector<Problem>> exercises_of(Env& env, StopToken& stop, const ReproductionPlan& plan,
                                          ChainSplit split, std::int64_t count, int threads) {
  ExerciseOptions options;
  options.seed = plan.seed;
  options.count = static_cast<int>(count);
  options.difficulty_max = plan.exercise_difficulty_max;
  options.split = split;
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> guarded, human_eval_problems(env, plan));
  for (const Problem& problem : guarded) options.protected_names.insert(problem.entry_point);
  if (!plan.human_eval.empty()) {
    SCRIBE_TRY_ASSIGN(options.decontaminator, Decontaminator::load(env, {plan.human_eval}, {}));
  }
  SCRIBE_TRY_ASSIGN(const SandboxWorkers workers, real_sandbox_workers());
  options.sandbox.start_worker = workers.start;
  options.sandbox.workers =
      threads > 0 ? threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  SCRIBE_TRY_ASSIGN(Exercises exercises, generate_exercises(options, stop));
  return std::move(exercises.problems);
}

/// The traced problems whose line names this split, or of "" another than that for training.
Result<std::vector<Problem>> traced_of(Env& env, const ReproductionPlan& plan,
                                       std::string_view wanted) {
  std::vector<Problem> problems;
  if (plan.traced.empty()) return problems;
  std::unordered_set<std::string> ids;
  SCRIBE_TRY(for_each_json_line(
      env, plan.traced, [&](const Json& line, const std::string& where) -> Status {
        SCRIBE_TRY_ASSIGN(const std::string split, json_field<std::string>(line, "split", where));
        if (wanted.empty() ? split == kTrain : split != wanted) return {};
        SCRIBE_TRY_ASSIGN(std::string id, json_field<std::string>(line, "task_id", where));
        ids.insert(std::move(id));
        return {};
      }));
  SCRIBE_TRY_ASSIGN(std::vector<Problem> all, load_problems(env, plan.traced));
  for (Problem& problem : all)
    if (ids.contains(problem.task_id)) problems.push_back(std::move(problem));
  return problems;
}

/// `count` of them, drawn by the seed; all if it is 0 or there are fewer.
std::vector<Problem> some_of(std::vector<Problem> problems, std::int64_t count,
                             std::uint64_t seed) {
  if (count == 0 || std::ssize(problems) <= count) return problems;
  PhiloxStream random(seed, 0);
  shuffle(problems, random);
  problems.resize(static_cast<std::size_t>(count));
  return problems;
}

Result<std::vector<Problem>> chain_problems(const ReproductionPlan& plan, bool longer) {
  const int trained = plan.chain_length_train_max;
  return make_chain_problems({.seed = plan.seed,
                              .length_min = longer ? trained + 1 : 1,
                              .length_max = longer ? plan.chain_length_evaluation_max : trained,
                              .count = static_cast<int>(plan.chains.problems),
                              .split = ChainSplit::evaluation});
}

/// Chains of each length, the same number of each: there are few short ones, which are repeated.
Status add_training_chains(const ReproductionPlan& plan, TrainingProblems& training) {
  for (int length = 1; length <= plan.chain_length_train_max; ++length) {
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems,
                      make_chain_problems({.seed = plan.seed,
                                           .length_min = length,
                                           .length_max = length,
                                           .count = static_cast<int>(plan.chains_per_length),
                                           .split = ChainSplit::train,
                                           .tests = 4}));
    for (std::int64_t index = 0; index < plan.chains_per_length; ++index)
      training.problems.push_back(problems[static_cast<std::size_t>(index) % problems.size()]);
  }
  training.figures = fmt::format("{} chains", plan.chains_per_length * plan.chain_length_train_max);
  return {};
}

Result<std::vector<Problem>> corpus_functions(Env& env, const ReproductionPlan& plan,
                                              const std::string& corpus) {
  FunctionCollector collector{FunctionOptions{}};
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> human_eval, human_eval_problems(env, plan));
  collector.protect(human_eval);
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> traced, traced_for_evaluation(env, plan));
  collector.protect(traced);
  SCRIBE_TRY(for_each_document(env, corpus, [&](const Document& document) {
    collector.add_document(document.text);
    return Status();
  }));
  return some_of(collector.problems(), plan.functions_max, plan.seed);
}

/// Projects copy functions from each other, so that one may be traced on both sides of the split.
Result<std::vector<Problem>> traced_for_training(Env& env, const ReproductionPlan& plan) {
  std::unordered_set<std::string> guarded;
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> others, traced_for_evaluation(env, plan));
  for (const Problem& problem : others) {
    guarded.insert(problem.canonical_solution);
    guarded.insert(problem.test);
  }
  SCRIBE_TRY_ASSIGN(std::vector<Problem> problems, traced_of(env, plan, kTrain));
  std::erase_if(problems, [&](const Problem& problem) {
    return guarded.contains(problem.canonical_solution) || guarded.contains(problem.test);
  });
  return problems;
}

void append(std::vector<Problem> problems, std::string_view name, TrainingProblems& training) {
  training.figures += fmt::format(", {} {}", problems.size(), name);
  training.problems.insert(training.problems.end(), std::make_move_iterator(problems.begin()),
                           std::make_move_iterator(problems.end()));
}

}  // namespace

Result<std::vector<Problem>> traced_for_evaluation(Env& env, const ReproductionPlan& plan) {
  return traced_of(env, plan, "");
}

std::vector<EvaluationSet> evaluation_sets(const ReproductionPlan& plan) {
  std::vector<EvaluationSet> sets{{.key = "chains", .title = "chains", .plan = plan.chains}};
  if (plan.chain_length_evaluation_max > plan.chain_length_train_max)
    sets.push_back({.key = "longer-chains",
                    .title = "longer chains",
                    .plan = plan.chains,
                    .is_headline = false});
  sets.push_back({.key = "exercises", .title = "exercises", .plan = plan.exercise_set});
  if (!plan.traced.empty())
    sets.push_back({.key = "traced", .title = "traced", .plan = plan.traced_set});
  if (!plan.human_eval.empty())
    sets.push_back(
        {.key = std::string(kHumanEvalKey), .title = "HumanEval", .plan = plan.human_eval_set});
  return sets;
}

Result<std::vector<Problem>> evaluation_problems(Env& env, StopToken& stop,
                                                 const ReproductionPlan& plan,
                                                 const EvaluationSet& set, int threads) {
  if (set.key == "exercises")
    return exercises_of(env, stop, plan, ChainSplit::evaluation, set.plan.problems, threads);
  if (set.key == "traced") {
    SCRIBE_TRY_ASSIGN(std::vector<Problem> held_out, traced_of(env, plan, kHeldOut));
    return some_of(std::move(held_out), set.plan.problems, plan.seed);
  }
  SCRIBE_CHECK(set.key.ends_with("chains"), "set {}", set.key);
  return chain_problems(plan, !set.is_headline);
}

Result<TrainingProblems> training_problems(Env& env, StopToken& stop, const ReproductionPlan& plan,
                                           const std::string& corpus, int threads) {
  TrainingProblems training;
  SCRIBE_TRY(add_training_chains(plan, training));
  SCRIBE_TRY_ASSIGN(std::vector<Problem> exercises,
                    exercises_of(env, stop, plan, ChainSplit::train, plan.exercises, threads));
  append(std::move(exercises), "exercises", training);
  SCRIBE_TRY_ASSIGN(std::vector<Problem> traced, traced_for_training(env, plan));
  if (!traced.empty()) append(std::move(traced), "traced problems", training);
  SCRIBE_TRY_ASSIGN(std::vector<Problem> functions, corpus_functions(env, plan, corpus));
  append(std::move(functions), "functions", training);
  return training;
}

}  // namespace scribe::cli
