// One pass over the shards of a collection.
#include "corpus/corpus_statistics.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "base/hash.h"
#include "corpus/document_file.h"

namespace scribe {
namespace {

constexpr std::size_t kSampleTextBytes = 2000;
constexpr std::size_t kSimilarityBuckets = 20;

/// The documents whose hashes are least: the same whatever the order of the shards.
class Sampler {
 public:
  Sampler(int count, std::uint64_t seed) : count_(static_cast<std::size_t>(count)), seed_(seed) {}

  void add(const DocumentView& document) {
    const std::uint64_t order = hash64(document.id, seed_);
    if (count_ == 0 || (best_.size() == count_ && order >= best_.back().first)) return;
    SampledDocument sample{.id = std::string(document.id),
                           .source = std::string(document.source),
                           .license = std::string(document.license),
                           .text = std::string(document.text.substr(0, kSampleTextBytes))};
    const auto place = std::ranges::upper_bound(best_, order, {}, &Entry::first);
    best_.insert(place, {order, std::move(sample)});
    if (best_.size() > count_) best_.pop_back();
  }

  std::vector<SampledDocument> samples() && {
    std::vector<SampledDocument> all;
    for (Entry& entry : best_) all.push_back(std::move(entry.second));
    return all;
  }

 private:
  using Entry = std::pair<std::uint64_t, SampledDocument>;
  std::size_t count_;
  std::uint64_t seed_;
  std::vector<Entry> best_;  // ordered
};

class StatisticsReader {
 public:
  StatisticsReader(Env& env, const StopToken& stop, const StatisticsOptions& options)
      : env_(env), stop_(stop), options_(options), sampler_(options.samples, options.seed) {}

  Status read_documents(const std::string& path) {
    SCRIBE_TRY_ASSIGN(DocumentReader reader, DocumentReader::open(env_, path));
    for (;;) {
      SCRIBE_TRY_ASSIGN(const std::optional<DocumentView> document, reader.next());
      if (!document) return {};
      if (stop_.requested()) return error(ErrorCode::interrupted, "statistics: stopped");
      add(*document);
    }
  }

  Status read_duplicates(const std::string& path) {
    return for_each_json_line(
        env_, path, [&](const Json& line, const std::string& where) -> Status {
          SCRIBE_TRY_ASSIGN(const std::string kept, json_field<std::string>(line, "kept", where));
          SCRIBE_TRY_ASSIGN(const std::string rule, json_field<std::string>(line, "rule", where));
          SCRIBE_TRY_ASSIGN(const double similarity, json_field<double>(line, "similarity", where));
          DuplicateCluster& cluster = clusters_[hash64(kept)];
          if (++cluster.removed == 1) {
            cluster.kept = kept;
            SCRIBE_TRY_ASSIGN(cluster.kept_source,
                              json_field<std::string>(line, "kept_source", where));
          }
          if (rule == "near_duplicate")
            ++statistics_.similarities[static_cast<std::size_t>(
                std::clamp(similarity, 0.0, 1.0) * kSimilarityBuckets + 1e-6)];
          return {};
        });
  }

  CollectionStatistics finish() && {
    for (const auto& [key, cluster] : clusters_) statistics_.cluster_sizes.add(cluster.removed);
    std::vector<DuplicateCluster>& largest = statistics_.largest;
    for (auto& [key, cluster] : clusters_) largest.push_back(std::move(cluster));
    const auto rank = [](const DuplicateCluster& cluster) {
      return std::pair(-cluster.removed, std::string_view(cluster.kept));
    };
    const auto wanted = std::min(largest.size(), static_cast<std::size_t>(options_.clusters));
    std::ranges::partial_sort(largest, largest.begin() + static_cast<std::ptrdiff_t>(wanted), {},
                              rank);
    largest.resize(wanted);
    statistics_.samples = std::move(sampler_).samples();
    return std::move(statistics_);
  }

 private:
  void add(const DocumentView& document) {
    statistics_.bytes.add(static_cast<std::int64_t>(document.text.size()));
    statistics_.lines.add(std::ranges::count(document.text, '\n'));
    statistics_.text_bytes += static_cast<std::int64_t>(document.text.size());
    if (options_.tokenizer != nullptr) {
      const auto tokens =
          static_cast<std::int64_t>(options_.tokenizer->encode(document.text).size());
      statistics_.tokens.add(tokens);
      statistics_.token_count += tokens;
    }
    sampler_.add(document);
  }

  Env& env_;
  const StopToken& stop_;
  const StatisticsOptions& options_;
  Sampler sampler_;
  std::unordered_map<std::uint64_t, DuplicateCluster> clusters_;
  CollectionStatistics statistics_;
};

Json to_json(const SizeHistogram& histogram) {
  Json buckets = Json::array();
  for (std::size_t bucket = 0; bucket < histogram.counts.size(); ++bucket)
    if (histogram.counts[bucket] > 0)
      buckets.push_back({{"from", bucket == 0 ? 0 : std::int64_t{1} << bucket},
                         {"below", std::int64_t{1} << (bucket + 1)},
                         {"count", histogram.counts[bucket]}});
  return buckets;
}

}  // namespace

void SizeHistogram::add(std::int64_t value) {
  const auto width = static_cast<std::size_t>(
      std::bit_width(static_cast<std::uint64_t>(std::max(value, std::int64_t{1}))));
  ++counts[std::min(width - 1, counts.size() - 1)];
}

Result<CollectionStatistics> read_statistics(Env& env, const StopToken& stop,
                                             const StatisticsOptions& options,
                                             std::string_view collection) {
  const std::string folder = fmt::format("{}/{}", options.folder, collection);
  StatisticsReader reader(env, stop, options);
  for (const std::string_view split : {"train", "validation"}) {
    const auto files = document_files(env, folder, split);
    if (!files.ok() && split == "validation") continue;  // None was held out.
    if (!files.ok()) return files.error();
    for (const std::string& file : files.value()) SCRIBE_TRY(reader.read_documents(file));
  }
  if (const auto files = document_files(env, folder, "duplicates"); files.ok())
    for (const std::string& file : files.value()) SCRIBE_TRY(reader.read_duplicates(file));
  return std::move(reader).finish();
}

Json to_json(const CollectionStatistics& statistics) {
  Json similarities = Json::array();
  for (std::size_t bucket = 0; bucket < statistics.similarities.size(); ++bucket)
    if (statistics.similarities[bucket] > 0)
      similarities.push_back(
          {{"from", static_cast<double>(bucket) / static_cast<double>(kSimilarityBuckets)},
           {"count", statistics.similarities[bucket]}});
  Json largest = Json::array();
  for (const DuplicateCluster& cluster : statistics.largest)
    largest.push_back({{"kept", cluster.kept},
                       {"kept_source", cluster.kept_source},
                       {"removed", cluster.removed}});
  Json samples = Json::array();
  for (const SampledDocument& sample : statistics.samples)
    samples.push_back({{"id", sample.id},
                       {"source", sample.source},
                       {"license", sample.license},
                       {"text", sample.text}});
  return {{"text_bytes", statistics.text_bytes},
          {"tokens", statistics.token_count},
          {"bytes_per_document", to_json(statistics.bytes)},
          {"lines_per_document", to_json(statistics.lines)},
          {"tokens_per_document", to_json(statistics.tokens)},
          {"near_duplicate_similarity", similarities},
          {"cluster_sizes", to_json(statistics.cluster_sizes)},
          {"largest_clusters", largest},
          {"samples", samples}};
}

}  // namespace scribe
