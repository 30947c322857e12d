// The options of commands whose processes share their work.
#pragma once

#include <CLI/CLI.hpp>

#include "base/rank.h"
#include "base/result.h"

namespace scribe::cli {

/// --rank and --ranks of a command whose processes share their work.
struct RankOptions {
  int rank = -1;  ///< -1: as the launcher says
  int ranks = 0;  ///< 0: as the launcher says

  /// From the options, else from what launched us. Several ranks on one machine share its cores, so
  /// that `threads` changes if it is 0. Errors: invalid_argument.
  Result<RankOf> resolve(int& threads) const;
};
void add_rank_options(CLI::App& command, RankOptions& options);

}  // namespace scribe::cli
