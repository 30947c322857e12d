// Batches of lines: one is read while the threads parse and count the one before.
#include "cli/training_text.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "cli/packed_text.h"

namespace scribe::cli {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{1} << 23;
/// A text file is one document, which is in memory as a whole.
constexpr std::size_t kTextFileBytesMax = std::size_t{1} << 31;

/// The name without what says how the file is packed.
std::string_view unpacked_name(std::string_view path) {
  for (const std::string_view packed : {".gz", ".zst"})
    if (path.ends_with(packed)) return path.substr(0, path.size() - packed.size());
  return path;
}

bool is_jsonl(std::string_view path) {
  return unpacked_name(path).ends_with(".jsonl");
}

struct Item {
  std::string bytes;      // a line of JSON, or a text
  std::size_t file = 0;   // index
  std::int64_t line = 0;  // 0: a text
};

struct Batch {
  std::vector<Item> items;
  Status status;  // of reading what would follow
};

/// Reads the files one after another.
class Batches {
 public:
  explicit Batches(const std::vector<std::string>& files) : files_(files) {}

  /// The next items; none after the last.
  Batch next() {
    Batch batch;
    for (std::size_t bytes = 0; bytes < kBatchBytes && batch.status.ok();) {
      Result<std::optional<Item>> item = next_item();
      if (!item.ok()) {
        batch.status = std::move(item).error();
        break;
      }
      if (!item.value()) break;
      bytes += item.value()->bytes.size();
      batch.items.push_back(*std::move(item).value());
    }
    return batch;
  }

 private:
  Result<std::optional<Item>> next_item() {
    for (; index_ < files_.size(); ++index_, file_.reset()) {
      const std::string& path = files_[index_];
      if (!file_) {
        SCRIBE_TRY_ASSIGN(PackedText opened, PackedText::open(path));
        file_.emplace(std::move(opened));
        if (!is_jsonl(path)) {
          SCRIBE_TRY_ASSIGN(std::string text, file_->rest(kTextFileBytesMax));
          file_.reset();
          return std::optional<Item>({.bytes = std::move(text), .file = index_++, .line = 0});
        }
      }
      SCRIBE_TRY_ASSIGN(const std::optional<std::string_view> line, file_->next_line());
      if (line)
        return std::optional<Item>(
            {.bytes = std::string(*line), .file = index_, .line = file_->line()});
    }
    return std::optional<Item>();
  }

  const std::vector<std::string>& files_;
  std::size_t index_ = 0;
  std::optional<PackedText> file_;  // files_[index_], if it is JSONL that was begun
};

/// Counts one item.
Status count_item(const Item& item, const std::vector<std::string>& files, int thread,
                  BpeTrainer& trainer, TrainingTextCounts& counts) {
  const auto count = [&](std::string_view text) {
    trainer.add(text, thread);
    ++counts.documents;
    counts.bytes += static_cast<std::int64_t>(text.size());
    return trainer.check_size(thread);
  };
  if (item.line == 0) return count(item.bytes);
  if (item.bytes.find_first_not_of(" \t\r") == std::string::npos) return {};
  const std::string where = fmt::format("{}:{}", files[item.file], item.line);
  SCRIBE_TRY_ASSIGN(const Json line, parse_json(item.bytes, where));
  SCRIBE_TRY_ASSIGN(const std::string text, json_field<std::string>(line, "text", where));
  return count(text);
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

Result<TrainingTextCounts> count_training_text(const std::vector<std::string>& files,
                                               ThreadPool& pool, const StopToken& stop,
                                               Progress& progress, BpeTrainer& trainer) {
  Batches batches(files);
  TrainingTextCounts total;
  std::vector<TrainingTextCounts> counts(static_cast<std::size_t>(pool.thread_count()));
  Batch batch = batches.next();
  while (!batch.items.empty()) {
    if (stop.requested())
      return error(ErrorCode::interrupted, "stopped by the user; nothing was written");
    Batch next;
    std::vector<Status> statuses(batch.items.size());
    pool.run(std::ssize(batch.items) + 1, [&](std::int64_t index, int thread) {
      if (index == 0) {
        next = batches.next();
        return;
      }
      const auto item = static_cast<std::size_t>(index - 1);
      statuses[item] = count_item(batch.items[item], files, thread, trainer,
                                  counts[static_cast<std::size_t>(thread)]);
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
