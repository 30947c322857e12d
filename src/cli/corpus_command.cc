// `scribe corpus`: build, tokenize, check, stats, show; scan has a file of its own.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/corpus_report.h"
#include "cli/filter_options.h"
#include "cli/rank_options.h"
#include "cli/source_options.h"
#include "corpus/corpus.h"
#include "corpus/corpus_statistics.h"
#include "corpus/document_file.h"
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
  RankOptions ranks;
  bool all_near_duplicates = false;
  bool no_prose = false;
  bool json = false;
  std::string explain;
};

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
  add_decontamination_options(command, options);
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
  build.options.near_duplicates = !build.all_near_duplicates;
  SCRIBE_TRY_ASSIGN(build.options.rank, build.ranks.resolve(build.options.threads));
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
  const auto build = make_options<BuildCommand>();
  add_build_options(command, *build);
  command.callback([&context, build] {
    context.action = [&context, build] { return run_build(context, *build); };
  });
}

// ------------------------------------------------------------------------------------- tokenize

struct TokenizeCommand {
  TokenizeOptions options;
  RankOptions ranks;
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
  SCRIBE_TRY_ASSIGN(tokenize.options.rank, tokenize.ranks.resolve(tokenize.options.threads));
  SCRIBE_TRY_ASSIGN(const TokenizeSummary summary,
                    tokenize_corpus(context.env, context.stop, tokenize.options));
  if (tokenize.options.rank.rank > 0) return kExitDone;  // Rank 0 speaks for all.
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
  add_rank_options(command, tokenize->ranks);
  command
      .add_option("--rank-wait", options.rank_timeout_seconds,
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
  StatisticsOptions options;
  std::string tokenizer;
  std::string html;
  bool documents = false;
  bool json = false;
};

void print_histogram(std::string_view name, const SizeHistogram& histogram) {
  std::int64_t total = 0;
  for (const std::int64_t count : histogram.counts) total += count;
  if (total == 0) return;
  fmt::print("  {}\n", name);
  for (std::size_t bucket = 0; bucket < histogram.counts.size(); ++bucket)
    if (histogram.counts[bucket] > 0)
      fmt::print("    {:>8} or more {:>9}  {:>5.1f} %\n",
                 bucket == 0 ? 0 : std::int64_t{1} << bucket, histogram.counts[bucket],
                 100 * static_cast<double>(histogram.counts[bucket]) / static_cast<double>(total));
}

void print_statistics(std::string_view name, const CollectionStatistics& statistics) {
  fmt::print("{}\n", name);
  if (statistics.token_count > 0)
    fmt::print(
        "  {} tokens, {:.3f} bytes per token\n", statistics.token_count,
        static_cast<double>(statistics.text_bytes) / static_cast<double>(statistics.token_count));
  print_histogram("bytes of documents", statistics.bytes);
  print_histogram("lines of documents", statistics.lines);
  print_histogram("tokens of documents", statistics.tokens);
  print_histogram("duplicates of one document", statistics.cluster_sizes);
  for (const DuplicateCluster& cluster : statistics.largest)
    fmt::print("  {:>7} went for {}\n", cluster.removed, cluster.kept_source);
  for (const SampledDocument& sample : statistics.samples)
    fmt::print("  sample {} {}\n", sample.id.substr(0, 8), sample.source);
}

/// Of every collection that the corpus has, by name.
Result<std::vector<std::pair<std::string, CollectionStatistics>>> read_all_statistics(
    Context& context, const StatsCommand& stats, const CorpusSummary& summary) {
  StatisticsOptions options = stats.options;
  std::optional<Tokenizer> tokenizer;
  if (!stats.tokenizer.empty()) {
    SCRIBE_TRY_ASSIGN(Tokenizer loaded, Tokenizer::load(context.env, stats.tokenizer));
    tokenizer.emplace(std::move(loaded));
    options.tokenizer = &*tokenizer;
  }
  std::vector<std::pair<std::string, CollectionStatistics>> all;
  for (const std::string name : {"code", "prose"}) {
    if (name == "prose" && summary.prose.train.documents == 0) continue;
    SCRIBE_TRY_ASSIGN(CollectionStatistics statistics,
                      read_statistics(context.env, context.stop, options, name));
    all.emplace_back(name, std::move(statistics));
  }
  return all;
}

Result<int> run_stats(Context& context, const StatsCommand& stats) {
  SCRIBE_TRY_ASSIGN(const CorpusSummary summary,
                    load_corpus_summary(context.env, stats.options.folder));
  std::vector<std::pair<std::string, CollectionStatistics>> statistics;
  if (stats.documents || !stats.html.empty() || !stats.tokenizer.empty())
    SCRIBE_TRY_ASSIGN(statistics, read_all_statistics(context, stats, summary));
  if (!stats.html.empty())
    SCRIBE_TRY(write_file_atomic(context.env, stats.html,
                                 corpus_report_html(stats.options.folder, summary, statistics)));
  if (stats.json) {
    Json all = to_json(summary);
    for (const auto& [name, collection] : statistics) all["documents"][name] = to_json(collection);
    fmt::print("{}", to_json_pretty(all));
    return kExitDone;
  }
  print_summary(summary);
  for (const auto& [name, collection] : statistics) print_statistics(name, collection);
  if (!stats.html.empty()) fmt::print("wrote {}\n", stats.html);
  return kExitDone;
}

void add_stats(CLI::App& corpus, Context& context) {
  CLI::App& command =
      *corpus.add_subcommand("stats", "Say what a corpus holds and what was dropped");
  set_example(command, "scribe corpus stats corpus --html corpus.html");
  const auto stats = make_options<StatsCommand>();
  StatisticsOptions& options = stats->options;
  command.add_option("folder", options.folder, "A folder made by `corpus build`")->required();
  command.add_flag("--documents", stats->documents,
                   "Read the documents too: distributions, clusters, samples");
  command.add_option("--tokenizer", stats->tokenizer,
                     "tokenizer.json or .tiktoken: count tokens as well");
  command.add_option("--html", stats->html, "Write all of it as one HTML file with charts");
  command.add_option("--samples", options.samples, "Documents of each collection to draw")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--clusters", options.clusters, "Largest clusters of duplicates to name")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--seed", options.seed, "Seed of the samples")->capture_default_str();
  command.add_flag("--json", stats->json, "Print JSON");
  command.callback([&context, stats] {
    context.action = [&context, stats] { return run_stats(context, *stats); };
  });
}

struct ShowCommand {
  std::string folder;
  std::string split = "train";
  std::int64_t index = 0;
  std::string id;
  bool duplicates = false;
};

/// The wanted document of a split, by id or by number. Errors: not_found.
Result<Document> find_document(Env& env, const std::string& folder, std::string_view split,
                               const std::string& id, std::int64_t index) {
  SCRIBE_TRY_ASSIGN(const std::vector<std::string> files, document_files(env, folder, split));
  std::int64_t count = 0;
  for (const std::string& file : files) {
    SCRIBE_TRY_ASSIGN(DocumentReader reader, DocumentReader::open(env, file));
    for (;; ++count) {
      SCRIBE_TRY_ASSIGN(const std::optional<DocumentView> document, reader.next());
      if (!document) break;
      if (id.empty() ? count == index : document->id.starts_with(id))
        return Document{.id = std::string(document->id),
                        .source = std::string(document->source),
                        .text = std::string(document->text)};
    }
  }
  if (!id.empty())
    return error(ErrorCode::not_found, "'{}/{}' has no document whose id begins with '{}'", folder,
                 split, id);
  return error(ErrorCode::not_found, "'{}/{}' has {} documents, there is no index {}", folder,
               split, count, index);
}

/// What went for another document, and how the two differ, where the text of what went is at hand.
Result<int> show_duplicate(Context& context, const ShowCommand& show) {
  SCRIBE_TRY_ASSIGN(const std::vector<std::string> files,
                    document_files(context.env, show.folder, "duplicates"));
  std::optional<Json> found;
  std::int64_t count = 0;
  for (const std::string& file : files) {
    if (found) break;
    SCRIBE_TRY(for_each_json_line(context.env, file, [&](const Json& line, const std::string&) {
      if (count++ == show.index) found = line;
      return Status();
    }));
  }
  if (!found)
    return error(ErrorCode::not_found, "'{}' has {} duplicates, there is no index {}", show.folder,
                 count, show.index);
  const Json& line = *found;
  fmt::print("{} {} ({:.3f})\n  went for {} {}\n", line.value("rule", ""), line.value("source", ""),
             line.value("similarity", 0.0), line.value("kept", ""), line.value("kept_source", ""));
  std::string removed = line.value("text", "");
  if (removed.empty()) {
    auto file = read_text_file(context.env, line.value("source", ""));
    if (!file.ok()) {
      fmt::print("(build with --keep-removed to see how they differ)\n");
      return kExitDone;
    }
    removed = std::move(file).value();
  }
  for (const char* split : {"train", "validation"})
    if (const auto kept =
            find_document(context.env, show.folder, split, line.value("kept", "?"), 0);
        kept.ok()) {
      fmt::print("{}", line_difference(kept.value().text, removed));
      return kExitDone;
    }
  fmt::print("(what stays is not in the sample)\n");
  return kExitDone;
}

Result<int> run_show(Context& context, const ShowCommand& show) {
  if (show.duplicates) return show_duplicate(context, show);
  SCRIBE_TRY_ASSIGN(const Document document,
                    find_document(context.env, show.folder, show.split, show.id, show.index));
  fmt::print(stderr, "{} {}\n", document.id, document.source);
  std::fwrite(document.text.data(), 1, document.text.size(), stdout);
  return kExitDone;
}

void add_show(CLI::App& corpus, Context& context) {
  CLI::App& command =
      *corpus.add_subcommand("show", "Print one document, or a duplicate that went");
  set_example(command, "scribe corpus show corpus/code --index 7");
  const auto show = make_options<ShowCommand>();
  command.add_option("folder", show->folder, "OUT/code or OUT/prose of `corpus build`")->required();
  command.add_option("--split", show->split, "train or validation")
      ->check(CLI::IsMember({"train", "validation"}))
      ->capture_default_str();
  auto* const index =
      command.add_option("--index", show->index, "From 0")->check(CLI::NonNegativeNumber);
  auto* const id =
      command.add_option("--id", show->id, "The id, or its first digits")->excludes(index);
  command
      .add_flag("--duplicates", show->duplicates,
                "Show the removed document of that index, and how it differs from what stays")
      ->excludes(id);
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
  add_corpus_scan_command(corpus, context);
}

}  // namespace scribe::cli
