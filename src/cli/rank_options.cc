// Ranks from options or from the launcher.
#include "cli/rank_options.h"

#include <algorithm>
#include <thread>

#include "cli/ranks.h"

namespace scribe::cli {

Result<RankOf> RankOptions::resolve(int& threads) const {
  if (rank >= 0 || ranks > 0) return RankOf{.rank = std::max(0, rank), .ranks = std::max(1, ranks)};
  SCRIBE_TRY_ASSIGN(const RankPlace place, rank_from_environment(environment_variable));
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (threads == 0 && place.ranks_on_this_machine > 1)
    threads = std::max(1, cores / place.ranks_on_this_machine);
  return place.rank;
}

void add_rank_options(CLI::App& command, RankOptions& options) {
  command.add_option("--rank", options.rank,
                     "Which of several processes this is, from 0 [default: as mpirun or srun "
                     "says]");
  command.add_option("--ranks", options.ranks, "How many processes share the work");
}

}  // namespace scribe::cli
