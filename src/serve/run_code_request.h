// SandboxFusion's way to run a program: source and input in, what it printed out.
#pragma once

#include <variant>

#include "base/json.h"
#include "sandbox/sandbox.h"
#include "serve/execute_request.h"

namespace scribe {

/// `POST /run_code`: {"code", "language", "stdin", "run_timeout", "memory_limit_MB"};
/// docs/serving.md has the rest. 501 for a language whose toolchain is not installed, and for
/// files.
std::variant<SandboxJob, ApiError> run_code_request(const Json& body,
                                                    const ExecuteRequestLimits& limits);

/// {"status", "message", "compile_result", "run_result", "executor_pod_name", "files"}.
Json run_code_reply(const Verdict& verdict);

}  // namespace scribe
