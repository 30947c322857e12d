// From what was seen of a compiler's or a program's run to a verdict: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/exec_wire.h"
#include "sandbox/sandbox.h"

namespace scribe::sandbox {

/// What is known of a step that has ended.
struct StepResult {
  ExecReply reply;
  std::string output;    ///< standard output, at most the limit
  std::string messages;  ///< standard error, at most the limit
  ExecRequest request;   ///< the limits that it had
  bool ended_well() const { return reply.fault == ExecFault::none && reply.wait_status == 0; }
};

/// Why a compiler that did not end well says nothing good of its source.
Verdict judge_build(const StepResult& result);

/// Why a program did not end with exit code 0. Which of the failures it is (wrong, exception,
/// memory, exit) is read from its messages, which it can choose: they are no evidence of a pass.
Verdict judge_run(const StepResult& result);

}  // namespace scribe::sandbox
