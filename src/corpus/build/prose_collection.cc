// Prose out of documentation files and out of written code shards.
#include "corpus/build/prose_collection.h"

#include <algorithm>

#include "base/json.h"
#include "corpus/document_file.h"
#include "corpus/prose.h"

namespace scribe {
namespace {

using Visit = std::function<Status(Candidate&&)>;

Rule rule_of(const Error& failure) {
  return failure.code() == ErrorCode::limit_exceeded ? Rule::too_large : Rule::unreadable;
}

Candidate read_documentation(Env& env, const SourceFile& file, std::int64_t size_bytes_max) {
  Candidate candidate{.source = file.path,
                      .path = file.path,
                      .license = {},
                      .size_bytes = file.size_bytes,
                      .text = {},
                      .dropped_by = std::nullopt,
                      .split_id = {}};
  if (!is_gzip_path(file.path) && file.size_bytes >= size_bytes_max) {
    candidate.dropped_by = Rule::too_large;
    return candidate;
  }
  auto bytes = read_text_file(env, file.path, size_bytes_max);
  if (!bytes.ok())
    candidate.dropped_by = rule_of(bytes.error());
  else if (static_cast<std::int64_t>(bytes.value().size()) >= size_bytes_max)
    candidate.dropped_by = Rule::too_large;
  else
    candidate.text = prose_from_document(bytes.value());
  return candidate;
}

/// The notes of the documents that a code segment wrote for one split.
Status read_notes(Env& env, const std::string& path, const Visit& visit) {
  if (!env.exists(path)) return {};
  SCRIBE_TRY_ASSIGN(DocumentReader reader, DocumentReader::open(env, path));
  for (;;) {
    SCRIBE_TRY_ASSIGN(const std::optional<DocumentView> document, reader.next());
    if (!document) return {};
    SCRIBE_TRY(visit({.source = std::string(document->source),
                      .path = {},
                      .license = std::string(document->license),
                      .size_bytes = static_cast<std::int64_t>(document->text.size()),
                      .text = prose_from_python(document->text),
                      .dropped_by = std::nullopt,
                      .split_id = std::string(document->id)}));
  }
}

}  // namespace

Result<SourceWalk> walk_documentation(Env& env, const CorpusOptions& options) {
  SCRIBE_TRY_ASSIGN(SourceWalk walk, walk_sources(env, options.prose_sources, is_document_path));
  std::vector<std::string> folders;
  for (const std::string& source : options.source.sources)
    if (env.list_directory(source).ok()) folders.push_back(source);
  SCRIBE_TRY_ASSIGN(SourceWalk among_sources,
                    walk_sources(env, folders, is_document_path_among_sources));
  std::ranges::move(among_sources.files, std::back_inserter(walk.files));
  std::ranges::sort(walk.files, {}, &SourceFile::path);
  const auto repeated = std::ranges::unique(walk.files, {}, &SourceFile::path);
  walk.files.erase(repeated.begin(), repeated.end());
  return walk;
}

Collection prose_collection(const BuildContext& context, std::string folder,
                            const std::vector<SourceFile>& documentation, const Scanned& code) {
  std::int64_t bytes = 0;
  for (const SourceFile& file : documentation) bytes += file.size_bytes;
  const BuildLayout layout = layout_for(bytes);
  std::vector<std::size_t> begins{0};
  std::int64_t unit_bytes = 0;
  for (std::size_t index = 0; index < documentation.size(); ++index) {
    unit_bytes += documentation[index].size_bytes;
    if (unit_bytes < layout.unit_bytes && index + 1 < documentation.size()) continue;
    begins.push_back(index + 1);
    unit_bytes = 0;
  }
  const auto documentation_units = static_cast<std::int64_t>(begins.size()) - 1;
  const std::int64_t size_bytes_max = context.options.prose_filter.size_bytes_max;
  return {
      .name = "prose",
      .folder = std::move(folder),
      .filter = context.options.prose_filter,
      .minhash = context.options.minhash,
      .near_duplicates = context.options.near_duplicates,
      .bytes_max = context.options.prose_bytes_max,
      .layout = layout,
      .units = documentation_units + static_cast<std::int64_t>(code.segments.size()),
      .read = [&context, &documentation, &code, begins = std::move(begins), documentation_units,
               size_bytes_max](std::int64_t unit,
                               const Visit& visit) -> Result<std::vector<std::string>> {
        if (unit < documentation_units) {
          const auto index = static_cast<std::size_t>(unit);
          for (std::size_t file = begins[index]; file < begins[index + 1]; ++file)
            SCRIBE_TRY(visit(read_documentation(context.env, documentation[file], size_bytes_max)));
        } else {
          const Segment& segment =
              code.segments[static_cast<std::size_t>(unit - documentation_units)];
          for (const char* split : {"train", "validation"})
            SCRIBE_TRY(read_notes(context.env, fmt::format("{}.{}.jsonl.zst", segment.path, split),
                                  visit));
        }
        return std::vector<std::string>();
      }};
}

}  // namespace scribe
