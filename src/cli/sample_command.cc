// `scribe sample`: draws completions of a problem set into a JSON Lines file.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>

#include "base/progress.h"
#include "checkpoint/checkpoint.h"
#include "cli/command.h"
#include "problems/problem.h"
#include "sample/sample_run.h"

namespace scribe::cli {
namespace {

struct SampleFlags {
  std::string model;
  std::string problems;
  std::vector<std::string> stop;
  bool no_stop = false;
  std::vector<std::string> logit_bias;
  std::int64_t limit = 0;
  std::string device = "cpu";
  bool json = false;
  bool dry_run = false;
  SampleRunOptions run;
};

/// Shells make newlines awkward to type: \n, \t and \\ in a stop string are the characters they
/// name.
Result<std::string> unescape(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    const char name = i + 1 < text.size() ? text[++i] : '\0';
    if (name != 'n' && name != 't' && name != '\\')
      return error(ErrorCode::invalid_argument,
                   "--stop '{}': after a backslash only n, t or another backslash may stand", text);
    plain += name == 'n' ? '\n' : name == 't' ? '\t' : '\\';
  }
  return plain;
}

Result<std::vector<std::string>> stop_strings(const SampleFlags& flags) {
  if (flags.no_stop) return std::vector<std::string>{};
  if (flags.stop.empty()) return default_stop_strings();
  std::vector<std::string> strings;
  for (const std::string& text : flags.stop) {
    SCRIBE_TRY_ASSIGN(std::string plain, unescape(text));
    strings.push_back(std::move(plain));
  }
  return strings;
}

/// "ID=VALUE" each.
Result<std::vector<LogitBias>> logit_bias(const std::vector<std::string>& texts) {
  std::vector<LogitBias> all;
  for (const std::string& text : texts) {
    std::int32_t token = 0;
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [equals, token_error] = std::from_chars(text.data(), end, token);
    const bool parsed = token_error == std::errc() && equals != end && *equals == '=' &&
                        std::from_chars(equals + 1, end, value).ptr == end && equals + 1 != end;
    if (!parsed)
      return error(ErrorCode::invalid_argument,
                   "--logit-bias '{}': expected TOKEN=BIAS, for example 198=-5", text);
    all.push_back({.token = token, .bias = value});
  }
  return all;
}

Result<std::vector<Prompt>> load_prompts(Env& env, const SampleFlags& flags) {
  SCRIBE_TRY_ASSIGN(std::vector<Problem> problems, load_problems(env, flags.problems));
  if (problems.empty())
    return error(ErrorCode::invalid_data, "'{}' holds no problems", flags.problems);
  if (flags.limit > 0 && static_cast<std::size_t>(flags.limit) < problems.size())
    problems.resize(static_cast<std::size_t>(flags.limit));
  std::vector<Prompt> prompts;
  for (Problem& problem : problems)
    prompts.push_back({std::move(problem.task_id), std::move(problem.prompt)});
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
  SCRIBE_TRY(validate(flags.run.generate, checkpoint.config));
  SCRIBE_TRY(
      check_biased_tokens(flags.run.generate.sampler, checkpoint.tokenizer.vocabulary_size()));
  std::size_t longest = 0;
  std::int64_t truncated = 0;
  for (const Prompt& prompt : prompts) {
    const SampleTask task{.task_id = prompt.task_id,
                          .prompt = checkpoint.tokenizer.encode_prompt(prompt.text),
                          .indices = {}};
    longest = std::max(longest, task.prompt.size());
    SCRIBE_TRY_ASSIGN(const std::span<const TokenId> kept,
                      fit_prompt(task, flags.run.generate, checkpoint.config));
    truncated += kept.size() < task.prompt.size() ? 1 : 0;
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
  SCRIBE_TRY_ASSIGN(flags.run.generate.stop, stop_strings(flags));
  SCRIBE_TRY_ASSIGN(flags.run.generate.sampler.logit_bias, logit_bias(flags.logit_bias));
  SCRIBE_TRY_ASSIGN(const std::vector<Prompt> prompts, load_prompts(context.env, flags));
  SCRIBE_TRY_ASSIGN(const Device device, device_named(flags.device));
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend,
                    make_backend(device, flags.run.generate.threads));
  SCRIBE_TRY_ASSIGN(const Checkpoint checkpoint,
                    load_checkpoint(context.env, flags.model, *backend));
  if (flags.dry_run) return dry_run(checkpoint, prompts, flags);
  SCRIBE_TRY_ASSIGN(const SampleSummary summary,
                    sample_problems(context.env, context.stop, *backend, checkpoint.parameters,
                                    checkpoint.tokenizer, prompts, flags.run));
  print_summary(summary, flags);
  return static_cast<int>(kExitDone);
}

void add_sampling_options(CLI::App& command, GenerateOptions& generate, SampleFlags& flags) {
  command
      .add_option("--temperature", flags.run.temperatures,
                  "Divides the logits; 0 takes the most likely token. Several, as 0.2,0.8: a file "
                  "for each, FILE.t0.2.jsonl and so on for FILE.jsonl")
      ->delimiter(',')
      ->default_str(fmt::format("{}", generate.sampler.temperature));
  command.add_option("--top-p", generate.sampler.top_p, "Nucleus: keep this share of probability")
      ->capture_default_str();
  command.add_option("--top-k", generate.sampler.top_k, "Keep this many tokens; 0 keeps all")
      ->capture_default_str();
  command
      .add_option("--min-p", generate.sampler.min_p,
                  "Drop tokens of less than this share of the most likely one's probability")
      ->capture_default_str();
  command
      .add_option("--repetition-penalty", generate.sampler.repetition_penalty,
                  "Divides the positive logits of tokens in prompt and completion, multiplies the "
                  "negative ones")
      ->capture_default_str();
  command
      .add_option("--presence-penalty", generate.sampler.presence_penalty,
                  "Subtracted from the logits of tokens in the completion")
      ->capture_default_str();
  command
      .add_option("--frequency-penalty", generate.sampler.frequency_penalty,
                  "Subtracted as often as the completion has the token")
      ->capture_default_str();
  command.add_option("--logit-bias", flags.logit_bias,
                     "TOKEN=BIAS, -100 to 100, added to a token's logit; repeat for more");
  command.add_option("--max-tokens", generate.max_tokens, "New tokens per completion, at most")
      ->capture_default_str();
  command.add_option("--seed", generate.seed, "Same seed, same samples")->capture_default_str();
  CLI::Option* stop = command.add_option(
      "--stop", flags.stop,
      "End before this text (\\n, \\t, \\\\ are understood); repeat for more. Without it the "
      "paper's: \\nclass, \\ndef, \\n#, \\nif, \\nprint");
  command.add_flag("--no-stop", flags.no_stop, "No stop strings: end of text only")->excludes(stop);
  command.add_flag("--logprobs", generate.logprobs,
                   "Write id, log-probability and offset of every token, too");
  command
      .add_option("--top-logprobs", generate.sampler.top_logprobs,
                  "With --logprobs: so many of the most likely tokens at each place, 0 to 20")
      ->capture_default_str();
  command.add_flag("--truncate-prompts", generate.truncate_prompts,
                   "Cut long prompts on the left instead of refusing them");
}

}  // namespace

void add_sample_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "sample", "Draw completions for every problem. Run again to continue after an interruption.");
  const auto flags = std::make_shared<SampleFlags>();  // Shared by the callbacks below.
  GenerateOptions& generate = flags->run.generate;
  command.add_option("--model", flags->model, "Checkpoint directory")->required();
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
  add_sampling_options(command, generate, *flags);
  command.add_option("--limit", flags->limit, "Only the first so many problems; 0 is all")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--device", flags->device, "cpu or reference")->capture_default_str();
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
