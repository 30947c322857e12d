// The engine "exec": compiles and runs programs of any language, and decides what they are worth.
#include <sys/random.h>
#include <sys/wait.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "sandbox/dispatch_worker.h"
#include "sandbox/exec_session.h"
#include "sandbox/exec_verdict.h"
#include "sandbox/helpers.h"
#include "sandbox/shared_memory.h"
#include "sandbox/stdio_tests.h"
#include "sandbox/test_ending.h"
#include "sandbox/toolchains.h"

namespace scribe::sandbox {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr double kBuildCpuSeconds = 20;  // Ten times what the slowest, tsc and javac, need.
constexpr double kBuildWallSeconds = 180;
constexpr double kWarmUpCpuSeconds = 300;
constexpr std::int64_t kBuildBytes = 3072 * kMiB;
constexpr double kCheckerCpuSeconds = 10;
constexpr double kCheckerWallSeconds = 60;
constexpr std::int64_t kCheckerBytes = 1024 * kMiB;
constexpr std::int64_t kMessageBytes = 256 << 10;        // Of compilers and checkers.
constexpr std::int64_t kAddressSlackBytes = 256 * kMiB;  // Stack, libraries, guard pages.
constexpr int kBuildTasks = 64;
constexpr int kAttemptsMax = 2;
/// The second attempt of a starved run gets more wall time: the same limit would starve it again.
constexpr double kSecondWallFactor = 4;

constexpr const char* kCheckerRunner = R"PY(import runpy, sys
def text(name):
    with open(name, encoding='utf-8', errors='replace', newline='') as file:
        return file.read()
check = runpy.run_path('checker.py')['check']
try:
    right = check(text('input'), text('output'), text('expected'))
except Exception as error:
    print(f'{type(error).__name__}: {error}')
    right = False
sys.exit(0 if right else 3)
)PY";
constexpr int kCheckerSaysWrong = 3;

/// 32 hex digits that nobody can guess.
Result<std::string> random_token() {
  unsigned char bytes[16];
  if (::getrandom(bytes, sizeof(bytes), 0) != static_cast<ssize_t>(sizeof(bytes)))
    return error(ErrorCode::internal, "the system gives no random bytes");
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

/// What a step printed and how it ended. "exit_code" is that of Python's subprocess: negative for a
/// signal; null if a limit ended it.
Json json_of(const StepResult& result) {
  const int status = result.reply.wait_status;
  const int code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  return {{"output", result.output},
          {"messages", result.messages},
          {"exit_code", result.reply.fault == ExecFault::none ? Json(code) : Json()},
          {"cpu_seconds", result.reply.cpu_seconds},
          {"wall_seconds", result.reply.wall_seconds}};
}

Verdict verdict_of(VerdictKind kind, std::string detail) {
  Verdict verdict;
  verdict.kind = kind;
  verdict.detail = std::move(detail);
  return verdict;
}

/// One program on its way through a session.
class ProgramRun {
 public:
  ProgramRun(ExecSession& session, const Language& language, const SandboxJob& job,
             double wall_factor)
      : session_(session), language_(language), job_(job), wall_factor_(wall_factor) {}

  const Language& language() const { return language_; }
  /// Did a step wait for a core more than it ran? Then the verdict says nothing.
  bool was_starved() const { return starved_; }

  /// Builds candidate and tests together. A verdict if that is the end of it. Errors: internal.
  Result<std::optional<Verdict>> build(std::string_view tests, const std::string& warm_output) {
    plan_ = language_.build({.root = session_.root(),
                             .form = job_.form,
                             .candidate = job_.candidate,
                             .tests = tests,
                             .memory_bytes = job_.limits.memory_bytes,
                             .warm_output = warm_output});
    written_ = false;
    for (const CommandLine& command : plan_.compile) {
      SCRIBE_TRY_ASSIGN(compiled_, step(build_limits(), command, ""));
      if (!compiled_->ended_well()) return std::optional(judge_build(*compiled_));
    }
    return std::optional<Verdict>();
  }

  /// The last step of the compiler; nothing if there was none.
  const std::optional<StepResult>& compiled() const { return compiled_; }

  Result<StepResult> run(std::string_view input) { return step(run_limits(), plan_.run, input); }

  /// Runs the checker of `tests` on what the program printed. "" if it is right, else why not.
  Result<std::string> check(const StdioTests& tests, const StdioCase& one,
                            const std::string& output) {
    StepPayload payload{.arguments = {"/usr/bin/python3.11", "-I", "-B", "run.py"},
                        .environment = step_environment(session_.root()),
                        .files = {{"tmp/run.py", kCheckerRunner},
                                  {"tmp/checker.py", tests.checker},
                                  {"tmp/input", one.input},
                                  {"tmp/output", output},
                                  {"tmp/expected", one.output}}};
    const ExecRequest limits{.stage = ExecStage::run,
                             .cpu_seconds = kCheckerCpuSeconds,
                             .wall_seconds = kCheckerWallSeconds * wall_factor_,
                             .memory_bytes = kCheckerBytes,
                             .output_bytes = kMessageBytes,
                             .file_bytes = kMessageBytes + 1,
                             .processes = kBuildTasks};
    SCRIBE_TRY_ASSIGN(const StepResult result, session_.run(limits, payload, ""));
    if (result.ended_well()) return std::string();
    // Its limits are far above what a right answer takes; but the clock may have run for others.
    if (result.reply.fault != ExecFault::none && result.reply.fault != ExecFault::wall)
      return "the checker came to no end on " + excerpt(output);
    const int wrong_status = kCheckerSaysWrong << 8;
    if (result.reply.fault != ExecFault::none || result.reply.wait_status != wrong_status)
      return error(ErrorCode::invalid_data, "the checker failed: {}", judge_run(result).detail);
    return "the checker refuses " + excerpt(output) + (result.output.empty() ? "" : ": ") +
           result.output.substr(0, result.output.find('\n'));
  }

 private:
  ExecRequest build_limits() const {
    return {.stage = ExecStage::build,
            .cpu_seconds = kBuildCpuSeconds,
            .wall_seconds = kBuildWallSeconds * wall_factor_,
            .memory_bytes = kBuildBytes,
            .address_bytes = language_.bears_address_limit ? 2 * kBuildBytes : 0,
            .output_bytes = kMessageBytes,
            .file_bytes = 256 * kMiB,
            .processes = kBuildTasks + language_.runtime_tasks};
  }

  ExecRequest run_limits() const {
    const SandboxLimits& limits = job_.limits;
    const std::int64_t memory_bytes = limits.memory_bytes + language_.runtime_bytes;
    return {.stage = ExecStage::run,
            .cpu_seconds = limits.cpu_seconds + language_.start_cpu_seconds,
            .wall_seconds = (limits.wall_seconds + language_.start_cpu_seconds) * wall_factor_,
            .memory_bytes = memory_bytes,
            .address_bytes = language_.bears_address_limit ? memory_bytes + kAddressSlackBytes : 0,
            .output_bytes = limits.output_bytes,
            .file_bytes = limits.output_bytes + 1,
            .processes = limits.processes + language_.runtime_tasks};
  }

  /// The first step of a program writes its files, into an empty build folder.
  Result<StepResult> step(ExecRequest request, const CommandLine& command, std::string_view input) {
    StepPayload payload{
        .arguments = command, .environment = step_environment(session_.root()), .files = {}};
    if (!written_) payload.files = plan_.files;
    request.new_build = written_ ? 0 : 1;
    written_ = true;
    SCRIBE_TRY_ASSIGN(StepResult result, session_.run(request, payload, input));
    if (result.reply.fault == ExecFault::wall)
      starved_ = starved_ || result.reply.delayed_seconds > request.wall_seconds / 2;
    return result;
  }

  ExecSession& session_;
  const Language& language_;
  const SandboxJob& job_;
  double wall_factor_;
  BuildPlan plan_;
  std::optional<StepResult> compiled_;
  bool written_ = false;
  bool starved_ = false;
};

class ExecWorker : public SandboxWorker {
 public:
  explicit ExecWorker(SandboxCapabilities capabilities) : capabilities_(std::move(capabilities)) {}

  Result<Verdict> run(const SandboxJob& job) override {
    if (job.candidate.size() > kSourceBytesMax)
      return verdict_of(VerdictKind::syntax, fmt::format("the program has {} bytes, more than {}",
                                                         job.candidate.size(), kSourceBytesMax));
    SCRIBE_TRY_ASSIGN(const Language* const language,
                      find_toolchain(language_named(job.language).value_or(job.language)));
    for (int attempt = 1;; ++attempt) {
      const double wall_factor = attempt == 1 ? 1 : kSecondWallFactor;
      bool starved = false;
      Result<Verdict> verdict = try_once(*language, job, wall_factor, starved);
      if (verdict.ok() && !starved) return verdict;
      if (!verdict.ok() && verdict.error().code() == ErrorCode::unsupported) return verdict;
      if (!verdict.ok() && verdict.error().code() == ErrorCode::invalid_data)
        return verdict_of(VerdictKind::internal, verdict.error().message());
      if (!verdict.ok()) stop();
      if (attempt < kAttemptsMax) continue;
      if (verdict.ok()) return verdict;
      return verdict_of(VerdictKind::internal, verdict.error().message());
    }
  }

 private:
  Result<Verdict> try_once(const Language& language, const SandboxJob& job, double wall_factor,
                           bool& starved) {
    if (!session_) {
      SCRIBE_TRY_ASSIGN(ExecSession session, ExecSession::start(capabilities_));
      session_.emplace(std::move(session));
    }
    SCRIBE_TRY_ASSIGN(const std::string warm_output, warm_up(language, job.form));
    ProgramRun program(*session_, language, job, wall_factor);
    Result<Verdict> verdict = job.form == TestForm::stdio
                                  ? run_cases(program, job, warm_output)
                                  : run_own_tests(program, job, warm_output);
    starved = program.was_starved();
    return verdict;
  }

  void stop() {
    session_.reset();
    warm_.clear();
  }

  /// What the language's warm-up printed; runs it if this session has not. Errors: internal.
  Result<std::string> warm_up(const Language& language, TestForm form) {
    if (language.warm_up == nullptr) return std::string();
    const auto key = std::make_pair(language.name, form);
    if (const auto known = warm_.find(key); known != warm_.end()) return known->second;
    const WarmUp warm = language.warm_up(
        {.root = session_->root(), .form = form, .candidate = "", .tests = "", .warm_output = ""});
    const ExecRequest limits{.stage = ExecStage::warm_up,
                             .new_build = 1,
                             .cpu_seconds = kWarmUpCpuSeconds,
                             .wall_seconds = 4 * kWarmUpCpuSeconds,
                             .memory_bytes = kBuildBytes,
                             .output_bytes = kMessageBytes,
                             .file_bytes = 1024 * kMiB,
                             .processes = kBuildTasks + language.runtime_tasks};
    const StepPayload payload{.arguments = warm.command,
                              .environment = step_environment(session_->root()),
                              .files = warm.files};
    SCRIBE_TRY_ASSIGN(const StepResult result, session_->run(limits, payload, ""));
    if (!result.ended_well())
      return error(ErrorCode::internal, "{} does not get ready: {}", language.title,
                   judge_build(result).detail);
    warm_[key] = result.output;
    return result.output;
  }

  static bool ran_out(VerdictKind kind) {
    return kind == VerdictKind::cpu || kind == VerdictKind::wall || kind == VerdictKind::memory ||
           kind == VerdictKind::output;
  }

  /// Tests at the end of the program's own source: they must be reached and hold, and a second run
  /// with an assertion that cannot hold must fail.
  static Result<Verdict> run_own_tests(ProgramRun& program, const SandboxJob& job,
                                       const std::string& warm_output) {
    SCRIBE_TRY_ASSIGN(Verdict verdict, run_to_ending(program, job, warm_output, false));
    verdict.soft = true;
    if (!verdict.passed() || program.was_starved()) return verdict;
    SCRIBE_TRY_ASSIGN(const Verdict control, run_to_ending(program, job, warm_output, true));
    if (control.kind == VerdictKind::internal) return control;
    if (ran_out(control.kind)) {
      // It says nothing of the assertion: the same work met a limit, or was starved.
      verdict.kind = control.kind == VerdictKind::wall ? VerdictKind::internal : control.kind;
      verdict.detail = fmt::format("the control run ended by its limits: {}", control.detail);
      return verdict;
    }
    if (control.kind == VerdictKind::wrong) return verdict;
    if (control.passed() || control.kind == VerdictKind::syntax) {
      verdict.kind = VerdictKind::hack;
      verdict.detail = control.passed() ? "passed even with an assertion that cannot hold"
                                        : "does not compile with an assertion that cannot hold";
    } else {  // The first run may have ended well by chance, or by knowing which of the two it was.
      verdict.kind = control.kind;
      verdict.detail = "the control run did not end by its assertion: " + control.detail;
    }
    return verdict;
  }

  static Result<Verdict> run_to_ending(ProgramRun& program, const SandboxJob& job,
                                       const std::string& warm_output, bool must_fail) {
    SCRIBE_TRY_ASSIGN(const std::string token, random_token());
    const std::string_view language = program.language().name;
    const auto tests = with_ending(language, job.tests, {token, must_fail});
    if (!tests)
      return error(ErrorCode::invalid_data,
                   "the tests do not end as tests of MultiPL-E for '{}' do", language);
    SCRIBE_TRY_ASSIGN(const auto not_built, program.build(*tests, warm_output));
    if (not_built) return *not_built;
    SCRIBE_TRY_ASSIGN(const StepResult result, program.run(""));
    Verdict verdict = judge_run(result);
    if (result.ended_well() && has_token(result.output, token)) {
      verdict.kind = VerdictKind::pass;
      verdict.detail = "";
    }
    // A shell says nothing when a test does not hold: it ends, as `set -e` has it. The control is
    // known to end there, whatever the program has said before.
    const bool silent = verdict.kind == VerdictKind::exit && (must_fail || result.messages.empty());
    if (silent && language == "sh" && result.reply.wait_status == 1 << 8) {
      verdict.kind = VerdictKind::wrong;
      verdict.detail = "a test did not hold";
    }
    return verdict;
  }

  /// Inputs one at a time, each in a process of its own; the first wrong answer ends it. What is
  /// expected never enters the jail while the program is alive.
  static Result<Verdict> run_cases(ProgramRun& program, const SandboxJob& job,
                                   const std::string& warm_output) {
    SCRIBE_TRY_ASSIGN(const Json value, parse_json(job.tests, "tests"));
    SCRIBE_TRY_ASSIGN(const StdioTests tests, parse_stdio_tests(value, "tests"));
    if (tests.comparison == OutputComparison::report)
      return run_for_report(program, tests.cases, warm_output);
    SCRIBE_TRY_ASSIGN(const auto not_built, program.build("", warm_output));
    if (not_built) return *not_built;
    Verdict total = verdict_of(VerdictKind::pass, "");
    for (std::size_t i = 0; i < tests.cases.size() && total.passed(); ++i) {
      const StdioCase& one = tests.cases[i];
      SCRIBE_TRY_ASSIGN(const StepResult result, program.run(one.input));
      Verdict verdict = judge_run(result);
      if (result.ended_well()) {
        SCRIBE_TRY_ASSIGN(verdict.detail, reason_against(program, tests, one, result.output));
        verdict.kind = verdict.detail.empty() ? VerdictKind::pass : VerdictKind::wrong;
      }
      if (!verdict.passed())
        verdict.detail =
            fmt::format("case {} (input {}): {}", i + 1, excerpt(one.input), verdict.detail);
      add_case(verdict, total);
    }
    return total;
  }

  /// {"compile": null or a step, "runs": a step for each case; none if it was not built}. A pass if
  /// all ended with exit code 0, else the verdict of the first that did not.
  static Result<Verdict> run_for_report(ProgramRun& program, const std::vector<StdioCase>& cases,
                                        const std::string& warm_output) {
    Json report{{"compile", nullptr}, {"runs", Json::array()}};
    SCRIBE_TRY_ASSIGN(const auto not_built, program.build("", warm_output));
    if (program.compiled()) report["compile"] = json_of(*program.compiled());
    Verdict total = not_built.value_or(verdict_of(VerdictKind::pass, ""));
    for (std::size_t i = 0; i < cases.size() && !not_built; ++i) {
      SCRIBE_TRY_ASSIGN(const StepResult result, program.run(cases[i].input));
      report["runs"].push_back(json_of(result));
      Verdict verdict = judge_run(result);
      if (result.ended_well()) verdict.kind = VerdictKind::pass;
      add_case(verdict, total);
    }
    total.report = to_json_line(report);
    return total;
  }

  /// Costs add up; the first case that is no pass decides.
  static void add_case(const Verdict& verdict, Verdict& total) {
    total.cpu_seconds += verdict.cpu_seconds;
    total.wall_seconds += verdict.wall_seconds;
    total.memory_bytes = std::max(total.memory_bytes, verdict.memory_bytes);
    if (!total.passed() || verdict.passed()) return;
    total.kind = verdict.kind;
    total.detail = verdict.detail;
  }

  /// "" if the output is right.
  static Result<std::string> reason_against(ProgramRun& program, const StdioTests& tests,
                                            const StdioCase& one, const std::string& output) {
    if (tests.comparison == OutputComparison::checker) return program.check(tests, one, output);
    return difference(output, one.output, tests).value_or("");
  }

  SandboxCapabilities capabilities_;
  std::optional<ExecSession> session_;
  std::map<std::pair<std::string_view, TestForm>, std::string> warm_;
};

}  // namespace

Result<std::unique_ptr<SandboxWorker>> start_exec_worker(const SandboxCapabilities& capabilities) {
  SCRIBE_CHECK(is_helper_dispatch_ready(), "main() must call run_if_sandbox_child() first");
  if (!capabilities.seccomp || (!capabilities.user_namespace && !capabilities.landlock))
    return error(ErrorCode::unsupported,
                 "a sandbox needs seccomp and either namespaces or Landlock");
  return std::unique_ptr<SandboxWorker>(std::make_unique<ExecWorker>(capabilities));
}

}  // namespace scribe::sandbox
