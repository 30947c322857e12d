// Locality-sensitive hashing by sorted records, and a greedy pass over each component.
#include "corpus/near_duplicates.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/hash.h"

namespace scribe {
namespace {

/// Stable, by 11 of the key's bits from `shift` on.
void radix_pass(const std::vector<BandRecord>& from, std::vector<BandRecord>& to, int shift) {
  constexpr std::size_t kDigits = 2048;
  const auto digit = [shift](const BandRecord& record) {
    return static_cast<std::size_t>(record.key >> shift) % kDigits;
  };
  std::vector<std::size_t> starts(kDigits + 1);
  for (const BandRecord& record : from) ++starts[digit(record) + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  for (const BandRecord& record : from) to[starts[digit(record)]++] = record;
}

struct Candidate {
  std::uint32_t document;
  double estimate;
};

/// The kept members of a component, by the keys of their bands.
class KeptIndex {
 public:
  void add(std::uint32_t document, std::span<const BandRecord> bands) {
    for (const BandRecord& band : bands)
      by_key_[band.key].push_back(static_cast<std::uint32_t>(kept_.size()));
    kept_.push_back({.document = document, .asked = 0});
  }

  /// Calls visit(document) once for each that shares a key.
  template <typename Visit>
  void for_each_sharing(std::span<const BandRecord> bands, Visit&& visit) {
    ++question_;
    for (const BandRecord& band : bands) {
      const auto found = by_key_.find(band.key);
      if (found == by_key_.end()) continue;
      for (const std::uint32_t index : found->second)
        if (std::exchange(kept_[index].asked, question_) != question_) visit(kept_[index].document);
    }
  }

 private:
  struct Kept {
    std::uint32_t document;
    std::uint64_t asked;  // The last question that met it.
  };
  std::vector<Kept> kept_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_key_;
  std::uint64_t question_ = 0;
};

/// The candidate that stays for `document`, if there is one.
std::optional<NearDuplicate> first_similar(std::uint32_t document,
                                           std::vector<Candidate>& candidates, double threshold,
                                           const RemovalOptions& removal) {
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return a.estimate != b.estimate ? a.estimate > b.estimate : a.document < b.document;
  });
  const double doubt = removal.exact_similarity ? removal.borderline : 0;
  for (const Candidate& candidate : candidates) {
    if (candidate.estimate < threshold - doubt) break;
    const bool in_doubt = doubt > 0 && candidate.estimate <= threshold + doubt;
    const double similarity =
        in_doubt ? removal.exact_similarity(candidate.document, document) : candidate.estimate;
    if (similarity >= threshold)
      return NearDuplicate{
          .document = document, .kept = candidate.document, .similarity = similarity};
  }
  return std::nullopt;
}

}  // namespace

void append_band_records(std::span<const std::uint32_t> signature, std::uint32_t document,
                         const MinHashOptions& options, std::vector<BandRecord>& out) {
  const auto rows = static_cast<std::size_t>(options.rows);
  for (std::size_t band = 0; band < static_cast<std::size_t>(options.bands); ++band) {
    const auto values = std::as_bytes(signature.subspan(band * rows, rows));
    const std::string_view bytes(reinterpret_cast<const char*>(values.data()), values.size());
    out.push_back({.key = hash64(bytes, band), .document = document});
  }
}

void sort_band_records(std::vector<BandRecord>& records) {
  constexpr std::size_t kFew = 4096;
  if (records.size() <= kFew) {
    std::ranges::sort(records);
    return;
  }
  // The top 33 bits tell nearly all different keys apart; what they do not is sorted in its place.
  constexpr int kFirstShift = 31;
  std::vector<BandRecord> other(records.size());
  for (int shift = kFirstShift; shift < 64; shift += 11) {
    radix_pass(records, other, shift);
    records.swap(other);
  }
  for (auto begin = records.begin(); begin != records.end();) {
    const std::uint64_t prefix = begin->key >> kFirstShift;
    const auto end = std::find_if(begin + 1, records.end(), [prefix](const BandRecord& record) {
      return record.key >> kFirstShift != prefix;
    });
    if (end - begin > 1) std::sort(begin, end);
    begin = end;
  }
}

DisjointSets::DisjointSets(std::uint32_t count) : parents_(count) {
  std::iota(parents_.begin(), parents_.end(), 0U);
}

void DisjointSets::unite(std::uint32_t a, std::uint32_t b) {
  a = find(a);
  b = find(b);
  parents_[std::max(a, b)] = std::min(a, b);
}

std::uint32_t DisjointSets::find(std::uint32_t member) {
  while (parents_[member] != member) {
    parents_[member] = parents_[parents_[member]];  // Halves the path for the next to come.
    member = parents_[member];
  }
  return member;
}

std::vector<std::vector<std::uint32_t>> DisjointSets::components() {
  std::vector<std::vector<std::uint32_t>> components;
  std::unordered_map<std::uint32_t, std::size_t> index_of;  // By the lowest member.
  for (std::uint32_t member = 0; member < parents_.size(); ++member) {
    const std::uint32_t lowest = find(member);
    if (lowest == member) continue;
    const auto [entry, is_new] = index_of.try_emplace(lowest, components.size());
    if (is_new) components.push_back({lowest});
    components[entry->second].push_back(member);
  }
  std::ranges::sort(components, {}, [](const auto& component) { return component.front(); });
  return components;
}

std::vector<NearDuplicate> remove_in_component(
    std::span<const std::uint32_t> members,
    const std::function<std::span<const std::uint32_t>(std::uint32_t document)>& signature_of,
    const MinHashOptions& options, const RemovalOptions& removal) {
  std::vector<NearDuplicate> removed;
  if (removal.rule == RemovalRule::connected) {
    for (const std::uint32_t member : members.subspan(std::min<std::size_t>(1, members.size())))
      removed.push_back({.document = member,
                         .kept = members.front(),
                         .similarity = signature_similarity(signature_of(members.front()),
                                                            signature_of(member))});
    return removed;
  }
  KeptIndex index;
  std::vector<BandRecord> bands;
  std::vector<Candidate> candidates;
  for (const std::uint32_t member : members) {
    const std::span<const std::uint32_t> signature = signature_of(member);
    bands.clear();
    append_band_records(signature, member, options, bands);
    candidates.clear();
    index.for_each_sharing(bands, [&](std::uint32_t kept) {
      candidates.push_back(
          {.document = kept, .estimate = signature_similarity(signature, signature_of(kept))});
    });
    if (const auto found = first_similar(member, candidates, options.threshold, removal))
      removed.push_back(*found);
    else
      index.add(member, bands);
  }
  return removed;
}

SignatureTable sign_all(std::span<const std::string_view> texts, const MinHashOptions& options,
                        ThreadPool& pool) {
  SCRIBE_CHECK(texts.size() <= std::numeric_limits<std::uint32_t>::max(), "{} texts", texts.size());
  const auto permutations = static_cast<std::size_t>(options.permutations);
  SignatureTable table{.values = std::vector<std::uint32_t>(texts.size() * permutations),
                       .has_words = std::vector<std::uint8_t>(texts.size()),
                       .permutations = permutations};
  const MinHasher hasher(options);
  pool.run(static_cast<std::int64_t>(texts.size()), [&](std::int64_t index, int) {
    const auto document = static_cast<std::size_t>(index);
    const auto signature = std::span(table.values).subspan(document * permutations, permutations);
    table.has_words[document] = hasher.sign(texts[document], signature) ? 1 : 0;
  });
  return table;
}

std::vector<std::vector<std::uint32_t>> similar_components(const SignatureTable& signatures,
                                                           const MinHashOptions& options) {
  const auto count = static_cast<std::uint32_t>(signatures.has_words.size());
  std::vector<BandRecord> records;
  for (std::uint32_t document = 0; document < count; ++document)
    if (signatures.has_words[document] != 0)
      append_band_records(signatures.of(document), document, options, records);
  sort_band_records(records);
  DisjointSets sets(count);
  for_each_link(std::span<const BandRecord>(records),
                [&](std::uint32_t first, std::uint32_t other) { sets.unite(first, other); });
  return sets.components();
}

Result<std::vector<NearDuplicate>> find_near_duplicates(std::span<const std::string_view> texts,
                                                        const NearDuplicateOptions& options) {
  SCRIBE_TRY(check_minhash_options(options.minhash));
  if (!(options.borderline >= 0 && options.borderline <= 1))
    return error(ErrorCode::invalid_argument, "near-duplicates: borderline is {}, expected 0 to 1",
                 options.borderline);
  ThreadPool pool(options.threads);
  const SignatureTable signatures = sign_all(texts, options.minhash, pool);
  const auto components = similar_components(signatures, options.minhash);
  const RemovalOptions removal{.rule = options.rule,
                               .borderline = options.borderline,
                               .exact_similarity = [&](std::uint32_t a, std::uint32_t b) {
                                 return exact_similarity(texts[a], texts[b],
                                                         options.minhash.shingle_words);
                               }};
  std::vector<std::vector<NearDuplicate>> removed(components.size());
  pool.run(static_cast<std::int64_t>(components.size()), [&](std::int64_t index, int) {
    const auto component = static_cast<std::size_t>(index);
    removed[component] = remove_in_component(
        components[component], [&](std::uint32_t document) { return signatures.of(document); },
        options.minhash, removal);
  });
  std::vector<NearDuplicate> all;
  for (const auto& part : removed) all.insert(all.end(), part.begin(), part.end());
  std::ranges::sort(all, {}, &NearDuplicate::document);
  return all;
}

}  // namespace scribe
