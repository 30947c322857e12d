// `scribe score`: log-probabilities of given completions, or of docstrings given the code.
#include <fmt/format.h>

#include <memory>

#include "base/progress.h"
#include "checkpoint/checkpoint.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/given_texts.h"
#include "cli/sampling_options.h"

namespace scribe::cli {
namespace {

struct ScoreFlags {
  std::string model;
  std::string problems;
  std::string samples;
  std::string out;
  std::string device = "cpu";
  std::string weights = "f32";
  bool quiet = false;
  bool json = false;
  GivenTextOptions texts;
  TextLogprobsOptions logprobs;
};

struct ScoreSummary {
  std::size_t samples = 0;
  std::size_t tokens = 0;
  double sum_logprob = 0;
  double seconds = 0;
};

void print_summary(const ScoreSummary& summary, const ScoreFlags& flags) {
  const double mean =
      summary.tokens == 0 ? 0 : summary.sum_logprob / static_cast<double>(summary.tokens);
  if (flags.json) {
    fmt::print("{}", to_json_pretty({{"samples", summary.samples},
                                     {"tokens", summary.tokens},
                                     {"sum_logprob", summary.sum_logprob},
                                     {"mean_logprob", mean},
                                     {"seconds", summary.seconds}}));
    return;
  }
  fmt::print("{} samples in {}: {} of {} tokens, {:.4f} nats per token, in {}\n", summary.samples,
             flags.out, flags.texts.reverse ? "docstrings" : "completions", summary.tokens, mean,
             format_duration(summary.seconds));
}

Result<int> run_score(Context& context, ScoreFlags& flags) {
  Env& env = context.env;
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(env, flags.problems));
  SCRIBE_TRY_ASSIGN(const SampleFile file, read_sample_file(env, flags.samples, problems));
  SCRIBE_TRY_ASSIGN(flags.logprobs.weights, weight_format_named(flags.weights));
  SCRIBE_TRY_ASSIGN(const Device device, device_named(flags.device));
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend,
                    make_backend(device, flags.logprobs.threads));
  SCRIBE_TRY_ASSIGN(const std::string model, model_or_default(env, flags.model));
  SCRIBE_TRY_ASSIGN(const Checkpoint checkpoint, load_checkpoint(env, model, *backend));
  flags.logprobs.vocabulary_size = checkpoint.tokenizer.vocabulary_size();
  SCRIBE_TRY_ASSIGN(
      const std::vector<GivenText> texts,
      given_texts(problems, file.samples, checkpoint.tokenizer, checkpoint.config, flags.texts));
  Progress progress(
      env, {.label = "score", .unit = "samples", .total = std::ssize(texts), .quiet = flags.quiet});
  const double start = env.monotonic_seconds();
  const auto scored = text_logprobs(
      *backend, checkpoint.parameters, texts, flags.logprobs,
      [&](std::int64_t done) { progress.update(done); }, context.stop);
  progress.clear();
  if (!scored.ok()) return Error(scored.error()).in(flags.samples);
  SCRIBE_TRY(
      write_file_atomic(env, flags.out, scored_lines(file.samples, scored.value(), flags.texts)));
  ScoreSummary summary{.samples = texts.size(), .seconds = env.monotonic_seconds() - start};
  for (const TextLogprobs& text : scored.value()) {
    summary.tokens += text.tokens.size();
    summary.sum_logprob += text.sum;
  }
  print_summary(summary, flags);
  return static_cast<int>(kExitDone);
}

}  // namespace

void add_score_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "score",
      "Log-probabilities of given completions under a model, or of docstrings given the code");
  const auto flags = std::make_shared<ScoreFlags>();  // Shared by the callbacks below.
  command.add_option("--model", flags->model, kModelOptionHelp);
  command.add_option("--problems", flags->problems, "Problem file (.jsonl or .jsonl.gz)")
      ->required();
  command.add_option("--samples", flags->samples, "Samples, or results of `scribe eval`")
      ->required();
  command
      .add_option("--out", flags->out,
                  "The same lines with new tokens, sum_logprob and mean_logprob (.jsonl)")
      ->required();
  command.add_flag(
      "--reverse", flags->texts.reverse,
      "Back-translation: score the problem's docstring after signature and completion");
  command.add_flag("--end-of-text", flags->texts.end_of_text,
                   "Count the end of text after each text as one more token");
  command.add_flag("--no-suffix", flags->texts.no_suffix,
                   "Infilling problems: tell the model only what stands before the gap");
  command.add_flag("--truncate-prompts", flags->texts.truncate_prompts,
                   "Cut long prompts on the left instead of refusing them");
  command
      .add_option("--max-tokens", flags->texts.max_tokens,
                  "What --truncate-prompts leaves free, as the samples' --max-tokens did")
      ->capture_default_str();
  add_weights_option(command, flags->weights);
  command.add_option("--device", flags->device, "cpu or reference")->capture_default_str();
  command.add_option("--threads", flags->logprobs.threads, "0 is one per core")
      ->check(CLI::Range(0, 1024));
  command.add_option("--rows", flags->logprobs.rows_max, "Tokens per step; changes speed only")
      ->capture_default_str();
  command.add_flag("--quiet", flags->quiet, "No progress");
  command.add_flag("--json", flags->json, "Print the summary as JSON");
  set_example(
      command,
      "scribe score --model runs/codex-d --reverse --problems HumanEval.jsonl.gz "
      "--samples samples.jsonl_results.jsonl --out ranked.jsonl && scribe rank ranked.jsonl");
  command.callback([&context, flags] {
    context.action = [&context, flags] { return run_score(context, *flags); };
  });
}

}  // namespace scribe::cli
