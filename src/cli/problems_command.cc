// `scribe problems`: list, show, chains, functions; other parts have files of their own.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "cli/command.h"
#include "cli/number_range.h"
#include "cli/problems_commands.h"
#include "problems/chains.h"
#include "problems/functions.h"
#include "problems/problem.h"

namespace scribe::cli {
namespace {

constexpr std::size_t kListedTaskWidth = 28;

Json to_json(const Problem& problem) {
  return {{"task_id", problem.task_id},
          {"entry_point", problem.entry_point},
          {"blocks", problem.blocks},
          {"has_tests", !problem.test.empty()},
          {"prompt_bytes", problem.prompt.size()},
          {"solution_bytes", problem.canonical_solution.size()}};
}

// ---------------------------------------------------------------------------------- list, show

struct FileCommand {
  std::string path;
  std::string task_id;
  bool json = false;
};

Result<int> run_list(Context& context, const FileCommand& list) {
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(context.env, list.path));
  if (list.json) {
    Json rows = Json::array();
    for (const Problem& problem : problems) rows.push_back(to_json(problem));
    fmt::print("{}", to_json_pretty(rows));
    return kExitDone;
  }
  fmt::print("{:<{}} {:<28} {:>7} {:>9}  tests\n", "task", kListedTaskWidth, "entry point",
             "prompt", "solution");
  for (const Problem& problem : problems)
    fmt::print("{:<{}} {:<28} {:>7} {:>9}  {}\n", problem.task_id, kListedTaskWidth,
               problem.entry_point, problem.prompt.size(), problem.canonical_solution.size(),
               problem.test.empty() ? "no" : "yes");
  fmt::print("{} problems\n", problems.size());
  return kExitDone;
}

Result<int> run_show(Context& context, const FileCommand& show) {
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(context.env, show.path));
  const auto found = std::ranges::find(problems, show.task_id, &Problem::task_id);
  if (found == problems.end())
    return error(ErrorCode::not_found,
                 "'{}' has no task '{}'; `scribe problems list {}` names its {} tasks", show.path,
                 show.task_id, show.path, problems.size());
  if (show.json) {
    Json value = to_json(*found);
    value["prompt"] = found->prompt;
    value["canonical_solution"] = found->canonical_solution;
    value["test"] = found->test;
    fmt::print("{}", to_json_pretty(value));
    return kExitDone;
  }
  fmt::print(
      "# task: {}\n# entry point: {}\n\n# --- prompt\n{}\n# --- canonical solution\n{}\n"
      "# --- tests\n{}\n",
      found->task_id, found->entry_point, found->prompt, found->canonical_solution,
      found->test.empty() ? "# (none)" : found->test);
  return kExitDone;
}

void add_list(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand("list", "List the problems of a file");
  const auto options = std::make_shared<FileCommand>();
  command.add_option("FILE", options->path, "Problems, .jsonl or .jsonl.gz")->required();
  command.add_flag("--json", options->json, "Print JSON");
  set_example(command, "scribe problems list HumanEval.jsonl.gz");
  command.callback([&context, options] {
    context.action = [&, options] { return run_list(context, *options); };
  });
}

void add_show(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand("show", "Show one problem with its solution and tests");
  const auto options = std::make_shared<FileCommand>();
  command.add_option("FILE", options->path, "Problems, .jsonl or .jsonl.gz")->required();
  command.add_option("TASK_ID", options->task_id, "The problem to show")->required();
  command.add_flag("--json", options->json, "Print JSON");
  set_example(command, "scribe problems show HumanEval.jsonl.gz HumanEval/0");
  command.callback([&context, options] {
    context.action = [&, options] { return run_show(context, *options); };
  });
}

// -------------------------------------------------------------------------------------- chains

struct ChainsCommand {
  ChainOptions options;
  std::string split = "train";
  std::string lengths = "1-3";
  std::string out;
  bool json = false;
};

Result<int> run_chains(Context& context, const ChainsCommand& chains) {
  ChainOptions options = chains.options;
  SCRIBE_TRY_ASSIGN(const NumberRange range, parse_range("--lengths", chains.lengths));
  options.length_min = range.first;
  options.length_max = range.last;
  options.split = *chain_split_named(chains.split);  // CLI11 has checked the name.
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, make_chain_problems(options));
  SCRIBE_TRY(save_problems(context.env, chains.out, problems));
  std::map<int, int> per_length;
  for (const Problem& problem : problems) ++per_length[problem.blocks];
  if (chains.json) {
    Json lengths = Json::object();
    for (const auto& [length, count] : per_length) lengths[std::to_string(length)] = count;
    fmt::print("{}", to_json_pretty({{"out", chains.out},
                                     {"split", chains.split},
                                     {"seed", options.seed},
                                     {"problems", problems.size()},
                                     {"per_length", lengths}}));
    return kExitDone;
  }
  for (const auto& [length, count] : per_length)
    fmt::print("length {}: {} problems{}\n", length, count,
               count < options.count ? ", all there are" : "");
  fmt::print("{} {} problems written to '{}'\n", problems.size(), chains.split, chains.out);
  return kExitDone;
}

void add_chains(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "chains", "Make problems by chaining string manipulations, with hidden tests");
  const auto options = std::make_shared<ChainsCommand>();
  command
      .add_option("--split", options->split,
                  "Which half of the chains: no chain is in both, for the same --seed")
      ->check(CLI::IsMember({"train", "evaluation"}))
      ->capture_default_str();
  command.add_option("--lengths", options->lengths, "Blocks per chain, as 3 or 1-7")
      ->capture_default_str();
  command.add_option("--count", options->options.count, "Problems per length")
      ->capture_default_str();
  command.add_option("--tests", options->options.tests, "Unit tests per problem")
      ->capture_default_str();
  command.add_option("--seed", options->options.seed, "Same seed, same split and same problems")
      ->capture_default_str();
  command.add_option("--out", options->out, "File to write, .jsonl or .jsonl.gz")->required();
  command.add_flag("--json", options->json, "Print JSON");
  set_example(command,
              "scribe problems chains --split train --lengths 1-3 --count 500 "
              "--out chains.jsonl");
  command.callback([&context, options] {
    context.action = [&, options] { return run_chains(context, *options); };
  });
}

// ----------------------------------------------------------------------------------- functions

struct FunctionsCommand {
  FunctionOptions options;
  std::vector<std::string> corpora;
  std::vector<std::string> protect;
  std::string out;
  bool json = false;
};

void print_counts(const FunctionCounts& counts, const std::string& out) {
  fmt::print("{} documents, {} of them not Python 3\n{} documented top-level functions\n",
             counts.documents, counts.not_python, counts.documented);
  for (std::size_t i = 0; i < kFunctionRefusals; ++i)
    if (counts.refused[i] > 0)
      fmt::print("  {:<16} {:>9} refused\n", name_of(static_cast<FunctionRefusal>(i)),
                 counts.refused[i]);
  fmt::print("{} functions written to '{}'\n", counts.taken, out);
}

Json to_json(const FunctionCounts& counts) {
  Json refused = Json::object();
  for (std::size_t i = 0; i < kFunctionRefusals; ++i)
    refused[std::string(name_of(static_cast<FunctionRefusal>(i)))] = counts.refused[i];
  return {{"documents", counts.documents},
          {"not_python", counts.not_python},
          {"documented", counts.documented},
          {"taken", counts.taken},
          {"refused", refused}};
}

Result<int> run_functions(Context& context, const FunctionsCommand& functions) {
  FunctionCollector collector(functions.options);
  for (const std::string& path : functions.protect) {
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(context.env, path));
    collector.protect(problems);
  }
  for (const std::string& path : functions.corpora) {
    SCRIBE_TRY(add_functions_of_file(context.env, path, collector));
    if (context.stop.requested())
      return error(ErrorCode::interrupted, "stopped after '{}'; nothing was written", path);
  }
  if (collector.problems().empty())
    return error(
        ErrorCode::invalid_data,
        "none of {} documented functions in {} documents is standalone; nothing was written",
        collector.counts().documented, collector.counts().documents);
  SCRIBE_TRY(save_problems(context.env, functions.out, collector.problems()));
  if (functions.json)
    fmt::print("{}", to_json_pretty(to_json(collector.counts())));
  else
    print_counts(collector.counts(), functions.out);
  return kExitDone;
}

void add_functions(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "functions", "Take standalone documented functions from Python sources, for fine-tuning");
  const auto options = std::make_shared<FunctionsCommand>();
  command
      .add_option("--corpus", options->corpora,
                  "Documents: .jsonl(.gz) with a \"text\" per line, or .py files")
      ->required();
  command.add_option("--decontaminate", options->protect,
                     "Problem files that no function may resemble");
  command
      .add_option("--body-lines-min", options->options.body_lines_min,
                  "Fewest lines below the docstring")
      ->capture_default_str();
  command
      .add_option("--body-lines-max", options->options.body_lines_max,
                  "Most lines below the docstring")
      ->capture_default_str();
  command
      .add_option("--docstring-characters-min", options->options.docstring_characters_min,
                  "Shortest docstring")
      ->capture_default_str();
  command
      .add_option("--function-bytes-max", options->options.function_bytes_max, "Longest function")
      ->capture_default_str();
  command.add_option("--out", options->out, "File to write, .jsonl or .jsonl.gz")->required();
  command.add_flag("--json", options->json, "Print JSON");
  set_example(command,
              "scribe problems functions --corpus corpus.jsonl "
              "--decontaminate HumanEval.jsonl.gz --out functions.jsonl");
  command.callback([&context, options] {
    context.action = [&, options] { return run_functions(context, *options); };
  });
}

}  // namespace

void add_problems_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand("problems", "List, show and make programming problems");
  command.require_subcommand(1);
  set_example(command, "scribe problems list HumanEval.jsonl.gz");
  add_list(command, context);
  add_show(command, context);
  add_chains(command, context);
  add_functions(command, context);
  add_problems_filter_command(command, context);
  add_problems_docstrings_command(command, context);
  add_problems_import_command(command, context);
  add_problems_generate_command(command, context);
  add_problems_trace_command(command, context);
}

}  // namespace scribe::cli
