// Checks that a sandbox on this machine passes right programs and fails wrong ones.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "evaluate/judge.h"

namespace scribe {

/// One program of the check.
struct SelfCheckOutcome {
  std::string name;      ///< "add: canonical solution"
  std::string expected;  ///< "pass", or "cpu|wall": any of these verdicts
  Verdict verdict;
  bool as_expected = false;
};

/// Runs built-in problems, each with its canonical solution and with programs that are broken,
/// empty, endless, hostile or that pretend. Errors: those of the worker.
Result<std::vector<SelfCheckOutcome>> self_check(const SandboxWorkerFactory& start_worker);

}  // namespace scribe
