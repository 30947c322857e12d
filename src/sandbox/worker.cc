// The supervisor: runs jobs with a tester and a launcher, and alone decides what they mean.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>

#include "sandbox/dispatch_worker.h"
#include "sandbox/helper_process.h"
#include "sandbox/helpers.h"
#include "sandbox/placement.h"
#include "sandbox/sandbox.h"
#include "sandbox/schedule.h"
#include "sandbox/shared_memory.h"
#include "sandbox/verdict.h"
#include "sandbox/wire.h"

namespace scribe {
namespace sandbox {
namespace {

constexpr double kStartSecondsMax = 60;  // Creating namespaces takes seconds on a busy machine.
constexpr double kEndSecondsMax = 20;    // For a killed candidate to be reaped.
constexpr double kReportSecondsMax = 5;  // For the tester to report after its candidate is gone.
constexpr int kAttemptsMax = 2;
/// Processor time that the tests may use on answers, of the wall time: what a run without other
/// load comes to. Less, when the wall time is over, means that they were starved.
constexpr double kTestsCpuShare = 0.9;
constexpr double kLookSeconds = 0.5;  ///< between looks at the tests' processor time
/// The second attempt of a starved run gets more wall time: the same limit would starve it again.
constexpr double kSecondWallFactor = 4;

double now_seconds() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

int milliseconds_until(double deadline) {
  return static_cast<int>(std::clamp(std::ceil((deadline - now_seconds()) * 1000), 0.0, 60'000.0));
}

/// Processor time of another process until now; 0 if the kernel does not say.
double cpu_seconds_of(pid_t process) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

/// True if `socket` has a message, or its end, before the deadline.
bool is_readable_before(int socket, double deadline) {
  for (;;) {
    pollfd waiting{socket, POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds_until(deadline)) > 0) return true;
    if (now_seconds() >= deadline) return false;
  }
}

/// A write-only view of an anonymous file: programs print into it, and it needs no reader.
Result<UniqueFd> create_output_file(UniqueFd& writer) {
  UniqueFd file(::memfd_create("output", MFD_CLOEXEC));
  if (!file.valid())
    return error(ErrorCode::internal, "cannot create the output file: {}", std::strerror(errno));
  writer = UniqueFd(
      ::open(fmt::format("/proc/self/fd/{}", file.get()).c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!writer.valid())
    return error(ErrorCode::internal, "cannot open the output file: {}", std::strerror(errno));
  return file;
}

/// Everything that a worker shares with its helpers, and the helpers.
struct Helpers {
  SharedArea<CallArea> calls;
  SharedArea<TesterArea> area;
  UniqueFd calls_file;
  UniqueFd area_file;
  UniqueFd output;
  UniqueFd output_writer;
  std::optional<HelperProcess> launcher;
  std::optional<HelperProcess> tester;
};

Result<Helpers> create_shared() {
  SCRIBE_TRY_ASSIGN(UniqueFd calls_file, create_shared_file("calls", sizeof(CallArea)));
  SCRIBE_TRY_ASSIGN(UniqueFd area_file, create_shared_file("tests", sizeof(TesterArea)));
  SCRIBE_TRY_ASSIGN(SharedArea<CallArea> calls, SharedArea<CallArea>::map(calls_file.get()));
  SCRIBE_TRY_ASSIGN(SharedArea<TesterArea> area, SharedArea<TesterArea>::map(area_file.get()));
  UniqueFd writer;
  SCRIBE_TRY_ASSIGN(UniqueFd output, create_output_file(writer));
  return Helpers{.calls = std::move(calls),
                 .area = std::move(area),
                 .calls_file = std::move(calls_file),
                 .area_file = std::move(area_file),
                 .output = std::move(output),
                 .output_writer = std::move(writer),
                 .launcher = std::nullopt,
                 .tester = std::nullopt};
}

/// Python candidates with tests that call them, on either engine.
class PythonWorker : public SandboxWorker {
 public:
  PythonWorker(Helpers helpers, LauncherSetup setup, int core)
      : helpers_(std::move(helpers)), setup_(setup), core_(core) {}

  Result<Verdict> run(const SandboxJob& job) override {
    if (job.candidate.size() > kSourceBytesMax)
      return refusal(VerdictKind::syntax, "the program", job.candidate.size(), kSourceBytesMax);
    if (job.tests.size() > kTestsBytesMax)
      return refusal(VerdictKind::internal, "the test suite", job.tests.size(), kTestsBytesMax);
    if (job.entry_point.size() > kEntryPointBytesMax)
      return refusal(VerdictKind::internal, "the entry point", job.entry_point.size(),
                     kEntryPointBytesMax);
    const CoreScope scope(core_);
    return job.form == TestForm::inside ? run_softly(job) : run_fairly(job, TestPlace::apart);
  }

  /// Starts the helpers that do not run. Errors: unsupported, internal.
  Status start_missing() {
    if (helpers_.launcher && helpers_.tester) return {};
    const CoreScope scope(core_);  // Which they inherit.
    if (!helpers_.launcher) SCRIBE_TRY(start_launcher());
    if (!helpers_.tester) SCRIBE_TRY(start_tester());
    return {};
  }

 private:
  struct Attempt {
    RunFacts facts;
    bool try_again = false;  ///< the run says nothing: starved, or a helper died
  };

  /// A run that says nothing is made once more.
  Result<Verdict> run_fairly(const SandboxJob& job, TestPlace place) {
    for (int attempt = 1;; ++attempt) {
      SCRIBE_TRY(start_missing());
      const Attempt result = run_once(job, place, attempt == 1 ? 1 : kSecondWallFactor);
      if (result.try_again && attempt < kAttemptsMax) continue;
      Verdict verdict = judge(result.facts, job.limits);
      if (verdict.passed())
        verdict.report.assign(
            helpers_.area->report,
            std::min<std::size_t>(helpers_.area->report_bytes.load(), kReportBytesMax));
      return verdict;
    }
  }

  /// A pass of tests inside counts only if the same program does not pass what nothing can pass.
  Result<Verdict> run_softly(const SandboxJob& job) {
    SCRIBE_TRY_ASSIGN(Verdict verdict, run_fairly(job, TestPlace::inside));
    for (const TestPlace control : {TestPlace::inside_failing, TestPlace::inside_corrupted}) {
      if (!verdict.passed()) break;
      SCRIBE_TRY_ASSIGN(const Verdict second, run_fairly(job, control));
      if (second.kind == VerdictKind::internal) verdict = second;
      if (!second.passed()) continue;
      verdict.kind = VerdictKind::hack;
      verdict.detail = control == TestPlace::inside_failing
                           ? "passed tests that raise at their end"
                           : "equalled an object that equals nothing";
    }
    verdict.soft = true;
    return verdict;
  }

  static Verdict refusal(VerdictKind kind, std::string_view what, std::size_t bytes,
                         std::size_t bytes_max) {
    Verdict verdict;
    verdict.kind = kind;
    verdict.detail = fmt::format("{} has {} bytes, more than {}", what, bytes, bytes_max);
    return verdict;
  }

  Status start_launcher() {
    SCRIBE_TRY_ASSIGN(
        HelperProcess helper,
        HelperProcess::start("launcher", helpers_.calls_file.get(), helpers_.output_writer.get()));
    const double deadline = now_seconds() + kStartSecondsMax;
    if (!send_message(helper.control(), setup_) || !is_readable_before(helper.control(), deadline))
      return error(ErrorCode::internal, "the sandbox's launcher does not start");
    const auto received = receive_message<LauncherReply>(helper.control());
    if (!received) return error(ErrorCode::internal, "the sandbox's launcher died as it started");
    if (received->event != LauncherEvent::ready)
      return error(ErrorCode::unsupported, "cannot build the sandbox: {}", received->text);
    helpers_.launcher = std::move(helper);
    return {};
  }

  Status start_tester() {
    SCRIBE_TRY_ASSIGN(
        HelperProcess helper,
        HelperProcess::start("tester", helpers_.calls_file.get(), helpers_.area_file.get()));
    if (!is_readable_before(helper.control(), now_seconds() + kStartSecondsMax))
      return error(ErrorCode::internal, "the sandbox's tester does not start");
    const auto received = receive_message<TesterReply>(helper.control());
    if (!received) return error(ErrorCode::internal, "the sandbox's tester died as it started");
    if (received->outcome != TestsOutcome::ready)
      return error(ErrorCode::unsupported, "cannot start the sandbox's tester: {}", received->text);
    helpers_.tester = std::move(helper);
    return {};
  }

  void stop_tester() {
    helpers_.tester->kill();
    helpers_.tester.reset();
  }
  void stop_launcher() {
    helpers_.launcher->kill();
    helpers_.launcher.reset();
  }

  Attempt run_once(const SandboxJob& job, TestPlace place, double wall_factor) {
    Attempt attempt;
    RunFacts& facts = attempt.facts;
    const double start = now_seconds();
    candidate_running_ = true;
    if (!begin(job, place)) {
      facts.launcher_lost = true;
      stop_launcher();
      stop_tester();
      attempt.try_again = true;
      return attempt;
    }
    attempt.try_again = !watch(job.limits, start + wall_factor * job.limits.wall_seconds, facts);
    end_candidate(facts);
    collect_report(facts);
    facts.part.assign(helpers_.area->part, ::strnlen(helpers_.area->part, kPartBytesMax));
    facts.wall_seconds = now_seconds() - start;
    attempt.try_again =
        attempt.try_again || facts.launcher_lost || (facts.tester_lost && !facts.wall_expired);
    return attempt;
  }

  /// Lays out the job and starts both sides. No candidate lives now, so the areas hold still.
  bool begin(const SandboxJob& job, TestPlace place) {
    ++job_;
    CallArea& calls = *helpers_.calls;
    TesterArea& area = *helpers_.area;
    // Whatever the last program and its tests left here goes.
    if (!wipe_shared_file(helpers_.calls_file.get(), &*helpers_.calls, sizeof(CallArea)))
      return false;
    std::memcpy(calls.source, job.candidate.data(), job.candidate.size());
    calls.source_bytes.store(static_cast<std::uint32_t>(job.candidate.size()));
    area.phase.store(TesterPhase::idle);
    area.part[0] = 0;
    area.has_answers.store(0);
    area.report_bytes.store(0);
    tester_cpu_at_start_ = cpu_seconds_of(helpers_.tester->pid());
    const std::string& key = job.tests.key();
    if (std::string_view(area.tests_key, kTestsKeyBytes) != key) {
      area.tests_bytes = static_cast<std::uint32_t>(job.tests.size());
      std::memcpy(area.tests, job.tests.data(), job.tests.size());
      std::memcpy(area.tests_key, key.data(), kTestsKeyBytes);
    }
    area.entry_point_bytes = static_cast<std::uint32_t>(job.entry_point.size());
    copy_text(area.entry_point, job.entry_point);
    const LauncherRequest request{.command = LauncherCommand::start,
                                  .job = job_,
                                  .cpu_seconds = job.limits.cpu_seconds,
                                  .memory_bytes = job.limits.memory_bytes,
                                  .output_bytes = job.limits.output_bytes,
                                  .threads = job.limits.processes};
    return ::ftruncate(helpers_.output.get(), 0) == 0 &&
           send_message(helpers_.launcher->control(), request) &&
           send_message(helpers_.tester->control(), TesterRequest{job_, place});
  }

  /// Waits until the tester has reported or the deadline has passed. False if the run was starved
  /// of CPU time, so that its end at the deadline means nothing.
  bool watch(const SandboxLimits& limits, double deadline, RunFacts& facts) {
    while (facts.outcome == TestsOutcome::none && !facts.tester_lost) {
      const double now = now_seconds();
      const TesterPhase phase = helpers_.area->phase.load();
      const bool tests_used_up = phase == TesterPhase::testing &&
                                 cpu_seconds_of(helpers_.tester->pid()) - tester_cpu_at_start_ >=
                                     kTestsCpuShare * limits.wall_seconds;
      if (now >= deadline || tests_used_up) {
        facts.wall_expired = true;
        facts.phase_at_end = phase;
        facts.tests_exhausted = tests_used_up && helpers_.area->has_answers.load() != 0;
        if (phase == TesterPhase::testing) return tests_used_up;
        return !candidate_running_ || !was_starved(limits, facts);
      }
      pollfd waiting[2] = {{helpers_.tester->control(), POLLIN, 0},
                           {candidate_running_ ? helpers_.launcher->control() : -1, POLLIN, 0}};
      const double look = std::min(deadline, now + kLookSeconds);
      if (::poll(waiting, 2, milliseconds_until(look)) <= 0) continue;
      if (waiting[1].revents != 0) on_candidate_news(facts, true);
      if (waiting[0].revents != 0) on_report(facts);
    }
    return true;
  }

  /// True if the candidate could have run but spent more time in the queue for a core than asleep
  /// or running.
  bool was_starved(const SandboxLimits& limits, RunFacts& facts) {
    if (facts.phase_at_end != TesterPhase::waiting) return false;
    if (!send_command(LauncherCommand::send_handle)) return false;
    if (!is_readable_before(helpers_.launcher->control(), now_seconds() + kReportSecondsMax))
      return false;
    const UniqueFd handle = receive_with_descriptor(helpers_.launcher->control(), launcher_reply_);
    if (launcher_reply_.event != LauncherEvent::handle) record_end(facts, true);
    Schedule schedule{launcher_reply_.ran_seconds, launcher_reply_.delayed_seconds};
    if (handle.valid()) schedule = schedule_of(handle);
    if (schedule.ran < 0) return false;  // It is gone.
    return schedule.delayed > limits.wall_seconds / 2;
  }

  bool send_command(LauncherCommand command) {
    LauncherRequest request{};
    request.command = command;
    request.job = job_;
    return send_message(helpers_.launcher->control(), request);
  }

  /// Reads what the launcher says of the candidate; `unasked` if we had not killed it.
  void on_candidate_news(RunFacts& facts, bool unasked) {
    receive_with_descriptor(helpers_.launcher->control(), launcher_reply_);
    if (launcher_reply_.event == LauncherEvent::handle) return;  // A late answer.
    record_end(facts, unasked);
  }

  void record_end(RunFacts& facts, bool unasked) {
    const LauncherReply& reply = launcher_reply_;
    candidate_running_ = false;
    if (reply.event != LauncherEvent::ended || reply.job != job_) {
      facts.launcher_lost = true;
    } else {
      facts.candidate_ended = unasked;
      facts.wait_status = reply.wait_status;
      facts.cpu_exceeded = reply.cpu_exceeded != 0;
      facts.cpu_seconds = reply.cpu_seconds;
      facts.memory_bytes = reply.memory_bytes;
      facts.candidate_replaced = reply.replaced != 0;
      facts.differing_pages = static_cast<int>(reply.differing_pages);
    }
    // Nobody writes to the area any more: this is the last word in it.
    helpers_.area->ended_job.store(job_);
    helpers_.calls->reply_sequence.store(kNoMoreReplies);
    futex_wake(helpers_.calls->reply_sequence);
  }

  void on_report(RunFacts& facts) {
    const auto reply = receive_message<TesterReply>(helpers_.tester->control());
    if (reply && reply->job == job_) {
      facts.outcome = reply->outcome;
      facts.detail = reply->text;
      return;
    }
    facts.tester_lost = true;
    facts.phase_at_end = helpers_.area->phase.load();
  }

  /// Kills what still runs and waits for its end, so that the next job starts alone.
  void end_candidate(RunFacts& facts) {
    if (candidate_running_) send_command(LauncherCommand::kill);
    const double deadline = now_seconds() + kEndSecondsMax;
    while (candidate_running_ && is_readable_before(helpers_.launcher->control(), deadline))
      on_candidate_news(facts, false);
    facts.launcher_lost = facts.launcher_lost || candidate_running_;
    if (facts.launcher_lost) stop_launcher();
  }

  /// A tester that waits for its candidate reports as soon as that is gone. One that was busy with
  /// something else when the time ran out may never end.
  void collect_report(RunFacts& facts) {
    if (facts.outcome == TestsOutcome::none && !facts.tester_lost) {
      const bool was_busy = facts.wall_expired && facts.phase_at_end != TesterPhase::waiting;
      if (!was_busy &&
          is_readable_before(helpers_.tester->control(), now_seconds() + kReportSecondsMax))
        on_report(facts);
      else
        facts.tester_lost = true;
    }
    if (facts.tester_lost) stop_tester();
  }

  Helpers helpers_;
  LauncherSetup setup_;
  int core_;
  std::uint32_t job_ = 0;
  bool candidate_running_ = false;
  double tester_cpu_at_start_ = 0;  ///< of the job
  LauncherReply launcher_reply_;    ///< the latest
};

}  // namespace

Result<std::unique_ptr<SandboxWorker>> start_python_worker(
    const SandboxCapabilities& capabilities) {
  SCRIBE_CHECK(is_helper_dispatch_ready(), "main() must call run_if_sandbox_child() first");
  if (!capabilities.seccomp || (!capabilities.user_namespace && !capabilities.landlock))
    return error(ErrorCode::unsupported,
                 "a sandbox needs seccomp and either namespaces or Landlock");
  SCRIBE_TRY_ASSIGN(Helpers helpers, create_shared());
  auto worker = std::make_unique<PythonWorker>(
      std::move(helpers),
      LauncherSetup{.namespaces = capabilities.user_namespace,
                    .landlock = capabilities.landlock,
                    .snapshot = capabilities.engine == "snapshot",
                    .verify_every = capabilities.verify_resets_every},
      capabilities.core);
  SCRIBE_TRY(worker->start_missing());
  return std::unique_ptr<SandboxWorker>(std::move(worker));
}

}  // namespace sandbox

int core_for_worker(int worker) {
  const std::vector<int> cores = sandbox::usable_cores();
  return cores.empty() ? -1 : cores[static_cast<std::size_t>(worker) % cores.size()];
}

}  // namespace scribe
