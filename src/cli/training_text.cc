// Batches of texts: one is read while the threads count the one before.
#include "cli/training_text.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "corpus/document_file.h"

namespace scribe::cli {
namespace {

/// Of a batch, for each thread and in all. Two batches are in memory.
constexpr std::size_t kThreadBytes = std::size_t{2} << 20;
constexpr std::size_t kBatchBytesMax = std::size_t{32} << 20;
/// A text file is one document, which is in memory as a whole.
constexpr std::int64_t kTextFileBytesMax = std::int64_t{1} << 31;

/// The name without what says how the file is packed.
std::string_view unpacked_name(std::string_view path) {
  for (const std::string_view packed : {".gz", ".zst"})
    if (path.ends_with(packed)) return path.substr(0, path.size() - packed.size());
  return path;
}

bool is_jsonl(std::string_view path) {
  return unpacked_name(path).ends_with(".jsonl");
}

struct Batch {
  std::vector<std::string> texts;
  Status status;  // of reading what would follow
};

/// Reads the files one after another.
class Batches {
 public:
  Batches(Env& env, const std::vector<std::string>& files, int threads)
      : env_(env),
        files_(files),
        batch_bytes_(std::min(kBatchBytesMax, kThreadBytes * static_cast<std::size_t>(threads))) {}

  /// The next texts; none after the last.
  Batch next() {
    Batch batch;
    for (std::size_t bytes = 0; bytes < batch_bytes_ && batch.status.ok();) {
      Result<std::optional<std::string>> text = next_text();
      if (!text.ok()) {
        batch.status = std::move(text).error();
        break;
      }
      if (!text.value()) break;
      bytes += text.value()->size();
      batch.texts.push_back(*std::move(text).value());
    }
    return batch;
  }

 private:
  Result<std::optional<std::string>> next_text() {
    for (; index_ < files_.size(); ++index_, reader_.reset()) {
      const std::string path = files_[index_] == "-" ? "/dev/stdin" : files_[index_];
      if (!reader_ && !is_jsonl(path)) {
        ++index_;
        SCRIBE_TRY_ASSIGN(std::string text, read_text_file(env_, path, kTextFileBytesMax));
        return std::optional(std::move(text));
      }
      if (!reader_) {
        SCRIBE_TRY_ASSIGN(DocumentReader opened, DocumentReader::open(env_, path));
        reader_.emplace(std::move(opened));
      }
      SCRIBE_TRY_ASSIGN(const std::optional<DocumentView> document, reader_->next());
      if (document) return std::optional(std::string(document->text));
    }
    return std::optional<std::string>();
  }

  Env& env_;
  const std::vector<std::string>& files_;
  std::size_t batch_bytes_;
  std::size_t index_ = 0;
  std::optional<DocumentReader> reader_;  // of files_[index_], if it is JSONL that was begun
};

Status count_text(std::string_view text, int thread, BpeTrainer& trainer,
                  TrainingTextCounts& counts) {
  trainer.add(text, thread);
  ++counts.documents;
  counts.bytes += static_cast<std::int64_t>(text.size());
  return trainer.check_size(thread);
}

}  // namespace

Result<std::vector<std::string>> training_files(Env& env, const std::vector<std::string>& inputs) {
  std::vector<std::string> files;
  for (const std::string& input : inputs) {
    const Result<std::vector<DirectoryEntry>> entries = env.list_directory(input);
    if (!entries.ok()) {  // What it is instead is seen when it is opened.
      files.push_back(input);
      continue;
    }
    std::vector<std::string> found;
    for (const DirectoryEntry& entry : entries.value())
      if (!entry.is_directory && is_jsonl(entry.path)) found.push_back(entry.path);
    if (found.empty())
      return error(ErrorCode::not_found,
                   "'{}' holds no .jsonl, .jsonl.gz or .jsonl.zst file; name text files one by one",
                   input);
    const auto is_train = [](const std::string& path) {
      return path.substr(path.rfind('/') + 1).starts_with("train");
    };
    if (std::ranges::any_of(found, is_train))
      std::erase_if(found, [&](const std::string& path) { return !is_train(path); });
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

Result<TrainingTextCounts> count_training_text(Env& env, const std::vector<std::string>& files,
                                               ThreadPool& pool, const StopToken& stop,
                                               Progress& progress, BpeTrainer& trainer) {
  Batches batches(env, files, pool.thread_count());
  TrainingTextCounts total;
  std::vector<TrainingTextCounts> counts(static_cast<std::size_t>(pool.thread_count()));
  Batch batch = batches.next();
  while (!batch.texts.empty()) {
    if (stop.requested())
      return error(ErrorCode::interrupted, "stopped by the user; nothing was written");
    Batch next;
    std::vector<Status> statuses(batch.texts.size());
    pool.run(std::ssize(batch.texts) + 1, [&](std::int64_t index, int thread) {
      if (index == 0) {
        next = batches.next();
        return;
      }
      const auto slot = static_cast<std::size_t>(index - 1);
      statuses[slot] =
          count_text(batch.texts[slot], thread, trainer, counts[static_cast<std::size_t>(thread)]);
    });
    for (Status& status : statuses) SCRIBE_TRY(std::move(status));
    SCRIBE_TRY(std::move(batch.status));
    batch = std::move(next);
    total = {};
    for (const TrainingTextCounts& one : counts) {
      total.documents += one.documents;
      total.bytes += one.bytes;
    }
    progress.update(total.bytes);
  }
  SCRIBE_TRY(std::move(batch.status));
  return total;
}

}  // namespace scribe::cli
