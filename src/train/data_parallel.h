// Several processes that make one run: how they share it, and that they agree on it.
#pragma once

#include <cstdint>
#include <string_view>

#include "backend/backend.h"
#include "base/json.h"
#include "checkpoint/training_state.h"
#include "comm/communicator.h"

namespace scribe {

/// What ranks share of the state of training (Rajbhandari et al. 2020). It changes no bit,
/// but for gradients that are added up over ranks before they are over micro-batches.
enum class Zero : int {
  none = 0,       ///< every rank has all of it
  optimizer = 1,  ///< each has its part of the moments, and updates that part of the weights
  gradients = 2   ///< and its part of the layers' gradients
};

/// 16 MiB: large enough that a network is busy, small enough that sums start early.
constexpr std::int64_t kGradientPartFloats = std::int64_t{4} << 20;

/// Who trains with whom. Each rank computes its share of every step's examples; only rank 0 reads
/// and writes the run's directory, whose files do not tell how many ranks there were.
struct DataParallel {
  Communicator* ranks = nullptr;  ///< nullptr: this process alone; else it must outlive the run
  Zero zero = Zero::optimizer;
  std::int64_t part_floats = kGradientPartFloats;  ///< the most gradients added up at once

  bool is_first() const { return ranks == nullptr || ranks->rank() == 0; }
  /// Communicator::agree(); of a process alone its own status.
  Status agree(const Status& mine, std::string_view what) const {
    return ranks == nullptr ? mine : ranks->agree(mine, what);
  }
};

/// Errors: invalid_argument naming a field that is not the same on all ranks, and the rank; all
/// ranks have that error.
Status check_same(Communicator& ranks, const Json& mine);

/// Gives rank 0's numbers and weights, which are in memory of `backend`, to all.
Status share_start(Backend& backend, Communicator& ranks, TrainingState& state,
                   Parameters& parameters);

/// What to do between two steps.
struct Signals {
  bool stop = false;  ///< wanted by any rank
  bool save = false;  ///< wanted by rank 0, whose clock counts
};
Result<Signals> share_signals(Communicator& ranks, Signals mine);

}  // namespace scribe
