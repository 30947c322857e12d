// `scribe problems docstrings` and `redocument`: what Codex-D learns, and what its answers become.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "cli/problems_commands.h"
#include "evaluate/sample_formats.h"
#include "problems/back_translation.h"

namespace scribe::cli {
namespace {

struct DocstringsCommand {
  std::vector<std::string> problem_paths;
  std::string out;
  bool json = false;
};

struct RedocumentCommand {
  std::string problems_path;
  std::string samples_path;
  std::string out;
  bool json = false;
};

Result<int> run_docstrings(Context& context, const DocstringsCommand& docstrings) {
  std::vector<Problem> made;
  std::unordered_set<std::string> seen;
  std::int64_t without = 0;
  for (const std::string& path : docstrings.problem_paths) {
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(context.env, path));
    for (const Problem& problem : problems) {
      if (!seen.insert(problem.task_id).second)
        return error(ErrorCode::invalid_data,
                     "'{}': task '{}' is in an earlier file, too; give each problem once", path,
                     problem.task_id);
      Result<Problem> docstring = docstring_problem(problem);
      if (docstring.ok())
        made.push_back(std::move(docstring).value());
      else
        ++without;
    }
  }
  if (made.empty())
    return error(
        ErrorCode::invalid_data,
        "none of {} problems is a Python function with a docstring and a solution; nothing "
        "was written",
        without);
  SCRIBE_TRY(save_problems(context.env, docstrings.out, made));
  if (docstrings.json)
    fmt::print(
        "{}",
        to_json_pretty({{"out", docstrings.out}, {"written", made.size()}, {"left_out", without}}));
  else
    fmt::print(
        "{} problems written to '{}', {} left out: no Python function with docstring and "
        "solution\n",
        made.size(), docstrings.out, without);
  return kExitDone;
}

Result<int> run_redocument(Context& context, const RedocumentCommand& redocument) {
  SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems,
                    load_problems(context.env, redocument.problems_path));
  SCRIBE_TRY_ASSIGN(const SampleFile file,
                    read_sample_file(context.env, redocument.samples_path, problems));
  std::unordered_map<std::string, std::int64_t> next_index;
  std::vector<Problem> made;
  std::int64_t without = 0;
  for (const RawSample& sample : file.samples) {
    const auto problem = std::ranges::find(problems, sample.task_id, &Problem::task_id);
    if (problem == problems.end())
      return error(ErrorCode::invalid_data, "'{}': task '{}' is not in '{}'",
                   redocument.samples_path, sample.task_id, redocument.problems_path);
    const std::int64_t index = next_index[sample.task_id]++;
    const auto docstring = leading_docstring(sample.text);
    if (!docstring) {
      ++without;
      continue;
    }
    SCRIBE_TRY_ASSIGN(Problem other, with_docstring(*problem, *docstring));
    other.task_id = fmt::format("{}/docstring/{}", problem->task_id, index);
    made.push_back(std::move(other));
  }
  if (made.empty())
    return error(ErrorCode::invalid_data,
                 "'{}': none of {} samples begins with a docstring; nothing was written",
                 redocument.samples_path, file.samples.size());
  SCRIBE_TRY(save_problems(context.env, redocument.out, made));
  if (redocument.json)
    fmt::print("{}",
               to_json_pretty(
                   {{"out", redocument.out}, {"written", made.size()}, {"no_docstring", without}}));
  else
    fmt::print("{} problems written to '{}'; {} samples are no docstring\n", made.size(),
               redocument.out, without);
  return kExitDone;
}

void add_redocument(CLI::App& problems, Context& context) {
  CLI::App& command = *problems.add_subcommand(
      "redocument",
      "Put sampled docstrings in place of the problems' own: do programs written from them pass?");
  const auto redocument = std::make_shared<RedocumentCommand>();
  command.add_option("--problems", redocument->problems_path, "The original problems")->required();
  command
      .add_option("--docstrings", redocument->samples_path,
                  "Samples of a docstring model for what `problems docstrings` wrote")
      ->required();
  command.add_option("--out", redocument->out, "File to write, .jsonl or .jsonl.gz")->required();
  command.add_flag("--json", redocument->json, "Print JSON");
  set_example(command,
              "scribe problems redocument --problems HumanEval.jsonl.gz --docstrings d.jsonl "
              "--out redocumented.jsonl");
  command.callback([&context, redocument] {
    context.action = [&, redocument] { return run_redocument(context, *redocument); };
  });
}

}  // namespace

void add_problems_docstrings_command(CLI::App& problems, Context& context) {
  CLI::App& command = *problems.add_subcommand("docstrings",
                                               "Turn problems round: the code is the prompt, the "
                                               "docstring the answer. For finetune, sample");
  const auto docstrings = std::make_shared<DocstringsCommand>();
  command.add_option("--problems", docstrings->problem_paths, "Problems, .jsonl or .jsonl.gz")
      ->required();
  command.add_option("--out", docstrings->out, "File to write, .jsonl or .jsonl.gz")->required();
  command.add_flag("--json", docstrings->json, "Print JSON");
  set_example(command,
              "scribe problems docstrings --problems functions.jsonl --out codex-d.jsonl && scribe "
              "finetune --init codex --data codex-d.jsonl --out codex-d");
  command.callback([&context, docstrings] {
    context.action = [&, docstrings] { return run_docstrings(context, *docstrings); };
  });
  add_redocument(problems, context);
}

}  // namespace scribe::cli
