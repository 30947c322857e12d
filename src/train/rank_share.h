// Which part of a step each rank computes.
#pragma once

#include <cstdint>
#include <vector>

#include "model/training_pass.h"
#include "train/batch_source.h"

namespace scribe {

/// The examples of these micro-batches that belong to a rank: of all together, one run of them, cut
/// where it begins and ends inside a micro-batch. All ranks get as many, give or take one; it may
/// be none. Rank 0 of 1 gets all as they are.
std::vector<TokenBatch> share_of(const std::vector<TokenBatch>& batches, int rank, int ranks);

/// The same examples in the same order, in micro-batches of at most `micro`.
std::vector<TokenBatch> in_micro_batches(const std::vector<TokenBatch>& batches,
                                         std::int64_t micro);

/// The most micro-batches that a rank's share has.
std::int64_t most_of_share(const std::vector<TokenBatch>& batches, int ranks);

/// The index of a rank's first example.
std::int64_t first_of_share(const std::vector<TokenBatch>& batches, int rank, int ranks);

/// The most examples that a rank computes at once, of batches of this size.
std::int64_t share_micro(BatchSize batch, int ranks);

}  // namespace scribe
