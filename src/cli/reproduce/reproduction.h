// Runs a reproduction: every stage of the paper, each continuing where it stood.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.h"
#include "base/env.h"
#include "base/json.h"
#include "base/stop.h"
#include "cli/reproduce/findings.h"
#include "cli/reproduce/page.h"
#include "cli/reproduce/plan.h"

namespace scribe::cli {

struct ReproductionOptions {
  ReproductionPlan plan;
  std::string out;  ///< folder of everything that is made
  int threads = 0;  ///< 0: one per core; has no influence on the result
  bool quiet = false;
};

/// Makes out/results.json and out/report.html, and everything before them:
/// corpus/, tokenizer.json, tokens/, gpt/, codex/, codex-s/, problems/, samples/.
///
/// Each stage recognises what it has already made, so the same call after a kill goes on, and once
/// results.json names this plan nothing runs again. A folder made with another plan is refused.
/// Returns the content of results.json.
Result<Json> reproduce(Env& env, StopToken& stop, const ReproductionOptions& options);

}  // namespace scribe::cli
