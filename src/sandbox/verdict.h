// From what was seen of a run to its verdict: a pure function, so that it can be tested alone.
#pragma once

#include <cstdint>
#include <string>

#include "sandbox/sandbox.h"
#include "sandbox/shared_memory.h"
#include "sandbox/wire.h"

namespace scribe::sandbox {

/// Everything that may count as evidence. Exit codes and printed text say how a candidate died,
/// never that it is right.
struct RunFacts {
  TestsOutcome outcome = TestsOutcome::none;
  std::string detail;          ///< the tester's line
  std::string part;            ///< of the tests, that ran last; "" if they name none
  bool launcher_lost = false;  ///< the jail itself died
  bool tester_lost = false;    ///< the tester died or was killed for not answering
  bool wall_expired = false;   ///< the deadline passed before the tester reported
  TesterPhase phase_at_end = TesterPhase::idle;  ///< when the deadline passed or the tester died
  bool tests_exhausted = false;  ///< the tests used up their processor time on its answers
  bool candidate_ended = false;  ///< by itself or by a limit, before we asked
  int wait_status = 0;           ///< if candidate_ended
  bool cpu_exceeded = false;
  bool candidate_replaced = false;  ///< snapshot engine: the process could not be used again
  int differing_pages = 0;          ///< snapshot engine: memory that a reset did not bring back
  double cpu_seconds = 0;
  double wall_seconds = 0;
  std::int64_t memory_bytes = 0;
};

/// `pass` needs the tester's word that all of check() was answered; every doubt is `internal` or a
/// failure. The first fault wins.
Verdict judge(const RunFacts& facts, const SandboxLimits& limits);

}  // namespace scribe::sandbox
