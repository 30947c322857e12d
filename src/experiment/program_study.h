// Figures of whole programs: raw and filtered pass@k, with the bracket of time-outs.
#pragma once

#include <cstdint>
#include <span>

#include "evaluate/score_summary.h"

namespace scribe {

/// What became of one problem's samples.
struct ProgramCounts {
  std::int64_t samples = 0;
  std::int64_t passed = 0;
  std::int64_t timed_out = 0;  ///< failed no test before the time ran out
  std::int64_t kept = 0;       ///< passed the public cases; all, if there are none
  std::int64_t kept_passed = 0;
  std::int64_t kept_timed_out = 0;
};

/// Which samples may be handed in, and which count as right.
enum class ProgramFilter { raw, filtered };
enum class TimeOuts { wrong, right };

/// The mean of pass@k over problems, with its interval. Requires k <= samples of each.
PassAtK program_pass_at_k(std::span<const ProgramCounts> counts, std::int64_t k,
                          ProgramFilter filter, TimeOuts time_outs, std::uint64_t seed);

}  // namespace scribe
