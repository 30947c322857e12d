// Entries of an archive become items as soon as the licence files that may cover them are known.
#include <algorithm>
#include <map>
#include <optional>

#include "base/utf8_parts.h"
#include "corpus/source/archive_stream.h"
#include "corpus/source/part_readers.h"
#include "corpus/source/source_names.h"

namespace scribe {
namespace {

constexpr std::size_t kLicenseFilesMax = 1000;  // Of one archive; all texts are in memory.
constexpr std::int64_t kHeldItemBytes = 1024;   // What a held item takes beside its bytes.

/// An archive and what it is read from.
struct OpenArchive {
  std::unique_ptr<MappedFile> zip;  // Null: a stream. Outlives the reader.
  ArchiveReader reader;
};

Result<OpenArchive> open_archive(Env& env, const SourcePart& part, const UnpackLimits& limits) {
  SCRIBE_TRY_ASSIGN(const std::int64_t size, env.file_size(part.path));
  // A size of which the limit would overflow has no need of it.
  const std::int64_t by_ratio =
      size > limits.bytes_max / limits.ratio_max ? limits.bytes_max : size * limits.ratio_max;
  const std::int64_t unpacked_max =
      std::min(limits.bytes_max, std::max(limits.always_bytes, by_ratio));
  if (is_zip_path(part.path)) {
    SCRIBE_TRY_ASSIGN(std::unique_ptr<MappedFile> mapped, env.map_file(part.path));
    SCRIBE_TRY_ASSIGN(ArchiveReader reader, ArchiveReader::open_zip(mapped->bytes(), unpacked_max));
    return OpenArchive{.zip = std::move(mapped), .reader = std::move(reader)};
  }
  SCRIBE_TRY_ASSIGN(std::unique_ptr<ReadFile> file, env.open_read(part.path));
  if (is_debian_path(part.path)) {
    SCRIBE_TRY_ASSIGN(file, debian_data(std::move(file)));
  }
  SCRIBE_TRY_ASSIGN(file, without_compression(std::move(file)));
  SCRIBE_TRY_ASSIGN(ArchiveReader reader,
                    ArchiveReader::open_stream(limited(std::move(file), unpacked_max)));
  return OpenArchive{.zip = nullptr, .reader = std::move(reader)};
}

/// One reading of an archive.
class ArchiveSource {
 public:
  ArchiveSource(Env& env, const SourcePart& part, const SourceOptions& options,
                const VisitItem& visit)
      : env_(env),
        part_(part),
        options_(options),
        visit_(visit),
        licenses_([this](const std::string& path) { return license_texts_[path]; },
                  is_wheel_path(part.path) ? LicenseIndex::Kind::wheel : LicenseIndex::Kind::tree),
        holding_(options.license_files) {}

  Result<PartReport> run() {
    Status damage = read_entries(
        [&](ArchiveReader& reader, const ArchiveEntry& entry) { return take(reader, entry); });
    if (visit_error_) return *std::move(visit_error_);
    holding_ = false;
    SCRIBE_TRY(release());
    if (!damage.ok())
      report_.damage = fmt::format("'{}' is damaged after {} items: {}", part_.path, report_.items,
                                   damage.error().message());
    return std::move(report_);
  }

 private:
  /// Calls `take` with every regular file. Errors: those of the archive and of `take`.
  template <typename Take>
  Status read_entries(Take&& take) {
    SCRIBE_TRY_ASSIGN(OpenArchive archive, open_archive(env_, part_, options_.limits));
    for (std::int64_t count = 0;; ++count) {
      SCRIBE_TRY_ASSIGN(const std::optional<ArchiveEntry> entry, archive.reader.next());
      if (!entry) return {};
      if (count == options_.limits.entries_max)
        return error(ErrorCode::limit_exceeded, "it has more than {} entries", count);
      if (entry->is_file) SCRIBE_TRY(take(archive.reader, *entry));
    }
  }

  Status take(ArchiveReader& reader, const ArchiveEntry& entry) {
    SourceItem item{.name = {},
                    .path = item_path(entry.path),
                    .repository = part_.path,
                    .license = {},
                    .license_file = nullptr,
                    .size_bytes = std::max<std::int64_t>(entry.size_bytes, 0),
                    .bytes = {},
                    .dropped_by = std::nullopt};
    const bool is_license = holding_ && is_license_path(item.path);
    const bool is_wanted = is_wanted_path(item.path, options_);
    std::string bytes;
    auto became = ArchiveReader::Read::damaged;
    const bool is_larger = entry.size_bytes >= options_.item_bytes_max;
    if (!entry.is_encrypted && (is_license || (is_wanted && !is_larger))) {
      const std::int64_t bytes_max =
          std::max<std::int64_t>(is_wanted ? options_.item_bytes_max : 0,
                                 is_license ? static_cast<std::int64_t>(kLicenseBytesMax) : 0);
      SCRIBE_TRY_ASSIGN(became, reader.read(bytes_max, bytes));
    }
    if (is_license && became != ArchiveReader::Read::damaged) add_license(item.path, bytes);
    if (!is_wanted) return {};
    item.name = fmt::format("{}!{}", replace_invalid_utf8(part_.path), item.path);
    if (is_larger || became == ArchiveReader::Read::too_large)
      item.dropped_by = Rule::too_large;
    else if (became == ArchiveReader::Read::damaged)
      item.dropped_by = Rule::unreadable;
    else if (!take_bytes(std::move(bytes), options_, item))
      return {};
    return emit(std::move(item));
  }

  void add_license(const std::string& path, std::string_view bytes) {
    if (license_texts_.size() == kLicenseFilesMax) {
      licenses_known_ = false;
      return;
    }
    if (license_texts_.try_emplace(path, bytes.substr(0, kLicenseBytesMax)).second)
      licenses_.add(path);
  }

  /// Visits the item, now or when the licence files are known.
  Status emit(SourceItem&& item) {
    if (!holding_) return pass_on(std::move(item));
    held_bytes_ += static_cast<std::int64_t>(item.bytes.size()) + kHeldItemBytes;
    held_.push_back(std::move(item));
    if (held_bytes_ <= kHeldBackBytesMax) return {};
    find_licenses();
    holding_ = false;
    return release();
  }

  /// Reads the archive for its licence files alone. What is damaged here is damaged there.
  void find_licenses() {
    (void)read_entries([this](ArchiveReader& reader, const ArchiveEntry& entry) -> Status {
      const std::string path = item_path(entry.path);
      if (!is_license_path(path) || entry.is_encrypted) return {};
      std::string bytes;
      SCRIBE_TRY_ASSIGN(const ArchiveReader::Read became,
                        reader.read(static_cast<std::int64_t>(kLicenseBytesMax), bytes));
      if (became != ArchiveReader::Read::damaged) add_license(path, bytes);
      return {};
    });
  }

  Status release() {
    for (SourceItem& item : held_) SCRIBE_TRY(pass_on(std::move(item)));
    held_.clear();
    return {};
  }

  Status pass_on(SourceItem&& item) {
    // Which of more files than are read would cover it nobody can tell.
    if (licenses_known_) item.license_file = licenses_.find(item.path);
    ++report_.items;
    Status visited = visit_(std::move(item));
    if (!visited.ok()) visit_error_ = visited.error();
    return visited;
  }

  Env& env_;
  const SourcePart& part_;
  const SourceOptions& options_;
  const VisitItem& visit_;
  std::map<std::string, std::string> license_texts_;
  LicenseIndex licenses_;
  bool licenses_known_ = true;
  bool holding_;
  std::vector<SourceItem> held_;
  std::int64_t held_bytes_ = 0;
  std::optional<Error> visit_error_;
  PartReport report_;
};

}  // namespace

Result<PartReport> read_archive(Env& env, const SourcePart& part, const SourceOptions& options,
                                const VisitItem& visit) {
  return ArchiveSource(env, part, options, visit).run();
}

}  // namespace scribe
