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

/// Every combination of engine and walls that this machine can build. Snapshots are compared with
/// the memory after every program.
inline std::vector<NamedRung> rungs_of_this_machine() {
  const Result<SandboxCapabilities> found = probe_sandbox();
  EXPECT_TRUE(found.ok()) << found.error().message();
  std::vector<NamedRung> rungs;
  if (!found.ok()) return rungs;
  for (const char* engine : {"snapshot", "fork"}) {
    if (engine == std::string_view("snapshot") && !found.value().snapshot_problem.empty()) continue;
    SandboxCapabilities all = with_engine(found.value(), engine).value();
    all.verify_resets_every = 1;
    const auto add = [&](const char* walls, bool namespaces, bool landlock) {
      SandboxCapabilities capabilities = all;
      capabilities.user_namespace = namespaces;
      capabilities.landlock = landlock;
      rungs.push_back({fmt::format("{}, {}", engine, walls), capabilities});
    };
    if (all.user_namespace) add("strongest", true, all.landlock);
    if (all.user_namespace && all.landlock) add("namespaces alone", true, false);
    if (all.landlock) add("landlock alone", false, true);
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
