// AdamW over ranks: each keeps its share of the moments, and updates that share of the weights.
#include "train/sharded_optimizer.h"

#include <algorithm>

namespace scribe {
namespace {

/// Decaying and other parameters, all owned: what a process holds that shares with nobody.
std::vector<OwnedRun> all_runs(const Parameters& parameters) {
  const std::int64_t decaying = parameters.decaying_size();
  const std::int64_t rest = parameters.size() - decaying;
  return {{{0, decaying}, 0, true}, {{decaying, rest}, decaying, false}};
}

}  // namespace

ShardedOptimizer::ShardedOptimizer(Backend& backend, Communicator& ranks, Parameters& parameters,
                                   const GradientSums& gradients, std::uint64_t seed)
    : backend_(backend),
      ranks_(backend, ranks),
      parameters_(parameters),
      gradients_(gradients),
      seed_(seed),
      owned_(owned_by(ranks.rank())),
      m_(backend.allocate(total_size(owned_))),
      v_(backend.allocate(total_size(owned_))) {}

std::vector<OwnedRun> ShardedOptimizer::owned_by(int rank) const {
  if (!gradients_.is_sharded()) return all_runs(parameters_);
  return owned_runs(gradients_.buckets(), rank, ranks_.size());
}

std::span<float> ShardedOptimizer::memory_of(Moment moment) {
  return moment == Moment::m ? m_->span() : v_->span();
}

void ShardedOptimizer::update_run(const OwnedRun& run, const AdamWStep& step) {
  const Piece here{run.place, run.range.size};
  const std::span<const float> gradients = gradients_.sums(run);
  const std::span<float> m = part(m_->span(), here);
  const std::span<float> v = part(v_->span(), here);
  if (parameters_.storage() == WeightStorage::f32)
    backend_.adamw(part(parameters_.all(), run.range), gradients, m, v, step);
  else if (run.decays)
    backend_.adamw(part(parameters_.decaying_bf16(), run.range), gradients, m, v, step,
                   {.seed = seed_, .first = run.range.begin});
  else
    backend_.adamw(not_decaying(run.range), gradients, m, v, step);
}

Status ShardedOptimizer::update(AdamWStep step) {
  const double decay = step.weight_decay;
  for (const OwnedRun& run : owned_) {
    step.weight_decay = run.decays ? decay : 0;
    update_run(run, step);
  }
  if (gradients_.is_sharded())
    for (const GradientBucket& bucket : gradients_.buckets()) SCRIBE_TRY(share_updated(bucket));
  return {};
}

/// bf16 travels as floats, which hold it exactly.
Status ShardedOptimizer::share_updated(const GradientBucket& bucket) {
  constexpr std::string_view kWhat = "updated weights";
  if (parameters_.storage() == WeightStorage::f32)
    return ranks_.all_gather(part(parameters_.all(), bucket.range), kWhat);
  if (!bucket.decays) return ranks_.all_gather(not_decaying(bucket.range), kWhat);
  const std::span<std::uint16_t> stored = part(parameters_.decaying_bf16(), bucket.range);
  tensor_.resize(stored.size());
  backend_.download_bf16(stored, tensor_);
  SCRIBE_TRY(ranks_.numbers().all_gather(tensor_, kWhat));
  backend_.upload_bf16(tensor_, stored);
  return {};
}

/// Of parameters whose matrices are bf16.
std::span<float> ShardedOptimizer::not_decaying(Piece range) {
  return part(parameters_.not_decaying(), {range.begin - parameters_.decaying_size(), range.size});
}

MomentAccess ShardedOptimizer::moments() {
  return {
      .read = [this](Moment moment, const ParameterInfo& info) { return collect(moment, info); },
      .write = [this](Moment moment, const ParameterInfo& info,
                      std::span<const float> values) { return distribute(moment, info, values); }};
}

Status ShardedOptimizer::for_all_tensors(
    const std::function<Status(Moment, const ParameterInfo&)>& each) {
  for (const Moment moment : {Moment::m, Moment::v})
    for (const ParameterInfo& info : parameters_.layout()) SCRIBE_TRY(each(moment, info));
  return {};
}

Result<std::span<const float>> ShardedOptimizer::collect(Moment moment, const ParameterInfo& info) {
  const Piece range{info.offset, info.size};
  if (!gradients_.is_sharded())
    return backend_.in_host_memory(part(memory_of(moment), range), tensor_);
  tensor_.resize(static_cast<std::size_t>(info.size));
  for (int rank = 0; rank < ranks_.size(); ++rank)
    for (const OwnedRun& run : owned_by(rank)) {
      const OwnedRun both = overlap(run, range);
      if (both.range.size == 0) continue;
      const std::span<float> to =
          part(std::span(tensor_), {both.range.begin - info.offset, both.range.size});
      if (rank == ranks_.rank())
        backend_.download(part(memory_of(moment), {both.place, both.range.size}), to);
      else
        SCRIBE_TRY(ranks_.numbers().receive(to, rank, "moments to save"));
    }
  return std::span<const float>(tensor_);
}

Status ShardedOptimizer::distribute(Moment moment, const ParameterInfo& info,
                                    std::span<const float> values) {
  const Piece range{info.offset, info.size};
  if (ranks_.size() == 1) {
    backend_.upload(values, part(memory_of(moment), range));
    return {};
  }
  for (int rank = 0; rank < ranks_.size(); ++rank)
    for (const OwnedRun& run : owned_by(rank)) {
      const OwnedRun both = overlap(run, range);
      if (both.range.size == 0) continue;
      const std::span<const float> from =
          part(values, {both.range.begin - info.offset, both.range.size});
      if (rank == ranks_.rank())
        backend_.upload(from, part(memory_of(moment), {both.place, both.range.size}));
      else
        SCRIBE_TRY(ranks_.numbers().send(from, rank, "saved moments"));
    }
  return {};
}

Status ShardedOptimizer::give_moments() {
  if (!gradients_.is_sharded()) return {};
  return for_all_tensors([this](Moment moment, const ParameterInfo& info) -> Status {
    for (const OwnedRun& run : owned_) {
      const OwnedRun both = overlap(run, {info.offset, info.size});
      if (both.range.size > 0)
        SCRIBE_TRY(ranks_.send(part(memory_of(moment), {both.place, both.range.size}), 0,
                               "moments to save"));
    }
    return {};
  });
}

Status ShardedOptimizer::take_moments() {
  return for_all_tensors([this](Moment moment, const ParameterInfo& info) -> Status {
    for (const OwnedRun& run : owned_) {
      const OwnedRun both = overlap(run, {info.offset, info.size});
      if (both.range.size > 0)
        SCRIBE_TRY(ranks_.receive(part(memory_of(moment), {both.place, both.range.size}), 0,
                                  "saved moments"));
    }
    return {};
  });
}

}  // namespace scribe
