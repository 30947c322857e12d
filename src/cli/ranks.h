// Which of several processes this one is, as MPI launchers and Slurm tell their children.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/rank.h"
#include "base/result.h"

namespace scribe::cli {

/// Reads a variable of the environment, or nothing. Tests give one of their own.
using ReadVariable = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> environment_variable(const char* name);

struct RankPlace {
  RankOf rank;
  int ranks_on_this_machine = 1;  ///< that share its cores
  int rank_on_this_machine = 0;   ///< which of these; 0 where the launcher does not say
};

/// Of Open MPI (OMPI_COMM_WORLD_RANK, _SIZE, _LOCAL_SIZE, _LOCAL_RANK), of PMI launchers such as
/// MPICH's and Intel's (PMI_RANK, PMI_SIZE, MPI_LOCALNRANKS, MPI_LOCALRANKID), or of srun
/// (SLURM_PROCID, SLURM_STEP_NUM_TASKS, SLURM_LOCALID; without the second it is a batch script,
/// which runs once); rank 0 of 1 if there is none.
///
/// Errors: invalid_argument for a variable that is no number.
Result<RankPlace> rank_from_environment(const ReadVariable& read);

/// What the options --rank and --ranks say; below 0 and 0 they are not given, then what the
/// environment says. Errors: invalid_argument.
Result<RankPlace> resolve_rank(int rank, int ranks, const ReadVariable& read);

/// How many threads a rank gets: as many as were asked for, or, of 0, its share of `cores`, which 0
/// leaves open where it has them alone.
int threads_of_rank(const RankPlace& place, int threads, int cores);

/// "cuda:2" and "cuda:2,bf16" for rank 2 of its machine where `device` is "cuda" and "cuda,bf16":
/// each rank takes a GPU of its own. Other names stay as they are, and all of a process alone.
std::string device_of_rank(const RankPlace& place, const std::string& device);

}  // namespace scribe::cli
