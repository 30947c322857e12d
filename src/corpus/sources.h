// Where documents come from: folders, archives, repositories, JSON lines, Parquet, standard input.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "corpus/part_walk.h"
#include "corpus/source_item.h"
#include "corpus/source_part.h"

namespace scribe {

/// How the rows of JSON lines and Parquet files are read; a field of the form "a.b" is in an
/// object, if there is none of that name.
struct RowFields {
  std::string text = "content";  ///< else "text", where a row has no such field
  std::string path = "path";     ///< rows whose path has no wanted extension are not taken
  std::string repository = "repo_name";
  std::string license = "license";  ///< a string, or a list of them: all of them hold
};

/// What an archive or a repository may cost; beyond it, it counts as damaged.
struct UnpackLimits {
  /// Unpacked bytes for each stored byte. Source code packs 10 times, a file of zeros 1000 times
  /// with gzip and 10,000 times with Zstandard.
  std::int64_t ratio_max = 200;
  std::int64_t always_bytes = 64 << 20;  ///< a small archive may unpack to this much at any ratio
  std::int64_t bytes_max = std::int64_t{1} << 40;
  std::int64_t entries_max = 20'000'000;  ///< of any kind, wanted or not
};

struct SourceOptions {
  /// Folders, archives (.tar, .zip, .whl, .deb ... also packed), git repositories
  /// ("PATH" or "PATH@REVISION"), .jsonl and .parquet files, single files, "-" (JSON lines).
  std::vector<std::string> sources;
  std::vector<std::string> extensions = {".py"};  ///< of the files that are taken
  bool notebooks = false;            ///< the code cells of .ipynb files are documents too
  bool archives_in_folders = false;  ///< archives, repositories and files of rows in folders too
  bool license_files = true;         ///< look for SourceItem::license_file
  RowFields fields;
  std::int64_t item_bytes_max = 1'000'000;  ///< items of this size or more are too_large
  UnpackLimits limits;
};

/// Parts that follow one another.
struct PartRun {
  PartPlace begin;  ///< of the first
  std::int64_t bytes = 0;
};

/// What there is to read.
struct SourcePlan {
  SourceSet sources;
  std::vector<PartRun> runs;  ///< all parts, cut where a run has kPartRunBytes or more
  std::int64_t bytes = 0;
  std::uint64_t hash = 0;  ///< of kind, size, revision and path of every part, in order
  WalkFindings findings;   ///< folders sorted, each once
};
inline constexpr std::int64_t kPartRunBytes = 16'000'000;

/// Lists everything once; memory grows by about 100 bytes a run. Env and options outlive the
/// result. Errors: those of SourceSet::open() and PartWalk::next().
Result<SourcePlan> plan_sources(Env& env, const SourceOptions& options);

/// What reading a part came upon beside its items.
struct PartReport {
  std::int64_t items = 0;
  /// Why the part ended early ("'a.tar.gz' is damaged after 17 files: ..."); "": it did not. What
  /// came before the damage was visited.
  std::string damage;
};

/// Calls visit for every item of a part in its order; stops at the first error that it returns.
/// Memory holds one item and, of an archive, what it holds back until its licence files are known
/// (at most kHeldBackBytesMax). Nothing is ever written to disk, names like "../../etc/passwd" are
/// only names. Links, devices and sparse files are no items, archives within archives are not
/// opened. Errors: of `visit`; what is wrong with the part itself is its report's `damage`.
Result<PartReport> read_part(Env& env, const SourcePart& part, const SourceOptions& options,
                             const std::function<Status(SourceItem&&)>& visit);

/// The taken bytes of larger archives do not wait for licence files: the archive is read twice.
inline constexpr std::int64_t kHeldBackBytesMax = 32 << 20;

}  // namespace scribe
