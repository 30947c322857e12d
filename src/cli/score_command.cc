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

void print_summary(const ScoredTexts& scored, double seconds, const ScoreFlags& flags) {
  const double mean =
      scored.tokens == 0 ? 0 : scored.sum_logprob / static_cast<double>(scored.tokens);
  if (flags.json) {
    fmt::print("{}", to_json_pretty({{"samples", scored.samples},
                                     {"tokens", scored.tokens},
                                     {"sum_logprob", scored.sum_logprob},
                                     {"mean_logprob", mean},
                                     {"seconds", seconds}}));
    return;
  }
  fmt::print("{} samples in {}: {} of {} tokens, {:.4f} nats per token, in {}\n", scored.samples,
             flags.out, flags.texts.reverse ? "docstrings" : "completions", scored.tokens, mean,
             format_duration(seconds));
}

Result<int> run_score(Context& context, ScoreFlags& flags) {
  Env& env = context.env;
  SCRIBE_TRY_ASSIGN(flags.logprobs.weights, weight_format_named(flags.weights));
  SCRIBE_TRY_ASSIGN(const DeviceChoice device, device_named(flags.device));
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend,
                    make_backend(device, flags.logprobs.threads));
  SCRIBE_TRY_ASSIGN(const std::string model, model_or_default(env, flags.model));
  SCRIBE_TRY_ASSIGN(const Checkpoint checkpoint, load_checkpoint(env, model, *backend));
  const double start = env.monotonic_seconds();
  SCRIBE_TRY_ASSIGN(const ScoredTexts scored,
                    score_file(env, context.stop, *backend, checkpoint, flags.problems,
                               flags.samples, flags.out, flags.texts, flags.logprobs, flags.quiet));
  print_summary(scored, env.monotonic_seconds() - start, flags);
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
  command.add_flag("--strip-prompts", flags->texts.strip_prompts, kStripPromptsHelp);
  command.add_flag("--truncate-prompts", flags->texts.truncate_prompts,
                   "Cut long prompts on the left instead of refusing them");
  command
      .add_option("--max-tokens", flags->texts.max_tokens,
                  "What --truncate-prompts leaves free, as the samples' --max-tokens did")
      ->capture_default_str();
  command
      .add_option("--docstring-tokens-max", flags->texts.docstring_tokens_max,
                  "With --reverse, score at most so many tokens of a docstring, its first; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_weights_option(command, flags->weights);
  add_device_option(command, flags->device);
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
