// `scribe reproduce`: the whole paper in one command.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "cli/command.h"
#include "cli/reproduce/reproduction.h"

namespace scribe::cli {
namespace {

struct ReproduceFlags {
  std::string scale = "laptop";
  std::string out;
  std::string human_eval;
  std::string traced;
  std::vector<std::string> sources;
  std::vector<std::string> prose_sources;
  bool permissive_only = false;
  std::string device = "cpu";
  int threads = 0;
  bool json = false;
  bool dry_run = false;
};

/// Where HumanEval.jsonl.gz may lie when no option says so.
std::string find_human_eval(Env& env) {
  std::vector<std::string> places{"data/HumanEval.jsonl.gz"};
  if (const char* data = std::getenv("SCRIBE_DATA_DIR"))
    places.push_back(std::string(data) + "/human-eval/HumanEval.jsonl.gz");
  for (const std::string& place : places)
    if (env.exists(place)) return place;
  return "";
}

void print_next_steps(const std::string& out) {
  std::printf(
      "\nreport: %s/report.html    all figures: %s/results.json\n"
      "next:\n"
      "  scribe sample --model %s/codex-s --problems %s/problems/chains.jsonl --n 100 --out "
      "my.jsonl\n"
      "  scribe eval my.jsonl --problems %s/problems/chains.jsonl\n"
      "  scribe rank my.jsonl_results.jsonl\n",
      out.c_str(), out.c_str(), out.c_str(), out.c_str(), out.c_str());
}

Result<int> run_reproduce(Context& context, const ReproduceFlags& flags) {
  SCRIBE_TRY_ASSIGN(ReproductionPlan plan, plan_for_scale(flags.scale));
  plan.traced = flags.traced;
  plan.sources = flags.sources;
  plan.prose_sources = flags.prose_sources;
  plan.permissive_only = flags.permissive_only;
  plan.device = flags.device;
  plan.human_eval = flags.human_eval.empty() ? find_human_eval(context.env) : flags.human_eval;
  ReproductionOptions options{
      .plan = std::move(plan),
      .out = flags.out.empty() ? "runs/reproduce-" + flags.scale : flags.out,
      .threads = flags.threads,
      .quiet = flags.json};
  if (flags.dry_run) {
    std::printf("%s", to_json_pretty(to_json(options.plan)).c_str());
    return static_cast<int>(kExitDone);
  }
  if (options.plan.human_eval.empty() && !flags.json)
    std::fprintf(stderr,
                 "HumanEval is not at hand and is left out; give it with --human-eval "
                 "HumanEval.jsonl.gz\n");
  SCRIBE_TRY_ASSIGN(const Json results, reproduce(context.env, context.stop, options));
  if (flags.json) {
    std::printf("%s", to_json_pretty(results).c_str());
    return static_cast<int>(kExitDone);
  }
  SCRIBE_TRY_ASSIGN(const std::string table,
                    json_field<std::string>(results, "table_text", options.out + "/results.json"));
  std::printf("%s", table.c_str());
  print_next_steps(options.out);
  return static_cast<int>(kExitDone);
}

}  // namespace

void add_reproduce_command(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "reproduce",
      "Runs the whole paper: corpus, tokenizer, GPT, Codex, Codex-S, Codex-D, samples, verdicts, "
      "ranking, the table");
  set_example(*command, "scribe reproduce --scale laptop");
  auto flags = std::make_shared<ReproduceFlags>();
  command
      ->add_option(
          "--scale", flags->scale,
          "laptop (15 minutes on 2 cores), default-model (2 hours with --device cpu,bf16: how "
          "the model that comes with Scribe was made) or smoke (seconds)")
      ->capture_default_str();
  command->add_option("--out", flags->out, "Folder of everything made [runs/reproduce-SCALE]");
  command
      ->add_option("--human-eval", flags->human_eval,
                   "HumanEval.jsonl.gz; looked for in data/ and $SCRIBE_DATA_DIR/human-eval/")
      ->check(CLI::ExistingFile);
  command->add_option(
      "--source", flags->sources,
      "Python sources, as `scribe corpus build` takes them, archives in folders too "
      "[the machine's own Python]");
  command->add_option("--prose-source", flags->prose_sources,
                      "Folders of documentation [the machine's own]");
  command->add_flag("--permissive-only", flags->permissive_only,
                    "Leave code out that is not under a permissive licence");
  command
      ->add_option("--traced", flags->traced,
                   "Problems that `scribe problems trace` wrote, of several projects in one file")
      ->check(CLI::ExistingFile);
  add_device_option(*command, flags->device);
  command->add_option("--threads", flags->threads, "0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_flag("--json", flags->json, "Print results.json instead of the table");
  command->add_flag("--dry-run", flags->dry_run, "Print the plan and stop");
  command->callback([&context, flags] {
    context.action = [&context, flags] { return run_reproduce(context, *flags); };
  });
}

}  // namespace scribe::cli
