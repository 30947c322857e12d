// Runs untrusted Python programs against tests and issues verdicts that they cannot forge.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/suite_text.h"

namespace scribe {

/// What became of a candidate. Anything but `pass` says why; `internal` says nothing about the
/// candidate at all: we failed.
enum class VerdictKind {
  pass,
  wrong,      ///< an assertion of the tests did not hold
  exception,  ///< the candidate raised where the tests expected a value (or at definition)
  syntax,     ///< the program does not compile
  exit,       ///< the candidate's process ended by itself before the tests did
  signal,     ///< the candidate's process was killed by a signal of its own making
  cpu,        ///< CPU time limit
  wall,       ///< wall-clock backstop
  memory,     ///< out of memory (MemoryError, or killed for memory)
  output,     ///< printed more than the limit
  syscall,    ///< asked the kernel for something hostile
  protocol,   ///< its replies were not of the expected form
  hack,       ///< passed even a check that cannot be passed: it forged its result
  no_code,    ///< the answer holds no program
  internal,   ///< a failure of the harness; never counted as either result
};

/// "pass", "wrong" ... as written in result files.
std::string_view name_of(VerdictKind kind);
std::optional<VerdictKind> verdict_kind_named(std::string_view name);

/// Bounds on one program. CPU time decides; wall time is a generous backstop, so that a busy
/// machine does not change verdicts.
struct SandboxLimits {
  double cpu_seconds = 3;
  double wall_seconds = 30;
  std::int64_t memory_bytes = std::int64_t{512} << 20;
  std::int64_t output_bytes = 1 << 20;
  int processes = 16;  ///< threads of the candidate; it cannot start processes at all
};

/// How tests and program meet.
enum class TestForm {
  calls,     ///< the tests' Python source defines check(candidate), which raises if it is wrong
  own_exit,  ///< the tests end the program's own source, which fails if they do (as in MultiPL-E)
  stdio,     ///< the tests are a list of inputs and expected outputs: see stdio_tests.h
  inside,    ///< it runs in the program's own interpreter: unittest suites, mocks, or check()
};

/// True for programs of any language, which the exec engine compiles and runs.
constexpr bool runs_as_program(TestForm form) {
  return form == TestForm::own_exit || form == TestForm::stdio;
}

/// One program with its tests, by default in the form of HumanEval: the candidate's source defines
/// `entry_point`; the tests' source defines check(candidate), which raises if it is wrong.
struct SandboxJob {
  std::string candidate;  ///< prompt + completion
  SuiteText tests;        ///< in the form of calls never visible to the candidate's process
  std::string entry_point;
  SandboxLimits limits;
  TestForm form = TestForm::calls;
  std::string language = {};  ///< of the forms own_exit and stdio: "cpp", "js" ...
};

struct Verdict {
  VerdictKind kind = VerdictKind::internal;
  std::string detail;      ///< one line: the exception, the signal, the first failing assertion
  double cpu_seconds = 0;  ///< of the candidate
  double wall_seconds = 0;
  std::int64_t memory_bytes = 0;  ///< peak resident; snapshot engine: an upper bound of it
  bool replaced = false;          ///< snapshot engine: its process could not be used again
  bool soft = false;  ///< tests ran in the program's own process: a forger could know more tricks
  std::string part = {};    ///< of the tests, in which it ended, where they name parts: "base" ...
  std::string report = {};  ///< what the tests handed over with scribe.report()
  bool passed() const { return kind == VerdictKind::pass; }
};

/// Which walls stand on this machine.
struct SandboxCapabilities {
  bool user_namespace = false;  ///< user, pid, mount, net, ipc, uts namespaces; own read-only root
  bool landlock = false;
  bool seccomp = false;
  std::string snapshot_problem;    ///< why there is no snapshot engine; "" if there is
  std::string engine;              ///< what workers use: "snapshot" or "fork"
  int verify_resets_every = 1000;  ///< snapshot: compare all memory after so many programs
  int core = -1;                   ///< where the worker's processes run; below 0: anywhere
  std::string summary;  ///< "fork engine; namespaces, seccomp, rlimits" for logs and result files
  std::vector<std::string> problems = {};  ///< "namespaces: why not", per wall that does not stand
};

/// Tries every layer in a throw-away child. Errors: unsupported, with what is missing and the
/// remedy, if the machine cannot give seccomp, rlimits and (namespaces or Landlock).
Result<SandboxCapabilities> probe_sandbox();

/// The same walls with another engine: "snapshot", "fork", or "auto" for the fastest that works.
/// Errors: invalid_argument; unsupported, with the reason.
Result<SandboxCapabilities> with_engine(SandboxCapabilities capabilities, std::string_view engine);

/// One worker: a trusted tester process and a jailed launcher of candidates. Not thread-safe; a
/// program uses one per core. A candidate's death costs nothing but its own process.
class SandboxWorker {
 public:
  /// Starts the helper processes by running this executable again (see run_if_sandbox_child).
  static Result<std::unique_ptr<SandboxWorker>> start(const SandboxCapabilities& capabilities);
  virtual ~SandboxWorker() = default;

  /// Runs one job. Never fails because of the candidate; an Error means that the harness could not
  /// be kept alive even after restarting it.
  virtual Result<Verdict> run(const SandboxJob& job) = 0;
};

/// A core for the n-th worker of a program: workers are spread evenly over the cores that this
/// process may use. The processes of a worker take turns, so one core serves it best.
int core_for_worker(int worker);

/// Must be the first call in main() of every program that starts a SandboxWorker: if this process
/// was started as one of its helpers, runs it and returns its exit code; else returns nothing.
std::optional<int> run_if_sandbox_child(int argc, char** argv);

}  // namespace scribe
