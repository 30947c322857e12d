// `scribe problems filter`: keeps the problems that samples solve and that are judged reliably.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "cli/problems_commands.h"
#include "evaluate/filter_problems.h"

namespace scribe::cli {
namespace {

struct FilterCommand {
  std::string problems_path;
  std::vector<std::string> results_paths;
  std::string out;
  bool json = false;
  FilterProblemsOptions options;
};

Result<int> run_filter(Context& context, const FilterCommand& filter) {
  if (filter.results_paths.empty() && filter.options.min_passes > 0)
    return error(
        ErrorCode::invalid_argument,
        "no --results say which problems were solved; give some, or --min-passes 0 to look "
        "at the canonical solutions only");
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems,
                    load_problems(context.env, filter.problems_path));
  SCRIBE_TRY_ASSIGN(
      const std::vector<FilterFate> fates,
      filter_problems(context.env, context.stop, problems, filter.results_paths, filter.options));
  std::vector<Problem> kept;
  std::map<FilterFate, std::int64_t> counts;
  for (std::size_t i = 0; i < problems.size(); ++i) {
    ++counts[fates[i]];
    if (fates[i] == FilterFate::kept) kept.push_back(problems[i]);
  }
  if (kept.empty())
    return error(ErrorCode::invalid_data, "none of {} problems is kept; nothing was written",
                 problems.size());
  SCRIBE_TRY(save_problems(context.env, filter.out, kept));
  if (filter.json) {
    Json by_fate = Json::object();
    for (const FilterFate fate : kFilterFates) by_fate[std::string(name_of(fate))] = counts[fate];
    fmt::print("{}", to_json_pretty(
                         {{"out", filter.out}, {"problems", problems.size()}, {"fates", by_fate}}));
    return kExitDone;
  }
  for (const FilterFate fate : kFilterFates)
    if (counts[fate] > 0) fmt::print("{:<12} {:>8}\n", name_of(fate), counts[fate]);
  fmt::print("{} of {} problems written to '{}'\n", kept.size(), problems.size(), filter.out);
  return kExitDone;
}

}  // namespace

void add_problems_filter_command(CLI::App& problems, Context& context) {
  CLI::App& command = *problems.add_subcommand(
      "filter",
      "Keep problems that samples solve and whose own solution passes every time, for fine-tuning");
  const auto filter = std::make_shared<FilterCommand>();
  FilterProblemsOptions& options = filter->options;
  command.add_option("--problems", filter->problems_path, "Problems, .jsonl or .jsonl.gz")
      ->required();
  command.add_option("--results", filter->results_paths,
                     "Results of `scribe eval` for samples of these problems, one or more");
  command.add_option("--min-passes", options.min_passes, "Samples that must have passed")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--max-share", options.max_share,
                  "Drop problems of which a larger share of the samples passed")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command
      .add_option("--runs", options.runs,
                  "Runs of each canonical solution, in new processes, that must all pass")
      ->check(CLI::Range(0, kFilterRunsMax))
      ->capture_default_str();
  command.add_option("--workers", options.workers, "Programs at a time; 0: one per core")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command.add_option("--out", filter->out, "File to write, .jsonl or .jsonl.gz")->required();
  command.add_flag("--quiet", options.quiet, "No progress");
  command.add_flag("--json", filter->json, "Print JSON");
  set_example(command,
              "scribe problems filter --problems traced.jsonl --results s.jsonl_results.jsonl "
              "--runs 5 --out kept.jsonl");
  command.callback([&context, filter] {
    context.action = [&, filter] { return run_filter(context, *filter); };
  });
}

}  // namespace scribe::cli
