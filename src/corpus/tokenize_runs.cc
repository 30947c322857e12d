// Threads take batches of documents from files, encode them, and write the runs that are full.
#include "corpus/tokenize_runs.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "base/hash.h"
#include "base/json.h"
#include "corpus/document_file.h"
#include "corpus/token_file.h"
#include "corpus/token_run.h"

namespace scribe {
namespace {

/// Enough that taking a batch costs nothing beside encoding it, little enough that the last ones of
/// a file keep no thread waiting for long.
constexpr std::size_t kBatchTextBytes = 1 << 20;

/// Documents that one thread encodes, of one run.
struct Batch {
  struct Item {
    std::uint64_t id_hash;  ///< of seed and id
    std::size_t bytes;
  };
  std::int64_t run = 0;
  std::string texts;
  std::vector<Item> items;

  void clear() {
    texts.clear();
    items.clear();
  }
};

/// A run of which parts are still read or encoded.
struct OpenRun {
  std::vector<EncodedDocuments> parts;
  int in_hand = 0;  ///< batches that are being encoded
  bool all_read = false;
};

/// A file that is being read, by one thread at a time.
struct OpenFile {
  OpenFile(const TokenizeTask& its_task, DocumentReader its_reader)
      : task(its_task), reader(std::move(its_reader)) {}

  const TokenizeTask& task;
  // Of the thread that reads it.
  DocumentReader reader;
  std::int64_t run = 0;             ///< the one that the next document is of
  std::int64_t run_text_bytes = 0;  ///< of it, so far
  bool at_end_read = false;
  // Of the mutex of RunMaker.
  bool being_read = true;
  bool at_end = false;
  std::map<std::int64_t, OpenRun> runs;
  TokenizedFile counts;
};

class RunMaker {
 public:
  RunMaker(Env& env, const StopToken& stop, const Tokenizer& tokenizer, const RunOptions& options,
           std::span<const TokenizeTask> tasks, Progress& progress)
      : env_(env),
        stop_(stop),
        tokenizer_(tokenizer),
        options_(options),
        progress_(progress),
        tasks_(tasks) {}

  Status run(ThreadPool& pool) {
    pool.run(pool.thread_count(), [this](std::int64_t, int thread) {
      if (Status worked = work(thread == 0); !worked.ok()) fail(std::move(worked).error());
    });
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    return {};
  }

 private:
  Status work(bool shows_progress) {
    Batch batch;
    std::vector<TokenId> ids;
    for (;;) {
      if (stop_.requested())
        return error(ErrorCode::interrupted,
                     "tokenize: stopped; the same command continues with what is encoded");
      SCRIBE_TRY_ASSIGN(OpenFile* const file, take_file());
      if (file == nullptr) return {};
      SCRIBE_TRY_ASSIGN(const bool ends_run, read_batch(*file, batch));
      give_back(*file, batch, ends_run);
      SCRIBE_TRY(deliver(*file, batch.run, encode(batch, ids)));
      if (shows_progress) progress_.update(documents());
    }
  }

  /// A file that no other thread reads, or nullptr if all are read or another thread has failed.
  Result<OpenFile*> take_file() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (failure_) return nullptr;
      const auto idle = std::ranges::find_if(
          files_, [](const OpenFile& file) { return !file.being_read && !file.at_end; });
      if (idle != files_.end()) {
        idle->being_read = true;
        return &*idle;
      }
      if (next_task_ < tasks_.size()) {
        SCRIBE_TRY_ASSIGN(OpenFile* const opened, open_next());
        if (opened != nullptr) return opened;
        continue;
      }
      if (std::ranges::all_of(files_, &OpenFile::at_end)) return nullptr;
      changed_.wait(lock);
    }
  }

  /// nullptr if the next task is done already. Called with the mutex held.
  Result<OpenFile*> open_next() {
    const TokenizeTask& task = tasks_[next_task_++];
    if (env_.exists(done_path(task.work))) {
      SCRIBE_TRY_ASSIGN(const TokenizedFile counts, read_tokenized_file(env_, task.work));
      documents_ += counts.documents;
      return nullptr;
    }
    SCRIBE_TRY_ASSIGN(DocumentReader reader, DocumentReader::open(env_, task.documents));
    return &files_.emplace_back(task, std::move(reader));
  }

  /// Reads on in the file's run. True if it ends with the batch. A run that an earlier process has
  /// written is read over.
  Result<bool> read_batch(OpenFile& file, Batch& batch) {
    batch.clear();
    batch.run = file.run;
    const bool is_there = file.run_text_bytes == 0 && is_written(file);
    while (is_there || batch.texts.size() < kBatchTextBytes) {
      SCRIBE_TRY_ASSIGN(const auto document, file.reader.next());
      if (!document) {
        file.at_end_read = true;
        return true;
      }
      if (!is_there) {
        batch.items.push_back({hash64(document->id, options_.seed), document->text.size()});
        batch.texts += document->text;
      }
      file.run_text_bytes += static_cast<std::int64_t>(document->text.size());
      if (file.run_text_bytes < options_.run_text_bytes) continue;
      ++file.run;
      file.run_text_bytes = 0;
      return true;
    }
    return false;
  }

  bool is_written(const OpenFile& file) {
    const std::string path = token_run_path(file.task.work, file.run);
    return env_.exists(path) && TokenRun::open(env_, path).ok();  // A damaged one is made again.
  }

  /// Lets other threads read on.
  void give_back(OpenFile& file, const Batch& batch, bool ends_run) {
    const std::lock_guard lock(mutex_);
    OpenRun& run = file.runs[batch.run];
    ++run.in_hand;
    run.all_read = ends_run;
    file.at_end = file.at_end_read;
    file.being_read = false;
    changed_.notify_all();
  }

  EncodedDocuments encode(const Batch& batch, std::vector<TokenId>& ids) {
    EncodedDocuments encoded;
    encoded.text_bytes = static_cast<std::int64_t>(batch.texts.size());
    const std::span<const TokenId> prefix = tokenizer_.prefix();
    std::string_view left = batch.texts;
    for (const Batch::Item& item : batch.items) {
      const std::string_view text = left.substr(0, item.bytes);
      left.remove_prefix(item.bytes);
      ids.assign(prefix.begin(), prefix.end());
      tokenizer_.encode_into(text, ids);
      ids.push_back(tokenizer_.end_of_text());
      const std::size_t begin = encoded.ids.size();
      append_token_bytes(ids, tokenizer_.vocabulary_size(), encoded.ids);
      const std::size_t size = encoded.ids.size() - begin;
      const char* const bytes = reinterpret_cast<const char*>(encoded.ids.data() + begin);
      // Ids of documents may repeat or be missing in files of other people: the text too decides.
      encoded.documents.push_back({.order = hash64(text, item.id_hash),
                                   .content = hash64({bytes, size}),
                                   .offset = begin,
                                   .bytes = size});
    }
    encoded.ids.shrink_to_fit();
    return encoded;
  }

  /// Adds a part to its run; who brings the last one writes the run.
  Status deliver(OpenFile& file, std::int64_t number, EncodedDocuments encoded) {
    std::optional<OpenRun> whole;
    {
      const std::lock_guard lock(mutex_);
      documents_ += static_cast<std::int64_t>(encoded.documents.size());
      const auto run = file.runs.find(number);
      run->second.parts.push_back(std::move(encoded));
      if (--run->second.in_hand > 0 || !run->second.all_read) return {};
      whole = std::move(run->second);
    }
    const std::string path = token_run_path(file.task.work, number);
    const bool has_documents =
        std::ranges::any_of(whole->parts, [](const auto& part) { return !part.documents.empty(); });
    if (has_documents || !env_.exists(path))
      SCRIBE_TRY(write_token_run(env_, path, std::move(whole->parts)));
    whole.reset();
    SCRIBE_TRY_ASSIGN(const TokenRun written, TokenRun::open(env_, path));
    return finish_run(file, number, written);
  }

  Status finish_run(OpenFile& file, std::int64_t number, const TokenRun& written) {
    TokenizedFile counts;
    {
      const std::lock_guard lock(mutex_);
      ++file.counts.runs;
      file.counts.documents += written.documents();
      file.counts.text_bytes += written.text_bytes();
      file.counts.ids_bytes += written.ids_bytes();
      file.runs.erase(number);
      if (!file.at_end || !file.runs.empty()) return {};
      counts = file.counts;
    }
    const Json record = {{"runs", counts.runs},
                         {"documents", counts.documents},
                         {"text_bytes", counts.text_bytes},
                         {"ids_bytes", counts.ids_bytes}};
    SCRIBE_TRY(write_file_atomic(env_, done_path(file.task.work), to_json_pretty(record)));
    const std::lock_guard lock(mutex_);
    std::erase_if(files_, [&](const OpenFile& other) { return &other == &file; });
    return {};
  }

  std::int64_t documents() {
    const std::lock_guard lock(mutex_);
    return documents_;
  }

  void fail(Error failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    changed_.notify_all();
  }

  Env& env_;
  const StopToken& stop_;
  const Tokenizer& tokenizer_;
  const RunOptions& options_;
  Progress& progress_;  // Of the calling thread.
  std::span<const TokenizeTask> tasks_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<OpenFile> files_;     // guarded by mutex_
  std::size_t next_task_ = 0;     // guarded by mutex_
  std::int64_t documents_ = 0;    // guarded by mutex_
  std::optional<Error> failure_;  // guarded by mutex_
};

}  // namespace

std::string token_run_path(const std::string& work, std::int64_t run) {
  return fmt::format("{}-{:05}.run", work, run);
}

std::string done_path(const std::string& work) {
  return work + ".done";
}

Result<TokenizedFile> read_tokenized_file(Env& env, const std::string& work) {
  const std::string path = done_path(work);
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  SCRIBE_TRY_ASSIGN(const Json record, parse_json(text, path));
  TokenizedFile file;
  SCRIBE_TRY_ASSIGN(file.runs, json_field<std::int64_t>(record, "runs", path));
  SCRIBE_TRY_ASSIGN(file.documents, json_field<std::int64_t>(record, "documents", path));
  SCRIBE_TRY_ASSIGN(file.text_bytes, json_field<std::int64_t>(record, "text_bytes", path));
  SCRIBE_TRY_ASSIGN(file.ids_bytes, json_field<std::int64_t>(record, "ids_bytes", path));
  return file;
}

Status make_token_runs(Env& env, const StopToken& stop, ThreadPool& pool,
                       const Tokenizer& tokenizer, const RunOptions& options,
                       std::span<const TokenizeTask> tasks, Progress& progress) {
  return RunMaker(env, stop, tokenizer, options, tasks, progress).run(pool);
}

}  // namespace scribe
