// `scribe experiment`: the paper's experiments, one command each, into one report.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "experiment/experiments.h"

namespace scribe::cli {
namespace {

constexpr std::size_t kKeyBytesMax = 4096;

struct ExperimentCommand {
  std::vector<std::string> names;
  std::vector<std::string> models;
  ExperimentOptions options;
  CompletionSourceOptions sources;
  std::string device = "cpu";
  std::string key_file;
  bool no_logprobs = false;
  bool json = false;
};

Result<int> run_list(bool json) {
  Json list = Json::array();
  for (const Experiment& one : experiments()) {
    list.push_back({{"name", one.name},
                    {"title", one.title},
                    {"shows", one.shows},
                    {"paper", one.paper},
                    {"cost", one.cost}});
    if (!json)
      fmt::print("{:<12} {}\n{:<12} {}\n{:<12} paper: {}\n{:<12} cost: {}\n\n", one.name, one.title,
                 "", one.shows, "", one.paper, "", one.cost);
  }
  if (json) fmt::print("{}", to_json_pretty(list));
  return kExitDone;
}

/// The first line of the file, without the white space around it.
Result<std::string> read_key(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(std::string text, env.read_file(path));
  if (text.size() > kKeyBytesMax)
    return error(ErrorCode::limit_exceeded, "'{}' has {} bytes, no API key has more than {}", path,
                 text.size(), kKeyBytesMax);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos)
    return error(ErrorCode::invalid_data, "'{}' is empty, expected an API key", path);
  return text.substr(begin, text.find_first_of(" \t\r\n", begin) - begin);
}

Result<int> run_experiment(Context& context, ExperimentCommand command) {
  SCRIBE_TRY_ASSIGN(command.sources.device, device_named(command.device));
  command.sources.threads = command.options.threads;
  command.sources.quiet = command.options.quiet;
  CompletionServerOptions& server = command.sources.served.server;
  server.logprobs = !command.no_logprobs;
  if (!command.key_file.empty()) {
    SCRIBE_TRY_ASSIGN(server.http.bearer, read_key(context.env, command.key_file));
  }
  SCRIBE_TRY(validate(command.options));
  SCRIBE_TRY_ASSIGN(const auto sources,
                    open_sources(context.env, context.stop, command.models, command.sources));
  SCRIBE_TRY_ASSIGN(
      const std::vector<Section> sections,
      run_experiments(context.env, context.stop, command.names, sources, command.options));
  if (command.json) {
    fmt::print("{}", to_json_pretty(results_json(sections)));
    return kExitDone;
  }
  for (const Section& section : sections) fmt::print("{}\n", section_markdown(section));
  fmt::print("wrote {}/report.html and {}/results.json\n", command.options.out,
             command.options.out);
  return kExitDone;
}

void add_dials(CLI::App& command, ExperimentOptions& options) {
  command.add_option("--problems", options.problems,
                     "Problems of functions, such as HumanEval.jsonl.gz; chains of string "
                     "operations if not given");
  command.add_option("--programs", options.programs,
                     "Problems of whole programs for apps, in APPS' layout or another of "
                     "docs/formats/problems.md");
  command.add_option("--samples", options.samples, "Of each problem, at each temperature")
      ->check(CLI::Range(std::int64_t{1}, kExperimentSamplesMax));
  command.add_option("--problems-max", options.problems_max, "Only the first so many")
      ->check(CLI::PositiveNumber);
  command.add_option("--max-tokens", options.max_tokens, "Of a completion")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--temperatures", options.temperatures,
                  "As 0.2,0.8; experiments at one temperature take the first, bleu and ranking the "
                  "last")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--top-p", options.top_p, "Keep the smallest set of tokens with this share")
      ->capture_default_str();
  command.add_option("--seed", options.seed, "Of samples and intervals")->capture_default_str();
  command.add_option("--timeout", options.cpu_seconds, "CPU seconds of a program")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--threads", options.threads, "0 is one per core")->check(CLI::Range(0, 1024));
  command.add_flag("--quiet", options.quiet, "No progress");
}

void add_server_options(CLI::App& command, ExperimentCommand& experiment) {
  ServedRunOptions& served = experiment.sources.served;
  HttpOptions& http = served.server.http;
  command.add_option("--api-key-file", experiment.key_file, "Server: file with the API key");
  command.add_option("--proxy", http.proxy, "Server: a proxy's address; none if not given");
  command.add_option("--connections", served.connections, "Server: requests at a time")
      ->check(CLI::Range(1, kConnectionsMax))
      ->capture_default_str();
  command
      .add_option("--completions-per-request", served.completions_per_request,
                  "Server: n of a request")
      ->check(CLI::Range(std::int64_t{1}, kCompletionsPerRequestMax))
      ->capture_default_str();
  command
      .add_option("--stops-max", served.server.stops_max,
                  "Server: send only so many stop strings (OpenAI takes 4); texts are cut at all")
      ->capture_default_str();
  command.add_option("--request-timeout", http.request_seconds, "Server: seconds for one request")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--retries", http.retries, "Server: after time-outs, 429 and 5xx")
      ->check(CLI::Range(0, kHttpRetriesMax))
      ->capture_default_str();
  command.add_flag("--no-logprobs", experiment.no_logprobs,
                   "Server: do not ask for log-probabilities; ranking then has none");
}

}  // namespace

void add_experiment_command(CLI::App& app, Context& context) {
  CLI::App& experiment =
      *app.add_subcommand("experiment", "Repeat the paper's experiments into one report");
  experiment.require_subcommand(1);
  set_example(experiment, "scribe experiment list");

  CLI::App& list = *experiment.add_subcommand("list", "What there is, and what it costs");
  const auto as_json = std::make_shared<bool>(false);
  list.add_flag("--json", *as_json, "Print JSON");
  set_example(list, "scribe experiment list");
  list.callback([&context, as_json] { context.action = [as_json] { return run_list(*as_json); }; });

  CLI::App& run = *experiment.add_subcommand(
      "run", "Run some, or all. Run again to continue after an interruption.");
  const auto command = std::make_shared<ExperimentCommand>();
  run.add_option("NAME", command->names, "Of `scribe experiment list`, or all")->required();
  run.add_option("--model", command->models,
                 "Checkpoint directory, or address of an OpenAI-compatible server "
                 "(http://127.0.0.1:8000/v1, with #MODEL behind it if it has several). Several for "
                 "sizes and context; the others take the first")
      ->required()
      ->allow_extra_args(false);
  run.add_option("--out", command->options.out,
                 "Folder of report.html, results.json and all samples")
      ->required();
  add_dials(run, command->options);
  add_device_option(run, command->device);
  add_server_options(run, *command);
  run.add_flag("--json", command->json, "Print the figures as JSON");
  set_example(run,
              "scribe experiment run temperature ranking --model codex-s --problems "
              "HumanEval.jsonl.gz --out experiments");
  run.callback([&context, command] {
    context.action = [&context, command] { return run_experiment(context, *command); };
  });
}

}  // namespace scribe::cli
