// `scribe corpus`: build, tokenize, check, stats, show.
#include <fmt/format.h>

#include <memory>
#include <thread>

#include "cli/command.h"
#include "cli/ranks.h"
#include "corpus/corpus.h"
#include "corpus/token_set.h"
#include "corpus/tokenize_corpus.h"

namespace scribe::cli {
namespace {

/// The CLI::App owns the callbacks and so the options; commands share nothing else.
template <typename Options>
std::shared_ptr<Options> make_options() {
  return std::make_shared<Options>();
}

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.2f} MB", static_cast<double>(bytes) / 1e6);
}

void print_collection(std::string_view name, const CollectionSummary& summary) {
  fmt::print("{:<24} {:>9} {:>14}\n", name, "files", "size");
  const auto row = [](std::string_view label, std::int64_t files, std::int64_t bytes) {
    fmt::print("  {:<22} {:>9} {:>14}\n", label, files, megabytes(bytes));
  };
  row("found", summary.found.files, summary.found.bytes);
  for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
    const FileCount& count = summary.dropped[rule];
    if (count.files > 0)
      row(fmt::format("- {}", name_of(static_cast<Rule>(rule))), count.files, count.bytes);
  }
  row("= train documents", summary.train.documents, summary.train.text_bytes);
  row("= validation documents", summary.validation.documents, summary.validation.text_bytes);
}

void print_summary(const CorpusSummary& summary) {
  print_collection("code", summary.code);
  if (summary.prose.found.files > 0) print_collection("prose", summary.prose);
  if (summary.unreadable_folders > 0)
    fmt::print("{} folders could not be read\n", summary.unreadable_folders);
}

// --------------------------------------------------------------------------------------- build

struct BuildCommand {
  CorpusOptions options;
  bool no_prose = false;
  bool json = false;
  std::string explain;
};

void add_filter_options(CLI::App& command, CorpusOptions& options) {
  FilterOptions& code = options.code_filter;
  command.add_option("--size-bytes-max", code.size_bytes_max, "Drop files of this size or more")
      ->capture_default_str();
  command
      .add_option("--line-length-max", code.line_length_max,
                  "Drop files with a longer line, in characters; 0: keep them")
      ->capture_default_str();
  command
      .add_option("--line-length-mean-max", code.line_length_mean_max,
                  "Drop files whose lines are longer on average; 0: keep them")
      ->capture_default_str();
  command
      .add_option("--alphanumeric-share-min", code.alphanumeric_share_min,
                  "Drop files with a smaller share of letters and digits")
      ->capture_default_str();
  command
      .add_option("--generated-lines", code.generated_lines,
                  "Lines searched for 'auto-generated' and the like; 0: keep generated files")
      ->capture_default_str();
  command.add_option("--characters-min", code.characters_min, "Drop files with fewer characters")
      ->capture_default_str();
  command
      .add_option("--prose-characters-min", options.prose_filter.characters_min,
                  "Drop prose documents with fewer characters")
      ->capture_default_str();
}

void add_decontamination_options(CLI::App& command, CorpusOptions& options) {
  command.add_option("--decontaminate", options.decontaminate,
                     "Problem files (HumanEval's form) of which no part may be in the corpus");
  command
      .add_option("--match-bytes-min", options.decontamination.match_bytes_min,
                  "Shortest docstring or solution that counts as a match")
      ->capture_default_str();
  command
      .add_option("--gram-words", options.decontamination.gram_words,
                  "Words in a row that count as a match")
      ->capture_default_str();
  command
      .add_option("--gram-distinct-words-min", options.decontamination.gram_distinct_words_min,
                  "Distinct words of three letters or more that such a row needs")
      ->capture_default_str();
}

void add_build_options(CLI::App& command, BuildCommand& build) {
  CorpusOptions& options = build.options;
  command.add_option("--out", options.out, "Folder to make");
  command.add_option("--source", options.sources,
                     "Folders of Python files [default: /usr/lib/python3*]");
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
  add_filter_options(command, options);
  add_decontamination_options(command, options);
  command.add_option("--threads", options.threads, "0: one per core")->capture_default_str();
  command.add_flag("--rebuild", options.rebuild, "Build even if nothing changed");
  command.add_flag("--quiet", options.quiet, "Show no progress");
  command.add_flag("--json", build.json, "Print the summary as JSON");
  command.add_option("--explain", build.explain,
                     "Build nothing; say which rule would drop this file, and why");
}

int print_explanation(const std::string& path, const Explanation& explanation, bool json) {
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
  if (!build.explain.empty()) {
    build.options.out = "-";  // Nothing is written.
    SCRIBE_TRY_ASSIGN(const Explanation explanation,
                      explain_file(context.env, build.explain, build.options));
    return print_explanation(build.explain, explanation, build.json);
  }
  if (build.options.out.empty())
    return error(ErrorCode::invalid_argument, "corpus build: give the folder to make with --out");
  const double start = context.env.monotonic_seconds();
  SCRIBE_TRY_ASSIGN(const CorpusSummary summary,
                    build_corpus(context.env, context.stop, build.options));
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
  const auto build = make_options<BuildCommand>();
  add_build_options(command, *build);
  command.callback([&context, build] {
    context.action = [&context, build] { return run_build(context, *build); };
  });
}

// ------------------------------------------------------------------------------------- tokenize

struct TokenizeCommand {
  TokenizeOptions options;
  int rank = -1;  ///< below 0: as the environment says
  int ranks = 0;
  bool json = false;
};

Json to_json(const TokenizedSplit& split) {
  return {{"documents", split.documents},
          {"text_bytes", split.text_bytes},
          {"tokens", split.tokens},
          {"shards", split.shards}};
}

void print_tokens(std::string_view name, const TokenizedSplit& split) {
  const double ratio =
      split.tokens == 0 ? 0
                        : static_cast<double>(split.text_bytes) / static_cast<double>(split.tokens);
  fmt::print("{:<12} {:>9} documents {:>14} {:>12} tokens {:>7.3f} bytes per token {:>6} files\n",
             name, split.documents, megabytes(split.text_bytes), split.tokens, ratio, split.shards);
}

Result<int> run_tokenize(Context& context, TokenizeCommand& tokenize) {
  SCRIBE_TRY_ASSIGN(const RankPlace place,
                    resolve_rank(tokenize.rank, tokenize.ranks, environment_variable));
  tokenize.options.rank = place.rank;
  tokenize.options.threads =
      threads_of_rank(place, tokenize.options.threads,
                      static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  SCRIBE_TRY_ASSIGN(const TokenizeSummary summary,
                    tokenize_corpus(context.env, context.stop, tokenize.options));
  if (place.rank.rank > 0) return kExitDone;  // Rank 0 speaks for all.
  if (tokenize.json) {
    fmt::print("{}", to_json_pretty({{"train", to_json(summary.train)},
                                     {"validation", to_json(summary.validation)},
                                     {"vocabulary_size", summary.vocabulary_size},
                                     {"reused", summary.reused}}));
    return kExitDone;
  }
  print_tokens("train", summary.train);
  print_tokens("validation", summary.validation);
  if (summary.reused)
    fmt::print("{} was made from the same inputs before: nothing to do\n", tokenize.options.out);
  return kExitDone;
}

void add_tokenize(CLI::App& corpus, Context& context) {
  CLI::App& command =
      *corpus.add_subcommand("tokenize", "Encode a corpus into token files for training");
  set_example(
      command,
      "scribe corpus tokenize --corpus corpus/code --tokenizer tokenizer.json --out tokens");
  const auto tokenize = make_options<TokenizeCommand>();
  TokenizeOptions& options = tokenize->options;
  command.add_option("--corpus", options.corpus, "OUT/code or OUT/prose of `corpus build`")
      ->required();
  command.add_option("--tokenizer", options.tokenizer, "tokenizer.json or a .tiktoken file")
      ->required();
  command.add_option("--out", options.out, "Folder to make")->required();
  command.add_option("--seed", options.seed, "Seed of the documents' order")->capture_default_str();
  command
      .add_option("--shard-bytes", options.shard_text_bytes,
                  "A token file for each so many bytes of text; memory grows with it")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--threads", options.threads, "0: one per core")->capture_default_str();
  command.add_option("--rank", tokenize->rank,
                     "This process's number, from 0, of several that share the files; as mpirun or "
                     "srun says if not given");
  command.add_option("--ranks", tokenize->ranks, "How many processes share the work");
  command
      .add_option("--rank-timeout", options.rank_timeout_seconds,
                  "Seconds without news after which a rank gives up on the others")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_flag("--rebuild", options.rebuild, "Encode even if nothing changed");
  command.add_flag("--quiet", options.quiet, "Show no progress");
  command.add_flag("--json", tokenize->json, "Print the summary as JSON");
  command.callback([&context, tokenize] {
    context.action = [&context, tokenize] { return run_tokenize(context, *tokenize); };
  });
}

// ---------------------------------------------------------------------------------------- check

/// Reads every token file of a folder whole.
Result<int> run_check(Context& context, const std::string& folder, bool json) {
  Json found = Json::object();
  for (const char* split : {"train", "validation"}) {
    const std::string prefix = fmt::format("{}/{}", folder, split);
    if (!has_tokens(context.env, prefix)) continue;
    SCRIBE_TRY_ASSIGN(const TokenSet tokens,
                      TokenSet::open(context.env, prefix, TokenCheck::everything));
    found[split] = {
        {"shards", tokens.shards()}, {"documents", tokens.documents()}, {"tokens", tokens.size()}};
    if (!json)
      fmt::print("{}: {} tokens of {} documents in {} files: as they were written\n", prefix,
                 tokens.size(), tokens.documents(), tokens.shards());
  }
  if (found.empty())
    return error(ErrorCode::not_found,
                 "'{}' holds no token files; `scribe corpus tokenize --out` makes such a folder",
                 folder);
  if (json) fmt::print("{}", to_json_pretty(found));
  return kExitDone;
}

struct CheckCommand {
  std::string folder;
  bool json = false;
};

void add_check(CLI::App& corpus, Context& context) {
  CLI::App& command = *corpus.add_subcommand(
      "check", "Read token files whole and compare them with their checksums");
  set_example(command, "scribe corpus check tokens");
  const auto check = make_options<CheckCommand>();
  command.add_option("folder", check->folder, "A folder made by `corpus tokenize`")->required();
  command.add_flag("--json", check->json, "Print JSON");
  command.callback([&context, check] {
    context.action = [&context, check] { return run_check(context, check->folder, check->json); };
  });
}

// -------------------------------------------------------------------------------- stats and show

struct StatsCommand {
  std::string folder;
  bool json = false;
};

void add_stats(CLI::App& corpus, Context& context) {
  CLI::App& command =
      *corpus.add_subcommand("stats", "Say what a corpus holds and what was dropped");
  set_example(command, "scribe corpus stats corpus");
  const auto stats = make_options<StatsCommand>();
  command.add_option("folder", stats->folder, "A folder made by `corpus build`")->required();
  command.add_flag("--json", stats->json, "Print JSON");
  command.callback([&context, stats] {
    context.action = [&context, stats]() -> Result<int> {
      SCRIBE_TRY_ASSIGN(const CorpusSummary summary,
                        load_corpus_summary(context.env, stats->folder));
      if (stats->json)
        fmt::print("{}", to_json_pretty(to_json(summary)));
      else
        print_summary(summary);
      return kExitDone;
    };
  });
}

struct ShowCommand {
  std::string folder;
  std::string split = "train";
  std::int64_t index = 0;
  std::string id;
};

Result<int> run_show(Context& context, const ShowCommand& show) {
  const std::string path = fmt::format("{}/{}.jsonl", show.folder, show.split);
  std::int64_t index = 0;
  bool found = false;
  SCRIBE_TRY(for_each_document(context.env, path, [&](const Document& document) {
    const bool wanted = show.id.empty() ? index == show.index : document.id.starts_with(show.id);
    if (wanted && !found) {
      found = true;
      fmt::print(stderr, "{} {}\n", document.id, document.source);
      std::fwrite(document.text.data(), 1, document.text.size(), stdout);
    }
    ++index;
    return Status();
  }));
  if (found) return kExitDone;
  if (!show.id.empty())
    return error(ErrorCode::not_found, "'{}' has no document whose id begins with '{}'", path,
                 show.id);
  return error(ErrorCode::not_found, "'{}' has {} documents, there is no index {}", path, index,
               show.index);
}

void add_show(CLI::App& corpus, Context& context) {
  CLI::App& command = *corpus.add_subcommand("show", "Print one document");
  set_example(command, "scribe corpus show corpus/code --index 7");
  const auto show = make_options<ShowCommand>();
  command.add_option("folder", show->folder, "OUT/code or OUT/prose of `corpus build`")->required();
  command.add_option("--split", show->split, "train or validation")
      ->check(CLI::IsMember({"train", "validation"}))
      ->capture_default_str();
  auto* const index =
      command.add_option("--index", show->index, "From 0")->check(CLI::NonNegativeNumber);
  command.add_option("--id", show->id, "The id, or its first digits")->excludes(index);
  command.callback(
      [&context, show] { context.action = [&context, show] { return run_show(context, *show); }; });
}

}  // namespace

void add_corpus_command(CLI::App& app, Context& context) {
  CLI::App& corpus = *app.add_subcommand("corpus", "Build, tokenize and inspect training text");
  set_example(corpus, "scribe corpus build --out corpus");
  corpus.require_subcommand(1);
  add_build(corpus, context);
  add_tokenize(corpus, context);
  add_check(corpus, context);
  add_stats(corpus, context);
  add_show(corpus, context);
}

}  // namespace scribe::cli
