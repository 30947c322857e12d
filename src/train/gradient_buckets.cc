// The parts in which gradients are added up over ranks, and who keeps which piece of them.
#include "train/gradient_buckets.h"

#include <algorithm>

namespace scribe {
namespace {

/// Adds a range in parts of at most `floats_max`.
void add(std::vector<GradientBucket>& buckets, Piece range, std::int32_t layer, bool decays,
         std::int64_t floats_max) {
  for (std::int64_t begin = range.begin; begin < range.begin + range.size; begin += floats_max) {
    const std::int64_t size = std::min(floats_max, range.begin + range.size - begin);
    buckets.push_back({{begin, size}, layer, decays});
  }
}

/// Where the matrices of a layer lie: together, because the layout keeps their order.
Piece matrices_of(const std::vector<ParameterInfo>& layout, std::int32_t layer) {
  const std::string prefix = fmt::format("transformer.h.{}.", layer);
  Piece range;
  for (const ParameterInfo& info : layout) {
    if (!info.decays || !info.name.starts_with(prefix)) continue;
    if (range.size == 0) range.begin = info.offset;
    SCRIBE_CHECK(info.offset == range.begin + range.size, "{} lies apart", info.name);
    range.size += info.size;
  }
  return range;
}

}  // namespace

std::vector<GradientBucket> gradient_buckets(const ModelConfig& config, std::int64_t floats_max) {
  const std::vector<ParameterInfo> layout = parameter_layout(config);
  std::int64_t decaying = 0;
  std::int64_t all = 0;
  for (const ParameterInfo& info : layout) {
    all += info.size;
    if (info.decays) decaying += info.size;
  }
  std::vector<GradientBucket> buckets;
  Piece open{decaying, 0};  // Layers that wait for a bucket; the next one ends where they begin.
  std::int64_t last_end = 0;
  for (std::int32_t layer = config.layers - 1; layer >= 0; --layer) {
    const Piece range = matrices_of(layout, layer);
    last_end = std::max(last_end, range.begin + range.size);
    if (open.size > 0 && open.size + range.size > floats_max) {
      add(buckets, open, layer + 1, true, floats_max);
      open.size = 0;
    }
    open = {range.begin, open.size + range.size};
  }
  add(buckets, open, 0, true, floats_max);
  add(buckets, {0, open.begin}, -1, true, floats_max);
  add(buckets, {last_end, decaying - last_end}, -1, true, floats_max);
  add(buckets, {decaying, all - decaying}, -1, false, floats_max);
  return buckets;
}

std::vector<Piece> layer_groups(const std::vector<GradientBucket>& buckets) {
  std::vector<Piece> groups;
  std::int32_t layer = -1;
  for (const GradientBucket& bucket : buckets) {
    if (bucket.layer < 0) break;
    if (bucket.layer != layer) groups.push_back({bucket.range.begin, 0});
    groups.back().size += bucket.range.size;
    layer = bucket.layer;
  }
  return groups;
}

std::vector<OwnedRun> owned_runs(const std::vector<GradientBucket>& buckets, int rank, int ranks) {
  std::vector<OwnedRun> runs;
  std::int64_t place = 0;
  for (const GradientBucket& bucket : buckets) {
    const Piece piece = piece_of(bucket.range.size, rank, ranks);
    runs.push_back({{bucket.range.begin + piece.begin, piece.size}, place, bucket.decays});
    place += piece.size;
  }
  return runs;
}

OwnedRun overlap(const OwnedRun& run, Piece range) {
  const std::int64_t begin = std::max(run.range.begin, range.begin);
  const std::int64_t end = std::min(run.range.begin + run.range.size, range.begin + range.size);
  if (end <= begin) return {};
  return {{begin, end - begin}, run.place + begin - run.range.begin, run.decays};
}

std::int64_t total_size(const std::vector<OwnedRun>& runs) {
  return runs.empty() ? 0 : runs.back().place + runs.back().range.size;
}

}  // namespace scribe
