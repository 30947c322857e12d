// Counts, sample by sample.
#include "evaluate/strategy_outcomes.h"

#include "base/check.h"

namespace scribe {

std::vector<StrategyOutcome> strategy_outcomes(const SamplesToJudge& samples,
                                               const VerdictsByKey& verdicts) {
  std::vector<StrategyOutcome> outcomes;
  const auto kind_of = [&](std::size_t program) {
    return verdicts.at(samples.programs[program].key).verdict.kind;
  };
  for (std::size_t i = 0; i < kExtractStrategies.size(); ++i) {
    StrategyOutcome outcome{.strategy = kExtractStrategies[i]};
    for (const SampleToJudge& sample : samples.samples) {
      SCRIBE_CHECK(sample.program_by_strategy.size() == kExtractStrategies.size(),
                   "a sample with {} programs", sample.program_by_strategy.size());
      const VerdictKind chosen = kind_of(sample.program);
      const VerdictKind other = kind_of(sample.program_by_strategy[i]);
      if (other == VerdictKind::pass) ++outcome.passed;
      if (other == VerdictKind::no_code) ++outcome.no_code;
      if (other == chosen) continue;
      ++outcome.changed;
      if (other == VerdictKind::pass) ++outcome.gained;
      if (chosen == VerdictKind::pass) ++outcome.lost;
    }
    outcomes.push_back(outcome);
  }
  return outcomes;
}

}  // namespace scribe
