// The engine that works on every kernel: one fork of the warm interpreter per program.
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>

#include "sandbox/candidate_engine.h"
#include "sandbox/python_runtime.h"

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

class ForkEngine : public CandidateEngine {
 public:
  ForkEngine(CandidateTemplate candidates, const JailFacts& jail, std::int64_t base_bytes)
      : candidates_(std::move(candidates)),
        jail_(jail),
        base_bytes_(base_bytes),
        cores_(std::max(1U, std::thread::hardware_concurrency())) {}

  void run(const LauncherRequest& request) override {
    PyOS_BeforeFork();
    const pid_t child = ::fork();
    if (child == 0) {
      PyOS_AfterFork_Child();
      candidates_.become_candidate({.cpu_seconds = request.cpu_seconds,
                                    .address_bytes = base_bytes_ + request.memory_bytes,
                                    .output_bytes = request.output_bytes,
                                    .threads = jail_.other_tasks + request.threads});
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

 private:
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
    if (jail_.owns_pid_namespace) {  // Nothing can be left; if it is, it ends here.
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
  JailFacts jail_;
  std::int64_t base_bytes_;  ///< address space of the interpreter alone
  double cores_;
};

/// Bytes of address space of this process; `statm` is its open /proc/self/statm.
std::int64_t address_space_bytes(int statm) {
  char text[128] = {};
  if (::pread(statm, text, sizeof(text) - 1, 0) <= 0) return 0;
  return std::strtoll(text, nullptr, 10) * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

std::unique_ptr<CandidateEngine> make_fork_engine(CandidateTemplate candidates,
                                                  const JailFacts& jail, const UniqueFd& statm) {
  return std::make_unique<ForkEngine>(std::move(candidates), jail,
                                      address_space_bytes(statm.get()));
}

}  // namespace scribe::sandbox
