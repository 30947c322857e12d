// The order of the stages: plan, scan, find duplicates, write; code, then prose; publish.
#include <algorithm>
#include <set>

#include "base/hash.h"
#include "corpus/build/code_collection.h"
#include "corpus/build/prose_collection.h"
#include "corpus/corpus_record.h"
#include "corpus/document_file.h"
#include "corpus/document_filter.h"
#include "corpus/prose.h"

namespace scribe {
namespace {

Status check_options(const CorpusOptions& options) {
  if (options.out.empty())
    return error(ErrorCode::invalid_argument, "corpus build: no output folder was given");
  if (!(options.validation_share >= 0 && options.validation_share < 1))
    return error(ErrorCode::invalid_argument,
                 "validation share {}: expected at least 0 and less than 1",
                 options.validation_share);
  if (options.code_bytes_max < 0 || options.prose_bytes_max < 0)
    return error(ErrorCode::invalid_argument, "byte limits {} and {}: expected 0 or more",
                 options.code_bytes_max, options.prose_bytes_max);
  if (options.threads < 0)
    return error(ErrorCode::invalid_argument, "threads {}: expected 0 or more", options.threads);
  if (options.zstd_level < -7 || options.zstd_level > 19)
    return error(ErrorCode::invalid_argument, "zstd level {}: expected -7 to 19",
                 options.zstd_level);
  SCRIBE_TRY(check_minhash_options(options.minhash));
  SCRIBE_TRY(check_filter_options(options.code_filter, "code"));
  return check_filter_options(options.prose_filter, "prose");
}

/// Puts the default folders where none were given.
Result<CorpusOptions> resolved(Env& env, CorpusOptions options) {
  SCRIBE_TRY(check_options(options));
  if (options.source.sources.empty()) options.source.sources = default_python_sources(env);
  if (options.source.sources.empty())
    return error(ErrorCode::not_found,
                 "no Python sources: there is no /usr/lib/python3*; name folders with --source");
  options.source.item_bytes_max = options.code_filter.size_bytes_max;
  if (!options.with_prose)
    options.prose_sources.clear();
  else if (options.prose_sources.empty())
    options.prose_sources = default_prose_sources(env);
  return options;
}

/// "3 files found; dropped: empty 2, duplicate 1".
std::string account(const CollectionSummary& summary) {
  std::string text = fmt::format("{} files found", summary.found.files);
  std::string_view separator = "; dropped: ";
  for (std::size_t rule = 0; rule < kRuleCount; ++rule) {
    if (summary.dropped[rule].files == 0) continue;
    text += fmt::format("{}{} {}", separator, name_of(static_cast<Rule>(rule)),
                        summary.dropped[rule].files);
    separator = ", ";
  }
  return text;
}

void add(FileCount& to, const FileCount& count) {
  to.files += count.files;
  to.bytes += count.bytes;
}
void add(SplitCount& to, const SplitCount& count) {
  to.documents += count.documents;
  to.text_bytes += count.text_bytes;
}

CollectionSummary summarize(const Scanned& scanned, const std::vector<SegmentOutcome>& outcomes) {
  CollectionSummary summary;
  const auto dropped = [&](Rule rule) -> FileCount& {
    return summary.dropped[static_cast<std::size_t>(rule)];
  };
  for (const UnitAccount& account : scanned.accounts) {
    add(summary.found, account.found);
    for (std::size_t rule = 0; rule < kRuleCount; ++rule)
      add(summary.dropped[rule], account.dropped[rule]);
    for (const auto& [license, count] : account.licenses) add(summary.licenses[license], count);
    for (std::size_t kind = 0; kind < kPrivateDataKindCount; ++kind)
      summary.redacted[kind] += account.redacted[kind];
    summary.damages.insert(summary.damages.end(), account.damages.begin(), account.damages.end());
  }
  for (const SegmentOutcome& outcome : outcomes) {
    add(summary.train, outcome.train);
    add(summary.validation, outcome.validation);
    add(dropped(Rule::duplicate), outcome.duplicates);
    add(dropped(Rule::near_duplicate), outcome.near_duplicates);
    add(dropped(Rule::over_bytes_max), outcome.outside_sample);
  }
  return summary;
}

/// A collection that went through all stages but publishing.
struct Built {
  std::string name;
  Scanned scanned;
  std::vector<SegmentOutcome> outcomes;
  CollectionSummary summary;
};

Result<Built> build_collection(const BuildContext& context, const Collection& collection) {
  Built built{.name = collection.name, .scanned = {}, .outcomes = {}, .summary = {}};
  SCRIBE_TRY(scan_collection(context, collection));
  SCRIBE_TRY_ASSIGN(built.scanned, read_accounts(context, collection));
  SCRIBE_TRY_ASSIGN(const std::vector<Duplicate> duplicates,
                    find_duplicates(context, collection, built.scanned));
  SCRIBE_TRY_ASSIGN(const std::vector<bool> outside,
                    outside_sample(context, collection, built.scanned, duplicates));
  SCRIBE_TRY_ASSIGN(built.outcomes,
                    write_segments(context, collection, built.scanned, duplicates, outside));
  built.summary = summarize(built.scanned, built.outcomes);
  return built;
}

/// A file in the work folder and its name in the corpus.
struct Output {
  std::string from;
  std::string to;
  std::uint64_t hash = 0;  ///< hash64 of its bytes; 0: not known
};

void append_outputs(const Built& built, std::vector<Output>& outputs) {
  const auto append = [&](std::string_view kind, auto&& is_there, auto&& hash_of) {
    int shard = 0;
    for (std::size_t index = 0; index < built.outcomes.size(); ++index)
      if (is_there(built.outcomes[index]))
        outputs.push_back(
            {.from = fmt::format("{}.{}.jsonl.zst", built.scanned.segments[index].path, kind),
             .to = fmt::format("{}/{}-{:05}.jsonl.zst", built.name, kind, shard++),
             .hash = hash_of(built.outcomes[index])});
  };
  using Outcome = const SegmentOutcome&;
  append(
      "train", [](Outcome outcome) { return outcome.train.documents > 0; },
      [](Outcome outcome) { return outcome.train_hash; });
  append(
      "validation", [](Outcome outcome) { return outcome.validation.documents > 0; },
      [](Outcome outcome) { return outcome.validation_hash; });
  append(
      "duplicates",
      [](Outcome outcome) { return outcome.duplicates.files + outcome.near_duplicates.files > 0; },
      [](Outcome) { return std::uint64_t{0}; });
}

bool is_output(std::string_view path) {
  return path.ends_with(".jsonl") || path.ends_with(".jsonl.zst");
}

/// Puts a finished corpus in the place of an older one. From the marker on the older one is given
/// up, so that no moment shows a stats.json that does not belong to the files beside it; a kill in
/// between is made good by the same command.
Status publish(const BuildContext& context, const std::string& work,
               const std::vector<Output>& outputs, const Json& record,
               const CorpusSummary& summary) {
  Env& env = context.env;
  const std::string& out = context.options.out;
  const std::string marker = work + "/publishing";
  const std::string stats_path = out + "/stats.json";
  std::set<std::string> published;  // By an earlier call.
  if (env.exists(marker)) {
    for (const Output& output : outputs)
      if (!env.exists(output.from)) published.insert(out + "/" + output.to);
  } else {
    SCRIBE_TRY(write_file_atomic(env, marker, ""));
  }
  if (env.exists(stats_path)) SCRIBE_TRY(env.remove(stats_path));
  for (const char* collection : {"code", "prose"}) {
    const std::string folder = out + "/" + collection;
    if (!env.exists(folder)) continue;
    SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries, env.list_directory(folder));
    for (const DirectoryEntry& entry : entries)
      if (is_output(entry.path) && !published.contains(entry.path))
        SCRIBE_TRY(env.remove(entry.path));
  }
  Json sizes = Json::object();
  Json hashes = Json::object();
  for (const Output& output : outputs) {
    const std::string target = out + "/" + output.to;
    SCRIBE_TRY(env.create_directories(target.substr(0, target.rfind('/'))));
    if (env.exists(output.from)) SCRIBE_TRY(env.rename(output.from, target));
    SCRIBE_TRY_ASSIGN(sizes[output.to], env.file_size(target));
    if (output.hash != 0) hashes[output.to] = fmt::format("{:016x}", output.hash);
  }
  SCRIBE_TRY(write_file_atomic(env, stats_path, stats_text(record, summary, sizes, hashes)));
  return env.remove_tree(work);
}

Status write_contaminations(Env& env, const std::string& path, const std::vector<Built>& all) {
  return write_file_atomic(env, path, [&](AppendFile& file) -> Status {
    for (const Built& built : all)
      for (const UnitAccount& account : built.scanned.accounts)
        for (const Json& line : account.contaminations)
          SCRIBE_TRY(file.append(to_json_line(line) + "\n"));
    return {};
  });
}

/// The options and what there is to read in a hash: other sources, documentation or options are
/// other work. Of files their paths and sizes count.
std::string work_folder(const CorpusOptions& options, const Json& record, const SourcePlan& plan,
                        const SourceWalk& documentation) {
  std::uint64_t hash = plan.hash;
  for (const SourceFile& file : documentation.files)
    hash = hash64(fmt::format("{} {}", file.size_bytes, file.path), hash);
  return fmt::format("{}/.work-{:016x}", options.out, hash64(to_json_line(record), hash));
}

/// Work of other options or of sources that have changed since is of no use.
Status remove_other_work(Env& env, const std::string& out, const std::string& work) {
  if (!env.exists(out)) return {};
  SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries, env.list_directory(out));
  for (const DirectoryEntry& entry : entries)
    if (entry.is_directory && entry.path.starts_with(out + "/.work-") && entry.path != work)
      SCRIBE_TRY(env.remove_tree(entry.path));
  return {};
}

/// Rank 0 may take the work folder away only when no other rank looks into it any more.
Status part_from_others(const BuildContext& context, const std::string& work) {
  const RankOf& rank = context.options.rank;
  const auto mark = [&](int number) { return fmt::format("{}/done-{}", work, number); };
  if (rank.rank != 0) return write_file_atomic(context.env, mark(rank.rank), "");
  std::vector<std::string> marks;
  for (int other = 1; other < rank.ranks; ++other) marks.push_back(mark(other));
  return marks.empty() ? Status() : context.meeting.await(marks);
}

Result<CorpusSummary> build(const BuildContext& context, const std::string& work,
                            const SourcePlan& plan, const SourceWalk& documentation,
                            const Json& record) {
  const CorpusOptions& options = context.options;
  CorpusSummary summary;
  summary.unreadable_folders = static_cast<std::int64_t>(plan.findings.unreadable_folders.size());
  std::vector<Built> all;
  SCRIBE_TRY_ASSIGN(Built code,
                    build_collection(context, code_collection(context, work + "/code", plan)));
  summary.code = code.summary;
  if (code.summary.train.documents + code.summary.validation.documents == 0)
    return error(ErrorCode::not_found, "no code document is left of {}: {}",
                 fmt::join(options.source.sources, ", "), account(code.summary));
  all.push_back(std::move(code));
  if (options.with_prose) {
    summary.unreadable_folders +=
        static_cast<std::int64_t>(documentation.unreadable_folders.size());
    SCRIBE_TRY_ASSIGN(
        Built prose,
        build_collection(context, prose_collection(context, work + "/prose", documentation.files,
                                                   all.front().scanned)));
    summary.prose = prose.summary;
    all.push_back(std::move(prose));
  }
  SCRIBE_TRY(part_from_others(context, work));
  if (options.rank.rank != 0) return summary;
  std::vector<Output> outputs;
  for (const Built& built : all) append_outputs(built, outputs);
  outputs.push_back({.from = work + "/decontaminated.jsonl", .to = "decontaminated.jsonl"});
  if (!context.env.exists(work + "/publishing"))
    SCRIBE_TRY(write_contaminations(context.env, outputs.back().from, all));
  SCRIBE_TRY(publish(context, work, outputs, record, summary));
  return summary;
}

}  // namespace

Result<CorpusSummary> build_corpus(Env& env, const StopToken& stop, const CorpusOptions& given) {
  SCRIBE_TRY_ASSIGN(const CorpusOptions options, resolved(env, given));
  SCRIBE_TRY_ASSIGN(const Json record, options_record(env, options));
  if (!options.rebuild)
    if (const auto same = find_same_corpus(env, options.out, record)) return *same;
  SCRIBE_TRY_ASSIGN(const Decontaminator decontaminator,
                    Decontaminator::load(env, options.decontaminate, options.decontamination));
  SCRIBE_TRY_ASSIGN(const SourcePlan plan, plan_sources(env, options.source));
  SourceWalk documentation;
  if (options.with_prose) {
    SCRIBE_TRY_ASSIGN(documentation, walk_documentation(env, options));
  }
  if (stop.requested())
    return error(ErrorCode::interrupted, "corpus build: stopped; nothing was changed");
  const std::string work = work_folder(options, record, plan, documentation);
  if (options.rank.rank == 0) SCRIBE_TRY(remove_other_work(env, options.out, work));
  SCRIBE_TRY(env.create_directories(work));
  SCRIBE_TRY_ASSIGN(
      RankMeeting meeting,
      RankMeeting::create(
          env, stop,
          {.rank = options.rank, .folder = work, .timeout_seconds = options.rank_timeout_seconds}));
  ThreadPool pool(options.threads);
  auto summary = build({.env = env,
                        .stop = stop,
                        .pool = pool,
                        .meeting = meeting,
                        .options = options,
                        .decontaminator = decontaminator},
                       work, plan, documentation, record);
  if (!summary.ok()) return meeting.fail(std::move(summary).error());
  return summary;
}

Status for_each_document(Env& env, const std::string& path,
                         const std::function<Status(Document document)>& visit) {
  std::vector<std::string> files{path};
  if (!is_output(path) && !is_gzip_path(path)) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
    SCRIBE_TRY_ASSIGN(files, document_files(env, folder, path.substr(slash + 1)));
  }
  for (const std::string& file : files) {
    SCRIBE_TRY_ASSIGN(DocumentReader reader, DocumentReader::open(env, file));
    for (;;) {
      SCRIBE_TRY_ASSIGN(const std::optional<DocumentView> document, reader.next());
      if (!document) break;
      SCRIBE_TRY(visit({.id = std::string(document->id),
                        .source = std::string(document->source),
                        .text = std::string(document->text)}));
    }
  }
  return {};
}

Result<FilterExplanation> explain_file(Env& env, const std::string& path,
                                       const CorpusOptions& options) {
  SCRIBE_TRY(check_options(options));
  SCRIBE_TRY_ASSIGN(const std::string bytes, read_text_file(env, path));
  const bool is_code = !is_document_path(path);
  const std::string text = is_code ? bytes : prose_from_document(bytes);
  FilterExplanation explanation{
      .checks = explain_document(is_code ? path : std::string(), text, kNoAssertion,
                                 is_code ? options.code_filter : options.prose_filter),
      .dropped_by = std::nullopt};
  SCRIBE_TRY_ASSIGN(const Decontaminator decontaminator,
                    Decontaminator::load(env, options.decontaminate, options.decontamination));
  const auto match = decontaminator.find(text);
  explanation.checks.push_back(
      {Rule::contaminated, match.has_value(),
       match.has_value()
           ? fmt::format("{} of {}: '{}'", match->rule, match->task_id, match->match)
           : fmt::format("no match with {} problem files", options.decontaminate.size())});
  const auto first = std::ranges::find(explanation.checks, true, &RuleCheck::drops);
  if (first != explanation.checks.end()) explanation.dropped_by = first->rule;
  return explanation;
}

}  // namespace scribe
