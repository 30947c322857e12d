// `scribe corpus build`; what else corpora need has files of its own.
#include <fmt/format.h>

#include <memory>

#include "base/machine.h"
#include "cli/command.h"
#include "cli/corpus_commands.h"
#include "cli/decontamination_options.h"
#include "cli/filter_options.h"
#include "cli/rank_options.h"
#include "cli/source_options.h"
#include "corpus/corpus.h"

namespace scribe::cli {
namespace {

struct BuildCommand {
  CorpusOptions options;
  RankOptions ranks;
  bool all_near_duplicates = false;
  bool no_prose = false;
  bool json = false;
  std::string explain;
};

void add_near_duplicate_options(CLI::App& command, BuildCommand& build) {
  MinHashOptions& minhash = build.options.minhash;
  command.add_flag("--keep-near-duplicates", build.all_near_duplicates,
                   "Remove only documents that equal another");
  command
      .add_option("--near-duplicate-threshold", minhash.threshold,
                  "Jaccard similarity of word shingles from which a document goes for another")
      ->capture_default_str();
  command.add_option("--permutations", minhash.permutations, "Values of a MinHash signature")
      ->capture_default_str();
  command.add_option("--bands", minhash.bands, "Groups of --band-rows values that are looked up")
      ->capture_default_str();
  command.add_option("--band-rows", minhash.rows, "Values of a band")->capture_default_str();
  command.add_option("--shingle-words", minhash.shingle_words, "Words of a shingle")
      ->capture_default_str();
  command.add_flag("--keep-removed", build.options.keep_removed,
                   "Write the texts of duplicates beside what they resemble");
}

void add_build_options(CLI::App& command, BuildCommand& build) {
  CorpusOptions& options = build.options;
  command.add_option("--out", options.out, "Folder to make");
  add_source_options(command, options.source);
  command.add_option("--prose-source", options.prose_sources,
                     "Folders of documentation [default: /usr/share/doc, "
                     "/usr/share/common-licenses]");
  command.add_flag("--no-prose", build.no_prose, "Make no prose corpus");
  command.add_option("--validation-share", options.validation_share, "Share of documents held out")
      ->capture_default_str();
  command.add_option("--seed", options.seed, "Seed of split and sample")->capture_default_str();
  command.add_option("--code-bytes-max", options.code_bytes_max,
                     "Keep a random sample of the code of at most this many bytes; 0: keep all");
  command.add_option("--prose-bytes-max", options.prose_bytes_max, "The same for prose");
  add_filter_options(command, options.code_filter);
  command
      .add_option("--prose-characters-min", options.prose_filter.characters_min,
                  "Drop prose documents with fewer characters")
      ->capture_default_str();
  add_decontamination_options(command, options.decontaminate, options.decontamination);
  add_near_duplicate_options(command, build);
  command.add_option("--zstd-level", options.zstd_level, "Of the shards, -7 (fastest) to 19")
      ->capture_default_str();
  add_rank_options(command, build.ranks);
  command
      .add_option("--rank-wait", options.rank_timeout_seconds,
                  "Seconds without news after which a rank gives up on the others")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--threads", options.threads, "0: one per core")->capture_default_str();
  command.add_flag("--rebuild", options.rebuild, "Build even if nothing changed");
  command.add_flag("--quiet", options.quiet, "Show no progress");
  command.add_flag("--json", build.json, "Print the summary as JSON");
  command.add_option("--explain", build.explain,
                     "Build nothing; say which rule would drop this file, and why");
}

int print_explanation(const std::string& path, const FilterExplanation& explanation, bool json) {
  const bool keeps = !explanation.dropped_by.has_value();
  if (json) {
    Json checks = Json::array();
    for (const RuleCheck& check : explanation.checks)
      checks.push_back(
          {{"rule", name_of(check.rule)}, {"drops", check.drops}, {"measured", check.measured}});
    Json dropped_by;
    if (!keeps) dropped_by = name_of(*explanation.dropped_by);
    fmt::print("{}",
               to_json_pretty({{"path", path}, {"dropped_by", dropped_by}, {"checks", checks}}));
    return kExitDone;
  }
  for (const RuleCheck& check : explanation.checks)
    fmt::print("{:<4}  {:<18}  {}\n", check.drops ? "drop" : "ok", name_of(check.rule),
               check.measured);
  if (keeps)
    fmt::print("{}: kept, unless an earlier file holds the same text\n", path);
  else
    fmt::print("{}: dropped by {}\n", path, name_of(*explanation.dropped_by));
  return kExitDone;
}

Result<int> run_build(Context& context, BuildCommand& build) {
  build.options.with_prose = !build.no_prose;
  build.options.near_duplicates = !build.all_near_duplicates;
  SCRIBE_TRY_ASSIGN(build.options.rank, build.ranks.resolve(build.options.threads));
  if (!build.explain.empty()) {
    build.options.out = "-";  // Nothing is written.
    SCRIBE_TRY_ASSIGN(const FilterExplanation explanation,
                      explain_file(context.env, build.explain, build.options));
    return print_explanation(build.explain, explanation, build.json);
  }
  if (build.options.out.empty())
    return error(ErrorCode::invalid_argument, "corpus build: give the folder to make with --out");
  const double start = context.env.monotonic_seconds();
  SCRIBE_TRY_ASSIGN(const CorpusSummary summary,
                    build_corpus(context.env, context.stop, build.options));
  if (build.options.rank.rank != 0) return kExitDone;  // Rank 0 tells.
  if (build.json) {
    fmt::print("{}", to_json_pretty(to_json(summary)));
    return kExitDone;
  }
  print_summary(summary);
  if (summary.reused)
    fmt::print(
        "{} was made with the same options before: nothing to do (--rebuild makes it again)\n",
        build.options.out);
  else
    fmt::print("made {} in {:.1f} s\n", build.options.out, context.env.monotonic_seconds() - start);
  return kExitDone;
}

void add_build(CLI::App& corpus, Context& context) {
  CLI::App& command = *corpus.add_subcommand(
      "build", "Make a corpus of code and prose from folders of Python and documentation");
  set_example(command, "scribe corpus build --out corpus --decontaminate HumanEval.jsonl.gz");
  const auto build = std::make_shared<BuildCommand>();
  add_build_options(command, *build);
  command.callback([&context, build] {
    context.action = [&context, build] { return run_build(context, *build); };
  });
}

}  // namespace

void add_corpus_command(CLI::App& app, Context& context) {
  CLI::App& corpus = *app.add_subcommand("corpus", "Build, tokenize and inspect training text");
  set_example(corpus, "scribe corpus build --out corpus");
  corpus.require_subcommand(1);
  corpus.preparse_callback([](std::size_t) { give_back_freed_memory(); });
  add_build(corpus, context);
  add_corpus_filter_command(corpus, context);
  add_corpus_token_commands(corpus, context);
  add_corpus_export_command(corpus, context);
  add_corpus_view_commands(corpus, context);
  add_corpus_scan_command(corpus, context);
}

}  // namespace scribe::cli
