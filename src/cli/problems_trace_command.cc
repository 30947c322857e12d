// `scribe problems trace`: problems with unit tests from a project's tests, doctests and functions.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <thread>

#include "cli/problems_commands.h"
#include "trace/trace.h"

namespace scribe::cli {
namespace {

struct TraceCommand {
  trace::TraceOptions options;
  std::string engine = "auto";
  int workers = 0;  // 0: one per core.
  bool all = false;
  bool no_doctests = false;
  bool no_vary = false;
  bool with_tests = false;
  std::int64_t memory_mib = 2048;
  bool json = false;
};

Json to_json(const std::vector<std::pair<std::string, std::int64_t>>& counts) {
  Json object = Json::object();
  for (const auto& [name, number] : counts) object[name] = number;
  return object;
}

void print_counts(const std::vector<std::pair<std::string, std::int64_t>>& counts) {
  for (const auto& [name, number] : counts) fmt::print("  {:<34} {:>9}\n", name, number);
}

void print_summary(const trace::TraceSummary& summary, const trace::TraceOptions& options) {
  if (!summary.run_end.empty()) {
    fmt::print("command: ended by {}{}, {} processes traced\n", summary.run_end,
               summary.run_end == "exit" ? fmt::format(" {}", summary.exit_code) : "",
               summary.processes);
    if (summary.exit_code != 0)
      fmt::print("  its last words:\n{}\n",
                 summary.tail.substr(summary.tail.size() -
                                     std::min<std::size_t>(summary.tail.size(), 600)));
  }
  fmt::print("yield\n");
  print_counts(summary.stages);
  fmt::print("refused\n");
  print_counts(summary.refused);
  fmt::print("written by source of inputs\n");
  print_counts(summary.written_by_source);
  fmt::print("{} problems with {} assertions ({}) written to '{}'\n", summary.written,
             summary.asserts, summary.split, options.out);
}

/// Paths below a folder of our own choosing need their real names: the jail follows no links to
/// what it does not show.
Status make_real(std::vector<std::string>& paths) {
  for (std::string& path : paths) {
    std::error_code failure;
    const auto real = std::filesystem::canonical(path, failure);
    if (failure) return error(ErrorCode::not_found, "'{}': {}", path, failure.message());
    path = real.string();
  }
  return {};
}

Result<int> run_trace(Context& context, TraceCommand command) {
  trace::TraceOptions& options = command.options;
  SCRIBE_TRY(make_real(options.run.files));
  SCRIBE_TRY(make_real(options.run.visible));
  if (!options.run.copy.empty()) {
    std::vector<std::string> copy = {options.run.copy};
    SCRIBE_TRY(make_real(copy));
    options.run.copy = copy.front();
  }
  if (options.work.empty()) options.work = options.out + ".work";
  options.need_docstring = !command.all;
  options.build.doctests = !command.no_doctests;
  options.verify.vary = !command.no_vary;
  options.run.skip_tests = !command.with_tests;
  options.run.limits.memory_bytes = command.memory_mib << 20;
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  options.verify.workers = command.workers > 0 ? command.workers : cores;
  options.quiet = command.json;
  SCRIBE_TRY_ASSIGN(options.sandbox, real_sandbox_workers(command.engine));
  SCRIBE_TRY_ASSIGN(const trace::TraceSummary summary,
                    trace::trace_problems(context.env, context.stop, options));
  if (command.json)
    fmt::print("{}", to_json_pretty({{"out", options.out},
                                     {"project", options.project},
                                     {"split", summary.split},
                                     {"command_end", summary.run_end},
                                     {"command_exit_code", summary.exit_code},
                                     {"processes", summary.processes},
                                     {"stages", to_json(summary.stages)},
                                     {"refused", to_json(summary.refused)},
                                     {"written_by_source", to_json(summary.written_by_source)},
                                     {"assertions", summary.asserts},
                                     {"written", summary.written}}));
  else
    print_summary(summary, options);
  return kExitDone;
}

void add_limits(CLI::App& command, TraceCommand& trace) {
  trace::ProjectRunOptions& run = trace.options.run;
  command
      .add_option("--cpu-seconds", run.limits.cpu_seconds,
                  "Processor time of all of the command's processes together")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  command.add_option("--wall-seconds", run.limits.wall_seconds, "Time for the command")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  command.add_option("--memory-mib", trace.memory_mib, "Memory of all its processes together")
      ->check(CLI::Range(64, 1 << 20))
      ->capture_default_str();
  command.add_option("--processes", run.limits.processes, "Most processes and threads")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command.add_option("--samples", run.samples_max, "Different inputs to keep of a function")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--calls", run.calls_max, "Calls of a function to look at")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

void add_what_to_take(CLI::App& command, TraceCommand& trace) {
  trace::TraceOptions& options = trace.options;
  command.add_option("--files", options.run.files,
                     "Folders or files whose functions are taken, as they are installed");
  command.add_option("--copy", options.run.copy,
                     "Project folder: the command runs in a copy of it ({project} in the command)");
  command.add_option("--visible", options.run.visible,
                     "More folders that the command needs to see, as a virtual environment");
  command.add_flag("--no-doctests", trace.no_doctests, "Leave out examples in docstrings");
  command.add_flag("--guesses", options.build.guesses,
                   "Guess inputs of documented functions that have none");
  command.add_flag("--with-tests", trace.with_tests, "Take functions in files of tests too");
  command.add_flag("--allow-undocumented", trace.all, "Write functions without a docstring too");
  command.add_option("--decontaminate", options.decontaminate,
                     "Problem files of which no part may be in a problem");
  command.add_option("--known", options.known,
                     "Earlier outputs of this command, whose functions are not taken again");
  command
      .add_option("--prompt-bytes-max", options.build.prompt_bytes_max,
                  "Longest prompt, with the definitions that the function needs")
      ->capture_default_str();
  command.add_option("--helpers-max", options.build.helpers_max, "Most definitions that it needs")
      ->capture_default_str();
  command.add_option("--body-lines-max", options.build.body_lines_max, "Longest body")
      ->capture_default_str();
}

void add_judging(CLI::App& command, TraceCommand& trace) {
  trace::VerifyOptions& verify = trace.options.verify;
  command.add_option("--verify", verify.runs, "Runs that a solution must pass")
      ->capture_default_str();
  command.add_option("--tests-min", verify.tests_min, "Fewest assertions of a problem")
      ->capture_default_str();
  command.add_option("--tests-max", verify.tests_max, "Most assertions of a problem")
      ->capture_default_str();
  command.add_flag("--no-vary", trace.no_vary, "Add no tests with changed inputs");
  command.add_option("--seed", verify.seed, "Of the changed inputs")->capture_default_str();
  command.add_option("--engine", trace.engine, "Of the sandbox, as for `scribe eval`")
      ->capture_default_str();
  command.add_option("--workers", trace.workers, "Sandbox workers; 0: one per core")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
}

}  // namespace

void add_problems_trace_command(CLI::App& problems, Context& context) {
  CLI::App& command = *problems.add_subcommand(
      "trace", "Make problems with unit tests from a project: its tests, doctests and functions");
  const auto trace = std::make_shared<TraceCommand>();
  command.add_option("--project", trace->options.project, "The project's name; decides the split")
      ->required();
  command.add_option("--out", trace->options.out, "File to write, .jsonl")->required();
  command.add_option("--work", trace->options.work,
                     "Folder for what is kept between stages; default: OUT.work");
  add_what_to_take(command, *trace);
  add_judging(command, *trace);
  add_limits(command, *trace);
  command.add_flag("--json", trace->json, "Print JSON");
  command.add_option("COMMAND", trace->options.run.command,
                     "After --: the project's own test command");
  set_example(
      command,
      "scribe problems trace --project statistics --files /usr/lib/python3.11/statistics.py "
      "--out statistics.jsonl -- python3 -m test test_statistics");
  command.callback(
      [&context, trace] { context.action = [&, trace] { return run_trace(context, *trace); }; });
}

}  // namespace scribe::cli
