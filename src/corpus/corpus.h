// Builds a corpus: a folder of documents, filtered, deduplicated, decontaminated and split.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/rank.h"
#include "base/result.h"
#include "base/stop.h"
#include "corpus/decontaminate.h"
#include "corpus/filters.h"
#include "corpus/minhash.h"
#include "corpus/private_data.h"
#include "corpus/sources.h"

namespace scribe {

/// Documentation is not laid out in short lines and is not generated, but a stub of it teaches
/// nothing.
inline constexpr FilterOptions kProseFilterDefaults = {.size_bytes_max = 1'000'000,
                                                       .line_length_max = 0,
                                                       .line_length_mean_max = 0,
                                                       .alphanumeric_share_min = 0.25,
                                                       .generated_lines = 0,
                                                       .characters_min = 200};

struct CorpusOptions {
  std::string out;                         ///< the folder that is made
  SourceOptions source;                    ///< of code; no sources: default_python_sources()
  std::vector<std::string> prose_sources;  ///< of documentation; empty: default_prose_sources()
  bool with_prose = true;                  ///< false: make no prose corpus
  bool near_duplicates = true;             ///< are removed
  MinHashOptions minhash;                  ///< how they are found
  FilterOptions code_filter;
  FilterOptions prose_filter = kProseFilterDefaults;
  std::vector<std::string> decontaminate;  ///< problem files of any benchmark that is read
  DecontaminationOptions decontamination;
  double validation_share = 0.02;     ///< of documents, 0 <= share < 1
  std::uint64_t seed = 0;             ///< of the split and of the sample
  std::int64_t code_bytes_max = 0;    ///< text of all code documents; 0: no limit
  std::int64_t prose_bytes_max = 0;   ///< text of all prose documents; 0: no limit
  int zstd_level = 3;                 ///< of the shards
  bool keep_removed = false;          ///< duplicates-*.jsonl.zst hold the texts too
  RankOf rank;                        ///< of several processes; has no influence on the result
  double rank_timeout_seconds = 600;  ///< without news from another rank
  bool rebuild = false;               ///< build even if `out` was built with the same options
  int threads = 0;                    ///< 0: one per core; has no influence on the result
  bool quiet = false;                 ///< show no progress
};

struct FileCount {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
};

struct SplitCount {
  std::int64_t documents = 0;
  std::int64_t text_bytes = 0;
};

/// What became of the files of one collection: found = dropped by each rule + train + validation.
struct CollectionSummary {
  FileCount found;
  std::array<FileCount, kRuleCount> dropped{};  ///< by Rule
  SplitCount train;
  SplitCount validation;
  /// Documents that passed the rules for one file, and their text, by SPDX expression ("":
  /// unknown).
  std::map<std::string, FileCount> licenses;
  PrivateDataCounts redacted{};      ///< what was replaced in them, by kind
  std::vector<std::string> damages;  ///< of sources that ended early, a line each
};

struct CorpusSummary {
  CollectionSummary code;
  CollectionSummary prose;
  std::int64_t unreadable_folders = 0;
  bool reused = false;  ///< it was there already, made with the same options
};

/// Makes options.out: {code,prose}/{train,validation}-*.jsonl.zst, what was removed and why, and,
/// last, stats.json. Layout and rules: docs/formats/corpus.md. The result is a function of the
/// sources and the options. Memory does not grow with the texts; what is not decided yet stands in
/// the folder options.out/.work-*. A failure or a stop leaves an older corpus as it was and the
/// finished work where the same call continues. If stats.json says that the folder was made with
/// the same options it is left alone and its summary returned.
///
/// Errors: not_found (no source, one is missing, no document is left), io, invalid_argument (an
/// option out of range), invalid_data (a problem file), unsupported (a kind of source),
/// interrupted, internal (another rank failed).
Result<CorpusSummary> build_corpus(Env& env, const StopToken& stop, const CorpusOptions& options);

/// One document of a split.
struct Document {
  std::string id;      ///< hash128_hex of the text without white space at its ends
  std::string source;  ///< where it came from
  std::string text;
};

/// Calls visit(document) for each document of a .jsonl, .jsonl.gz or .jsonl.zst file, or of the
/// files of a split if `path` is FOLDER/SPLIT. Stops at the first error.
Status for_each_document(Env& env, const std::string& path,
                         const std::function<Status(Document document)>& visit);

/// The summary that stats.json of a corpus folder records. Errors: not_found, io, invalid_data.
Result<CorpusSummary> load_corpus_summary(Env& env, const std::string& folder);

/// How stats.json writes a summary.
Json to_json(const CorpusSummary& summary);

/// A rule by rule account of one file, as build_corpus() would judge it alone (a duplicate needs
/// the others). Ends with decontamination if the rules keep it. Errors: those of reading the file.
struct FilterExplanation {
  std::vector<RuleCheck> checks;
  std::optional<Rule> dropped_by;
};
Result<FilterExplanation> explain_file(Env& env, const std::string& path,
                                       const CorpusOptions& options);

}  // namespace scribe
