// What the documents of a finished corpus are like.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"
#include "base/stop.h"
#include "corpus/corpus.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// Counts of values by their size: bucket b holds those from 2^b to 2^(b+1) - 1, the first also 0.
struct SizeHistogram {
  std::array<std::int64_t, 40> counts{};
  void add(std::int64_t value);
};

struct SampledDocument {
  std::string id;
  std::string source;
  std::string license;
  std::string text;  ///< its beginning
};

/// Documents that went for the same one.
struct DuplicateCluster {
  std::string kept;  ///< id
  std::string kept_source;
  std::int64_t removed = 0;
};

struct CollectionStatistics {
  SizeHistogram bytes;
  SizeHistogram lines;
  SizeHistogram tokens;  ///< empty without a tokenizer
  std::int64_t token_count = 0;
  std::int64_t text_bytes = 0;
  /// Near-duplicates by their similarity to what stays: bucket b from b / 20.
  std::array<std::int64_t, 21> similarities{};
  SizeHistogram cluster_sizes;            ///< documents that went for one that stays
  std::vector<DuplicateCluster> largest;  ///< clusters, the largest first
  std::vector<SampledDocument> samples;   ///< drawn by seed
};

struct StatisticsOptions {
  std::string folder;  ///< made by build_corpus()
  const Tokenizer* tokenizer = nullptr;
  int samples = 5;    ///< of each collection
  int clusters = 10;  ///< the largest that are named
  std::uint64_t seed = 0;
};

/// Reads all documents of a collection ("code" or "prose"), both splits. Memory grows with the
/// number of clusters alone. Errors: not_found, io, invalid_data, interrupted.
Result<CollectionStatistics> read_statistics(Env& env, const StopToken& stop,
                                             const StatisticsOptions& options,
                                             std::string_view collection);

Json to_json(const CollectionStatistics& statistics);

}  // namespace scribe
