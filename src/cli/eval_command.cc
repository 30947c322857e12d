// `scribe eval`: run samples against their problems' tests and report pass@k.
#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "cli/command.h"
#include "evaluate/score.h"

namespace scribe::cli {
namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr int kSamplesMax = 1'000'000;  // More per problem than anyone draws.

struct EvalCommand {
  ScoreOptions options;
  double wall_seconds = 0;  ///< 0: kWallSecondsPerCpuSecond times the CPU limit
  std::int64_t memory_mib = 512;
  double fail_under = -1;  ///< below 0: no bar
  bool rerun = false;
  bool json = false;
  bool per_problem = false;
};

void print_scores(const ScoreSummary& summary) {
  for (const PassAtK& score : summary.pass_at) {
    fmt::print("pass@{:<4} {}", score.k, score.value);
    if (score.interval)
      fmt::print("   95 % interval {:.4f} ... {:.4f}", score.interval->low, score.interval->high);
    fmt::print("\n");
  }
  for (const OmittedK& each : summary.omitted)
    fmt::print("pass@{:<4} OMITTED: {}\n", each.k, each.reason);
}

void print_summary(const ScoreSummary& summary, bool per_problem) {
  if (per_problem)
    for (const TaskScore& task : summary.tasks)
      fmt::print("{:<28} {:>5} of {:>5} passed\n", task.task_id, task.c, task.n);
  fmt::print("{} samples of {} problems; {} distinct programs, {} of them judged before\n",
             summary.samples, summary.tasks.size(), summary.programs, summary.reused);
  for (const auto& [kind, count] : summary.verdicts)
    fmt::print("  {:<10} {:>8}  {:>5.1f} %\n", name_of(kind), count,
               100 * static_cast<double>(count) / static_cast<double>(summary.samples));
  const auto attempted = static_cast<std::int64_t>(summary.tasks.size());
  if (attempted < summary.problems)
    fmt::print("PARTIAL: {} of {} problems have no samples; the scores leave them out\n",
               summary.problems - attempted, summary.problems);
  print_scores(summary);
  fmt::print("results in '{}'\n", summary.results_path);
}

void print_plan(const ScoreSummary& summary) {
  fmt::print("would run {} of {} distinct programs ({} samples) and write '{}'\n",
             summary.programs - summary.reused, summary.programs, summary.samples,
             summary.results_path);
}

/// The bar is for the first k that was asked for. Errors: invalid_argument if it has no score.
Result<int> exit_code(const EvalCommand& eval, const ScoreSummary& summary) {
  if (eval.fail_under < 0) return kExitDone;
  for (const PassAtK& score : summary.pass_at) {
    if (score.k != eval.options.k.front()) continue;
    if (score.value >= eval.fail_under) return kExitDone;
    fmt::print(stderr, "scribe: pass@{} is {}, below the bar of {}\n", score.k, score.value,
               eval.fail_under);
    return kExitBarNotMet;
  }
  return error(ErrorCode::invalid_argument, "--fail-under: pass@{} has no score: {}",
               eval.options.k.front(), summary.omitted.front().reason);
}

Result<int> run_eval(Context& context, EvalCommand eval) {
  SandboxLimits& limits = eval.options.limits;
  limits.wall_seconds =
      eval.wall_seconds > 0 ? eval.wall_seconds : kWallSecondsPerCpuSecond * limits.cpu_seconds;
  limits.memory_bytes = eval.memory_mib * kMebibyte;
  eval.options.reuse = !eval.rerun;
  SCRIBE_TRY_ASSIGN(const ScoreSummary summary,
                    score_samples(context.env, context.stop, eval.options));
  if (eval.json)
    fmt::print("{}", to_json_pretty(to_json(summary)));
  else if (eval.options.dry_run)
    print_plan(summary);
  else
    print_summary(summary, eval.per_problem);
  if (eval.options.dry_run) return kExitDone;
  return exit_code(eval, summary);
}

void add_limit_options(CLI::App& command, EvalCommand& eval) {
  command
      .add_option("--timeout", eval.options.limits.cpu_seconds,
                  "CPU seconds per program: busy machines do not change verdicts")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      .add_option("--wall-timeout", eval.wall_seconds,
                  fmt::format("Seconds on the clock per program, for those that sleep; {} times "
                              "--timeout if not given",
                              kWallSecondsPerCpuSecond))
      ->check(CLI::PositiveNumber);
  command.add_option("--memory", eval.memory_mib, "MiB per program")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--workers", eval.options.workers, "Programs at a time; 0: one per core")
      ->capture_default_str();
}

/// "" where the environment names no place.
std::string default_cache_directory() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
    return std::string(cache) + "/scribe";
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? std::string(home) + "/.cache/scribe" : "";
}

}  // namespace

void add_eval_command(CLI::App& app, Context& context) {
  CLI::App& command =
      *app.add_subcommand("eval", "Run samples against their tests in a sandbox; report pass@k");
  const auto eval = std::make_shared<EvalCommand>();
  command
      .add_option("SAMPLES", eval->options.samples_path,
                  ".jsonl or .jsonl.gz with task_id and completion per line")
      ->required();
  command.add_option("--problems", eval->options.problems_path, "Problems, .jsonl or .jsonl.gz")
      ->required();
  command.add_option("--k", eval->options.k, "Which pass@k, as 1,10,100")
      ->delimiter(',')
      ->check(CLI::Range(1, kSamplesMax))
      ->capture_default_str();
  add_limit_options(command, *eval);
  command.add_option("--out", eval->options.results_path,
                     "Results file; SAMPLES_results.jsonl if not given");
  command
      .add_option("--cache", eval->options.cache_directory,
                  "Keeps what canonical solutions return (HumanEval+, MBPP+)")
      ->default_val(default_cache_directory());
  command.add_flag("--allow-partial", eval->options.allow_partial,
                   "Score although some problems have no samples");
  command.add_flag("--rerun", eval->rerun, "Remove the verdicts of earlier runs and run all");
  command
      .add_option("--fail-under", eval->fail_under,
                  "Exit with 4 if pass@k for the first k is below this")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--seed", eval->options.bootstrap_seed, "Seed of the intervals' bootstrap")
      ->capture_default_str();
  command.add_flag("--per-problem", eval->per_problem, "Print how many passed for every problem");
  command.add_flag("--json", eval->json, "Print JSON");
  command.add_flag("--quiet", eval->options.quiet, "Show no progress");
  command.add_flag("--dry-run", eval->options.dry_run, "Check the files and say what would be run");
  set_example(command, "scribe eval samples.jsonl --problems HumanEval.jsonl.gz --k 1,10,100");
  command.callback(
      [&context, eval] { context.action = [&, eval] { return run_eval(context, *eval); }; });
}

}  // namespace scribe::cli
