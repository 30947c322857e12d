// The parts in which gradients are added up over ranks, and who keeps which piece of them.
#pragma once

#include <cstdint>
#include <vector>

#include "comm/communicator.h"
#include "model/parameters.h"

namespace scribe {

/// A run of floats of a Parameters' memory, all with weight decay or all without.
struct GradientBucket {
  Piece range;
  /// Final once the backward pass is through this layer; -1: once it has ended.
  std::int32_t layer = -1;
  bool decays = false;
};

/// All of the parameters, in the order in which a backward pass makes their gradients final: the
/// matrices of the last layer first, embeddings, norms and biases last. Small layers share a
/// bucket, large ones are cut: none has more than `floats_max`.
std::vector<GradientBucket> gradient_buckets(const ModelConfig& config, std::int64_t floats_max);

/// The matrices of layers that become final together, in that order: each is the range of
/// neighbouring buckets.
std::vector<Piece> layer_groups(const std::vector<GradientBucket>& buckets);

/// A run of the parameters whose moments lie together in some rank's memory.
struct OwnedRun {
  Piece range;             ///< of the parameters
  std::int64_t place = 0;  ///< in the memory of moments
  bool decays = false;
};

/// What a rank owns if each bucket is cut into as many pieces as there are ranks: one run of each,
/// in their order.
std::vector<OwnedRun> owned_runs(const std::vector<GradientBucket>& buckets, int rank, int ranks);

/// The part of a run that lies in `range`; its size is 0 if none does.
OwnedRun overlap(const OwnedRun& run, Piece range);

/// Number of floats.
std::int64_t total_size(const std::vector<OwnedRun>& runs);

}  // namespace scribe
