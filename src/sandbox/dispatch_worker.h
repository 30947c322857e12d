// The two workers behind SandboxWorker::start(): functions of Python, and whole programs.
#pragma once

#include <memory>

#include "base/result.h"
#include "sandbox/sandbox.h"

namespace scribe::sandbox {

/// Runs jobs of TestForm::calls. Errors: unsupported, internal.
Result<std::unique_ptr<SandboxWorker>> start_python_worker(const SandboxCapabilities& capabilities);

/// Runs jobs of the other forms, each as processes of their own: the engine "exec". Its jail starts
/// with the first job. Errors: unsupported.
Result<std::unique_ptr<SandboxWorker>> start_exec_worker(const SandboxCapabilities& capabilities);

}  // namespace scribe::sandbox
