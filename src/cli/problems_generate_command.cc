// `scribe problems generate`: exercises with descriptions, solutions and tests.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "base/progress.h"
#include "cli/command.h"
#include "cli/decontamination_options.h"
#include "cli/number_range.h"
#include "cli/problems_commands.h"
#include "exercises/family.h"
#include "exercises/generate.h"
#include "exercises/grammar.h"

namespace scribe::cli {
namespace {

struct GenerateCommand {
  ExerciseOptions options;
  std::string difficulty = "1-3";
  std::string split = "train";
  std::vector<std::string> protect;
  DecontaminationOptions decontamination;
  std::string engine = "auto";
  int workers = 0;
  std::string out;
  bool list_families = false;
  bool quiet = false;
  bool json = false;
};

Result<int> list_families(bool as_json) {
  Json rows = Json::array();
  for (const ExerciseFamily& family : all_families().families())
    rows.push_back({{"family", family.path},
                    {"difficulty", family.difficulty},
                    {"wordings", family.sayings.size()},
                    {"solutions", family.bodies.size()}});
  if (as_json) {
    fmt::print("{}", to_json_pretty(rows));
    return kExitDone;
  }
  for (const Json& row : rows)
    fmt::print("{:<36} difficulty {}\n", row["family"].get<std::string>(),
               row["difficulty"].get<int>());
  fmt::print("{} families, and programs composed by the grammar (families {}...)\n", rows.size(),
             kGrammarPrefix);
  return kExitDone;
}

Json to_json(const ExerciseCounts& counts) {
  Json refused = Json::object();
  for (std::size_t i = 0; i < kExerciseRefusals; ++i)
    refused[std::string(name_of(static_cast<ExerciseRefusal>(i)))] = counts.refused[i];
  Json per_difficulty = Json::object();
  for (const auto& [difficulty, count] : counts.per_difficulty)
    per_difficulty[std::to_string(difficulty)] = count;
  return {{"run", counts.run},
          {"taken", counts.taken},
          {"distinct_share", counts.distinct_share()},
          {"exhausted", counts.is_exhausted},
          {"refused", refused},
          {"per_difficulty", per_difficulty},
          {"per_family", counts.per_family}};
}

void print_counts(const ExerciseCounts& counts, const GenerateCommand& generate) {
  for (const auto& [family, count] : counts.per_family)
    fmt::print("  {:<40} {:>8}\n", family, count);
  for (const auto& [difficulty, count] : counts.per_difficulty)
    fmt::print("difficulty {}: {} exercises\n", difficulty, count);
  fmt::print("{} programs were run; refused:\n", counts.run);
  for (std::size_t i = 0; i < kExerciseRefusals; ++i)
    if (counts.refused[i] > 0)
      fmt::print("  {:<18} {:>8}\n", name_of(static_cast<ExerciseRefusal>(i)), counts.refused[i]);
  if (counts.is_exhausted)
    fmt::print("there are no more of these difficulties on this side of the split\n");
  fmt::print("{} {} exercises, {:.1f} % of them distinct in behaviour, written to '{}'\n",
             counts.taken, generate.split, 100 * counts.distinct_share(), generate.out);
}

Result<int> run_generate(Context& context, const GenerateCommand& generate) {
  if (generate.list_families) return list_families(generate.json);
  if (generate.out.empty())
    return error(ErrorCode::invalid_argument, "--out is missing: a .jsonl or .jsonl.gz file");
  ExerciseOptions options = generate.options;
  SCRIBE_TRY_ASSIGN(const NumberRange difficulty, parse_range("--difficulty", generate.difficulty));
  options.difficulty_min = difficulty.first;
  options.difficulty_max = difficulty.last;
  options.split = *chain_split_named(generate.split);  // CLI11 has checked the name.
  SCRIBE_TRY(check_options(options));
  if (!generate.protect.empty()) {
    SCRIBE_TRY_ASSIGN(options.decontaminator, Decontaminator::load(context.env, generate.protect,
                                                                   generate.decontamination));
  }
  for (const std::string& path : generate.protect) {
    SCRIBE_TRY_ASSIGN(const std::vector<Problem> problems, load_problems(context.env, path));
    for (const Problem& problem : problems) options.protected_names.insert(problem.entry_point);
  }
  SCRIBE_TRY_ASSIGN(const SandboxWorkers workers, real_sandbox_workers(generate.engine));
  options.sandbox.start_worker = workers.start;
  options.sandbox.workers =
      generate.workers > 0 ? generate.workers
                           : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  Progress progress(context.env, {.label = "generate",
                                  .unit = "exercises",
                                  .total = options.count,
                                  .quiet = generate.quiet || generate.json});
  options.on_progress = [&](int done) { progress.update(done); };
  SCRIBE_TRY_ASSIGN(const Exercises exercises, generate_exercises(options, context.stop));
  progress.clear();
  if (exercises.problems.empty())
    return error(ErrorCode::invalid_data,
                 "none of {} programs became an exercise; nothing was written",
                 exercises.counts.run);
  SCRIBE_TRY(save_problems(context.env, generate.out, exercises.problems));
  if (generate.json)
    fmt::print("{}", to_json_pretty(to_json(exercises.counts)));
  else
    print_counts(exercises.counts, generate);
  return kExitDone;
}

}  // namespace

void add_problems_generate_command(CLI::App& problems, Context& context) {
  CLI::App& command = *problems.add_subcommand(
      "generate", "Generate described functions with solutions and tests, each run in the sandbox");
  const auto options = std::make_shared<GenerateCommand>();
  command.add_option("--count", options->options.count, "Exercises to make")->capture_default_str();
  command
      .add_option("--difficulty", options->difficulty, "From 1 to 5: a number or a range, as 1-3")
      ->capture_default_str();
  command
      .add_option("--split", options->split,
                  "Which side: no structure and no behaviour is on both, for the same --seed")
      ->check(CLI::IsMember({"train", "evaluation"}))
      ->capture_default_str();
  command.add_option("--seed", options->options.seed, "Same seed, same split and same exercises")
      ->capture_default_str();
  add_decontamination_options(command, options->protect, options->decontamination);
  command.add_option("--workers", options->workers, "Sandbox workers at a time; 0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command.add_option("--engine", options->engine, "Sandbox engine: auto, snapshot or fork")
      ->capture_default_str();
  command.add_option("--out", options->out, "File to write, .jsonl or .jsonl.gz");
  command.add_flag("--list-families", options->list_families, "List the families and end");
  command.add_flag("--quiet", options->quiet, "No progress");
  command.add_flag("--json", options->json, "Print JSON");
  set_example(command,
              "scribe problems generate --count 10000 --difficulty 1-3 "
              "--decontaminate HumanEval.jsonl.gz --out exercises.jsonl");
  command.callback([&context, options] {
    context.action = [&, options] { return run_generate(context, *options); };
  });
}

}  // namespace scribe::cli
