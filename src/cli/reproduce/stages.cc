// Each stage calls one module's library function with the plan's numbers.
#include "cli/reproduce/stages.h"

#include <algorithm>

#include "base/philox.h"
#include "base/progress.h"
#include "corpus/corpus.h"
#include "corpus/tokenize_corpus.h"
#include "problems/chains.h"
#include "problems/functions.h"
#include "problems/problem.h"
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
    corpus.prose_sources = plan_.prose_sources;
    corpus.seed = plan_.seed;
    corpus.code_bytes_max = plan_.code_bytes_max;
    corpus.prose_bytes_max = plan_.prose_bytes_max;
    corpus.threads = options_.threads;
    corpus.quiet = options_.quiet;
    if (!plan_.human_eval.empty()) corpus.decontaminate.push_back(plan_.human_eval);
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
    for (const EvaluationSet& set : evaluation_sets()) {
      if (set.kind == EvaluationSet::Kind::human_eval) continue;
      const bool longer = set.kind == EvaluationSet::Kind::longer_chains;
      const int trained = plan_.chain_length_train_max;
      const ChainOptions chains{.seed = plan_.seed,
                                .length_min = longer ? trained + 1 : 1,
                                .length_max = longer ? plan_.chain_length_evaluation_max : trained,
                                .count = plan_.evaluation_chains_per_length,
                                .split = ChainSplit::evaluation};
      SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, make_chain_problems(chains));
      SCRIBE_TRY(save_problems(env_, set.problems_path, problems));
      figures += fmt::format("{} {} held out; ", problems.size(), set.name);
    }
    SCRIBE_TRY_ASSIGN(const std::string examples, write_finetune_examples());
    return figures + examples;
  });
}

Result<std::string> Stages::write_finetune_examples() {
  std::string lines;
  std::int64_t chain_examples = 0;
  for (int length = 1; length <= plan_.chain_length_train_max; ++length) {
    const ChainOptions chains{.seed = plan_.seed,
                              .length_min = length,
                              .length_max = length,
                              .count = static_cast<int>(plan_.chains_per_length),
                              .split = ChainSplit::train,
                              .tests = 4};
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, make_chain_problems(chains));
    // There are few short chains: they are repeated, so that every length weighs the same.
    for (std::int64_t index = 0; index < plan_.chains_per_length; ++index)
      lines +=
          to_json_line(example(problems[static_cast<std::size_t>(index) % problems.size()])) + "\n";
    chain_examples += plan_.chains_per_length;
  }
  FunctionCollector collector{FunctionOptions{}};
  if (!plan_.human_eval.empty()) {
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> guarded, load_problems(env_, plan_.human_eval));
    collector.protect(guarded);
  }
  SCRIBE_TRY(for_each_document(env_, path("corpus/code/train"), [&](const Document& document) {
    collector.add_document(document.text);
    return Status();
  }));
  std::vector<Problem> functions = collector.problems();
  PhiloxStream random(plan_.seed, 0);
  shuffle(functions, random);
  functions.resize(std::min(functions.size(), static_cast<std::size_t>(plan_.functions_max)));
  for (const Problem& function : functions) lines += to_json_line(example(function)) + "\n";
  SCRIBE_TRY(write_file_atomic(env_, path("problems/finetune.jsonl"), lines));
  return fmt::format("{} chains and {} functions to learn from", chain_examples, functions.size());
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

Result<TrainSummary> Stages::finetune() {
  TrainSummary summary;
  SCRIBE_TRY(run("fine-tune codex-s", [&]() -> Result<std::string> {
    FinetuneOptions training;
    training.out = path("codex-s");
    training.init = path("codex");
    training.data = {path("problems/finetune.jsonl")};
    training.batch.examples = plan_.finetune_batch;
    training.batch.micro = plan_.finetune_batch;
    training.steps = plan_.finetune_steps;
    training.learning_rate = plan_.finetune_learning_rate;
    training.optimizer.warmup_steps = std::min(plan_.warmup_steps, plan_.finetune_steps);
    training.cadence.quiet = options_.quiet;
    training.cadence.checkpoint_every_seconds = 60;
    training.seed = plan_.seed;
    SCRIBE_TRY_ASSIGN(summary, scribe::finetune(env_, stop_, backend_, training));
    return describe(summary);
  }));
  return summary;
}

std::vector<EvaluationSet> Stages::evaluation_sets() const {
  using Kind = EvaluationSet::Kind;
  std::vector<EvaluationSet> sets{
      {Kind::chains, "chains", path("problems/chains.jsonl"), plan_.samples, plan_.max_tokens}};
  if (plan_.chain_length_evaluation_max > plan_.chain_length_train_max)
    sets.push_back({Kind::longer_chains, "longer-chains", path("problems/longer-chains.jsonl"),
                    plan_.samples, plan_.max_tokens});
  if (!plan_.human_eval.empty())
    sets.push_back({Kind::human_eval, "human-eval", plan_.human_eval, plan_.human_eval_samples,
                    plan_.human_eval_max_tokens});
  return sets;
}

std::string Stages::results_path(const std::string& model_key, const EvaluationSet& set) const {
  return path(fmt::format("samples/{}-{}.jsonl_results.jsonl", model_key, set.name));
}

Result<ScoreSummary> Stages::evaluate(const std::string& model_key, const EvaluationSet& set) {
  SCRIBE_TRY(sample(model_key, set));
  ScoreSummary summary;
  SCRIBE_TRY(run(fmt::format("judge {}", model_key), [&]() -> Result<std::string> {
    ScoreOptions scoring;
    scoring.samples_path = path(fmt::format("samples/{}-{}.jsonl", model_key, set.name));
    scoring.problems_path = set.problems_path;
    scoring.results_path = results_path(model_key, set);
    scoring.k = {1, 10};
    scoring.workers = options_.threads;
    scoring.quiet = options_.quiet;
    SCRIBE_TRY_ASSIGN(summary, score_samples(env_, stop_, scoring));
    const auto passed = summary.verdicts.find(VerdictKind::pass);
    return fmt::format("{}: {} of {} samples pass", set.name,
                       passed == summary.verdicts.end() ? 0 : passed->second, summary.samples);
  }));
  return summary;
}

Status Stages::sample(const std::string& model_key, const EvaluationSet& set) {
  return run(fmt::format("sample {}", model_key), [&]() -> Result<std::string> {
    SCRIBE_TRY(env_.create_directories(path("samples")));
    SCRIBE_TRY_ASSIGN(const Checkpoint model, load_checkpoint(env_, path(model_key), backend_));
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(env_, set.problems_path));
    std::vector<Prompt> prompts;
    for (const Problem& problem : problems) prompts.push_back({problem.task_id, problem.prompt});
    SampleRunOptions sampling;
    sampling.generate.sampler = {.temperature = plan_.temperature, .top_p = plan_.top_p};
    sampling.generate.max_tokens = set.max_tokens;
    sampling.generate.seed = plan_.seed;
    sampling.generate.truncate_prompts = true;
    sampling.generate.threads = options_.threads;
    sampling.samples_per_task = set.samples;
    sampling.path = path(fmt::format("samples/{}-{}.jsonl", model_key, set.name));
    sampling.quiet = options_.quiet;
    SCRIBE_TRY_ASSIGN(const SampleSummary summary,
                      sample_problems(env_, stop_, backend_, model.parameters, model.tokenizer,
                                      prompts, sampling));
    std::string figures =
        fmt::format("{}: {} samples of {} problems", set.name, summary.samples, summary.tasks);
    if (summary.tokens > 0)
      figures += fmt::format(", {} tokens/s", format_count(summary.tokens_per_second()));
    if (summary.truncated_prompts > 0)
      figures += fmt::format(", {} long prompts cut on the left", summary.truncated_prompts);
    return figures;
  });
}

}  // namespace scribe::cli
