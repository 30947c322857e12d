// Two processes: a guard outside, and inside the jail the launcher, which never sees a test.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <thread>

#include "sandbox/arena_reserve.h"
#include "sandbox/candidate_engine.h"
#include "sandbox/helpers.h"
#include "sandbox/jail.h"
#include "sandbox/landlock.h"
#include "sandbox/python_runtime.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox/wire.h"

namespace scribe::sandbox {
namespace {

/// Tasks that share the candidates' user for RLIMIT_NPROC. In a user namespace, or with an identity
/// of its own, the jail has only the launcher. Else it has all that the user runs, now and later,
/// so that threads can be bounded only loosely there (and by address space).
int count_other_tasks(Rung rung, bool was_root) {
  constexpr int kLaterTasks = 512;
  if (rung != Rung::landlock || was_root) return 1;
  int tasks = 0;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failure)) {
    struct stat status{};
    if (::stat(entry.path().c_str(), &status) != 0 || status.st_uid != ::getuid()) continue;
    for (auto task = std::filesystem::directory_iterator(entry.path() / "task", failure);
         task != std::filesystem::directory_iterator(); task.increment(failure))
      ++tasks;
  }
  return tasks + kLaterTasks;
}

/// Serves the supervisor until it hangs up.
void serve(CandidateEngine& engine) {
  while (const auto request = receive_message<LauncherRequest>(kControlFd)) {
    if (request->command == LauncherCommand::start) engine.run(*request);
    if (request->command == LauncherCommand::send_handle)  // Of a candidate that is gone.
      send_message(kControlFd, LauncherReply{.event = LauncherEvent::handle, .job = request->job});
  }
}

/// Leaves nothing open but the descriptors that the launcher and its candidates use.
void settle_descriptors() {
  ::dup2(kExtraFd, STDOUT_FILENO);
  ::dup2(kExtraFd, STDERR_FILENO);
  ::close(kExtraFd);
  ::close(kCallAreaFd);
  ::close(kLifelineFd);
}

/// Builds the walls, starts Python behind them and serves. Returns only what went wrong.
Status serve_in_jail(const LauncherSetup& setup, Rung rung) {
  SCRIBE_TRY_ASSIGN(SharedArea<CallArea> area, SharedArea<CallArea>::map(kCallAreaFd));
  SCRIBE_TRY_ASSIGN(SeccompFilter filter, setup.snapshot ? SeccompFilter::for_resettable_candidate()
                                                         : SeccompFilter::for_candidate());
  const UniqueFd statm(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  UniqueFd proc(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const std::vector<std::string> folders = {SCRIBE_PYTHON_STDLIB, library_directory()};
  const int other_tasks = count_other_tasks(rung, ::geteuid() == 0);
  if (rung != Rung::landlock) SCRIBE_TRY(enter_private_root(folders));
  SCRIBE_TRY(drop_privileges(rung));
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // After the change of identity, which clears it.
  if (setup.landlock && !setup.snapshot) SCRIBE_TRY(restrict_with_landlock(folders));
  ::clearenv();
  ::signal(SIGPIPE, SIG_IGN);  // As the python program does.
  if (setup.snapshot) SCRIBE_TRY(reserve_python_memory());
  SCRIBE_TRY(start_python(standard_library_paths()));
  SCRIBE_TRY(preload_modules());
  settle_descriptors();
  LauncherReply ready{.event = LauncherEvent::ready};
  copy_text(ready.text, fmt::format("{}{}", name_of(rung),
                                    setup.landlock && rung != Rung::landlock ? ", landlock" : ""));
  const JailFacts jail{.owns_pid_namespace = rung != Rung::landlock, .other_tasks = other_tasks};
  CandidateTemplate candidates(*area, std::move(filter));
  std::unique_ptr<CandidateEngine> engine;
  if (setup.snapshot) {
    SCRIBE_TRY_ASSIGN(engine, make_snapshot_engine(std::move(candidates), jail,
                                                   {.landlock = setup.landlock,
                                                    .readable = folders,
                                                    .proc = std::move(proc),
                                                    .verify_every = setup.verify_every}));
  } else {
    engine = make_fork_engine(std::move(candidates), jail, statm);
  }
  send_message(kControlFd, ready);
  serve(*engine);
  ::_exit(0);
}

void report_failure(const Error& failure) {
  LauncherReply reply{.event = LauncherEvent::failed};
  copy_text(reply.text, failure.message());
  send_message(kControlFd, reply);
}

/// Outside the jail: ends it when the supervisor is gone, and ends when it does.
int guard(pid_t jailed) {
  ::close(kControlFd);  // So that the supervisor notices when the jail dies.
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, jailed, 0)));
  pollfd waiting[2] = {{handle.get(), POLLIN, 0}, {kLifelineFd, POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
  }
  ::kill(jailed, SIGKILL);
  while (::waitpid(jailed, nullptr, 0) < 0 && errno == EINTR) {
  }
  return 0;
}

}  // namespace

int run_launcher() {
  const auto setup = receive_message<LauncherSetup>(kControlFd);
  if (!setup) return 0;
  Rung rung = Rung::landlock;
  const Result<pid_t> jailed = fork_into_jail(setup->namespaces, rung);
  if (!jailed.ok()) {
    report_failure(jailed.error());
    return 1;
  }
  if (jailed.value() != 0) return guard(jailed.value());
  const Status status = serve_in_jail(*setup, rung);
  report_failure(status.error());
  return 1;
}

}  // namespace scribe::sandbox
