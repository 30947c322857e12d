// Ranks from options or from the launcher.
#include "cli/rank_options.h"

#include <algorithm>
#include <thread>

#include "cli/ranks.h"

namespace scribe::cli {

Result<RankOf> RankOptions::resolve(int& threads) const {
  SCRIBE_TRY_ASSIGN(const RankPlace place, resolve_rank(rank, ranks, environment_variable));
  threads = threads_of_rank(place, threads,
                            static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  return place.rank;
}

void add_rank_options(CLI::App& command, RankOptions& options) {
  command.add_option("--rank", options.rank,
                     "Which of several processes this is, from 0 [default: as mpirun or srun "
                     "says]");
  command.add_option("--ranks", options.ranks, "How many processes share the work");
}

}  // namespace scribe::cli
