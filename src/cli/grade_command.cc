// `scribe grade`: sheets on which people grade docstrings, and their grades as a table.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "evaluate/grading.h"

namespace scribe::cli {
namespace {

struct SheetCommand {
  std::string problems_path;
  std::string samples_path;
  std::string out = "grading.html";
  std::string title = "Docstrings";
  std::int64_t per_problem = kGradedPerProblem;
};

struct ReadCommand {
  std::vector<std::string> paths;
  std::vector<std::int64_t> ks = {1, 10};
  std::uint64_t seed = 1;
  bool json = false;
};

Result<int> run_sheet(Context& context, const SheetCommand& sheet) {
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems,
                    load_problems(context.env, sheet.problems_path));
  SCRIBE_TRY_ASSIGN(const SampleFile file,
                    read_sample_file(context.env, sheet.samples_path, problems));
  const auto items = grading_items(problems, file.samples, sheet.per_problem);
  if (!items.ok()) return Error(items.error()).in(sheet.samples_path);
  SCRIBE_TRY(
      write_file_atomic(context.env, sheet.out, grading_sheet_html(items.value(), sheet.title)));
  fmt::print("{} docstrings to grade in '{}', sheet {}; open it in a browser\n",
             items.value().size(), sheet.out, grading_sheet_id(items.value()));
  return kExitDone;
}

Result<int> run_read(Context& context, const ReadCommand& read) {
  SCRIBE_TRY_ASSIGN(const GradeTable table,
                    read_grades(context.env, read.paths, read.ks, read.seed));
  if (read.json) {
    fmt::print("{}", to_json_pretty(to_json(table)));
    return kExitDone;
  }
  fmt::print("sheet {}: {} of {} docstrings graded, of {} problems; {} correct, {} notes\n",
             table.sheet, table.graded, table.items, table.scores.tasks.size(), table.correct,
             table.notes);
  for (const PassAtK& pass : table.scores.pass_at) {
    fmt::print("pass@{:<4} {:.4f}", pass.k, pass.value);
    if (pass.interval)
      fmt::print("   95 % interval {:.4f} ... {:.4f}", pass.interval->low, pass.interval->high);
    fmt::print("\n");
  }
  for (const OmittedK& each : table.scores.omitted)
    fmt::print("pass@{:<4} OMITTED: {}\n", each.k, each.reason);
  return kExitDone;
}

void add_sheet(CLI::App& grade, Context& context) {
  CLI::App& command = *grade.add_subcommand("sheet", "Make the page on which people grade");
  const auto sheet = std::make_shared<SheetCommand>();
  command
      .add_option("--problems", sheet->problems_path,
                  "Docstring problems that were sampled (`scribe problems docstrings`)")
      ->required();
  command.add_option("--samples", sheet->samples_path, "Samples of a docstring model")->required();
  command.add_option("--per-problem", sheet->per_problem, "The first so many samples of each")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--title", sheet->title, "Title of the page")->capture_default_str();
  command.add_option("--out", sheet->out, "The page")->capture_default_str();
  set_example(command, "scribe grade sheet --problems codex-d.jsonl --samples d.jsonl");
  command.callback(
      [&context, sheet] { context.action = [&, sheet] { return run_sheet(context, *sheet); }; });
}

void add_read(CLI::App& grade, Context& context) {
  CLI::App& command = *grade.add_subcommand("read", "Score the grades that a sheet saved");
  const auto read = std::make_shared<ReadCommand>();
  command.add_option("GRADES", read->paths, "Saved files of one sheet, one or more")->required();
  command.add_option("--k", read->ks, "Which pass@k, as 1,10")
      ->delimiter(',')
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--seed", read->seed, "Seed of the intervals")->capture_default_str();
  command.add_flag("--json", read->json, "Print JSON");
  set_example(command, "scribe grade read grades-1f0c.json --k 1,10");
  command.callback(
      [&context, read] { context.action = [&, read] { return run_read(context, *read); }; });
}

}  // namespace

void add_grade_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand("grade", "Have people grade sampled docstrings");
  command.require_subcommand(1);
  set_example(command, "scribe grade sheet --problems codex-d.jsonl --samples d.jsonl");
  add_sheet(command, context);
  add_read(command, context);
}

}  // namespace scribe::cli
