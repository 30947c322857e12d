// The supervisor's side of one jail of the exec engine: sends steps, collects results.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/exec_verdict.h"
#include "sandbox/exec_wire.h"
#include "sandbox/helper_process.h"
#include "sandbox/sandbox.h"

namespace scribe::sandbox {

/// Owns the guard, and through it the jail: when this goes, everything in the jail ends.
class ExecSession {
 public:
  /// Its jail shows the folders of compilers, read-only, and those of `visible`. Errors:
  /// unsupported (the walls cannot be built), limit_exceeded (too many folders), internal.
  static Result<ExecSession> start(const SandboxCapabilities& capabilities,
                                   const std::vector<std::string>& visible = {});

  /// The folder that holds the work folders, as programs see it; "" for the root.
  const std::string& root() const { return root_; }

  /// Runs one command to its end with `input` as its standard input. An Error (internal) means that
  /// the session is of no use any more.
  Result<StepResult> run(ExecRequest request, const StepPayload& payload, std::string_view input);

 private:
  ExecSession(HelperProcess helper, std::string root)
      : helper_(std::move(helper)), root_(std::move(root)) {}
  static Result<ExecSession> start_on(bool namespaces, bool landlock, std::string_view visible);

  HelperProcess helper_;
  std::string root_;
  std::uint32_t step_ = 0;
};

}  // namespace scribe::sandbox
