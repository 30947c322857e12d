// Gradients of a step, added up over ranks while backward passes go on.
#include "train/gradient_sums.h"

#include <algorithm>

namespace scribe {
namespace {

/// Sums under way at once: each holds nearly a bucket of the others' values.
constexpr std::size_t kSumsMax = 4;

std::vector<Piece> groups_of(const std::vector<GradientBucket>& buckets, Zero zero) {
  return zero == Zero::gradients ? layer_groups(buckets) : std::vector<Piece>();
}

/// What a rank keeps of the groups' sums.
std::int64_t kept_size(const std::vector<GradientBucket>& buckets,
                       const std::vector<OwnedRun>& pieces, Zero zero) {
  std::int64_t size = 0;
  for (std::size_t i = 0; zero == Zero::gradients && i < buckets.size(); ++i)
    if (buckets[i].layer >= 0) size += pieces[i].range.size;
  return size;
}

}  // namespace

GradientSums::GradientSums(Backend& backend, Communicator& ranks, const ModelConfig& config,
                           Zero zero, std::int64_t part_floats)
    : backend_(backend),
      ranks_(backend, ranks),
      sharded_(zero != Zero::none && ranks.size() > 1),
      each_pass_(zero == Zero::gradients && ranks.size() > 1),
      buckets_(ranks.size() > 1 ? gradient_buckets(config, part_floats)
                                : std::vector<GradientBucket>()),
      pieces_(owned_runs(buckets_, ranks.rank(), ranks.size())),
      memory_(backend, config, groups_of(buckets_, zero)),
      kept_(backend.allocate(kept_size(buckets_, pieces_, zero))) {}

GradientSums::~GradientSums() = default;

std::int64_t GradientSums::size(const ModelConfig& config, int ranks, Zero zero,
                                std::int64_t part_floats) {
  const std::int64_t parameters = parameter_count(config);
  if (ranks == 1) return parameters;
  const std::vector<GradientBucket> buckets = gradient_buckets(config, part_floats);
  // The last rank's pieces are not the smaller ones.
  return GradientMemory::size(parameters, groups_of(buckets, zero)) +
         kept_size(buckets, owned_runs(buckets, ranks - 1, ranks), zero);
}

std::int64_t GradientSums::message_size(std::int64_t parameters, int ranks) {
  const auto under_way =
      std::min(parameters, kGradientPartFloats * static_cast<std::int64_t>(kSumsMax));
  return under_way / ranks * (ranks - 1);
}

void GradientSums::clear() {
  backend_.fill(memory_.all(), 0);
  backend_.fill(kept_->span(), 0);
}

Status GradientSums::start_pass(bool is_last) {
  SCRIBE_TRY(failed_);
  adds_up_ = is_last || each_pass_;
  next_ = 0;
  return make_room();
}

void GradientSums::layer_is_final(std::int32_t layer) {
  if (!adds_up_) return;
  const auto is_final = [&](const GradientBucket& bucket) {
    return bucket.layer >= 0 && bucket.layer >= layer;
  };
  if (failed_.ok()) failed_ = move_on();
  while (failed_.ok() && next_ < buckets_.size() && is_final(buckets_[next_]))
    failed_ = start_bucket();
  if (failed_.ok()) failed_ = make_room();
}

void GradientSums::skip_pass() {
  for (std::size_t layer = views().blocks.size(); layer-- > 0;)
    layer_is_final(static_cast<std::int32_t>(layer));
}

Status GradientSums::start_bucket() {
  if (under_way_.size() == kSumsMax) SCRIBE_TRY(finish_first());
  under_way_.push_back(
      {next_, ranks_.start_reduce_scatter(
                  memory_.at(buckets_[next_].range),
                  fmt::format("gradients, part {} of {}", next_ + 1, buckets_.size()))});
  ++next_;
  return {};
}

Status GradientSums::move_on() {
  for (const Pending& pending : under_way_) SCRIBE_TRY(pending.sum->poll());
  while (!under_way_.empty()) {
    SCRIBE_TRY_ASSIGN(const bool done, under_way_.front().sum->poll());
    if (!done) break;
    SCRIBE_TRY(finish_first());
  }
  return {};
}

/// Where the next layers are to be computed, sums of others may be under way.
Status GradientSums::make_room() {
  const auto is_in_the_way = [&](const Pending& pending) {
    return memory_.take_turns(buckets_[pending.bucket].range, buckets_[next_].range);
  };
  while (next_ < buckets_.size() && std::ranges::any_of(under_way_, is_in_the_way))
    SCRIBE_TRY(finish_first());
  return {};
}

Status GradientSums::finish_first() {
  SCRIBE_TRY(under_way_.front().sum->wait());
  take(under_way_.front().bucket);
  under_way_.pop_front();
  return {};
}

/// Adds this rank's piece of a sum to what it keeps, and clears the place for other layers.
void GradientSums::take(std::size_t bucket) {
  if (!each_pass_ || buckets_[bucket].layer < 0) return;
  const OwnedRun& piece = pieces_[bucket];
  ranks_.add(memory_.at(piece.range), part(kept_->span(), {piece.place, piece.range.size}));
  backend_.fill(memory_.at(buckets_[bucket].range), 0);
}

/// Buckets of layers are the first, so that what is kept of them has the first places.
std::span<const float> GradientSums::sums(const OwnedRun& run) const {
  if (run.place < kept_->size()) return part(kept_->span(), {run.place, run.range.size});
  return memory_.at(run.range);
}

Result<GradientSums::Figures> GradientSums::finish(double loss_sum) {
  SCRIBE_TRY(failed_);
  while (next_ < buckets_.size()) SCRIBE_TRY(start_bucket());
  while (!under_way_.empty()) SCRIBE_TRY(finish_first());
  Figures mine{.loss_sum = loss_sum, .sum_of_squares = 0};
  // By pieces whether or not they are shared, so that the norm is the same bits either way.
  for (const OwnedRun& piece : pieces_) mine.sum_of_squares += backend_.sum_of_squares(sums(piece));
  if (!sharded_)
    for (const GradientBucket& bucket : buckets_)
      SCRIBE_TRY(ranks_.all_gather(memory_.at(bucket.range), "gradients"));
  SCRIBE_TRY_ASSIGN(const std::vector<Figures> all,
                    ranks_.numbers().all_gather_values(mine, "the loss"));
  Figures sum;
  for (const Figures& figures : all) {
    sum.loss_sum += figures.loss_sum;
    sum.sum_of_squares += figures.sum_of_squares;
  }
  if (ranks_.size() == 1) sum.sum_of_squares = sum_of_squares();
  return sum;
}

}  // namespace scribe
