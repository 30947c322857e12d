// Runs programs on several sandbox workers at once.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "base/result.h"
#include "base/stop.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// Starts one worker. Tests give workers of their own.
using SandboxWorkerFactory = std::function<Result<std::unique_ptr<SandboxWorker>>()>;

/// Workers of the real sandbox with what this machine can do. Errors: unsupported.
Result<SandboxWorkerFactory> real_sandbox_workers();

/// Runs every job once, on `workers` threads with one worker each, and calls `on_verdict(index of
/// the job, verdict)` on the calling thread in order of completion. Returns when all threads have
/// ended.
///
/// Errors: the first of a worker or of `on_verdict`; interrupted when `stop` was requested. The
/// verdicts of jobs that were under way are still delivered.
Status judge(std::span<const SandboxJob> jobs, const SandboxWorkerFactory& start_worker,
             int workers, StopToken& stop,
             const std::function<Status(std::size_t index, const Verdict& verdict)>& on_verdict);

}  // namespace scribe
