// What the sandbox's tests share: the rungs of this machine and verdicts as text.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/sandbox.h"

namespace scribe::sandbox {

struct NamedRung {
  std::string name;
  SandboxCapabilities capabilities;
};

/// Every combination of walls that this machine can build.
inline std::vector<NamedRung> rungs_of_this_machine() {
  const Result<SandboxCapabilities> found = probe_sandbox();
  EXPECT_TRUE(found.ok()) << found.error().message();
  std::vector<NamedRung> rungs;
  if (!found.ok()) return rungs;
  if (found.value().user_namespace) {
    rungs.push_back({"strongest", found.value()});
    SandboxCapabilities without = found.value();
    without.landlock = false;
    if (found.value().landlock) rungs.push_back({"namespaces alone", without});
  }
  if (found.value().landlock) {
    SandboxCapabilities without = found.value();
    without.user_namespace = false;
    rungs.push_back({"landlock alone", without});
  }
  return rungs;
}

/// A worker with the strongest walls of this machine, or a test failure and nullptr.
inline std::unique_ptr<SandboxWorker> start_worker() {
  const Result<SandboxCapabilities> found = probe_sandbox();
  EXPECT_TRUE(found.ok()) << found.error().message();
  if (!found.ok()) return nullptr;
  Result<std::unique_ptr<SandboxWorker>> worker = SandboxWorker::start(found.value());
  EXPECT_TRUE(worker.ok()) << worker.error().message();
  return worker.ok() ? std::move(worker).value() : nullptr;
}

inline Verdict run_job(SandboxWorker& worker, const SandboxJob& job) {
  const Result<Verdict> verdict = worker.run(job);
  EXPECT_TRUE(verdict.ok()) << verdict.error().message();
  return verdict.ok() ? verdict.value() : Verdict{};
}

/// "wrong: assert candidate(1, 2) == 3".
inline std::string text_of(const Verdict& verdict) {
  return std::string(name_of(verdict.kind)) + ": " + verdict.detail;
}

/// True if `kinds` ("cpu|wall") names the verdict's kind.
inline bool is_one_of(const Verdict& verdict, std::string_view kinds) {
  const std::string bars = "|" + std::string(kinds) + "|";
  return bars.find("|" + std::string(name_of(verdict.kind)) + "|") != std::string::npos;
}

/// Sanitizers reserve and trap memory themselves, so that a program's end there shows differently.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace scribe::sandbox
