// AdamW over ranks: each keeps its share of the moments, and updates that share of the weights.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "checkpoint/training_state.h"
#include "comm/communicator.h"
#include "model/parameters.h"
#include "train/device_ranks.h"
#include "train/gradient_sums.h"

namespace scribe {

/// Moments of a model that every rank holds. All ranks call everything in the same order.
/// Afterwards they have the same weights, to the bit. Errors are those of Communicator.
class ShardedOptimizer {
 public:
  /// All must outlive it.
  /// `seed` is for rounding parameters in bf16.
  ShardedOptimizer(Backend& backend, Communicator& ranks, Parameters& parameters,
                   const GradientSums& gradients, std::uint64_t seed);

  /// With the sums of a step, updates the weights of all ranks; decay applies to matrices only.
  Status update(AdamWStep step);

  /// The whole moments by tensor, for rank 0 to write and read. The others call
  /// give_moments() and take_moments() at that time.
  MomentAccess moments();
  Status give_moments();
  Status take_moments();

 private:
  std::vector<OwnedRun> owned_by(int rank) const;
  std::span<float> memory_of(Moment moment);
  void update_run(const OwnedRun& run, const AdamWStep& step);
  Status share_updated(const GradientBucket& bucket);
  std::span<float> not_decaying(Piece range);
  Status for_all_tensors(const std::function<Status(Moment, const ParameterInfo&)>& each);
  Result<std::span<const float>> collect(Moment moment, const ParameterInfo& info);
  Status distribute(Moment moment, const ParameterInfo& info, std::span<const float> values);

  Backend& backend_;
  DeviceRanks ranks_;
  Parameters& parameters_;
  const GradientSums& gradients_;
  std::uint64_t seed_;
  std::vector<OwnedRun> owned_;
  std::unique_ptr<Buffer> m_, v_;
  std::vector<float> tensor_;  ///< one, on its way to or from rank 0
};

}  // namespace scribe
