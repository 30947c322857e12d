// Gradients of a step, added up over ranks while backward passes go on.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "comm/communicator.h"
#include "train/data_parallel.h"
#include "train/device_ranks.h"
#include "train/gradient_buckets.h"
#include "train/gradient_memory.h"

namespace scribe {

/// A rank's gradients of a step, over one or more passes, and their sums over ranks.
///
/// With Zero::gradients layers are added up in each pass, and a rank keeps of the sums what it
/// owns; tables and vectors, and with less than that everything, once in a step. All ranks make as
/// many passes and call everything but views() and layer_is_final() in the same order. Errors are
/// those of Communicator.
class GradientSums {
 public:
  /// All must outlive it.
  /// `part_floats`: the most that is added up at once.
  GradientSums(Backend& backend, Communicator& ranks, const ModelConfig& config, Zero zero,
               std::int64_t part_floats);
  ~GradientSums();

  /// The most floats that a rank holds of gradients that it computes and owns.
  static std::int64_t size(const ModelConfig& config, int ranks, Zero zero,
                           std::int64_t part_floats = kGradientPartFloats);
  /// The most that a rank holds of the others' gradients at once.
  static std::int64_t message_size(std::int64_t parameters, int ranks);

  /// This rank's, for passes to add to.
  const ParameterViews& views() const { return memory_.views(); }
  /// The sum of squares of all memory that passes add to. What is not finite in one layer makes it
  /// so, whatever other layers add in the same place.
  double sum_of_squares() const { return backend_.sum_of_squares(memory_.all()); }

  /// A step begins.
  void clear();
  /// A pass begins, the last of the step or one before it.
  Status start_pass(bool is_last);
  /// The gradients of this layer and those above will not change any more in this pass: their sums
  /// may start while the rest is computed. An error shows in what is called next.
  void layer_is_final(std::int32_t layer);
  /// The pass of a rank that has no examples left: its gradients are zero.
  void skip_pass();

  struct Figures {
    double loss_sum = 0;        ///< of all ranks
    double sum_of_squares = 0;  ///< of the gradients of all ranks together
  };
  /// The step ends: finishes the sums. Until clear(), sums() are there.
  Result<Figures> finish(double loss_sum);

  /// Does each rank own a part of the parameters, rather than all?
  bool is_sharded() const { return sharded_; }
  const std::vector<GradientBucket>& buckets() const { return buckets_; }
  /// Over all ranks; of a run that this rank owns.
  std::span<const float> sums(const OwnedRun& run) const;

 private:
  struct Pending {
    std::size_t bucket;
    std::unique_ptr<PendingSum> sum;
  };
  Status start_bucket();
  Status move_on();
  Status make_room();
  Status finish_first();
  void take(std::size_t bucket);

  Backend& backend_;
  DeviceRanks ranks_;
  bool sharded_;
  bool each_pass_;                       ///< layers are added up, not once in a step
  std::vector<GradientBucket> buckets_;  ///< none if there is one rank
  std::vector<OwnedRun> pieces_;         ///< this rank's of each bucket
  GradientMemory memory_;
  std::unique_ptr<Buffer> kept_;  ///< with each_pass_: the layers' sums, as in `pieces_`
  bool adds_up_ = false;          ///< layers, in this pass
  std::size_t next_ = 0;          ///< bucket whose sum has not started
  std::deque<Pending> under_way_;
  Status failed_;  ///< where no error could be returned
};

}  // namespace scribe
