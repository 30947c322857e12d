// Each stage calls one module's library function with the plan's numbers.
#include "cli/reproduce/stages.h"

#include <algorithm>

#include "base/progress.h"
#include "cli/given_texts.h"
#include "corpus/corpus.h"
#include "corpus/license.h"
#include "corpus/tokenize_corpus.h"
#include "evaluate/sample_behaviour.h"
#include "problems/back_translation.h"
#include "problems/problem.h"
#include "sample/prompt.h"
#include "sample/sample_run.h"
#include "tokenizer/bpe_trainer.h"
#include "train/finetune.h"
#include "train/train.h"

namespace scribe::cli {
namespace {

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

/// A prompt and the completion to learn, as fine-tuning reads it.
Json example(const Problem& problem) {
  return {{"prompt", problem.prompt}, {"completion", problem.canonical_solution}};
}

std::string describe(const CollectionSummary& collection) {
  return fmt::format("{} in {} files",
                     megabytes(collection.train.text_bytes + collection.validation.text_bytes),
                     collection.train.documents + collection.validation.documents);
}

std::string describe(const TrainSummary& summary) {
  std::string text =
      fmt::format("{} steps, {} tokens, loss {:.3f}", summary.steps,
                  format_count(static_cast<double>(summary.tokens)), summary.final_train_loss);
  if (summary.validation_loss) text += fmt::format(", validation {:.3f}", *summary.validation_loss);
  if (!summary.already_done)
    text += fmt::format(", {} tokens/s", format_count(summary.tokens_per_second));
  return text;
}

/// Fine-tuned models have learned to go on behind a newline.
std::string given_prompt(const std::string& model_key, const Problem& problem) {
  return model_key == "codex-s" ? problem.prompt : std::string(stripped_prompt(problem.prompt));
}

}  // namespace

Stages::Stages(Env& env, StopToken& stop, const ReproductionOptions& options, Backend& backend)
    : env_(env), stop_(stop), options_(options), plan_(options.plan), backend_(backend) {}

std::string Stages::path(std::string_view name) const {
  return fmt::format("{}/{}", options_.out, name);
}

Status Stages::open_log() {
  auto journal = JsonlJournal::open(
      env_, path("stages.jsonl"), [this](const Json& line, const std::string& where) -> Status {
        SCRIBE_TRY_ASSIGN(const double seconds, json_field<double>(line, "seconds", where));
        seconds_ += seconds;
        return {};
      });
  if (!journal.ok()) return std::move(journal).error();
  log_ = std::make_unique<JsonlJournal>(std::move(journal).value());
  return {};
}

Status Stages::run(const std::string& name, const std::function<Result<std::string>()>& stage) {
  const double start = env_.monotonic_seconds();
  auto figures = stage();
  const double seconds = env_.monotonic_seconds() - start;
  seconds_ += seconds;
  SCRIBE_TRY(log_->append({{"stage", name}, {"seconds", seconds}, {"done", figures.ok()}}));
  if (!figures.ok()) return std::move(figures).error().in(name);
  if (!options_.quiet)
    std::fprintf(stderr, "%-22s %s (%s)\n", name.c_str(), figures.value().c_str(),
                 format_duration(seconds).c_str());
  return {};
}

Status Stages::build_corpus() {
  return run("corpus", [this]() -> Result<std::string> {
    CorpusOptions corpus;
    corpus.out = path("corpus");
    corpus.source.sources = plan_.sources;
    corpus.source.archives_in_folders = !plan_.sources.empty();
    if (plan_.permissive_only)
      std::ranges::copy(permissive_licenses(),
                        std::back_inserter(corpus.code_filter.licenses_allowed));
    corpus.prose_sources = plan_.prose_sources;
    corpus.seed = plan_.seed;
    corpus.code_bytes_max = plan_.code_bytes_max;
    corpus.prose_bytes_max = plan_.prose_bytes_max;
    corpus.threads = options_.threads;
    corpus.quiet = options_.quiet;
    if (!plan_.human_eval.empty()) corpus.decontaminate.push_back(plan_.human_eval);
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> guarded, traced_for_evaluation(env_, plan_));
    if (!guarded.empty()) {
      SCRIBE_TRY(env_.create_directories(path("problems")));
      SCRIBE_TRY(save_problems(env_, path("problems/traced-guard.jsonl"), guarded));
      corpus.decontaminate.push_back(path("problems/traced-guard.jsonl"));
    }
    SCRIBE_TRY_ASSIGN(const CorpusSummary summary, scribe::build_corpus(env_, stop_, corpus));
    return fmt::format("code {}, prose {}", describe(summary.code), describe(summary.prose));
  });
}

Status Stages::train_tokenizer() {
  return run("tokenizer", [this]() -> Result<std::string> {
    const std::string target = path("tokenizer.json");
    if (env_.exists(target)) {
      SCRIBE_TRY_ASSIGN(const Tokenizer tokenizer, Tokenizer::load(env_, target));
      return fmt::format("{} tokens", tokenizer.vocabulary_size());
    }
    BpeTrainer trainer({.vocabulary_size = plan_.model.vocabulary_size, .space_run_max = 25});
    for (const std::string_view collection : {"code", "prose"})
      SCRIBE_TRY(for_each_document(env_, path(fmt::format("corpus/{}/train", collection)),
                                   [&](const Document& document) {
                                     trainer.add(document.text);
                                     return Status();
                                   }));
    SCRIBE_TRY_ASSIGN(const Tokenizer tokenizer, trainer.train());
    SCRIBE_TRY(tokenizer.save(env_, target));
    return fmt::format("{} tokens", tokenizer.vocabulary_size());
  });
}

Status Stages::tokenize() {
  return run("tokens", [this]() -> Result<std::string> {
    std::string figures;
    for (const std::string_view collection : {"prose", "code"}) {
      const TokenizeOptions tokens{.corpus = path(fmt::format("corpus/{}", collection)),
                                   .tokenizer = path("tokenizer.json"),
                                   .out = path(fmt::format("tokens/{}", collection)),
                                   .seed = plan_.seed,
                                   .threads = options_.threads,
                                   .quiet = options_.quiet};
      SCRIBE_TRY_ASSIGN(const TokenizeSummary summary, tokenize_corpus(env_, stop_, tokens));
      figures +=
          fmt::format("{}{} {}, {:.2f} bytes a token", figures.empty() ? "" : "; ", collection,
                      format_count(static_cast<double>(summary.train.tokens)),
                      static_cast<double>(summary.train.text_bytes) /
                          static_cast<double>(std::max<std::int64_t>(1, summary.train.tokens)));
    }
    return figures;
  });
}

Status Stages::write_problems() {
  return run("problems", [this]() -> Result<std::string> {
    SCRIBE_TRY(env_.create_directories(path("problems")));
    std::string figures;
    for (const EvaluationSet& set : evaluation_sets(plan_)) {
      if (problems_path(set) == plan_.human_eval) continue;
      if (env_.exists(problems_path(set))) continue;
      SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems,
                        evaluation_problems(env_, stop_, plan_, set, options_.threads));
      SCRIBE_TRY(save_problems(env_, problems_path(set), problems));
      figures += fmt::format("{} {} held out; ", problems.size(), set.title);
    }
    SCRIBE_TRY_ASSIGN(const std::string examples, write_examples());
    return figures + examples;
  });
}

Result<std::string> Stages::write_examples() {
  if (env_.exists(path("problems/finetune.jsonl")) &&
      env_.exists(path("problems/docstrings.jsonl")))
    return std::string("made before");
  SCRIBE_TRY_ASSIGN(
      const TrainingProblems training,
      training_problems(env_, stop_, plan_, path("corpus/code/train"), options_.threads));
  std::string programs;
  std::string docstrings;
  for (const Problem& problem : training.problems) {
    programs += to_json_line(example(problem)) + "\n";
    SCRIBE_TRY_ASSIGN(const Problem reversed, docstring_problem(problem));
    docstrings += to_json_line(example(reversed)) + "\n";
  }
  SCRIBE_TRY(write_file_atomic(env_, path("problems/docstrings.jsonl"), docstrings));
  SCRIBE_TRY(write_file_atomic(env_, path("problems/finetune.jsonl"), programs));
  return training.figures + " to learn from";
}

Result<TrainSummary> Stages::pretrain(const std::string& key, const std::string& corpus,
                                      const std::string& init_from, std::int64_t steps) {
  TrainSummary summary;
  SCRIBE_TRY(run("train " + key, [&]() -> Result<std::string> {
    TrainOptions training;
    training.out = path(key);
    training.data = {path("tokens/" + corpus)};
    training.tokenizer = path("tokenizer.json");
    training.init_from = init_from;
    training.model = plan_.model;
    training.batch.examples = plan_.batch_sequences;
    training.batch.micro = plan_.batch_sequences;
    training.steps = steps;
    training.optimizer.learning_rate = plan_.learning_rate;
    training.optimizer.warmup_steps = std::min(plan_.warmup_steps, steps);
    training.cadence.quiet = options_.quiet;
    training.cadence.checkpoint_every_seconds = 60;
    training.seed = plan_.seed;
    SCRIBE_TRY_ASSIGN(summary, scribe::train(env_, stop_, backend_, training));
    return describe(summary);
  }));
  return summary;
}

Result<TrainSummary> Stages::finetune(const std::string& key, const std::string& examples,
                                      const std::string& init_from, std::int64_t steps) {
  TrainSummary summary;
  SCRIBE_TRY(run("fine-tune " + key, [&]() -> Result<std::string> {
    FinetuneOptions training;
    training.out = path(key);
    training.init = path(init_from);
    training.data = {path("problems/" + examples)};
    training.batch.examples = plan_.finetune_batch;
    training.batch.micro = plan_.finetune_batch;
    training.steps = steps;
    training.learning_rate = plan_.finetune_learning_rate;
    training.optimizer.warmup_steps = std::min(plan_.warmup_steps, steps);
    training.cadence.quiet = options_.quiet;
    training.cadence.checkpoint_every_seconds = 60;
    training.seed = plan_.seed;
    SCRIBE_TRY_ASSIGN(summary, scribe::finetune(env_, stop_, backend_, training));
    return describe(summary);
  }));
  return summary;
}

std::string Stages::problems_path(const EvaluationSet& set) const {
  return set.key == kHumanEvalKey ? plan_.human_eval
                                  : path(fmt::format("problems/{}.jsonl", set.key));
}

std::string Stages::results_path(const std::string& model_key, const EvaluationSet& set) const {
  return path(fmt::format("samples/{}-{}.jsonl_results.jsonl", model_key, set.key));
}

Result<ScoreSummary> Stages::evaluate(const std::string& model_key, const EvaluationSet& set) {
  SCRIBE_TRY(sample(model_key, set));
  ScoreSummary summary;
  SCRIBE_TRY(run(fmt::format("judge {}", model_key), [&]() -> Result<std::string> {
    ScoreOptions scoring;
    scoring.samples_path = path(fmt::format("samples/{}-{}.jsonl", model_key, set.key));
    scoring.problems_path = problems_path(set);
    scoring.results_path = results_path(model_key, set);
    scoring.k = {1, 10, 100};
    scoring.workers = options_.threads;
    scoring.quiet = options_.quiet;
    SCRIBE_TRY_ASSIGN(summary, score_samples(env_, stop_, scoring));
    const auto passed = summary.verdicts.find(VerdictKind::pass);
    return fmt::format("{}: {} of {} samples pass", set.title,
                       passed == summary.verdicts.end() ? 0 : passed->second, summary.samples);
  }));
  return summary;
}

Status Stages::sample(const std::string& model_key, const EvaluationSet& set) {
  return run(fmt::format("sample {}", model_key), [&]() -> Result<std::string> {
    SCRIBE_TRY(env_.create_directories(path("samples")));
    SCRIBE_TRY_ASSIGN(const Checkpoint model, load_checkpoint(env_, path(model_key), backend_));
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(env_, problems_path(set)));
    std::vector<Prompt> prompts;
    for (const Problem& problem : problems)
      prompts.push_back({problem.task_id, given_prompt(model_key, problem)});
    SampleRunOptions sampling;
    sampling.generate.sampler = {.temperature = plan_.temperature, .top_p = plan_.top_p};
    sampling.generate.max_tokens = set.plan.max_tokens;
    sampling.generate.seed = plan_.seed;
    sampling.generate.truncate_prompts = true;
    sampling.generate.threads = options_.threads;
    sampling.samples_per_task = set.plan.samples;
    sampling.path = path(fmt::format("samples/{}-{}.jsonl", model_key, set.key));
    sampling.quiet = options_.quiet;
    SCRIBE_TRY_ASSIGN(const SampleSummary summary,
                      sample_problems(env_, stop_, backend_, model.parameters, model.tokenizer,
                                      prompts, sampling));
    std::string figures =
        fmt::format("{}: {} samples of {} problems", set.title, summary.samples, summary.tasks);
    if (summary.tokens > 0)
      figures += fmt::format(", {} tokens/s", format_count(summary.tokens_per_second()));
    if (summary.truncated_prompts > 0)
      figures += fmt::format(", {} long prompts cut on the left", summary.truncated_prompts);
    return figures;
  });
}

Result<RankTable> Stages::rank(const std::string& model_key, const EvaluationSet& set) {
  RankTable table;
  const auto rank_samples = [&]() -> Result<std::string> {
    const std::string results = results_path(model_key, set);
    SCRIBE_TRY_ASSIGN(RankData data, load_rank_data(env_, results));
    if (plan_.docstring_steps > 0) {
      const std::string scored =
          path(fmt::format("samples/{}-{}-scored.jsonl", model_key, set.key));
      SCRIBE_TRY(score_docstrings(results, problems_path(set), scored));
      SCRIBE_TRY(add_back_translation(env_, scored, data));
    }
    BehaviourOptions behaviour;
    behaviour.seed = plan_.seed;
    behaviour.workers = options_.threads;
    behaviour.quiet = options_.quiet;
    SCRIBE_TRY_ASSIGN(const Behaviours behaviours,
                      sample_behaviours(env_, stop_, results, problems_path(set), behaviour));
    SCRIBE_TRY(add_behaviours(behaviours, data));
    table = rank_table(data);
    return fmt::format("{}: {} problems, {} ways to pick a sample", set.title, table.tasks,
                       table.strategies.size());
  };
  SCRIBE_TRY(run(fmt::format("rank {}", model_key), rank_samples));
  return table;
}

/// Codex-D's log-probability of each problem's docstring, given each sample.
Status Stages::score_docstrings(const std::string& samples, const std::string& problems,
                                const std::string& out) {
  if (env_.exists(out)) return {};
  SCRIBE_TRY_ASSIGN(const Checkpoint model, load_checkpoint(env_, path("codex-d"), backend_));
  SCRIBE_TRY_ASSIGN(
      const ScoredTexts scored,
      score_file(env_, stop_, backend_, model, problems, samples, out,
                 {.reverse = true,
                  .truncate_prompts = true,
                  .max_tokens = 1,
                  .docstring_tokens_max = plan_.model.context / 2},
                 {.vocabulary_size = 0, .threads = options_.threads}, options_.quiet));
  SCRIBE_CHECK(scored.samples > 0, "no samples in {}", samples);
  return {};
}

}  // namespace scribe::cli
