// What each way to find code in answers would have scored.
#pragma once

#include <vector>

#include "evaluate/samples_to_judge.h"
#include "evaluate/score_summary.h"
#include "evaluate/verdict_journal.h"

namespace scribe {

/// One outcome per kExtractStrategies, in their order, each against the strategy that was chosen.
/// Requires: samples read with all_strategies, and a verdict for every program.
std::vector<StrategyOutcome> strategy_outcomes(const SamplesToJudge& samples,
                                               const VerdictsByKey& verdicts);

}  // namespace scribe
