// Results in the layout of EvalPlus, for tools that read its files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "evaluate/samples_to_judge.h"
#include "evaluate/verdict_journal.h"

namespace scribe {

/// "samples_eval_results.json" for "samples.jsonl", beside it; "eval_results.json" in a folder of
/// samples.
std::string evalplus_results_path(const std::string& samples_path, SampleFormat format);

/// Writes {"hash", "eval": {task: [{task_id, solution, base_status, plus_status, base_fail_tests,
/// plus_fail_tests}]}, "pass_at_k": {"base": {"pass@1": ...}, "plus": {...}}}, atomically. Statuses
/// are "pass", "fail" and "timeout"; `plus_status` is null for problems without further tests and
/// "fail" where the base tests failed, after which the others are not run. `hash` is the MD5 of the
/// unpacked problem file, as there.
///
/// Requires: a verdict for every program. Errors: not_found, io.
Status write_evalplus_results(Env& env, const std::string& path, const std::string& problems_path,
                              const SamplesToJudge& samples, const VerdictsByKey& verdicts,
                              const std::vector<std::int64_t>& ks);

}  // namespace scribe
