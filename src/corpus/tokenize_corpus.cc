// Two passes over the disk: documents to sorted runs, runs to shards.
#include "corpus/tokenize_corpus.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "corpus/corpus_record.h"
#include "corpus/document_file.h"
#include "corpus/rank_meeting.h"
#include "corpus/token_run.h"
#include "corpus/token_set.h"
#include "corpus/tokenize_runs.h"
#include "tokenizer/tokenizer.h"

namespace scribe {
namespace {

constexpr int kFormat = 2;  // Raised when the same inputs would give other tokens.
constexpr std::array<const char*, 2> kSplits = {"train", "validation"};
constexpr std::size_t kReadBytes = 1 << 20;
constexpr std::int64_t kShardsMax = 100'000;  // Their names have five digits.

struct Inputs {
  Tokenizer tokenizer;
  std::uint64_t tokenizer_hash;
  std::array<std::vector<std::string>, kSplits.size()> files;  ///< of documents, by split
  Json record;                                                 ///< all on which the result depends
};

Status check_options(const TokenizeOptions& options) {
  if (options.threads < 0)
    return error(ErrorCode::invalid_argument, "threads {}: expected 0 or more", options.threads);
  if (options.shard_text_bytes < 1 || options.run_text_bytes < 1)
    return error(ErrorCode::invalid_argument, "shards of {} bytes of text: expected 1 or more",
                 std::min(options.shard_text_bytes, options.run_text_bytes));
  return {};
}

Result<std::uint64_t> hash_file(Env& env, const StopToken& stop, const std::string& path) {
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<ReadFile> file, env.open_read(path));
  Hash64Stream hash;
  std::string buffer(kReadBytes, '\0');
  for (;;) {
    if (stop.requested()) return error(ErrorCode::interrupted, "stopped while reading '{}'", path);
    SCRIBE_TRY_ASSIGN(const std::size_t got, file->read(buffer));
    if (got == 0) return hash.value();
    hash.add(std::string_view(buffer).substr(0, got));
  }
}

/// Keeps the first of the errors that threads meet.
class FirstError {
 public:
  void keep(Status status) {
    if (status.ok()) return;
    const std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
  }
  bool any() {
    const std::lock_guard lock(mutex_);
    return !status_.ok();
  }
  Status take() { return std::move(status_); }

 private:
  std::mutex mutex_;
  Status status_;  // guarded by mutex_
};

/// One hash for what all files of a split hold. `known`: of files, by their names, that need not be
/// read.
Result<Json> describe_files(Env& env, const StopToken& stop, ThreadPool& pool,
                            const std::vector<std::string>& files,
                            const std::map<std::string, std::uint64_t>& known) {
  std::vector<std::uint64_t> hashes(files.size());
  std::vector<std::int64_t> sizes(files.size());
  FirstError failure;
  pool.run(static_cast<std::int64_t>(files.size()), [&](std::int64_t index, int) {
    const auto at = static_cast<std::size_t>(index);
    failure.keep([&]() -> Status {
      SCRIBE_TRY_ASSIGN(sizes[at], env.file_size(files[at]));
      const auto recorded = known.find(files[at].substr(files[at].rfind('/') + 1));
      if (recorded != known.end()) {
        hashes[at] = recorded->second;
        return {};
      }
      SCRIBE_TRY_ASSIGN(hashes[at], hash_file(env, stop, files[at]));
      return {};
    }());
  });
  SCRIBE_TRY(failure.take());
  std::string all;
  std::int64_t bytes = 0;
  for (std::size_t at = 0; at < files.size(); ++at) {
    all += fmt::format("{} {:016x}\n", sizes[at], hashes[at]);
    bytes += sizes[at];
  }
  return Json{{"files", files.size()}, {"bytes", bytes}, {"hash", hash128_hex(all)}};
}

Result<Inputs> load_inputs(Env& env, const StopToken& stop, ThreadPool& pool,
                           const TokenizeOptions& options) {
  SCRIBE_TRY_ASSIGN(const std::string tokenizer_bytes, env.read_file(options.tokenizer));
  SCRIBE_TRY_ASSIGN(Tokenizer tokenizer, Tokenizer::load(env, options.tokenizer));
  Inputs inputs{.tokenizer = std::move(tokenizer),
                .tokenizer_hash = hash64(tokenizer_bytes),
                .files = {},
                .record = {{"format", kFormat},
                           {"seed", options.seed},
                           {"shard_text_bytes", options.shard_text_bytes},
                           {"tokenizer", sha256_hex(tokenizer_bytes)}}};
  const std::map<std::string, std::uint64_t> known = recorded_hashes(env, options.corpus);
  for (std::size_t split = 0; split < kSplits.size(); ++split) {
    auto files = document_files(env, options.corpus, kSplits[split]);
    // Of a small corpus nothing may have been held out: then there is no shard of it.
    const bool is_empty = split > 0 && !files.ok() && files.error().code() == ErrorCode::not_found;
    if (is_empty) files = std::vector<std::string>();
    if (!files.ok())
      return std::move(files).error().in(
          "not a corpus folder (made by `scribe corpus build`, then OUT/code or OUT/prose)");
    inputs.files[split] = std::move(files).value();
    std::ranges::sort(inputs.files[split]);
    SCRIBE_TRY_ASSIGN(inputs.record[kSplits[split]],
                      describe_files(env, stop, pool, inputs.files[split], known));
  }
  return inputs;
}

Json to_json(const TokenizedSplit& split) {
  return {{"documents", split.documents},
          {"text_bytes", split.text_bytes},
          {"tokens", split.tokens},
          {"shards", split.shards}};
}

Result<TokenizedSplit> read_split(const Json& record, std::string_view name,
                                  const std::string& where) {
  TokenizedSplit split;
  SCRIBE_TRY_ASSIGN(const Json object, json_field<Json>(record, name, where));
  SCRIBE_TRY_ASSIGN(split.documents, json_field<std::int64_t>(object, "documents", where));
  SCRIBE_TRY_ASSIGN(split.text_bytes, json_field<std::int64_t>(object, "text_bytes", where));
  SCRIBE_TRY_ASSIGN(split.tokens, json_field<std::int64_t>(object, "tokens", where));
  SCRIBE_TRY_ASSIGN(split.shards, json_field<std::int64_t>(object, "shards", where));
  return split;
}

TokenizedSplit& split_of(TokenizeSummary& summary, std::size_t split) {
  return split == 0 ? summary.train : summary.validation;
}

/// Are all shards of a split there, with what is expected of them?
Status check_shards(Env& env, const std::string& prefix, const TokenizedSplit& split) {
  SCRIBE_TRY_ASSIGN(const TokenSet set, TokenSet::open(env, prefix));
  if (set.size() != split.tokens || set.documents() != split.documents ||
      static_cast<std::int64_t>(set.shards()) != split.shards)
    return error(
        ErrorCode::invalid_data,
        "'{}-*.tokens' hold {} tokens of {} documents in {} files, expected {}, {} and {}; "
        "run the same command again with --rebuild",
        prefix, set.size(), set.documents(), set.shards(), split.tokens, split.documents,
        split.shards);
  return {};
}

/// One call of tokenize_corpus().
class TokenizeJob {
 public:
  TokenizeJob(Env& env, const StopToken& stop, const TokenizeOptions& options, ThreadPool& pool,
              const Inputs& inputs)
      : env_(env),
        stop_(stop),
        options_(options),
        pool_(pool),
        inputs_(inputs),
        record_path_(options.out + "/tokens.json"),
        work_(fmt::format(
            "{}/work-{}", options.out,
            hash128_hex(fmt::format("{} {}", to_json_line(inputs.record), options.run_text_bytes))
                .substr(0, 16))) {}

  /// The summary of an earlier run with the same inputs, if its files are whole.
  Result<TokenizeSummary> load_same() {
    SCRIBE_TRY_ASSIGN(const std::string text, env_.read_file(record_path_));
    SCRIBE_TRY_ASSIGN(const Json record, parse_json(text, record_path_));
    SCRIBE_TRY_ASSIGN(const Json made_from, json_field<Json>(record, "inputs", record_path_));
    if (made_from != inputs_.record)
      return error(ErrorCode::invalid_data, "{}: other inputs", record_path_);
    TokenizeSummary summary{.train = {},
                            .validation = {},
                            .vocabulary_size = inputs_.tokenizer.vocabulary_size(),
                            .reused = true};
    for (std::size_t split = 0; split < kSplits.size(); ++split) {
      SCRIBE_TRY_ASSIGN(split_of(summary, split), read_split(record, kSplits[split], record_path_));
      SCRIBE_TRY(check_shards(env_, prefix(split), split_of(summary, split)));
    }
    return summary;
  }

  Result<TokenizeSummary> run() {
    SCRIBE_TRY(env_.create_directories(work_));
    SCRIBE_TRY_ASSIGN(RankMeeting meeting,
                      RankMeeting::create(env_, stop_,
                                          {.rank = options_.rank,
                                           .folder = work_,
                                           .timeout_seconds = options_.rank_timeout_seconds}));
    auto summary = work_with(meeting);
    if (!summary.ok()) return meeting.fail(std::move(summary).error());
    return summary;
  }

 private:
  bool is_first() const { return options_.rank.rank == 0; }
  std::string prefix(std::size_t split) const {
    return fmt::format("{}/{}", options_.out, kSplits[split]);
  }

  /// Says that a rank needs the work files no more.
  std::string left_path(int rank) const { return fmt::format("{}/rank-{}", work_, rank); }

  Result<TokenizeSummary> work_with(RankMeeting& meeting) {
    SCRIBE_TRY(begin(meeting));
    for (std::size_t split = 0; split < kSplits.size(); ++split)
      SCRIBE_TRY(make_runs(meeting, split));
    TokenizeSummary summary{.train = {},
                            .validation = {},
                            .vocabulary_size = inputs_.tokenizer.vocabulary_size(),
                            .reused = false};
    for (std::size_t split = 0; split < kSplits.size(); ++split) {
      SCRIBE_TRY_ASSIGN(split_of(summary, split), count(meeting, split));
      SCRIBE_TRY(make_shards(meeting, split, split_of(summary, split)));
    }
    SCRIBE_TRY(end(meeting, summary));
    return summary;
  }

  /// Rank 0 clears the folder for these inputs, unless an earlier run has.
  Status begin(RankMeeting& meeting) {
    const std::string inputs_path = work_ + "/inputs.json";
    const std::string left = left_path(options_.rank.rank);  // Of a run that was killed.
    if (env_.exists(left)) SCRIBE_TRY(env_.remove(left));
    if (!is_first()) return meeting.await({&inputs_path, 1});
    if (env_.exists(record_path_)) {
      SCRIBE_TRY(env_.remove(record_path_));
      if (env_.exists(inputs_path)) SCRIBE_TRY(env_.remove(inputs_path));
    }
    if (env_.exists(inputs_path)) return {};
    SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries, env_.list_directory(options_.out));
    for (const DirectoryEntry& entry : entries) {
      const std::string_view name = std::string_view(entry.path).substr(options_.out.size() + 1);
      if (entry.is_directory && name.starts_with("work-") && entry.path != work_)
        SCRIBE_TRY(env_.remove_tree(entry.path));
      if (!entry.is_directory && is_token_file(name)) SCRIBE_TRY(env_.remove(entry.path));
    }
    // What a run before --rebuild may have left.
    SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> old, env_.list_directory(work_));
    for (const DirectoryEntry& entry : old)
      if (entry.path.find("/failed-") == std::string::npos) SCRIBE_TRY(env_.remove(entry.path));
    return write_file_atomic(env_, inputs_path, to_json_pretty(inputs_.record));
  }

  static bool is_token_file(std::string_view name) {
    return std::ranges::any_of(kSplits,
                               [&](const char* split) { return name.starts_with(split); }) &&
           (name.ends_with(".tokens") || name.ends_with(".tokens.tmp"));
  }

  std::vector<TokenizeTask> tasks(std::size_t split) const {
    std::vector<TokenizeTask> tasks;
    for (const std::string& path : inputs_.files[split])
      tasks.push_back({.documents = path,
                       .work = fmt::format("{}/{}-{:05}", work_, kSplits[split], tasks.size())});
    return tasks;
  }

  Status make_runs(const RankMeeting& meeting, std::size_t split) {
    std::vector<TokenizeTask> own;
    for (std::size_t number = 0; const TokenizeTask& task : tasks(split))
      if (meeting.owns(number++)) own.push_back(task);
    Progress progress(env_, {.label = fmt::format("tokenize {}", kSplits[split]),
                             .unit = "documents",
                             .quiet = options_.quiet || !is_first()});
    return make_token_runs(env_, stop_, pool_, inputs_.tokenizer,
                           {.seed = options_.seed, .run_text_bytes = options_.run_text_bytes}, own,
                           progress);
  }

  /// What the runs of all ranks hold. Waits for them.
  Result<TokenizedSplit> count(RankMeeting& meeting, std::size_t split) {
    std::vector<std::string> paths;
    for (const TokenizeTask& task : tasks(split)) paths.push_back(done_path(task.work));
    SCRIBE_TRY(meeting.await(paths));
    TokenizedSplit counts;
    std::int64_t ids_bytes = 0;
    runs_.clear();
    for (const TokenizeTask& task : tasks(split)) {
      SCRIBE_TRY_ASSIGN(const TokenizedFile file, read_tokenized_file(env_, task.work));
      counts.documents += file.documents;
      counts.text_bytes += file.text_bytes;
      ids_bytes += file.ids_bytes;
      for (std::int64_t run = 0; run < file.runs; ++run)
        runs_.push_back(token_run_path(task.work, run));
    }
    counts.tokens = ids_bytes / bytes_per_token(inputs_.tokenizer.vocabulary_size());
    counts.shards = std::max<std::int64_t>(
        1, (counts.text_bytes + options_.shard_text_bytes - 1) / options_.shard_text_bytes);
    if (counts.documents == 0 && split == 0)
      return error(ErrorCode::invalid_data, "'{}' has no document for training", options_.corpus);
    if (counts.shards > kShardsMax)
      return error(ErrorCode::limit_exceeded,
                   "{} bytes of text would be {} shards of {}, at most {} can be; give a larger "
                   "--shard-bytes",
                   counts.text_bytes, counts.shards, options_.shard_text_bytes, kShardsMax);
    return counts;
  }

  Status make_shards(const RankMeeting& meeting, std::size_t split, const TokenizedSplit& counts) {
    std::vector<std::uint32_t> own;
    for (std::int64_t shard = 0; shard < counts.shards; ++shard)
      if (meeting.owns(static_cast<std::size_t>(shard)))
        own.push_back(static_cast<std::uint32_t>(shard));
    Progress progress(env_, {.label = fmt::format("shuffle {}", kSplits[split]),
                             .unit = "shards",
                             .total = static_cast<std::int64_t>(own.size()),
                             .quiet = options_.quiet || !is_first()});
    std::atomic<std::size_t> next = 0;
    FirstError failure;
    pool_.run(pool_.thread_count(), [&](std::int64_t, int thread) {
      for (;;) {
        const std::size_t at = next.fetch_add(1);
        if (at >= own.size() || failure.any()) return;
        failure.keep(make_shard(split, own[at], counts));
        if (thread == 0) progress.update(static_cast<std::int64_t>(at));
      }
    });
    return failure.take();
  }

  Status make_shard(std::size_t split, std::uint32_t shard, const TokenizedSplit& counts) {
    if (stop_.requested())
      return error(ErrorCode::interrupted,
                   "tokenize: stopped before shard {} of {}; the same command continues", shard,
                   counts.shards);
    const std::string path = token_shard_path(prefix(split), shard);
    // A damaged one is made again.
    if (env_.exists(path) && TokenFile::open(env_, path).ok()) return {};
    SCRIBE_TRY_ASSIGN(const std::vector<ShardDocument> documents,
                      documents_of(shard, static_cast<std::uint64_t>(counts.shards)));
    std::vector<std::uint64_t> bytes;
    bytes.reserve(documents.size());
    for (const ShardDocument& found : documents) bytes.push_back(found.document.bytes);
    SCRIBE_TRY_ASSIGN(
        TokenFileWriter writer,
        TokenFileWriter::create(env_, path,
                                {.vocabulary_size = inputs_.tokenizer.vocabulary_size(),
                                 .tokenizer_hash = inputs_.tokenizer_hash,
                                 .seed = options_.seed,
                                 .shard = shard,
                                 .shards = static_cast<std::uint32_t>(counts.shards)},
                                bytes));
    SCRIBE_TRY(copy_ids(documents, writer));
    return writer.finish();
  }

  /// A document of a shard, and the number of the run that has it.
  struct ShardDocument {
    RunDocument document;
    std::size_t run;
  };

  /// In the order that they have in the shard.
  Result<std::vector<ShardDocument>> documents_of(std::uint64_t shard, std::uint64_t shards) const {
    const auto token_bytes =
        static_cast<std::uint64_t>(bytes_per_token(inputs_.tokenizer.vocabulary_size()));
    std::vector<ShardDocument> documents;
    for (std::size_t number = 0; number < runs_.size(); ++number) {
      SCRIBE_TRY_ASSIGN(const TokenRun run, TokenRun::open(env_, runs_[number]));
      SCRIBE_TRY(run.visit_shard(shard, shards, token_bytes, [&](const RunDocument& document) {
        documents.push_back({.document = document, .run = number});
      }));
    }
    std::ranges::sort(documents, stands_before, &ShardDocument::document);
    return documents;
  }

  /// Run by run, as they lie there: memory holds no more of the ids than what is mapped of one.
  Status copy_ids(const std::vector<ShardDocument>& documents, TokenFileWriter& writer) const {
    std::vector<std::size_t> numbers(documents.size());
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    std::ranges::sort(numbers, {}, [&](std::size_t number) {
      return std::pair(documents[number].run, documents[number].document.offset);
    });
    std::optional<TokenRun> run;
    for (std::size_t at = 0; at < numbers.size(); ++at) {
      const ShardDocument& found = documents[numbers[at]];
      if (at == 0 || found.run != documents[numbers[at - 1]].run) {
        SCRIBE_TRY_ASSIGN(TokenRun opened, TokenRun::open(env_, runs_[found.run]));
        run.emplace(std::move(opened));
      }
      SCRIBE_TRY_ASSIGN(const std::span<const std::byte> ids, run->ids_of(found.document));
      SCRIBE_TRY(writer.write(numbers[at], ids));
    }
    return {};
  }

  /// Rank 0 waits until the others are done with their shards, and so with the work files.
  Status end(RankMeeting& meeting, const TokenizeSummary& summary) {
    if (!is_first()) {
      SCRIBE_TRY(write_file_atomic(env_, left_path(options_.rank.rank), ""));
      return meeting.await({&record_path_, 1});
    }
    std::vector<std::string> awaited;
    for (int rank = 1; rank < options_.rank.ranks; ++rank) awaited.push_back(left_path(rank));
    for (const auto& [split, counts] : {std::pair(0, &summary.train), {1, &summary.validation}})
      for (std::int64_t shard = 0; shard < counts->shards; ++shard)
        awaited.push_back(token_shard_path(prefix(static_cast<std::size_t>(split)),
                                           static_cast<std::uint32_t>(shard)));
    SCRIBE_TRY(meeting.await(awaited));
    SCRIBE_TRY(check_shards(env_, prefix(0), summary.train));
    SCRIBE_TRY(check_shards(env_, prefix(1), summary.validation));
    const Json record = {{"inputs", inputs_.record},
                         {"vocabulary_size", summary.vocabulary_size},
                         {"train", to_json(summary.train)},
                         {"validation", to_json(summary.validation)}};
    SCRIBE_TRY(write_file_atomic(env_, record_path_, to_json_pretty(record)));
    return env_.remove_tree(work_);
  }

  Env& env_;
  const StopToken& stop_;
  const TokenizeOptions& options_;
  ThreadPool& pool_;
  const Inputs& inputs_;
  std::string record_path_;
  std::string work_;               ///< folder of what is needed until all is done
  std::vector<std::string> runs_;  ///< of the split in hand
};

}  // namespace

Result<TokenizeSummary> tokenize_corpus(Env& env, const StopToken& stop,
                                        const TokenizeOptions& options) {
  SCRIBE_TRY(check_options(options));
  ThreadPool pool(options.threads);
  SCRIBE_TRY_ASSIGN(const Inputs inputs, load_inputs(env, stop, pool, options));
  TokenizeJob job(env, stop, options, pool, inputs);
  if (!options.rebuild) {
    // Any failure means only that there is work to do.
    if (auto same = job.load_same(); same.ok()) return same;
  }
  return job.run();
}

}  // namespace scribe
