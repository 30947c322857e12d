// Reads parts; each kind has a reader of its own.
#include "corpus/sources.h"

#include <algorithm>

#include "base/utf8_parts.h"
#include "corpus/source/part_readers.h"
#include "corpus/source/source_names.h"

namespace scribe {
namespace {

/// The first `bytes_max` of a file, or all of it.
Result<std::string> read_at_most(Env& env, const SourcePart& part, std::size_t bytes_max) {
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<ReadFile> file, env.open_read(part.path));
  std::string bytes;
  // One more than it had when it was listed: the end is seen without another buffer.
  bytes.resize(std::min(bytes_max, static_cast<std::size_t>(part.size_bytes) + 1));
  for (std::size_t filled = 0;;) {
    SCRIBE_TRY_ASSIGN(const std::size_t got, file->read(std::span(bytes).subspan(filled)));
    filled += got;
    if (got == 0 || filled == bytes_max) {
      bytes.resize(filled);
      return bytes;
    }
    if (filled == bytes.size()) bytes.resize(std::min(bytes_max, 2 * bytes.size()));
  }
}

}  // namespace

Result<PartReport> read_file_part(Env& env, const SourcePart& part, const SourceOptions& options,
                                  const VisitItem& visit) {
  SourceItem item{.name = replace_invalid_utf8(part.path),
                  .path = item_path(path_in(part.root, part.path)),
                  .repository = {},
                  .license = {},
                  .license_file = part.license_file,
                  .size_bytes = part.size_bytes,
                  .bytes = {},
                  .dropped_by = std::nullopt};
  if (part.size_bytes >= options.item_bytes_max) {
    item.dropped_by = Rule::too_large;
  } else {
    Result<std::string> bytes =
        read_at_most(env, part, static_cast<std::size_t>(options.item_bytes_max));
    if (!bytes.ok())
      item.dropped_by = Rule::unreadable;
    else if (!take_bytes(std::move(bytes).value(), options, item))
      return PartReport{};
  }
  SCRIBE_TRY(visit(std::move(item)));
  return PartReport{.items = 1, .damage = {}};
}

Result<PartReport> read_part(Env& env, const SourcePart& part, const SourceOptions& options,
                             const std::function<Status(SourceItem&&)>& visit) {
  switch (part.kind) {
    case SourcePart::Kind::file:
      return read_file_part(env, part, options, visit);
    case SourcePart::Kind::archive:
      return read_archive(env, part, options, visit);
    case SourcePart::Kind::repository:
      return read_repository(part, options, visit);
    case SourcePart::Kind::json_lines:
      return read_json_lines(env, part, options, visit);
    case SourcePart::Kind::parquet:
      return read_parquet(env, part, options, visit);
  }
  SCRIBE_UNREACHABLE();
}

}  // namespace scribe
