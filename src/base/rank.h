// Which of several processes that share a run this one is.
#pragma once

namespace scribe {

/// A single process is rank 0 of 1.
struct RankOf {
  int rank = 0;
  int ranks = 1;
};

}  // namespace scribe
