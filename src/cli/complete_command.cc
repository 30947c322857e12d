// `scribe complete`: continues one prompt on the terminal, token by token.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "base/progress.h"
#include "checkpoint/checkpoint.h"
#include "cli/command.h"
#include "cli/default_model.h"
#include "cli/sampling_options.h"
#include "sample/completion.h"
#include "sample/prompt.h"
#include "sample/sample_run.h"

namespace scribe::cli {
namespace {

constexpr std::int64_t kPromptBytesMax = std::int64_t{1} << 24;
/// Names the stream of random numbers: any prompt's sample i is drawn with the same.
constexpr std::string_view kTaskId = "complete";

struct CompleteFlags {
  std::string model;
  std::string prompt_path;
  bool strip_prompt = false;
  std::string suffix_path;
  std::int64_t n = 1;
  std::string device = "cpu";
  bool json = false;
  bool quiet = false;
  SamplingFlags sampling;
  CompletionOptions completion;
};

/// All of stdin. Errors: io, limit_exceeded, interrupted.
Result<std::string> read_stdin(const StopToken& stop) {
  std::string text;
  std::string block(65536, '\0');
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, block.data(), block.size());
    if (stop.requested()) return error(ErrorCode::interrupted, "stopped while reading the prompt");
    if (count < 0) return error(ErrorCode::io, "cannot read the prompt from stdin");
    if (count == 0) return text;
    text.append(block, 0, static_cast<std::size_t>(count));
    if (std::ssize(text) > kPromptBytesMax)
      return error(ErrorCode::limit_exceeded, "stdin: a prompt of more than {} bytes",
                   kPromptBytesMax);
  }
}

Result<Prompt> read_prompt(Context& context, const CompleteFlags& flags) {
  Env& env = context.env;
  Prompt prompt{.task_id = std::string(kTaskId), .text = ""};
  const bool from_file = !flags.prompt_path.empty() && flags.prompt_path != "-";
  SCRIBE_TRY_ASSIGN(prompt.text, from_file ? read_text_file(env, flags.prompt_path, kPromptBytesMax)
                                           : read_stdin(context.stop));
  if (flags.suffix_path.empty()) {
    if (flags.strip_prompt) prompt.text.resize(stripped_prompt(prompt.text).size());
    return prompt;
  }
  SCRIBE_TRY_ASSIGN(prompt.suffix, read_text_file(env, flags.suffix_path, kPromptBytesMax));
  if (prompt.suffix.empty())
    return error(ErrorCode::invalid_argument, "--suffix-file '{}' is empty", flags.suffix_path);
  return prompt;
}

Status print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return {};
  return error(ErrorCode::io, "cannot write the completion to stdout");
}

/// Text goes out as it comes; several completions are told apart by a line before each. On a
/// terminal, and before such a line, a completion ends its line.
class Printer {
 public:
  explicit Printer(std::int64_t n) : n_(n), ends_lines_(n > 1 || ::isatty(STDOUT_FILENO) == 1) {}

  CompletionEvents events() {
    return {.begun = [this](std::int64_t index) -> Status {
              if (n_ == 1) return {};
              return print(fmt::format("--- {} of {} ---\n", index + 1, n_));
            },
            .text = [this](std::string_view piece) { return text(piece); },
            .finished = [this](const SampleRecord&) { return end_line(); }};
  }
  /// Also after an interruption in the middle of a line.
  Status end_line() {
    if (!ends_lines_ || at_line_start_) return {};
    at_line_start_ = true;
    return print("\n");
  }

 private:
  Status text(std::string_view piece) {
    if (piece.empty()) return {};
    at_line_start_ = piece.ends_with('\n');
    return print(piece);
  }

  std::int64_t n_;
  bool ends_lines_;
  bool at_line_start_ = true;
};

std::string summary_line(const CompletionTotals& totals, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(totals.tokens) / seconds : 0;
  std::string line =
      fmt::format("{} tokens after {} in {} ({} tokens/s)", totals.tokens, totals.prompt_tokens,
                  format_duration(seconds), format_count(rate));
  if (totals.guessed > 0)
    line += fmt::format("; {} of {} guessed tokens held", totals.accepted, totals.guessed);
  return line;
}

Json to_json(const CompletionTotals& totals, double seconds, Json completions) {
  return {{"prompt_tokens", totals.prompt_tokens},
          {"tokens", totals.tokens},
          {"steps", totals.steps},
          {"guessed", totals.guessed},
          {"accepted", totals.accepted},
          {"seconds", seconds},
          {"completions", std::move(completions)}};
}

Result<int> draw(Context& context, Backend& backend, const Checkpoint& checkpoint,
                 const SampleTask& task, const CompleteFlags& flags) {
  Json completions = Json::array();
  Printer printer(flags.n);
  CompletionEvents events = printer.events();
  if (flags.json)
    events = {.begun = [](std::int64_t) { return Status(); },
              .text = [](std::string_view) { return Status(); },
              .finished =
                  [&](const SampleRecord& record) {
                    Json completion = scribe::to_json(record);
                    completion.erase("task_id");
                    completions.push_back(std::move(completion));
                    return Status();
                  }};
  const DecoderWeights weights(backend, checkpoint.parameters, flags.completion.generate.weights);
  const double start = context.env.monotonic_seconds();
  const auto totals = complete(backend, weights, checkpoint.tokenizer, task, flags.completion,
                               events, context.stop);
  const double seconds = context.env.monotonic_seconds() - start;
  SCRIBE_TRY(printer.end_line());
  if (!totals.ok()) return Error(totals.error());
  if (flags.json)
    SCRIBE_TRY(print(to_json_pretty(to_json(totals.value(), seconds, std::move(completions)))));
  if (!flags.json && !flags.quiet)
    fmt::print(stderr, "{}\n", summary_line(totals.value(), seconds));
  return static_cast<int>(kExitDone);
}

Result<int> run_complete(Context& context, CompleteFlags& flags) {
  GenerateOptions& generate = flags.completion.generate;
  SCRIBE_TRY(resolve_sampling_flags(flags.sampling, generate));
  SCRIBE_TRY_ASSIGN(const DeviceChoice device, device_named(flags.device));
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<Backend> backend, make_backend(device, generate.threads));
  SCRIBE_TRY_ASSIGN(const Prompt prompt, read_prompt(context, flags));
  SCRIBE_TRY_ASSIGN(const std::string folder, model_or_default(context.env, flags.model));
  SCRIBE_TRY_ASSIGN(const Checkpoint checkpoint, load_checkpoint(context.env, folder, *backend));
  SCRIBE_TRY_ASSIGN(const PromptEncoder encoder, prompt_encoder(checkpoint.tokenizer, {&prompt, 1},
                                                                generate, checkpoint.config));
  SampleTask task{.task_id = prompt.task_id, .prompt = encoder.encode(prompt), .indices = {}};
  for (std::int64_t index = 0; index < flags.n; ++index) task.indices.push_back(index);
  return draw(context, *backend, checkpoint, task, flags);
}

}  // namespace

void add_complete_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "complete", "Continue one prompt, or fill the gap before a suffix, and print it as it comes");
  const auto flags = std::make_shared<CompleteFlags>();  // Shared by the callbacks below.
  GenerateOptions& generate = flags->completion.generate;
  command.add_option("--model", flags->model, kModelOptionHelp);
  command.add_option("PROMPT", flags->prompt_path, "File with the prompt; without it, stdin");
  command.add_flag("--strip-prompt", flags->strip_prompt, kStripPromptsHelp);
  command.add_option("--suffix-file", flags->suffix_path,
                     "What follows the gap, for models trained to fill in the middle");
  command.add_option("--n", flags->n, "Completions, one after the other")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command
      .add_option("--temperature", generate.sampler.temperature,
                  "Divides the logits; 0 takes the most likely token")
      ->capture_default_str();
  add_sampling_options(command, generate, flags->sampling);
  command
      .add_option("--guesses", flags->completion.guesses_max,
                  "Tokens guessed from the text so far and checked in one step, at most; 0: none. "
                  "Changes speed only")
      ->capture_default_str();
  add_device_option(command, flags->device);
  command.add_option("--threads", generate.threads, "0 is one per core")
      ->check(CLI::Range(0, 1024));
  command.add_flag("--quiet", flags->quiet, "No summary on stderr");
  command.add_flag("--json", flags->json, "Print one JSON object at the end");
  set_example(command, "scribe complete --model runs/codex --temperature 0.2 prompt.py");
  command.callback([&context, flags] {
    context.action = [&context, flags] { return run_complete(context, *flags); };
  });
}

}  // namespace scribe::cli
