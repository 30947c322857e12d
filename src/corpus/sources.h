// Where documents come from: folders, archives, repositories, JSON lines, Parquet, standard input.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "corpus/source_item.h"

namespace scribe {

/// How the rows of JSON lines and Parquet files are read; a field of the form "a.b" is in an
/// object.
struct RowFields {
  std::string text = "content";  ///< else "text", where a row has no such field
  std::string path = "path";
  std::string repository = "repo_name";
  std::string license = "license";
};

struct SourceOptions {
  /// Folders, archives (.tar, .zip, .whl, .deb ... also packed), git repositories
  /// ("PATH" or "PATH@REVISION"), .jsonl and .parquet files, single files, "-" (JSON lines).
  std::vector<std::string> sources;
  std::vector<std::string> extensions = {".py"};  ///< of the files that are taken
  bool notebooks = false;            ///< the code cells of .ipynb files are documents too
  bool archives_in_folders = false;  ///< an archive or repository below a folder is read as well
  RowFields fields;
  std::int64_t item_bytes_max = 1'000'000;  ///< items of this size or more are too_large
};

/// Something that is read from its start to its end.
struct SourcePart {
  enum class Kind : std::uint8_t { file, archive, repository, json_lines, parquet };
  Kind kind = Kind::file;
  std::string path;             ///< "-" is standard input
  std::string revision;         ///< of a repository; "": its newest commit
  std::string root;             ///< of a file: the folder that was given, for SourceItem::path
  std::int64_t size_bytes = 0;  ///< as stored; 0: unknown
};

struct SourcePlan {
  std::vector<SourcePart> parts;  ///< ordered by path, each once, whatever the order of the sources
  std::vector<std::string> unreadable_folders;
};

/// Lists without reading. Errors: not_found, io of a given source, unsupported (a kind of file that
/// is not read, or that this build cannot read, with the remedy).
Result<SourcePlan> plan_sources(Env& env, const SourceOptions& options);

/// What reading a part came upon beside its items.
struct PartReport {
  std::int64_t items = 0;
  /// Why the part ended early ("'a.tar.gz' is damaged after 17 files: ..."); "": it did not. What
  /// came before the damage was visited.
  std::string damage;
};

/// Calls visit for every item of a part in its order; stops at the first error that it returns.
/// Memory holds one item. Nothing is ever written to disk, names like "../../etc/passwd" are only
/// names. Errors: of `visit`; what is wrong with the part itself is its report's `damage`.
Result<PartReport> read_part(Env& env, const SourcePart& part, const SourceOptions& options,
                             const std::function<Status(SourceItem&&)>& visit);

}  // namespace scribe
