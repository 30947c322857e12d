// The second stage: which staged documents go, for which others.
#include <algorithm>
#include <cstring>

#include "corpus/build/collection.h"
#include "corpus/build/segment.h"

namespace scribe {
namespace {

constexpr std::uint64_t kSampleSeedOffset =
    0x9E3779B97F4A7C15;  // Sample and split are independent.

/// `first` comes before `other`.
struct Link {
  std::uint32_t first = 0;
  std::uint32_t other = 0;
  auto operator<=>(const Link&) const = default;
};

/// Links of equal documents (first: the one that stays), then of documents that share a band.
struct Links {
  std::vector<Link> exact;
  std::vector<Link> bands;
};

std::string links_path(const Collection& collection, std::int64_t partition) {
  return fmt::format("{}/links-{:04}", collection.folder, partition);
}
std::string near_path(const Collection& collection, std::int64_t partition) {
  return fmt::format("{}/near-{:04}", collection.folder, partition);
}

template <typename Value>
std::string_view bytes_of(const std::vector<Value>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

template <typename Value>
Result<std::vector<Value>> read_values(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(const std::string bytes, env.read_file(path));
  if (bytes.size() % sizeof(Value) != 0)
    return error(ErrorCode::invalid_data, "'{}' is damaged; delete its folder and build again",
                 path);
  std::vector<Value> values(bytes.size() / sizeof(Value));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

void append_exact_links(std::vector<ExactRecord>& records, std::vector<Link>& links) {
  std::ranges::sort(
      records, {}, [](const ExactRecord& record) { return std::pair(record.id, record.document); });
  std::size_t first = 0;
  for (std::size_t index = 1; index < records.size(); ++index) {
    if (records[index].id != records[first].id)
      first = index;
    else
      links.push_back({.first = static_cast<std::uint32_t>(records[first].document),
                       .other = static_cast<std::uint32_t>(records[index].document)});
  }
}

Status link_partition(const BuildContext& context, const Collection& collection,
                      const Scanned& scanned, std::int64_t partition) {
  std::vector<ExactRecord> exact;
  std::vector<BandRecord> bands;
  for (const Segment& segment : scanned.segments) {
    PartitionKeys keys;
    SCRIBE_TRY(read_partition(context.env, segment.path, static_cast<int>(partition),
                              collection.layout.partitions, keys));
    for (ExactRecord& record : keys.exact) record.document += segment.first;
    for (BandRecord& record : keys.bands) record.document += segment.first;
    exact.insert(exact.end(), keys.exact.begin(), keys.exact.end());
    bands.insert(bands.end(), keys.bands.begin(), keys.bands.end());
  }
  Links links;
  append_exact_links(exact, links.exact);
  sort_band_records(bands);
  for_each_link(std::span<const BandRecord>(bands), [&](std::uint32_t first, std::uint32_t other) {
    links.bands.push_back({.first = first, .other = other});
  });
  std::ranges::sort(links.bands);
  const auto repeated = std::ranges::unique(links.bands);
  links.bands.erase(repeated.begin(), repeated.end());
  SCRIBE_TRY(write_file_atomic(context.env, links_path(collection, partition) + ".exact",
                               bytes_of(links.exact)));
  return write_file_atomic(context.env, links_path(collection, partition), bytes_of(links.bands));
}

Result<Links> gather_links(const BuildContext& context, const Collection& collection) {
  Links all;
  for (std::int64_t partition = 0; partition < collection.layout.partitions; ++partition) {
    const std::string path = links_path(collection, partition);
    SCRIBE_TRY_ASSIGN(const std::vector<Link> exact,
                      read_values<Link>(context.env, path + ".exact"));
    all.exact.insert(all.exact.end(), exact.begin(), exact.end());
  }
  return all;
}

/// Members of the components of two documents or more, those of a component side by side.
struct Member {
  std::uint32_t root = 0;
  std::uint32_t document = 0;
  auto operator<=>(const Member&) const = default;
};

/// Documents that equal another are not in it: their likeness is settled.
Result<std::vector<Member>> find_members(const BuildContext& context, const Collection& collection,
                                         const Scanned& scanned, const std::vector<Link>& exact) {
  DisjointSets sets(scanned.documents);
  for (std::int64_t partition = 0; partition < collection.layout.partitions; ++partition) {
    SCRIBE_TRY_ASSIGN(const std::vector<Link> links,
                      read_values<Link>(context.env, links_path(collection, partition)));
    for (const Link& link : links) sets.unite(link.first, link.other);
  }
  std::vector<bool> is_equal(scanned.documents);
  for (const Link& link : exact) is_equal[link.other] = true;
  std::vector<std::uint32_t> sizes(scanned.documents);
  for (std::uint32_t document = 0; document < scanned.documents; ++document)
    if (!is_equal[document]) ++sizes[sets.find(document)];
  std::vector<Member> members;
  for (std::uint32_t document = 0; document < scanned.documents; ++document) {
    const std::uint32_t root = sets.find(document);
    if (!is_equal[document] && sizes[root] > 1)
      members.push_back({.root = root, .document = document});
  }
  std::ranges::sort(members);
  return members;
}

/// Reads signatures where they are staged, keeping the last file open.
class StagedSignatures {
 public:
  StagedSignatures(Env& env, const Scanned& scanned, int permutations)
      : env_(env), scanned_(scanned), permutations_(static_cast<std::size_t>(permutations)) {}

  Status read(std::uint32_t document, std::span<std::uint32_t> out) {
    const std::size_t number = scanned_.segment_of(document);
    const Segment& segment = scanned_.segments[number];
    if (!file_ || number != open_) {
      SCRIBE_TRY_ASSIGN(file_, env_.open_random(segment.path + ".signatures"));
      open_ = number;
    }
    const std::size_t at = (document - segment.first) * permutations_ * sizeof(std::uint32_t);
    return file_->read_at(static_cast<std::int64_t>(at),
                          {reinterpret_cast<char*>(out.data()), out.size_bytes()});
  }

 private:
  Env& env_;
  const Scanned& scanned_;
  std::size_t permutations_;
  std::unique_ptr<RandomFile> file_;
  std::size_t open_ = 0;
};

/// Compares staged texts.
class ExactSimilarity {
 public:
  ExactSimilarity(Env& env, const Scanned& scanned, int shingle_words)
      : env_(env), scanned_(scanned), shingle_words_(shingle_words) {}

  /// 0 after a failure, which status() then tells.
  double of(std::uint32_t a, std::uint32_t b) {
    const auto first = read(a);
    const auto second = first.ok() ? read(b) : first;
    if (!second.ok()) {
      if (status_.ok()) status_ = second.error();
      return 0;
    }
    return exact_similarity(first.value(), second.value(), shingle_words_);
  }
  const Status& status() const { return status_; }

 private:
  Result<std::string> read(std::uint32_t document) {
    const Segment& segment = scanned_.segments[scanned_.segment_of(document)];
    SCRIBE_TRY_ASSIGN(StagedTexts texts, StagedTexts::open(env_, segment.path));
    return texts.read(document - segment.first);
  }

  Env& env_;
  const Scanned& scanned_;
  int shingle_words_;
  Status status_;
};

Status judge_component(StagedSignatures& signatures, ExactSimilarity& exact,
                       const MinHashOptions& minhash, std::span<const Member> component,
                       std::vector<NearDuplicate>& found) {
  const auto permutations = static_cast<std::size_t>(minhash.permutations);
  std::vector<std::uint32_t> members;
  std::vector<std::uint32_t> values(component.size() * permutations);
  for (std::size_t index = 0; index < component.size(); ++index) {
    members.push_back(component[index].document);
    SCRIBE_TRY(signatures.read(component[index].document,
                               std::span(values).subspan(index * permutations, permutations)));
  }
  const auto signature_of = [&](std::uint32_t document) {
    const auto index =
        static_cast<std::size_t>(std::ranges::lower_bound(members, document) - members.begin());
    return std::span<const std::uint32_t>(values).subspan(index * permutations, permutations);
  };
  RemovalOptions removal;
  removal.exact_similarity = [&](std::uint32_t a, std::uint32_t b) { return exact.of(a, b); };
  const std::vector<NearDuplicate> near =
      remove_in_component(members, signature_of, minhash, removal);
  found.insert(found.end(), near.begin(), near.end());
  return exact.status();
}

/// The components whose roots fall to a partition.
Status judge_partition(const BuildContext& context, const Collection& collection,
                       const Scanned& scanned, const std::vector<Member>& members,
                       std::int64_t partition) {
  StagedSignatures signatures(context.env, scanned, collection.minhash.permutations);
  ExactSimilarity exact(context.env, scanned, collection.minhash.shingle_words);
  std::vector<NearDuplicate> found;
  for (std::size_t begin = 0; begin < members.size();) {
    std::size_t end = begin;
    while (end < members.size() && members[end].root == members[begin].root) ++end;
    if (members[begin].root % static_cast<std::uint32_t>(collection.layout.partitions) == partition)
      SCRIBE_TRY(judge_component(signatures, exact, collection.minhash,
                                 std::span(members).subspan(begin, end - begin), found));
    begin = end;
  }
  return write_file_atomic(context.env, near_path(collection, partition), bytes_of(found));
}

/// A document that equals one which goes for a third goes for the third, too: what `kept` names
/// must be there. `near` is sorted by document.
void name_what_stays(const std::vector<Duplicate>& near, std::vector<Duplicate>& exact) {
  for (Duplicate& duplicate : exact) {
    const auto gone = std::ranges::lower_bound(near, duplicate.kept, {}, &Duplicate::document);
    if (gone == near.end() || gone->document != duplicate.kept) continue;
    duplicate.kept = gone->kept;
    duplicate.similarity = gone->similarity;
  }
}

}  // namespace

Result<std::vector<Duplicate>> find_duplicates(const BuildContext& context,
                                               const Collection& collection,
                                               const Scanned& scanned) {
  SCRIBE_TRY(run_tasks(
      context, {.label = "compare " + collection.name,
                .count = collection.layout.partitions,
                .result = [&](std::int64_t partition) { return links_path(collection, partition); },
                .work =
                    [&](std::int64_t partition) {
                      return link_partition(context, collection, scanned, partition);
                    }}));
  SCRIBE_TRY_ASSIGN(const Links links, gather_links(context, collection));
  std::vector<Duplicate> duplicates;
  for (const Link& link : links.exact)
    duplicates.push_back({.document = link.other, .kept = link.first, .exact = true});
  if (collection.near_duplicates) {
    SCRIBE_TRY_ASSIGN(const std::vector<Member> members,
                      find_members(context, collection, scanned, links.exact));
    SCRIBE_TRY(run_tasks(
        context,
        {.label = "near-duplicates of " + collection.name,
         .count = collection.layout.partitions,
         .result = [&](std::int64_t partition) { return near_path(collection, partition); },
         .work =
             [&](std::int64_t partition) {
               return judge_partition(context, collection, scanned, members, partition);
             }}));
    std::vector<Duplicate> near;
    for (std::int64_t partition = 0; partition < collection.layout.partitions; ++partition) {
      SCRIBE_TRY_ASSIGN(const std::vector<NearDuplicate> part,
                        read_values<NearDuplicate>(context.env, near_path(collection, partition)));
      for (const NearDuplicate& found : part)
        near.push_back({.document = found.document,
                        .kept = found.kept,
                        .similarity = static_cast<float>(found.similarity)});
    }
    std::ranges::sort(near, {}, &Duplicate::document);
    name_what_stays(near, duplicates);
    duplicates.insert(duplicates.end(), near.begin(), near.end());
  }
  std::ranges::sort(duplicates, {}, &Duplicate::document);
  return duplicates;
}

Result<std::vector<bool>> outside_sample(const BuildContext& context, const Collection& collection,
                                         const Scanned& scanned,
                                         const std::vector<Duplicate>& duplicates) {
  if (collection.bytes_max <= 0) return std::vector<bool>();
  struct Place {
    std::uint64_t order;
    Hash128 id;
    std::uint32_t document;
    std::int64_t bytes;
  };
  std::vector<bool> outside(scanned.documents, true);
  std::vector<bool> is_duplicate(scanned.documents);
  for (const Duplicate& duplicate : duplicates) is_duplicate[duplicate.document] = true;
  std::vector<Place> places;
  for (const Segment& segment : scanned.segments) {
    SCRIBE_TRY_ASSIGN(const std::vector<StagedRecord> records,
                      read_records(context.env, segment.path));
    for (std::uint32_t index = 0; index < segment.documents; ++index) {
      const StagedRecord& record = records[index];
      if (!is_duplicate[segment.first + index])
        places.push_back({hash64(to_hex(record.id), context.options.seed + kSampleSeedOffset),
                          record.id, segment.first + index, record.text_bytes});
    }
  }
  std::ranges::sort(places, {},
                    [](const Place& place) { return std::pair(place.order, place.id); });
  std::int64_t bytes = 0;
  for (const Place& place : places) {
    bytes += place.bytes;
    // The first that does not fit ends the sample: filling up with small ones would favour them.
    if (bytes > collection.bytes_max) break;
    outside[place.document] = false;
  }
  return outside;
}

}  // namespace scribe
