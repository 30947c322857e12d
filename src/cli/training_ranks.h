// Training as one of several processes that mpirun or srun started.
#pragma once

#include <functional>
#include <string>

#include "base/env.h"
#include "base/result.h"
#include "train/data_parallel.h"

namespace scribe::cli {

struct TrainingRanks {
  int zero = 1;
  double wait_seconds = 600;  ///< without a word from another rank
};

/// Joins the other ranks that a launcher started, if it did, and runs `body`, which gives the exit
/// code. `threads` becomes this rank's share of the machine where 0 left it open, and `device` that
/// of device_of_rank().
///
/// The Error is that of the body, or of joining: unsupported without MPI. What all ranks know is
/// told by one: the others get its exit code instead.
Result<int> run_with_ranks(Env& env, const TrainingRanks& options, int& threads,
                           std::string& device,
                           const std::function<Result<int>(const DataParallel&)>& body);

}  // namespace scribe::cli
