// The scales of a reproduction.
#include "cli/reproduce/plan.h"

namespace scribe::cli {
namespace {

// Sized for 15 minutes on two cores: most of it goes to the trainings.
ReproductionPlan laptop_plan() {
  return {.scale = "laptop",
          .device = "cpu",
          .sources = {},
          .prose_sources = {},
          .permissive_only = false,
          .code_bytes_max = 24'000'000,
          .prose_bytes_max = 12'000'000,
          .model = {.layers = 4,
                    .width = 256,
                    .heads = 4,
                    .vocabulary_size = 4096,
                    .context = 512,
                    .norm_epsilon = 1e-5F},
          .batch_sequences = 4,
          .gpt_steps = 240,
          .codex_steps = 320,
          .learning_rate = 2e-3,
          .warmup_steps = 50,
          .chains_per_length = 1500,
          .chain_length_train_max = 3,
          .exercises = 3000,
          .exercise_difficulty_max = 1,
          .functions_max = 500,
          .traced = {},
          .finetune_batch = 8,
          .finetune_steps = 1800,
          .finetune_learning_rate = 1e-3,
          .docstring_steps = 300,
          .chain_length_evaluation_max = 5,
          .temperature = 0.8,
          .top_p = 0.95,
          .chains = {.problems = 16, .samples = 20, .max_tokens = 192},
          .exercise_set = {.problems = 60, .samples = 20, .max_tokens = 192},
          .traced_set = {.problems = 60, .samples = 10, .max_tokens = 192},
          .human_eval_set = {.problems = 0, .samples = 10, .max_tokens = 96},
          .human_eval = {},
          .seed = 1};
}

// The model that comes with Scribe: two hours on two cores that multiply in bf16.
ReproductionPlan default_model_plan() {
  ReproductionPlan plan = laptop_plan();
  plan.scale = "default-model";
  plan.code_bytes_max = 150'000'000;
  plan.batch_sequences = 8;
  plan.gpt_steps = 640;
  plan.codex_steps = 8600;
  plan.warmup_steps = 175;
  plan.exercises = 30'000;
  plan.exercise_difficulty_max = 2;
  plan.functions_max = 3000;
  plan.finetune_batch = 16;
  plan.finetune_steps = 2800;
  plan.docstring_steps = 400;
  plan.chains.samples = 100;
  plan.exercise_set.samples = 50;
  plan.traced_set = {.problems = 0, .samples = 50, .max_tokens = 128};
  plan.human_eval_set = {.problems = 0, .samples = 20, .max_tokens = 96};
  return plan;
}

// Every stage on a model that learns nothing: for tests of the plumbing.
ReproductionPlan smoke_plan() {
  ReproductionPlan plan = laptop_plan();
  plan.scale = "smoke";
  plan.code_bytes_max = 400'000;
  plan.prose_bytes_max = 200'000;
  plan.model = {.layers = 1,
                .width = 32,
                .heads = 2,
                .vocabulary_size = 512,
                .context = 384,
                .norm_epsilon = 1e-5F};
  plan.batch_sequences = 2;
  plan.gpt_steps = 4;
  plan.codex_steps = 4;
  plan.warmup_steps = 2;
  plan.chains_per_length = 16;
  plan.exercises = 16;
  plan.functions_max = 8;
  plan.finetune_batch = 4;
  plan.finetune_steps = 4;
  plan.docstring_steps = 4;
  plan.chain_length_evaluation_max = 4;
  plan.chains = {.problems = 2, .samples = 2, .max_tokens = 16};
  plan.exercise_set = {.problems = 2, .samples = 2, .max_tokens = 16};
  plan.traced_set = {.problems = 2, .samples = 2, .max_tokens = 16};
  plan.human_eval_set = {.problems = 0, .samples = 1, .max_tokens = 8};
  return plan;
}

Json to_json(const SetPlan& set) {
  return {{"problems", set.problems}, {"samples", set.samples}, {"max_tokens", set.max_tokens}};
}

}  // namespace

Result<ReproductionPlan> plan_for_scale(std::string_view scale) {
  if (scale == "laptop") return laptop_plan();
  if (scale == "default-model") return default_model_plan();
  if (scale == "smoke") return smoke_plan();
  return error(ErrorCode::invalid_argument,
               "--scale: '{}' is not a scale; choose laptop, default-model or smoke", scale);
}

Json to_json(const ReproductionPlan& plan) {
  return {{"scale", plan.scale},
          {"device", plan.device},
          {"sources", plan.sources},
          {"prose_sources", plan.prose_sources},
          {"permissive_only", plan.permissive_only},
          {"code_bytes_max", plan.code_bytes_max},
          {"prose_bytes_max", plan.prose_bytes_max},
          {"layers", plan.model.layers},
          {"width", plan.model.width},
          {"heads", plan.model.heads},
          {"vocabulary_size", plan.model.vocabulary_size},
          {"context", plan.model.context},
          {"parameters", parameter_count(plan.model)},
          {"batch_sequences", plan.batch_sequences},
          {"gpt_steps", plan.gpt_steps},
          {"codex_steps", plan.codex_steps},
          {"learning_rate", plan.learning_rate},
          {"warmup_steps", plan.warmup_steps},
          {"chains_per_length", plan.chains_per_length},
          {"chain_length_train_max", plan.chain_length_train_max},
          {"exercises", plan.exercises},
          {"exercise_difficulty_max", plan.exercise_difficulty_max},
          {"functions_max", plan.functions_max},
          {"traced", plan.traced},
          {"finetune_batch", plan.finetune_batch},
          {"finetune_steps", plan.finetune_steps},
          {"finetune_learning_rate", plan.finetune_learning_rate},
          {"docstring_steps", plan.docstring_steps},
          {"chain_length_evaluation_max", plan.chain_length_evaluation_max},
          {"temperature", plan.temperature},
          {"top_p", plan.top_p},
          {"chains", to_json(plan.chains)},
          {"exercise_set", to_json(plan.exercise_set)},
          {"traced_set", to_json(plan.traced_set)},
          {"human_eval_set", to_json(plan.human_eval_set)},
          {"human_eval", plan.human_eval},
          {"seed", plan.seed}};
}

}  // namespace scribe::cli
