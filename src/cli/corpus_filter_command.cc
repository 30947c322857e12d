// `scribe corpus filter`: the stages that look at one document alone, between two pipes.
#include <fmt/format.h>

#include <memory>

#include "base/hash.h"
#include "cli/command.h"
#include "cli/corpus_commands.h"
#include "cli/decontamination_options.h"
#include "cli/filter_options.h"
#include "cli/source_options.h"
#include "cli/tokenizer_input.h"
#include "corpus/build/declared_licenses.h"
#include "corpus/document_file.h"
#include "corpus/document_filter.h"
#include "corpus/near_duplicates.h"
#include "corpus/text_statistics.h"

namespace scribe::cli {
namespace {

struct FilterCommand {
  SourceOptions source;
  FilterOptions filter;
  std::vector<std::string> problem_files;
  DecontaminationOptions decontamination;
  MinHashOptions minhash;
  bool bands = false;
  bool dropped = false;
};

/// Writes whole lines to standard output.
class LinesOut {
 public:
  std::string& lines() { return lines_; }
  Status flush_if_large() { return lines_.size() < kLinesBytes ? Status() : flush(); }
  Status flush() {
    Status written = write_standard_output(lines_);
    lines_.clear();
    return written;
  }

 private:
  static constexpr std::size_t kLinesBytes = 1 << 20;
  std::string lines_;
};

class DocumentPipe {
 public:
  DocumentPipe(const FilterCommand& options, const Decontaminator& decontaminator)
      : options_(options),
        decontaminator_(decontaminator),
        hasher_(options.minhash),
        signature_(static_cast<std::size_t>(options.minhash.permutations)) {}

  Status take(SourceItem&& item) {
    if (item.dropped_by) return drop(item, *item.dropped_by, "");
    FilteredDocument document =
        filter_document(item.path, std::move(item.bytes), licenses_.of(item), options_.filter);
    if (document.dropped_by) return drop(item, *document.dropped_by, "");
    if (const auto found = decontaminator_.find(document.text))
      return drop(item, Rule::contaminated, fmt::format("{} of {}", found->rule, found->task_id));
    if (options_.dropped) return {};
    append_document_line({.id = hash128_hex(stripped(document.text)),
                          .source = item.name,
                          .license = document.license,
                          .text = document.text},
                         out_.lines());
    if (options_.bands) add_bands(document.text);
    return out_.flush_if_large();
  }

  Status finish() { return out_.flush(); }

 private:
  Status drop(const SourceItem& item, Rule rule, std::string_view match) {
    if (!options_.dropped) return {};
    Json line = {{"source", item.name}, {"rule", name_of(rule)}};
    if (!match.empty()) line["match"] = match;
    out_.lines() += to_json_line(line) + "\n";
    return out_.flush_if_large();
  }

  /// Puts them into the object that ends the lines.
  void add_bands(std::string_view text) {
    std::vector<BandRecord> records;
    if (hasher_.sign(text, signature_))
      append_band_records(signature_, 0, options_.minhash, records);
    std::string& lines = out_.lines();
    lines.resize(lines.size() - std::string_view("}\n").size());
    lines += ",\"bands\":[";
    for (std::size_t band = 0; band < records.size(); ++band)
      lines += fmt::format("{}\"{:016x}\"", band == 0 ? "" : ",", records[band].key);
    lines += "]}\n";
  }

  const FilterCommand& options_;
  const Decontaminator& decontaminator_;
  MinHasher hasher_;
  std::vector<std::uint32_t> signature_;
  DeclaredLicenses licenses_;
  LinesOut out_;
};

Result<int> run_filter(Context& context, FilterCommand& options) {
  if (options.source.sources.empty()) options.source.sources = {"-"};
  options.source.item_bytes_max = options.filter.size_bytes_max;
  SCRIBE_TRY(check_filter_options(options.filter, "corpus"));
  SCRIBE_TRY(check_minhash_options(options.minhash));
  SCRIBE_TRY_ASSIGN(
      const Decontaminator decontaminator,
      Decontaminator::load(context.env, options.problem_files, options.decontamination));
  SCRIBE_TRY_ASSIGN(const SourceSet sources, SourceSet::open(context.env, options.source));
  PartWalk walk = sources.walk();
  DocumentPipe pipe(options, decontaminator);
  bool damaged = false;
  for (;;) {
    SCRIBE_TRY_ASSIGN(const std::optional<SourcePart> part, walk.next());
    if (!part) break;
    const auto take = [&](SourceItem&& item) -> Status {
      if (context.stop.requested()) return error(ErrorCode::interrupted, "corpus filter: stopped");
      return pipe.take(std::move(item));
    };
    SCRIBE_TRY_ASSIGN(const PartReport report, read_part(context.env, *part, options.source, take));
    if (report.damage.empty()) continue;
    fmt::print(stderr, "{}\n", report.damage);
    damaged = true;
  }
  SCRIBE_TRY(pipe.finish());
  return damaged ? kExitFailed : kExitDone;
}

}  // namespace

void add_corpus_filter_command(CLI::App& corpus, Context& context) {
  CLI::App& command = *corpus.add_subcommand(
      "filter", "Judge documents one by one: JSON lines in, those that pass out");
  set_example(command, "zstdcat rows.jsonl.zst | scribe corpus filter --bands > kept.jsonl");
  const auto options = std::make_shared<FilterCommand>();
  add_source_options(command, options->source);
  add_filter_options(command, options->filter);
  add_decontamination_options(command, options->problem_files, options->decontamination);
  command.add_flag(
      "--bands", options->bands,
      "Add the keys of MinHash bands: documents that share one may be near-duplicates");
  command.add_flag("--dropped", options->dropped,
                   "Write what does not pass instead, and the rule that drops it");
  command.callback([&context, options] {
    context.action = [&context, options] { return run_filter(context, *options); };
  });
}

}  // namespace scribe::cli
