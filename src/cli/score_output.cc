// Tables for people.
#include "cli/score_output.h"

#include <fmt/format.h>

namespace scribe::cli {
namespace {

double percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

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

void print_strategies(const ScoreSummary& summary) {
  if (summary.strategies.empty()) return;
  fmt::print("{:<16} {:>8} {:>8} {:>8} {:>8} {:>8}\n", "extraction", "passed", "no code", "gained",
             "lost", "changed");
  for (const StrategyOutcome& each : summary.strategies)
    fmt::print("{:<16} {:>8} {:>8} {:>8} {:>8} {:>8}{}\n", name_of(each.strategy), each.passed,
               each.no_code, each.gained, each.lost, each.changed,
               each.strategy == summary.extract ? "  (chosen)" : "");
}

void print_flaky(const ScoreSummary& summary) {
  if (summary.verify == 0) return;
  if (summary.flaky.empty())
    return fmt::print("verified {} times: every program got the same verdict each time\n",
                      summary.verify);
  fmt::print("verified {} times: FLAKY programs: {}\n", summary.verify, summary.flaky.size());
  for (const FlakyProgram& program : summary.flaky) {
    fmt::print("  {:<28} {}", program.task_id, program.key);
    for (const auto& [kind, count] : program.verdicts) fmt::print(" {} {}x", name_of(kind), count);
    fmt::print("\n");
  }
}

/// "20" or "10 to 20": scores of problems with few samples are less sure.
std::string samples_per_problem(const ScoreSummary& summary) {
  const std::int64_t fewest = fewest_samples(summary);
  const std::int64_t most = most_samples(summary);
  return fewest == most ? fmt::format("{}", fewest) : fmt::format("{} to {}", fewest, most);
}

void print_skipped(const ScoreSummary& summary) {
  for (const SkippedProblems& group : summary.skipped)
    fmt::print("SKIPPED: {} samples of {} problems: {}\n", group.samples, group.tasks.size(),
               group.reason);
}

void print_part(std::string_view title, std::string_view text) {
  fmt::print("--- {}\n{}{}", title, text, text.empty() || text.ends_with('\n') ? "" : "\n");
}

}  // namespace

void print_summary(const ScoreSummary& summary, const ScoreOutputOptions& options) {
  if (options.per_problem)
    for (const TaskScore& task : summary.tasks)
      fmt::print("{:<28} {:>5} of {:>5} passed\n", task.task_id, task.c, task.n);
  fmt::print(
      "{}: {} samples of {} problems, {} per problem; {} distinct programs, {} of them "
      "judged before\n",
      description_of(summary.format), summary.samples, summary.tasks.size(),
      samples_per_problem(summary), summary.programs, summary.reused);
  if (summary.extract != ExtractStrategy::none)
    fmt::print("code found by: {}\n", name_of(summary.extract));
  for (const auto& [sandbox, count] : summary.sandboxes)
    fmt::print("sandbox: {}{}\n", sandbox,
               summary.sandboxes.size() == 1 ? "" : fmt::format(" ({} samples)", count));
  for (const auto& [kind, count] : summary.verdicts)
    fmt::print("  {:<10} {:>8}  {:>5.1f} %\n", name_of(kind), count,
               percent(count, summary.samples));
  if (summary.soft > 0)
    fmt::print("SOFT: the tests of {} samples ran in the program's own process\n", summary.soft);
  print_skipped(summary);
  auto attempted = static_cast<std::int64_t>(summary.tasks.size());
  for (const SkippedProblems& group : summary.skipped) attempted += std::ssize(group.tasks);
  if (attempted < summary.problems)
    fmt::print("PARTIAL: {} of {} problems have no samples; the scores leave them out\n",
               summary.problems - attempted, summary.problems);
  print_strategies(summary);
  print_flaky(summary);
  print_scores(summary);
  fmt::print("results in '{}'\n", summary.results_path);
  if (!summary.evalplus_path.empty())
    fmt::print("EvalPlus results in '{}'\n", summary.evalplus_path);
}

void print_plan(const ScoreSummary& summary) {
  fmt::print("{}: would run {} of {} distinct programs ({} samples) and write '{}'\n",
             description_of(summary.format), summary.programs - summary.reused, summary.programs,
             summary.samples, summary.results_path);
  print_skipped(summary);
}

void print_explanation(const Explanation& explanation, ExtractStrategy strategy) {
  const Verdict& verdict = explanation.judged.verdict;
  fmt::print("{} sample {}\n", explanation.task_id, explanation.index);
  print_part("raw", explanation.raw);
  if (explanation.extracted) {
    print_part(fmt::format("extracted by {}", name_of(strategy)), *explanation.extracted);
    print_part("program", explanation.program);
  } else {
    print_part(fmt::format("extracted by {}", name_of(strategy)), "(no code found)");
  }
  fmt::print("--- verdict{}\n{}{}{}\n", explanation.was_known ? " (known from before)" : "",
             name_of(verdict.kind), verdict.detail.empty() ? "" : ": ", verdict.detail);
}

Json explanation_json(const Explanation& explanation, ExtractStrategy strategy) {
  const Verdict& verdict = explanation.judged.verdict;
  Json json = {{"task_id", explanation.task_id},
               {"index", explanation.index},
               {"raw", explanation.raw},
               {"strategy", name_of(strategy)},
               {"extracted", nullptr},
               {"program", explanation.program},
               {"verdict", name_of(verdict.kind)},
               {"detail", verdict.detail},
               {"known", explanation.was_known}};
  if (explanation.extracted) json["extracted"] = *explanation.extracted;
  return json;
}

}  // namespace scribe::cli
