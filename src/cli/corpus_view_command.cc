// `scribe corpus stats` and `scribe corpus show`.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/corpus_commands.h"
#include "cli/corpus_report.h"
#include "corpus/corpus_statistics.h"
#include "corpus/document_file.h"

namespace scribe::cli {
namespace {

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
  for (const auto& [license, count] : summary.licenses)
    if (license != kNoAssertion) row(fmt::format("licence {}", license), count.files, count.bytes);
  for (std::size_t kind = 0; kind < kPrivateDataKindCount; ++kind)
    if (summary.redacted[kind] > 0)
      fmt::print("  replaced: {} {}\n", summary.redacted[kind],
                 name_of(static_cast<PrivateDataKind>(kind)));
  for (const std::string& damage : summary.damages) fmt::print("  {}\n", damage);
}

}  // namespace

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.2f} MB", static_cast<double>(bytes) / 1e6);
}

void print_summary(const CorpusSummary& summary) {
  print_collection("code", summary.code);
  if (summary.prose.found.files > 0) print_collection("prose", summary.prose);
  if (summary.unreadable_folders > 0)
    fmt::print("{} folders could not be read\n", summary.unreadable_folders);
}

namespace {

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
  if (stats.documents || !stats.html.empty() || !stats.tokenizer.empty()) {
    SCRIBE_TRY_ASSIGN(statistics, read_all_statistics(context, stats, summary));
  }
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
  const auto stats = std::make_shared<StatsCommand>();
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
  const auto show = std::make_shared<ShowCommand>();
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

void add_corpus_view_commands(CLI::App& corpus, Context& context) {
  add_stats(corpus, context);
  add_show(corpus, context);
}

}  // namespace scribe::cli
