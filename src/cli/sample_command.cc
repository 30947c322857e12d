// `scribe sample`: draws completions of a problem set into a JSON Lines file.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/progress.h"
#include "checkpoint/checkpoint.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/sampling_options.h"
#include "problems/problem.h"
#include "sample/sample_run.h"

namespace scribe::cli {
namespace {

struct SampleFlags {
  std::string model;
  std::string problems;
  SamplingFlags sampling;
  bool no_suffix = false;
  bool strip_prompts = false;
  std::int64_t limit = 0;
  std::string device = "cpu";
  bool json = false;
  bool dry_run = false;
  SampleRunOptions run;
};

Result<std::vector<Prompt>> load_prompts(Env& env, const SampleFlags& flags) {
  SCRIBE_TRY_ASSIGN(std::vector<Problem> problems, load_problems(env, flags.problems));
  if (problems.empty())
    return error(ErrorCode::invalid_data, "'{}' holds no problems", flags.problems);
  if (flags.limit > 0 && static_cast<std::size_t>(flags.limit) < problems.size())
    problems.resize(static_cast<std::size_t>(flags.limit));
  std::vector<Prompt> prompts;
  for (Problem& problem : problems) {
    prompts.push_back({std::move(problem.task_id), std::move(problem.prompt),
                       flags.no_suffix ? "" : std::move(problem.suffix)});
    if (flags.strip_prompts && prompts.back().suffix.empty())
      prompts.back().text.resize(stripped_prompt(prompts.back().text).size());
  }
  return prompts;
}

void print_summary(const SampleSummary& summary, const SampleFlags& flags) {
  if (flags.json) {
    std::printf("%s", to_json_pretty(to_json(summary)).c_str());
    return;
  }
  std::string reasons;
  for (const auto& [reason, count] : summary.finish_reasons)
    reasons += fmt::format("{}{} by {}", reasons.empty() ? "" : ", ", count, reason);
  for (const SampleFileSummary& file : summary.files)
    std::printf("%s: %ld samples at temperature %s; %ld distinct drawn, %.1f per task\n",
                file.path.c_str(), static_cast<long>(file.samples),
                fmt::format("{}", file.temperature).c_str(), static_cast<long>(file.distinct),
                static_cast<double>(file.distinct) / static_cast<double>(summary.tasks));
  std::string line = fmt::format(
      "{} samples of {} tasks: {} tokens in {} ({} tokens/s); finished {}", summary.samples,
      summary.tasks, format_count(static_cast<double>(summary.tokens)),
      format_duration(summary.seconds), format_count(summary.tokens_per_second()), reasons);
  if (summary.samples_found > 0)
    line += fmt::format("; {} were there before", summary.samples_found);
  if (summary.truncated_prompts > 0)
    line += fmt::format("; {} prompts truncated", summary.truncated_prompts);
  std::printf("%s\n", line.c_str());
}

/// Checks that everything loads and fits, and says how much there is to do.
Result<int> dry_run(const Checkpoint& checkpoint, std::span<const Prompt> prompts,
                    const SampleFlags& flags) {
  SCRIBE_TRY_ASSIGN(
      const PromptEncoder encoder,
      prompt_encoder(checkpoint.tokenizer, prompts, flags.run.generate, checkpoint.config));
  SCRIBE_TRY(
      check_biased_tokens(flags.run.generate.sampler, checkpoint.tokenizer.vocabulary_size()));
  std::size_t longest = 0;
  std::int64_t truncated = 0;
  for (const Prompt& prompt : prompts) {
    const SampleTask task{
        .task_id = prompt.task_id, .prompt = encoder.encode(prompt), .indices = {}};
    longest = std::max(longest, task.prompt.size());
    SCRIBE_TRY_ASSIGN(
        const std::vector<TokenId> kept,
        fit_prompt(task, checkpoint.tokenizer, flags.run.generate, checkpoint.config));
    truncated += kept.size() < task.prompt.size() || encoder.cuts(prompt) ? 1 : 0;
  }
  std::printf(
      "would draw %ld samples of each of %zu tasks, at most %ld tokens each; the longest prompt "
      "has "
      "%zu tokens, %ld prompts would be truncated\n",
      static_cast<long>(flags.run.samples_per_task * flags.run.best_of *
                        std::max<std::int64_t>(1, std::ssize(flags.run.temperatures))),
      prompts.size(), static_cast<long>(flags.run.generate.max_tokens), longest,
      static_cast<long>(truncated));
  return static_cast<int>(kExitDone);
}

Result<int> run_sample(Context& context, SampleFlags& flags) {
  SCRIBE_TRY(resolve_sampling_flags(flags.sampling, flags.run.generate));
  SCRIBE_TRY_ASSIGN(const std::vector<Prompt> prompts, load_prompts(context.env, flags));
  SCRIBE_TRY_ASSIGN(const DeviceChoice device, device_named(flags.device));
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend,
                    make_backend(device, flags.run.generate.threads));
  SCRIBE_TRY_ASSIGN(const std::string folder, model_or_default(context.env, flags.model));
  SCRIBE_TRY_ASSIGN(const Checkpoint checkpoint, load_checkpoint(context.env, folder, *backend));
  if (flags.dry_run) return dry_run(checkpoint, prompts, flags);
  SCRIBE_TRY_ASSIGN(const SampleSummary summary,
                    sample_problems(context.env, context.stop, *backend, checkpoint.parameters,
                                    checkpoint.tokenizer, prompts, flags.run));
  print_summary(summary, flags);
  return static_cast<int>(kExitDone);
}

}  // namespace

void add_sample_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "sample", "Draw completions for every problem. Run again to continue after an interruption.");
  const auto flags = std::make_shared<SampleFlags>();  // Shared by the callbacks below.
  GenerateOptions& generate = flags->run.generate;
  command.add_option("--model", flags->model, kModelOptionHelp);
  command.add_option("--problems", flags->problems, "Problem file (.jsonl or .jsonl.gz)")
      ->required();
  command.add_option("--out", flags->run.path, "Samples file (.jsonl); FILE.meta.json beside it")
      ->required();
  command.add_option("--n", flags->run.samples_per_task, "Samples per problem")
      ->capture_default_str();
  command
      .add_option(
          "--best-of", flags->run.best_of,
          "Draw so many times more, into FILE.drawn.jsonl, and keep of each so many the one "
          "with the highest mean log-probability")
      ->capture_default_str();
  add_temperatures_option(command, flags->run.temperatures, generate.sampler.temperature);
  add_sampling_options(command, generate, flags->sampling);
  command.add_flag("--logprobs", generate.logprobs,
                   "Write id, log-probability and offset of every token, too");
  command
      .add_option("--top-logprobs", generate.sampler.top_logprobs,
                  "With --logprobs: so many of the most likely tokens at each place, 0 to 20")
      ->capture_default_str();
  command.add_flag("--no-suffix", flags->no_suffix,
                   "Infilling problems: tell the model only what stands before the gap");
  command.add_flag("--strip-prompts", flags->strip_prompts, kStripPromptsHelp);
  command.add_option("--limit", flags->limit, "Only the first so many problems; 0 is all")
      ->check(CLI::NonNegativeNumber);
  add_device_option(command, flags->device);
  command.add_option("--threads", generate.threads, "0 is one per core")
      ->check(CLI::Range(0, 1024));
  command.add_option("--rows", generate.rows_max, "Sequences per batch; changes speed only")
      ->capture_default_str();
  command.add_flag("--quiet", flags->run.quiet, "No progress");
  command.add_flag("--json", flags->json, "Print the summary as JSON");
  command.add_flag("--dry-run", flags->dry_run, "Load and check everything, sample nothing");
  set_example(command,
              "scribe sample --model runs/codex --problems HumanEval.jsonl.gz --n 20 "
              "--temperature 0.8 --out samples.jsonl");
  command.callback([&context, flags] {
    context.action = [&context, flags] { return run_sample(context, *flags); };
  });
}

}  // namespace scribe::cli
