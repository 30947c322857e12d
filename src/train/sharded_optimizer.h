// AdamW over ranks: gradients are added up, and each rank keeps its share of the moments.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "checkpoint/training_state.h"
#include "comm/communicator.h"
#include "model/parameters.h"
#include "train/data_parallel.h"
#include "train/gradient_buckets.h"

namespace scribe {

/// Gradients and moments of a model that every rank holds. All ranks call everything but
/// gradients() and layer_is_final() in the same order. Afterwards they have the same weights, to
/// the bit. Errors are those of Communicator.
class ShardedOptimizer {
 public:
  /// All must outlive it; `backend` must keep its memory on the host if there are several ranks.
  /// `seed` is for rounding parameters in bf16.
  ShardedOptimizer(Backend& backend, Communicator& ranks, Parameters& parameters, Zero zero,
                   std::uint64_t seed);
  ~ShardedOptimizer();

  /// The most that a rank holds of the others' gradients at once.
  static std::int64_t message_floats(std::int64_t parameters, int ranks);

  /// This rank's, to add to.
  Parameters& gradients() { return gradients_; }
  void clear_gradients() { backend_.fill(gradients_.all(), 0); }

  /// The gradients of this layer and those above will not change any more in this step: their sums
  /// may start while the rest is computed. An error shows in add_up().
  void layer_is_final(std::int32_t layer);

  struct Figures {
    double loss_sum = 0;        ///< of all ranks
    double sum_of_squares = 0;  ///< of the gradients of all ranks together
  };
  /// Finishes the sums. Then this rank's gradients hold those that it updates with.
  Result<Figures> add_up(double loss_sum);

  /// Updates the weights of all ranks; decay applies to matrices only.
  Status update(AdamWStep step);

  /// The whole moments by tensor, for rank 0 to write and read. The others call
  /// give_moments() and take_moments() at that time.
  MomentAccess moments();
  Status give_moments();
  Status take_moments();

 private:
  std::span<float> memory_of(Moment moment);
  void update_run(const OwnedRun& run, const AdamWStep& step);
  Status share_updated(const GradientBucket& bucket);
  std::span<float> not_decaying(Piece range);
  Status start_bucket();
  Status move_on();
  Status for_all_tensors(const std::function<Status(Moment, const ParameterInfo&)>& each);
  Result<std::span<const float>> collect(Moment moment, const ParameterInfo& info);
  Status distribute(Moment moment, const ParameterInfo& info, std::span<const float> values);

  Backend& backend_;
  Communicator& ranks_;
  Parameters& parameters_;
  bool shards_;
  std::uint64_t seed_;
  Parameters gradients_;
  std::vector<GradientBucket> buckets_;
  std::vector<OwnedRun> owned_;
  std::unique_ptr<Buffer> m_, v_;
  std::vector<float> tensor_;                      ///< one, on its way to or from rank 0
  std::vector<std::unique_ptr<PendingSum>> sums_;  ///< of buckets, in their order
  std::size_t finished_ = 0;                       ///< of the sums
  Status failed_;                                  ///< where no error could be returned
};

}  // namespace scribe
