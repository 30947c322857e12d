// Near-duplicates: pairs that share a band of their signatures, components, what may be removed.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "corpus/minhash.h"

namespace scribe {

/// The steps, each a pure function on memory, so that bands and components can be spread over files
/// and processes: sign every text (MinHasher), append_band_records, sort_band_records (any
/// partition by key), for_each_link into DisjointSets, remove_in_component for each component.
/// Documents are numbers below 2^32; among documents that are alike the lowest stays.

/// Says that a document has these values in one band.
struct BandRecord {
  std::uint64_t key;  ///< hash of the band's number and values
  std::uint32_t document;

  friend auto operator<=>(const BandRecord&, const BandRecord&) = default;
};

/// Appends one record per band. Leave out texts without words: sign() tells.
void append_band_records(std::span<const std::uint32_t> signature, std::uint32_t document,
                         const MinHashOptions& options, std::vector<BandRecord>& out);

/// Sorts by key, then by document, in linear time for keys that are hashes; needs as much memory
/// again.
void sort_band_records(std::vector<BandRecord>& records);

/// Calls visit(first, other) for each group of equal keys: its lowest document with each other one.
/// Requires sorted records.
template <typename Visit>
void for_each_link(std::span<const BandRecord> sorted, Visit&& visit) {
  std::size_t first = 0;
  for (std::size_t index = 1; index < sorted.size(); ++index)
    if (sorted[index].key != sorted[first].key)
      first = index;
    else if (sorted[index].document != sorted[first].document)
      visit(sorted[first].document, sorted[index].document);
}

/// Which documents are connected; a component is named by its lowest member, whatever the order of
/// the unions.
class DisjointSets {
 public:
  explicit DisjointSets(std::uint32_t count);

  void unite(std::uint32_t a, std::uint32_t b);
  /// The lowest member of the component.
  std::uint32_t find(std::uint32_t member);
  /// The components of at least two members in the order of their lowest; members ascend.
  std::vector<std::vector<std::uint32_t>> components();

 private:
  std::vector<std::uint32_t> parents_;  // Never above the member itself.
};

enum class RemovalRule {
  verified,   ///< a document goes only if it resembles one that stays
  connected,  ///< all but the lowest of a component go, as other tools do, through chains too
};

struct NearDuplicate {
  std::uint32_t document;
  std::uint32_t kept;  ///< the document that stays for it
  double similarity;   ///< of the two, estimated from their signatures or exact

  friend bool operator==(const NearDuplicate&, const NearDuplicate&) = default;
};

struct RemovalOptions {
  RemovalRule rule = RemovalRule::verified;
  /// Pairs whose estimate lies at most this far from the threshold are decided by exact_similarity:
  /// three standard deviations of an estimate with 256 permutations at 0.85.
  double borderline = 0.07;
  /// J of two documents, exactly; without it estimates decide.
  std::function<double(std::uint32_t a, std::uint32_t b)> exact_similarity;
};

/// What goes from one component, in the order of the documents. Members ascend; the spans that
/// `signature_of` returns stay valid.
///
/// verified: members are taken in order. Of the kept members that share a band with one, those come
/// first whose estimate is highest (the lowest member on ties); the first with a similarity of at
/// least the threshold stays for it, and it goes. It is kept if there is none. Takes time for each
/// member and each kept one that it shares a band with.
std::vector<NearDuplicate> remove_in_component(
    std::span<const std::uint32_t> members,
    const std::function<std::span<const std::uint32_t>(std::uint32_t document)>& signature_of,
    const MinHashOptions& options, const RemovalOptions& removal = {});

/// Signatures one after the other, those of document 0 first.
struct SignatureTable {
  std::vector<std::uint32_t> values;    ///< permutations of each document
  std::vector<std::uint8_t> has_words;  ///< of each document: 0 or 1
  std::size_t permutations = 0;

  std::span<const std::uint32_t> of(std::uint32_t document) const {
    return std::span(values).subspan(document * permutations, permutations);
  }
};

/// Requires options that pass check_minhash_options().
SignatureTable sign_all(std::span<const std::string_view> texts, const MinHashOptions& options,
                        ThreadPool& pool);

/// The components of documents that share bands, as DisjointSets::components() gives them.
std::vector<std::vector<std::uint32_t>> similar_components(const SignatureTable& signatures,
                                                           const MinHashOptions& options);

struct NearDuplicateOptions {
  MinHashOptions minhash = {};
  RemovalRule rule = RemovalRule::verified;
  double borderline = 0.07;  ///< as in RemovalOptions; 0: estimates decide
  int threads = 1;           ///< 0: one per core; has no influence on the result
};

/// All of it in memory: the near-duplicates of texts, by ascending number. Errors:
/// invalid_argument.
Result<std::vector<NearDuplicate>> find_near_duplicates(std::span<const std::string_view> texts,
                                                        const NearDuplicateOptions& options);

}  // namespace scribe
