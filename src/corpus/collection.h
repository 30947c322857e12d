// One collection (code or prose) on its way from files to documents.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "corpus/corpus.h"
#include "corpus/source_walk.h"
#include "corpus/staged_file.h"

namespace scribe {

/// A file that may become a document.
struct Candidate {
  enum class Kind { python_code, python_notes, documentation };
  std::string path;
  std::int64_t size_bytes = 0;
  Kind kind = Kind::python_code;
  /// Decides train or validation; "" means the document's own id. The notes of a Python file go
  /// where its code goes, else a model could read the comments of the code that it is validated on.
  std::string split_id;
};

/// A candidate that passed all rules.
struct Kept {
  std::size_t candidate = 0;  ///< index
  std::string id;
  std::int64_t text_bytes = 0;
  bool validation = false;
};

struct Removal {
  std::string source;
  Contamination contamination;
};

struct Collection {
  std::vector<Candidate> candidates;
  std::vector<Kept> kept;  ///< in the order of candidates
  std::vector<Removal> removals;
  CollectionSummary summary;
};

/// What the passes over the files need.
struct CollectionContext {
  Env& env;
  const StopToken& stop;
  ThreadPool& pool;
  const CorpusOptions& options;
  const Decontaminator& decontaminator;
};

/// Reads every candidate and keeps those that no rule but over_bytes_max drops. Their texts are not
/// kept in memory. Errors: interrupted.
Result<Collection> filter_candidates(const CollectionContext& context, const FilterOptions& filter,
                                     std::vector<Candidate> candidates, const std::string& label);

/// Drops documents until their texts have at most bytes_max bytes (0: no limit): a uniform sample,
/// since documents stay by the order of a hash of their ids.
void sample_documents(std::int64_t bytes_max, std::uint64_t seed, Collection& collection);

/// Reads the kept files again and appends a line per document to its split's file. Errors: io (also
/// when a file changed since it was filtered), interrupted.
Status write_documents(const CollectionContext& context, const FilterOptions& filter,
                       const Collection& collection, const std::string& label, StagedFile& train,
                       StagedFile& validation);

/// The text of a candidate, or the rule that drops it (only those of filters.h that need no other
/// file).
struct LoadedText {
  std::optional<Rule> dropped_by;
  std::string text;
};
LoadedText load_candidate(Env& env, const Candidate& candidate, const FilterOptions& filter);

}  // namespace scribe
