// `scribe problems import`: problems of APPS and CodeContests, checked, in one file.
#include <fmt/format.h>

#include <memory>

#include "cli/problems_commands.h"
#include "evaluate/check_solutions.h"
#include "evaluate/derive_cases.h"

namespace scribe::cli {
namespace {

struct ImportCommand {
  std::vector<std::string> paths;
  std::string out;
  bool one_shot = false;
  bool docstring = false;
  bool keep_going = false;
  bool verify = false;
  bool drop_weak = false;
  bool json = false;
  CheckSolutionsOptions options;
  std::size_t derived_cases = 0;  ///< per problem; 0: none
  std::uint64_t seed = 1;
};

struct ImportCounts {
  std::int64_t written = 0;
  std::int64_t with_public_cases = 0;
  std::int64_t without_example = 0;  ///< one_shot found nothing to show
  std::int64_t unsolved = 0;         ///< dropped: no solution passes, or none is given
  std::int64_t weak = 0;             ///< an incorrect solution passes
  std::int64_t solutions = 0;        ///< run
  std::int64_t solutions_passed = 0;
  std::int64_t incorrect = 0;  ///< run
  std::int64_t incorrect_passed = 0;
  std::int64_t with_derived = 0;  ///< problems that got cases
  std::int64_t derived = 0;       ///< cases
};

/// Adds up, and says whether the problem stays.
bool keep(const SolutionsCheck& check, const ImportCommand& import, ImportCounts& counts) {
  counts.solutions += check.solutions;
  counts.solutions_passed += std::ssize(check.solutions_passed);
  counts.incorrect += check.incorrect;
  counts.incorrect_passed += std::ssize(check.incorrect_passed);
  const bool is_weak = !check.incorrect_passed.empty();
  const bool is_solved = !check.solutions_passed.empty();
  if (is_weak) ++counts.weak;
  if (!is_solved) ++counts.unsolved;
  return is_solved && !(import.drop_weak && is_weak);
}

void print_counts(const ImportCounts& counts, const ContestSet& set, const ImportCommand& import) {
  for (const std::string& message : set.malformed) fmt::print("left out: {}\n", message);
  if (!set.malformed.empty()) fmt::print("{} lines were malformed\n", set.malformed.size());
  if (import.verify)
    fmt::print(
        "{} of {} solutions pass; {} of {} incorrect solutions pass, in {} problems{}\n"
        "{} problems without a solution that passes are left out\n",
        counts.solutions_passed, counts.solutions, counts.incorrect_passed, counts.incorrect,
        counts.weak, import.drop_weak ? ", left out" : "", counts.unsolved);
  if (import.derived_cases > 0)
    fmt::print("{} cases derived for {} problems\n", counts.derived, counts.with_derived);
  if (import.one_shot)
    fmt::print("{} problems show no example that the prompt could repeat\n",
               counts.without_example);
  fmt::print("{} problems written to '{}', {} of them with public cases\n", counts.written,
             import.out, counts.with_public_cases);
}

Json to_json(const ImportCounts& counts, const ContestSet& set, const ImportCommand& import) {
  Json value{{"out", import.out},
             {"written", counts.written},
             {"with_public_cases", counts.with_public_cases},
             {"malformed", set.malformed}};
  if (import.one_shot) value["without_example"] = counts.without_example;
  if (import.verify) {
    value["unsolved"] = counts.unsolved;
    value["weak"] = counts.weak;
    value["solutions"] = {{"run", counts.solutions}, {"passed", counts.solutions_passed}};
    value["incorrect_solutions"] = {{"run", counts.incorrect}, {"passed", counts.incorrect_passed}};
  }
  if (import.derived_cases > 0)
    value["derived"] = {{"problems", counts.with_derived}, {"cases", counts.derived}};
  return value;
}

Result<int> run_import(Context& context, const ImportCommand& import) {
  SCRIBE_TRY_ASSIGN(ContestSet set,
                    load_contest_problems(context.env, import.paths, import.keep_going));
  std::vector<SolutionsCheck> checks;
  if (import.verify) {
    SCRIBE_TRY_ASSIGN(checks,
                      check_solutions(context.env, context.stop, set.problems, import.options));
  }
  ImportCounts counts;
  if (import.derived_cases > 0) {
    SCRIBE_TRY_ASSIGN(
        const std::vector<DerivedCases> derived,
        derive_cases(
            context.env, context.stop,
            {.cases_max = import.derived_cases, .seed = import.seed, .run = import.options},
            set.problems, checks));
    for (const DerivedCases& one : derived) {
      counts.derived += one.added;
      if (one.added > 0) ++counts.with_derived;
    }
  }
  std::vector<Problem> kept;
  for (std::size_t i = 0; i < set.problems.size(); ++i) {
    if (import.verify && !keep(checks[i], import, counts)) continue;
    Problem& problem = set.problems[i].problem;
    if (!problem.public_cases.empty()) ++counts.with_public_cases;
    if ((import.docstring || import.one_shot) && !set_contest_prompt(import.one_shot, problem))
      ++counts.without_example;
    kept.push_back(std::move(problem));
  }
  counts.written = std::ssize(kept);
  if (kept.empty())
    return error(ErrorCode::invalid_data,
                 "none of {} problems has a solution that passes; nothing was written",
                 set.problems.size());
  SCRIBE_TRY(save_problems(context.env, import.out, kept));
  if (import.json)
    fmt::print("{}", to_json_pretty(to_json(counts, set, import)));
  else
    print_counts(counts, set, import);
  return kExitDone;
}

}  // namespace

void add_problems_import_command(CLI::App& problems, Context& context) {
  CLI::App& command = *problems.add_subcommand(
      "import", "Read problems of APPS or CodeContests; check the solutions that came with them");
  const auto import = std::make_shared<ImportCommand>();
  command.add_option("FILES", import->paths, "Their files, .jsonl or .jsonl.gz")->required();
  command.add_option("--out", import->out, "File to write, .jsonl or .jsonl.gz")->required();
  command.add_flag("--docstring", import->docstring,
                   "Make statements docstrings, as prompts for a model of Python");
  command.add_flag("--one-shot", import->one_shot,
                   "The same, with the statement's first example at its end, to show the format");
  command.add_flag("--keep-going", import->keep_going, "Leave malformed lines out, and name them");
  CLI::Option* const verify =
      command.add_flag("--verify", import->verify,
                       "Run the given solutions: one that passes becomes the canonical solution");
  command
      .add_flag("--drop-weak", import->drop_weak,
                "Leave out problems whose tests an incorrect solution passes")
      ->needs(verify);
  command
      .add_option("--solutions", import->options.solutions_max,
                  "Run so many right and so many incorrect solutions of each")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      .add_option(
          "--derive-cases", import->derived_cases,
          "Add up to so many tests to each: changed inputs on which all right solutions agree")
      ->check(CLI::Range(std::size_t{0}, kDerivedCasesMax))
      ->needs(verify)
      ->capture_default_str();
  command.add_option("--seed", import->seed, "Of those inputs")->capture_default_str();
  command.add_option("--workers", import->options.workers, "Programs at a time; 0: one per core")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command.add_flag("--quiet", import->options.quiet, "No progress");
  command.add_flag("--json", import->json, "Print JSON");
  set_example(command,
              "scribe problems import apps/test.jsonl --one-shot --verify --out apps.jsonl");
  command.callback([&context, import] {
    context.action = [&, import] { return run_import(context, *import); };
  });
}

}  // namespace scribe::cli
