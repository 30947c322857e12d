// The first stage: from sources to staged segments.
#include <algorithm>

#include "base/json.h"
#include "corpus/build/collection.h"
#include "corpus/build/segment.h"
#include "corpus/document_filter.h"
#include "corpus/text_statistics.h"

namespace scribe {
namespace {

constexpr std::int64_t kMegabyte = 1'000'000;
constexpr std::uint32_t kSegmentDocumentsMax = 1 << 16;  // Of tiny ones: their keys are in memory.

std::string unit_path(const Collection& collection, std::int64_t unit) {
  return fmt::format("{}/{:06}", collection.folder, unit);
}
std::string account_path(const Collection& collection, std::int64_t unit) {
  return unit_path(collection, unit) + ".account";
}
std::string segment_path(const Collection& collection, std::int64_t unit, std::size_t segment) {
  return fmt::format("{}-{:04}", unit_path(collection, unit), segment);
}

void count(FileCount& counter, std::int64_t bytes) {
  ++counter.files;
  counter.bytes += bytes;
}

bool is_validation(std::string_view id, const CorpusOptions& options) {
  const double position = static_cast<double>(hash64(id, options.seed) >> 11) * 0x1.0p-53;
  return position < options.validation_share;
}

Json to_json(const FileCount& counts) {
  return {{"files", counts.files}, {"bytes", counts.bytes}};
}

Json to_json(const UnitAccount& account) {
  Json dropped;
  for (std::size_t rule = 0; rule < kRuleCount; ++rule)
    dropped.push_back(to_json(account.dropped[rule]));
  Json licenses = Json::object();
  for (const auto& [license, counts] : account.licenses) licenses[license] = to_json(counts);
  return {{"found", to_json(account.found)}, {"dropped", dropped},
          {"documents", account.documents},  {"contaminations", account.contaminations},
          {"damages", account.damages},      {"licenses", licenses},
          {"redacted", account.redacted}};
}

FileCount count_from(const Json& value) {
  return {.files = value.at("files"), .bytes = value.at("bytes")};
}

/// Requires what to_json wrote; anything else throws.
UnitAccount account_from(const Json& value) {
  UnitAccount account;
  account.found = count_from(value.at("found"));
  for (std::size_t rule = 0; rule < kRuleCount; ++rule)
    account.dropped[rule] = count_from(value.at("dropped").at(rule));
  value.at("documents").get_to(account.documents);
  for (const Json& line : value.at("contaminations")) account.contaminations.push_back(line);
  value.at("damages").get_to(account.damages);
  for (const auto& [license, counts] : value.at("licenses").items())
    account.licenses[license] = count_from(counts);
  value.at("redacted").get_to(account.redacted);
  return account;
}

/// The scan of one unit.
class UnitScan {
 public:
  UnitScan(const BuildContext& context, const Collection& collection, const MinHasher& hasher,
           std::int64_t unit)
      : context_(context),
        collection_(collection),
        unit_(unit),
        hasher_(hasher),
        signature_(static_cast<std::size_t>(collection.minhash.permutations)) {}

  Status run() {
    SCRIBE_TRY_ASSIGN(account_.damages,
                      collection_.read(unit_, [&](Candidate&& candidate) -> Status {
                        if (context_.stop.requested())
                          return error(ErrorCode::interrupted,
                                       "scan {}: stopped; the same command "
                                       "continues",
                                       collection_.name);
                        return take(std::move(candidate));
                      }));
    SCRIBE_TRY(end_segment());
    return write_file_atomic(context_.env, account_path(collection_, unit_),
                             to_json_line(to_json(account_)) + "\n");
  }

 private:
  Status take(Candidate&& candidate) {
    count(account_.found, candidate.size_bytes);
    if (candidate.dropped_by) return drop(*candidate.dropped_by, candidate);
    FilteredDocument filtered = filter_document(candidate.path, std::move(candidate.text),
                                                candidate.license, collection_.filter);
    if (filtered.dropped_by) return drop(*filtered.dropped_by, candidate);
    candidate.text = std::move(filtered.text);
    candidate.license = std::move(filtered.license);
    for (std::size_t kind = 0; kind < kPrivateDataKindCount; ++kind)
      account_.redacted[kind] += filtered.redacted[kind];
    if (const auto found = context_.decontaminator.find(candidate.text)) {
      account_.contaminations.push_back({{"collection", collection_.name},
                                         {"source", candidate.source},
                                         {"task_id", found->task_id},
                                         {"rule", found->rule},
                                         {"match", found->match}});
      return drop(Rule::contaminated, candidate);
    }
    return stage(candidate);
  }

  Status drop(Rule rule, const Candidate& candidate) {
    count(account_.dropped[static_cast<std::size_t>(rule)], candidate.size_bytes);
    return {};
  }

  Status stage(const Candidate& candidate) {
    if (!segment_) {
      SCRIBE_TRY_ASSIGN(
          SegmentWriter writer,
          SegmentWriter::create(context_.env,
                                segment_path(collection_, unit_, account_.documents.size()),
                                collection_.minhash, collection_.layout.partitions));
      segment_.emplace(std::move(writer));
    }
    const Hash128 id = hash128(stripped(candidate.text));
    const std::string split_id = candidate.split_id.empty() ? to_hex(id) : candidate.split_id;
    std::span<const std::uint32_t> signature;
    if (collection_.near_duplicates && hasher_.sign(candidate.text, signature_))
      signature = signature_;
    SCRIBE_TRY(segment_->add(
        {.record = {.id = id,
                    .size_bytes = candidate.size_bytes,
                    .validation = is_validation(split_id, context_.options) ? 1U : 0U},
         .source = candidate.source,
         .license = candidate.license,
         .text = candidate.text,
         .signature = signature}));
    count(account_.licenses[candidate.license], static_cast<std::int64_t>(candidate.text.size()));
    if (segment_->text_bytes() < collection_.layout.segment_bytes &&
        segment_->documents() < kSegmentDocumentsMax)
      return {};
    return end_segment();
  }

  Status end_segment() {
    if (!segment_) return {};
    account_.documents.push_back(segment_->documents());
    SCRIBE_TRY(segment_->finish());
    segment_.reset();
    return {};
  }

  const BuildContext& context_;
  const Collection& collection_;
  std::int64_t unit_;
  const MinHasher& hasher_;
  std::vector<std::uint32_t> signature_;
  std::optional<SegmentWriter> segment_;
  UnitAccount account_;
};

}  // namespace

BuildLayout layout_for(std::int64_t source_bytes) {
  const std::int64_t unit_bytes = std::clamp(source_bytes / 4096, 16 * kMegabyte, 256 * kMegabyte);
  // Each costs a look into every segment; in memory, it costs a few hundredths of what it is of.
  const std::int64_t partitions =
      std::max(std::min<std::int64_t>(source_bytes / (32 * kMegabyte), 512),
               source_bytes / (1000 * kMegabyte));
  return {.unit_bytes = unit_bytes,
          .segment_bytes = unit_bytes,
          .partitions = static_cast<int>(std::clamp<std::int64_t>(partitions, 16, 4096))};
}

Status scan_collection(const BuildContext& context, const Collection& collection) {
  SCRIBE_TRY(context.env.create_directories(collection.folder));
  const MinHasher hasher(collection.minhash);
  return run_tasks(
      context,
      {.label = "scan " + collection.name,
       .count = collection.units,
       .result = [&](std::int64_t unit) { return account_path(collection, unit); },
       .work =
           [&](std::int64_t unit) { return UnitScan(context, collection, hasher, unit).run(); }});
}

Result<Scanned> read_accounts(const BuildContext& context, const Collection& collection) {
  Scanned scanned;
  std::int64_t documents = 0;
  for (std::int64_t unit = 0; unit < collection.units; ++unit) {
    const std::string path = account_path(collection, unit);
    SCRIBE_TRY_ASSIGN(const std::string text, context.env.read_file(path));
    SCRIBE_TRY_ASSIGN(const Json value, parse_json(text, path));
    try {
      scanned.accounts.push_back(account_from(value));
    } catch (const Json::exception&) {
      return error(ErrorCode::invalid_data, "'{}' is damaged; delete its folder and build again",
                   path);
    }
    const std::vector<std::int64_t>& segments = scanned.accounts.back().documents;
    for (std::size_t segment = 0; segment < segments.size(); ++segment) {
      scanned.segments.push_back({.path = segment_path(collection, unit, segment),
                                  .first = static_cast<std::uint32_t>(documents),
                                  .documents = static_cast<std::uint32_t>(segments[segment])});
      documents += segments[segment];
    }
  }
  if (documents > std::numeric_limits<std::uint32_t>::max())
    return error(ErrorCode::limit_exceeded,
                 "{} documents passed the rules, at most {} can be compared: build the corpus in "
                 "parts",
                 documents, std::numeric_limits<std::uint32_t>::max());
  scanned.documents = static_cast<std::uint32_t>(documents);
  return scanned;
}

std::size_t Scanned::segment_of(std::uint32_t document) const {
  const auto after = std::ranges::upper_bound(segments, document, {}, &Segment::first);
  return static_cast<std::size_t>(after - segments.begin()) - 1;
}

}  // namespace scribe
