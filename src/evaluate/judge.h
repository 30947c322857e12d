// Runs programs on several sandbox workers at once.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/stop.h"
#include "sandbox/sandbox.h"

namespace scribe {

/// A program that slept used little processor time when the wall clock ran out; one that used this
/// much may have been starved by other programs and is run again alone.
constexpr double kStarvedCpuSeconds = 0.1;
constexpr double kAloneWallFactor = 4;  ///< more wall time for a program that runs alone

/// Starts one worker; is called from several threads at once. Tests give workers of their own.
using SandboxWorkerFactory = std::function<Result<std::unique_ptr<SandboxWorker>>()>;

/// Where workers come from, and what stands between programs and the machine there.
struct SandboxWorkers {
  SandboxWorkerFactory start;
  std::string engine;  ///< "fork" ...
  std::string walls;   ///< "namespaces, seccomp, rlimits"

  /// What runs this job: programs of other forms than calls go to "exec".
  std::string engine_of(const SandboxJob& job) const;
};

/// Workers of the real sandbox with what this machine can do: "auto" is its fastest engine. They
/// are spread over the cores from `first_core` on, so that several processes need not share one.
/// Errors: unsupported; invalid_argument for an engine that does not exist.
Result<SandboxWorkers> real_sandbox_workers(std::string_view engine = "auto", int first_core = 0);

/// Starts `count` workers at once: one takes a tenth of a second. Errors: the first of a worker.
Result<std::vector<std::unique_ptr<SandboxWorker>>> start_workers(
    const SandboxWorkerFactory& start_worker, std::size_t count);

/// Called with the index of a job and its verdict.
using OnVerdict = std::function<Status(std::size_t index, const Verdict& verdict)>;

/// Runs every job once, on `workers` threads with one worker each, and calls `on_verdict(index of
/// the job, verdict)` on the calling thread in order of completion. Returns when all threads have
/// ended.
///
/// Errors: the first of a worker or of `on_verdict`; interrupted when `stop` was requested. The
/// verdicts of jobs that were under way are still delivered.
Status judge(std::span<const SandboxJob> jobs, const SandboxWorkerFactory& start_worker,
             int workers, StopToken& stop, const OnVerdict& on_verdict);

/// As judge(), but a verdict that may be owed to others is not delivered: a program that the
/// sandbox failed on, or that the wall clock stopped after it had used processor time, is run again
/// when all others have ended, alone and with kAloneWallFactor times the wall time. The second
/// verdict is delivered, whatever it is.
Status judge_fairly(std::span<const SandboxJob> jobs, const SandboxWorkerFactory& start_worker,
                    int workers, StopToken& stop, const OnVerdict& on_verdict);

}  // namespace scribe
