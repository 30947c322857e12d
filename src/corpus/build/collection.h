// A collection (code or prose) on its way through the stages of a build.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "corpus/build/build_context.h"
#include "corpus/near_duplicates.h"
#include "corpus/private_data.h"

namespace scribe {

/// Something that may become a document.
struct Candidate {
  std::string source;
  std::string path;     ///< decides the language
  std::string license;  ///< SPDX expression; "": unknown
  std::int64_t size_bytes = 0;
  std::string text;
  std::optional<Rule> dropped_by;  ///< by whoever read it
  /// Decides train or validation; "": the document's own id. The notes of a Python file go where
  /// its code goes, else a model could read the comments of the code that it is validated on.
  std::string split_id;
};

/// Sizes that follow from how much there is to read, never from threads or ranks.
struct BuildLayout {
  std::int64_t unit_bytes = 0;     ///< what one task of a scan reads
  std::int64_t segment_bytes = 0;  ///< of the texts of a segment
  int partitions = 0;              ///< of the keys that find duplicates
};
BuildLayout layout_for(std::int64_t source_bytes);

struct Collection {
  std::string name;    ///< "code"
  std::string folder;  ///< of its work files
  FilterOptions filter;
  MinHashOptions minhash;
  bool near_duplicates = false;
  std::int64_t bytes_max = 0;  ///< of all texts; 0: no limit
  BuildLayout layout;
  std::int64_t units = 0;
  /// Calls visit for every candidate of a unit in a fixed order; what was wrong with its sources, a
  /// line each. Errors: of visit.
  std::function<Result<std::vector<std::string>>(std::int64_t unit,
                                                 const std::function<Status(Candidate&&)>& visit)>
      read;
};

/// What a unit's scan leaves beside its segments: UNIT.account, JSON, written last.
struct UnitAccount {
  FileCount found;
  std::array<FileCount, kRuleCount> dropped{};
  std::vector<std::int64_t> documents;  ///< of each segment
  std::vector<Json> contaminations;     ///< lines of decontaminated.jsonl
  std::vector<std::string> damages;
  std::map<std::string, FileCount> licenses;  ///< of staged documents
  PrivateDataCounts redacted{};               ///< in them
};

/// Reads every unit, applies the rules for one file, stages what passes in segments.
Status scan_collection(const BuildContext& context, const Collection& collection);

/// A staged segment, once all units are scanned.
struct Segment {
  std::string path;
  std::uint32_t first = 0;  ///< the number of its first document in the collection
  std::uint32_t documents = 0;
};

struct Scanned {
  std::vector<UnitAccount> accounts;  ///< by unit
  std::vector<Segment> segments;      ///< in order; the first document of each follows the last
  std::uint32_t documents = 0;
  /// The segment that holds a document.
  std::size_t segment_of(std::uint32_t document) const;
};
Result<Scanned> read_accounts(const BuildContext& context, const Collection& collection);

/// A staged document that does not stay, for another that does.
struct Duplicate {
  std::uint32_t document = 0;
  std::uint32_t kept = 0;  ///< no duplicate itself
  float similarity = 1;    ///< of the two
  bool exact = false;      ///< equals one that comes before it: `kept`, or what went for `kept`
};

/// All documents that equal or nearly equal one that stays, by number. Documents come in the order
/// of the sources' paths: of those alike, the first stays.
Result<std::vector<Duplicate>> find_duplicates(const BuildContext& context,
                                               const Collection& collection,
                                               const Scanned& scanned);

/// Of what is neither a duplicate nor staged in vain, the documents that bytes_max leaves out.
Result<std::vector<bool>> outside_sample(const BuildContext& context, const Collection& collection,
                                         const Scanned& scanned,
                                         const std::vector<Duplicate>& duplicates);

/// What writing a segment leaves beside its shards: SEGMENT.written, JSON, written last.
struct SegmentOutcome {
  SplitCount train;
  SplitCount validation;
  std::uint64_t train_hash = 0;  ///< hash64 of the file's bytes; 0: not known, or there is no file
  std::uint64_t validation_hash = 0;
  FileCount duplicates;
  FileCount near_duplicates;
  FileCount outside_sample;
};

/// Writes the documents that stay: SEGMENT.train.jsonl.zst, .validation.jsonl.zst and, of those
/// that went, .duplicates.jsonl.zst. Files without a line are not made.
Result<std::vector<SegmentOutcome>> write_segments(const BuildContext& context,
                                                   const Collection& collection,
                                                   const Scanned& scanned,
                                                   const std::vector<Duplicate>& duplicates,
                                                   const std::vector<bool>& outside);

}  // namespace scribe
