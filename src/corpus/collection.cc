// Two passes over the files: the first decides, the second writes; memory holds hashes, not texts.
#include "corpus/collection.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "base/hash.h"
#include "corpus/prose.h"
#include "corpus/text_statistics.h"

namespace scribe {
namespace {

constexpr std::size_t kBatchFiles =
    256;  // Read at once: at most 256 times the size limit in memory.
constexpr std::uint64_t kSampleSeedOffset =
    0x9E3779B97F4A7C15;  // Sample and split are independent.

/// Calls work(index) for all indices on the pool and done(index) in order on the caller, batch by
/// batch. `done` returns a Status.
template <typename Work, typename Done>
Status in_batches(const CollectionContext& context, std::size_t count, const std::string& label,
                  Work&& work, Done&& done) {
  Progress progress(context.env, {.label = label,
                                  .unit = "files",
                                  .total = static_cast<std::int64_t>(count),
                                  .quiet = context.options.quiet});
  for (std::size_t begin = 0; begin < count; begin += kBatchFiles) {
    if (context.stop.requested())
      return error(ErrorCode::interrupted, "{}: stopped after {} of {} files; nothing was changed",
                   label, begin, count);
    const std::size_t size = std::min(kBatchFiles, count - begin);
    context.pool.run(static_cast<std::int64_t>(size), [&](std::int64_t index, int) {
      work(begin + static_cast<std::size_t>(index), static_cast<std::size_t>(index));
    });
    for (std::size_t index = 0; index < size; ++index) SCRIBE_TRY(done(begin + index, index));
    progress.update(static_cast<std::int64_t>(begin + size));
  }
  return {};
}

/// What the first pass finds out about one file alone.
struct Judgement {
  std::optional<Rule> dropped_by;
  std::string id;
  std::int64_t text_bytes = 0;
  std::optional<Contamination> contamination;
};

Judgement judge(const CollectionContext& context, const FilterOptions& filter,
                const Candidate& candidate) {
  const LoadedText loaded = load_candidate(context.env, candidate, filter);
  Judgement judgement{
      .dropped_by = loaded.dropped_by, .id = {}, .text_bytes = 0, .contamination = std::nullopt};
  if (loaded.dropped_by.has_value()) return judgement;
  judgement.id = hash128_hex(stripped(loaded.text));
  judgement.text_bytes = static_cast<std::int64_t>(loaded.text.size());
  judgement.contamination = context.decontaminator.find(loaded.text);
  return judgement;
}

bool is_validation(const std::string& id, const CorpusOptions& options) {
  const double position = static_cast<double>(hash64(id, options.seed) >> 11) * 0x1.0p-53;
  return position < options.validation_share;
}

void count(FileCount& counter, std::int64_t bytes, std::int64_t sign = 1) {
  counter.files += sign;
  counter.bytes += sign * bytes;
}

FileCount& dropped(CollectionSummary& summary, Rule rule) {
  return summary.dropped[static_cast<std::size_t>(rule)];
}

SplitCount& split_of(CollectionSummary& summary, bool validation) {
  return validation ? summary.validation : summary.train;
}

Rule rule_of(const Error& failure) {
  return failure.code() == ErrorCode::limit_exceeded ? Rule::too_large : Rule::unreadable;
}

}  // namespace

LoadedText load_candidate(Env& env, const Candidate& candidate, const FilterOptions& filter) {
  if (!is_gzip_path(candidate.path) && candidate.size_bytes >= filter.size_bytes_max)
    return {.dropped_by = Rule::too_large, .text = {}};
  auto bytes = read_text_file(env, candidate.path, filter.size_bytes_max);
  if (!bytes.ok()) return {.dropped_by = rule_of(bytes.error()), .text = {}};
  std::string text = std::move(bytes).value();
  if (static_cast<std::int64_t>(text.size()) >= filter.size_bytes_max)
    return {.dropped_by = Rule::too_large, .text = {}};
  if (candidate.kind == Candidate::Kind::python_notes) text = prose_from_python(text);
  if (candidate.kind == Candidate::Kind::documentation) text = prose_from_document(text);
  const bool is_code = candidate.kind == Candidate::Kind::python_code;
  const std::optional<Rule> rule =
      dropping_rule({.text = text, .language = is_code ? kPython : kUnknownLanguage}, filter);
  return {.dropped_by = rule, .text = std::move(text)};
}

Result<Collection> filter_candidates(const CollectionContext& context, const FilterOptions& filter,
                                     std::vector<Candidate> candidates, const std::string& label) {
  Collection collection{
      .candidates = std::move(candidates), .kept = {}, .removals = {}, .summary = {}};
  std::vector<Judgement> judgements(kBatchFiles);
  std::unordered_set<std::string> ids;
  const auto work = [&](std::size_t index, std::size_t slot) {
    judgements[slot] = judge(context, filter, collection.candidates[index]);
  };
  const auto done = [&](std::size_t index, std::size_t slot) -> Status {
    const Candidate& candidate = collection.candidates[index];
    Judgement& judgement = judgements[slot];
    count(collection.summary.found, candidate.size_bytes);
    if (!judgement.dropped_by.has_value() && !ids.insert(judgement.id).second)
      judgement.dropped_by = Rule::duplicate;
    if (!judgement.dropped_by.has_value() && judgement.contamination.has_value()) {
      judgement.dropped_by = Rule::contaminated;
      collection.removals.push_back({candidate.path, *std::move(judgement.contamination)});
    }
    if (judgement.dropped_by.has_value()) {
      count(dropped(collection.summary, *judgement.dropped_by), candidate.size_bytes);
      return {};
    }
    const std::string& split_id = candidate.split_id.empty() ? judgement.id : candidate.split_id;
    collection.kept.push_back({.candidate = index,
                               .id = judgement.id,
                               .text_bytes = judgement.text_bytes,
                               .validation = is_validation(split_id, context.options)});
    SplitCount& split = split_of(collection.summary, collection.kept.back().validation);
    ++split.documents;
    split.text_bytes += judgement.text_bytes;
    return {};
  };
  SCRIBE_TRY(in_batches(context, collection.candidates.size(), label, work, done));
  return collection;
}

void sample_documents(std::int64_t bytes_max, std::uint64_t seed, Collection& collection) {
  if (bytes_max <= 0) return;
  std::vector<std::size_t> order(collection.kept.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t index) {
    const std::string& id = collection.kept[index].id;
    return std::pair(hash64(id, seed + kSampleSeedOffset), std::string_view(id));
  });
  std::vector<bool> stays(order.size());
  std::int64_t bytes = 0;
  for (const std::size_t index : order) {
    bytes += collection.kept[index].text_bytes;
    // The first that does not fit ends the sample: filling up with small ones would favour them.
    if (bytes > bytes_max) break;
    stays[index] = true;
  }
  std::vector<Kept> sample;
  for (std::size_t index = 0; index < stays.size(); ++index) {
    Kept& kept = collection.kept[index];
    if (stays[index]) {
      sample.push_back(std::move(kept));
      continue;
    }
    count(dropped(collection.summary, Rule::over_bytes_max),
          collection.candidates[kept.candidate].size_bytes);
    SplitCount& split = split_of(collection.summary, kept.validation);
    --split.documents;
    split.text_bytes -= kept.text_bytes;
  }
  collection.kept = std::move(sample);
}

Status write_documents(const CollectionContext& context, const FilterOptions& filter,
                       const Collection& collection, const std::string& label, StagedFile& train,
                       StagedFile& validation) {
  std::vector<std::string> lines(kBatchFiles);
  const auto work = [&](std::size_t index, std::size_t slot) {
    const Kept& kept = collection.kept[index];
    const Candidate& candidate = collection.candidates[kept.candidate];
    LoadedText loaded = load_candidate(context.env, candidate, filter);
    lines[slot].clear();
    if (loaded.dropped_by.has_value() || hash128_hex(stripped(loaded.text)) != kept.id) return;
    lines[slot] = to_json_line(
        Json{{"id", kept.id}, {"source", candidate.path}, {"text", std::move(loaded.text)}});
    lines[slot] += '\n';
  };
  const auto done = [&](std::size_t index, std::size_t slot) -> Status {
    const Kept& kept = collection.kept[index];
    if (lines[slot].empty())
      return error(ErrorCode::io, "'{}' changed while the corpus was built; run the command again",
                   collection.candidates[kept.candidate].path);
    return (kept.validation ? validation : train).append(lines[slot]);
  };
  return in_batches(context, collection.kept.size(), label, work, done);
}

}  // namespace scribe
