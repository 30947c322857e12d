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

#include "sandbox/candidate.h"
#include "sandbox/helpers.h"
#include "sandbox/jail.h"
#include "sandbox/landlock.h"
#include "sandbox/python_runtime.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox/wire.h"

namespace scribe::sandbox {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// CPU time used so far by a process, or 0 if it cannot be read.
double cpu_seconds_of(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// Hands a descriptor to the supervisor beside a message.
void send_with_descriptor(const LauncherReply& reply, int descriptor) {
  LauncherReply copy = reply;
  iovec part{&copy, sizeof(copy)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = space;
    message.msg_controllen = sizeof(space);
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  }
  ::sendmsg(kControlFd, &message, MSG_NOSIGNAL);
}

/// Forks candidates and watches over their CPU time until the supervisor hangs up.
class Launcher {
 public:
  Launcher(CandidateTemplate candidates, bool owns_pid_namespace, std::int64_t base_bytes,
           int other_tasks)
      : candidates_(std::move(candidates)),
        owns_pid_namespace_(owns_pid_namespace),
        base_bytes_(base_bytes),
        other_tasks_(other_tasks),
        cores_(std::max(1U, std::thread::hardware_concurrency())) {}

  void run() {
    while (const auto request = receive_message<LauncherRequest>(kControlFd)) {
      if (request->command == LauncherCommand::start) run_candidate(*request);
      if (request->command == LauncherCommand::send_handle)
        send_with_descriptor({.event = LauncherEvent::handle, .job = request->job}, -1);
    }
  }

 private:
  void run_candidate(const LauncherRequest& request) {
    PyOS_BeforeFork();
    const pid_t child = ::fork();
    if (child == 0) {
      PyOS_AfterFork_Child();
      candidates_.become_candidate({.cpu_seconds = request.cpu_seconds,
                                    .address_bytes = base_bytes_ + request.memory_bytes,
                                    .output_bytes = request.output_bytes,
                                    .threads = other_tasks_ + request.threads});
    }
    PyOS_AfterFork_Parent();
    if (child < 0) {
      LauncherReply reply{.event = LauncherEvent::failed, .job = request.job};
      copy_text(reply.text, std::string("cannot fork a candidate: ") + std::strerror(errno));
      send_message(kControlFd, reply);
      return;
    }
    watch(child, request);
  }

  void watch(pid_t child, const LauncherRequest& request) {
    const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    bool cpu_exceeded = false;
    for (bool running = true; running;) {
      const double left = request.cpu_seconds - cpu_seconds_of(child);
      if (left <= 0 && !cpu_exceeded) {
        cpu_exceeded = true;
        ::kill(child, SIGKILL);
      }
      // With every core burning its time, the limit cannot be passed before this wait is over.
      const double wait = cpu_exceeded ? 1.0 : std::max(left / cores_, 0.005);
      pollfd waiting[2] = {{handle.get(), POLLIN, 0}, {kControlFd, POLLIN, 0}};
      if (::poll(waiting, 2, static_cast<int>(wait * 1000) + 1) < 0 && errno != EINTR) break;
      if (waiting[0].revents != 0) break;
      if (waiting[1].revents != 0) running = obey(child, handle.get());
    }
    report_end(child, request.job, cpu_exceeded);
  }

  /// Handles what comes while a candidate runs. False if it is to be waited for now.
  bool obey(pid_t child, int handle) {
    const auto request = receive_message<LauncherRequest>(kControlFd);
    if (request && request->command == LauncherCommand::send_handle) {
      send_with_descriptor({.event = LauncherEvent::handle, .job = request->job}, handle);
      return true;
    }
    ::kill(child, SIGKILL);
    return false;
  }

  void report_end(pid_t child, std::uint32_t job, bool cpu_exceeded) {
    int status = 0;
    rusage usage{};
    while (::wait4(child, &status, __WALL, &usage) < 0 && errno == EINTR) {
    }
    if (owns_pid_namespace_) {  // Nothing can be left; if it is, it ends here.
      ::kill(-1, SIGKILL);
      while (::waitpid(-1, nullptr, WNOHANG) > 0) {
      }
    }
    send_message(kControlFd, LauncherReply{.event = LauncherEvent::ended,
                                           .job = job,
                                           .wait_status = status,
                                           .cpu_exceeded = cpu_exceeded ? 1U : 0U,
                                           .cpu_seconds = seconds_of(usage.ru_utime) +
                                                          seconds_of(usage.ru_stime),
                                           .memory_bytes = usage.ru_maxrss * 1024});
  }

  CandidateTemplate candidates_;
  bool owns_pid_namespace_;
  std::int64_t base_bytes_;  ///< address space of the interpreter alone
  int other_tasks_;          ///< what else RLIMIT_NPROC counts: it is a limit of the user
  double cores_;
};

/// Bytes of address space of this process; `statm` is its open /proc/self/statm.
std::int64_t address_space_bytes(int statm) {
  char text[128] = {};
  if (::pread(statm, text, sizeof(text) - 1, 0) <= 0) return 0;
  return std::strtoll(text, nullptr, 10) * ::sysconf(_SC_PAGESIZE);
}

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

/// Builds the walls, starts Python behind them and serves. Returns only what went wrong.
Status serve_in_jail(const LauncherSetup& setup, Rung rung) {
  SCRIBE_TRY_ASSIGN(SharedArea<CallArea> area, SharedArea<CallArea>::map(kCallAreaFd));
  SCRIBE_TRY_ASSIGN(SeccompFilter filter, SeccompFilter::for_candidate());
  const UniqueFd statm(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  const std::vector<std::string> folders = {SCRIBE_PYTHON_STDLIB, library_directory()};
  const int other_tasks = count_other_tasks(rung, ::geteuid() == 0);
  if (rung != Rung::landlock) SCRIBE_TRY(enter_private_root(folders));
  SCRIBE_TRY(drop_privileges(rung));
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // After the change of identity, which clears it.
  if (setup.landlock) SCRIBE_TRY(restrict_with_landlock(folders));
  ::clearenv();
  ::signal(SIGPIPE, SIG_IGN);  // As the python program does.
  SCRIBE_TRY(start_python(standard_library_paths()));
  SCRIBE_TRY(preload_modules());
  ::dup2(kExtraFd, STDOUT_FILENO);
  ::dup2(kExtraFd, STDERR_FILENO);
  ::close(kExtraFd);
  ::close(kCallAreaFd);
  ::close(kLifelineFd);
  LauncherReply ready{.event = LauncherEvent::ready};
  copy_text(ready.text, fmt::format("{}{}", name_of(rung),
                                    setup.landlock && rung != Rung::landlock ? ", landlock" : ""));
  Launcher launcher(CandidateTemplate(*area, std::move(filter)), rung != Rung::landlock,
                    address_space_bytes(statm.get()), other_tasks);
  send_message(kControlFd, ready);
  launcher.run();
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
