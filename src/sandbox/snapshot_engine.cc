// The fast engine: one traced candidate, returned to its snapshot after every program.
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>

#include "sandbox/candidate_engine.h"
#include "sandbox/resettable_memory.h"
#include "sandbox/schedule.h"
#include "sandbox/snapshot_child.h"
#include "sandbox/tracee.h"

namespace scribe::sandbox {
namespace {

/// Nothing is known that survives a reset; a new process now and then costs little all the same.
constexpr int kResetsMax = 10'000;
constexpr int kBootSeconds = 60;

Error unsupported(std::string_view what) {
  return error(ErrorCode::unsupported, "snapshot: cannot {}: {}", what, std::strerror(errno));
}

/// What comes with a SnapshotBoot.
struct Booted {
  SnapshotBoot boot;
  UniqueFd tracker;
  UniqueFd pagemap;
  UniqueFd statistics;  ///< none where the kernel keeps none
};

/// Waits for the candidate's message. Errors: unsupported.
Result<Booted> receive_boot(int socket) {
  auto booted = std::make_unique<Booted>();
  iovec part{&booted->boot, sizeof(booted->boot)};
  alignas(cmsghdr) char space[CMSG_SPACE(3 * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof(space);
  pollfd waiting{socket, POLLIN, 0};
  if (::poll(&waiting, 1, kBootSeconds * 1000) != 1 ||
      ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != static_cast<ssize_t>(sizeof(booted->boot)))
    return error(ErrorCode::unsupported, "snapshot: the candidate does not start");
  if (booted->boot.segments == 0) return error(ErrorCode::unsupported, "{}", booted->boot.problem);
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS)
    return error(ErrorCode::unsupported, "snapshot: the candidate sends no descriptors");
  int descriptors[3] = {-1, -1, -1};
  std::memcpy(descriptors, CMSG_DATA(header),
              std::min(sizeof(descriptors), header->cmsg_len - CMSG_LEN(0)));
  booted->tracker = UniqueFd(descriptors[0]);
  booted->pagemap = UniqueFd(descriptors[1]);
  booted->statistics = UniqueFd(descriptors[2]);
  return std::move(*booted);
}

Schedule read_schedule(const UniqueFd& statistics) {
  char text[128] = {};
  if (!statistics.valid() || ::pread(statistics.get(), text, sizeof(text) - 1, 0) <= 0) return {};
  char* rest = nullptr;
  const double ran = std::strtod(text, &rest);
  return {ran * 1e-9, std::strtod(rest, nullptr) * 1e-9};
}

/// One candidate process and everything to reset it.
struct Candidate {
  Tracee tracee;
  ResettableMemory memory;
  UniqueFd statistics;
  std::int64_t base_bytes;  ///< address space before the program
  int resets = 0;
  LauncherRequest limits;  ///< those that stand now
};

class SnapshotEngine : public CandidateEngine {
 public:
  SnapshotEngine(CandidateTemplate candidates, const JailFacts& jail, SnapshotSettings settings,
                 UniqueFd child_news)
      : candidates_(std::move(candidates)),
        jail_(jail),
        settings_(std::move(settings)),
        child_news_(std::move(child_news)),
        cores_(std::max(1U, std::thread::hardware_concurrency())) {}

  /// Starts a candidate up to its snapshot. Errors: unsupported.
  Status start() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
      return unsupported("create a socket");
    const UniqueFd own_end(ends[0]);
    UniqueFd child_end(ends[1]);
    UniqueFd memory_file(::memfd_create("candidate", MFD_CLOEXEC));
    if (!memory_file.valid()) return unsupported("create a memory file");
    PyOS_BeforeFork();
    const pid_t child = ::fork();
    if (child == 0) {
      PyOS_AfterFork_Child();
      candidates_.become_resettable({{child_end.get(), memory_file.get(), settings_.proc.get()},
                                     settings_.landlock,
                                     settings_.readable});
    }
    PyOS_AfterFork_Parent();
    if (child < 0) return unsupported("fork a candidate");
    child_end.reset();
    return adopt(child, own_end, std::move(memory_file));
  }

  void run(const LauncherRequest& request) override {
    if (!candidate_) {
      const Status started = start();
      if (!started.ok()) return report_failure(request.job, started.error());
    }
    set_limits(request);
    cpu_at_start_ = candidate_->tracee.cpu_seconds();
    schedule_at_start_ = read_schedule(candidate_->statistics);
    candidate_->tracee.resume();
    const std::optional<int> end = watch(request);
    LauncherReply reply = ended(request.job, end);
    renew(reply);
    send_message(kControlFd, reply);
    // A new process takes milliseconds: the supervisor need not wait for it.
    if (!candidate_) static_cast<void>(start());  // If it fails, the next program tries again.
  }

 private:
  Status adopt(pid_t child, const UniqueFd& socket, UniqueFd memory_file) {
    char byte = 0;
    const bool asked = ::recv(socket.get(), &byte, 1, 0) == 1;
    SCRIBE_TRY_ASSIGN(Tracee tracee, Tracee::seize(child));  // Which kills the child from now on.
    if (!asked || ::send(socket.get(), &byte, 1, MSG_NOSIGNAL) != 1)
      return unsupported("reach the candidate");
    SCRIBE_TRY_ASSIGN(Booted booted, receive_boot(socket.get()));
    SCRIBE_TRY(tracee.save_at_breakpoint());
    SCRIBE_TRY_ASSIGN(ResettableMemory memory,
                      ResettableMemory::take(std::move(memory_file), std::move(booted.tracker),
                                             std::move(booted.pagemap),
                                             {booted.boot.segment.data(), booted.boot.segments}));
    candidate_.emplace(Candidate{.tracee = std::move(tracee),
                                 .memory = std::move(memory),
                                 .statistics = std::move(booted.statistics),
                                 .base_bytes = booted.boot.address_space_bytes,
                                 .limits = {}});
    return {};
  }

  /// Soft limits only, from outside: the candidate may not change them, and they can be raised
  /// again.
  void set_limits(const LauncherRequest& request) {
    const LauncherRequest& old = candidate_->limits;
    const auto set = [this](__rlimit_resource resource, std::int64_t soft) {
      rlimit limit{};
      ::prlimit(candidate_->tracee.pid(), resource, nullptr, &limit);
      limit.rlim_cur = std::min(static_cast<rlim_t>(soft), limit.rlim_max);
      ::prlimit(candidate_->tracee.pid(), resource, &limit, nullptr);
    };
    if (old.memory_bytes != request.memory_bytes)
      set(RLIMIT_AS, candidate_->base_bytes + request.memory_bytes);
    if (old.output_bytes != request.output_bytes) set(RLIMIT_FSIZE, request.output_bytes);
    if (old.threads != request.threads) set(RLIMIT_NPROC, jail_.other_tasks + request.threads);
    candidate_->limits = request;
  }

  double cpu_used() const { return candidate_->tracee.cpu_seconds() - cpu_at_start_; }

  /// The status with which the program ended by itself, or nothing if it was stopped.
  std::optional<int> watch(const LauncherRequest& request) {
    cpu_exceeded_ = false;
    for (;;) {
      const double left = request.cpu_seconds - cpu_used();
      if (left <= 0) {
        cpu_exceeded_ = true;
        return stop();
      }
      // With every core burning its time, the limit cannot be passed before this wait is over.
      const double wait = std::max(left / cores_, 0.005);
      pollfd waiting[2] = {{child_news_.get(), POLLIN, 0}, {kControlFd, POLLIN, 0}};
      if (::poll(waiting, 2, static_cast<int>(wait * 1000) + 1) < 0 && errno != EINTR)
        return stop();
      if (waiting[0].revents != 0) {
        signalfd_siginfo news[4];
        while (::read(child_news_.get(), news, sizeof(news)) == sizeof(news)) {
        }
        if (const auto end = candidate_->tracee.handle_events()) return end;
      }
      if (waiting[1].revents != 0 && !obey(request.job)) return stop();
    }
  }

  std::optional<int> stop() {
    candidate_->tracee.interrupt();
    return std::nullopt;
  }

  /// Handles what the supervisor asks meanwhile. False if the program is to be stopped.
  bool obey(std::uint32_t job) {
    const auto request = receive_message<LauncherRequest>(kControlFd);
    if (!request || request->command != LauncherCommand::send_handle) return false;
    const Schedule now = read_schedule(candidate_->statistics);
    send_message(kControlFd,
                 LauncherReply{.event = LauncherEvent::handle,
                               .job = job,
                               .ran_seconds = now.ran - schedule_at_start_.ran,
                               .delayed_seconds = now.delayed - schedule_at_start_.delayed});
    return true;
  }

  LauncherReply ended(std::uint32_t job, std::optional<int> end) {
    const Tracee& tracee = candidate_->tracee;
    const rusage& usage = tracee.usage();
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    const double cpu_total =
        tracee.alive() ? tracee.cpu_seconds() : seconds(usage.ru_utime) + seconds(usage.ru_stime);
    return {.event = LauncherEvent::ended,
            .job = job,
            .wait_status = end.value_or(SIGKILL),
            .cpu_exceeded = cpu_exceeded_ ? 1U : 0U,
            .cpu_seconds = std::max(cpu_total - cpu_at_start_, 0.0),
            .memory_bytes = tracee.alive() ? 0 : usage.ru_maxrss * 1024};
  }

  /// Returns the candidate to its snapshot, or ends it where that cannot be done.
  void renew(LauncherReply& reply) {
    Candidate& candidate = *candidate_;
    const bool can_be_reset =
        candidate.tracee.alive() && !candidate.tracee.tainted() && ++candidate.resets < kResetsMax;
    if (can_be_reset && candidate.memory.reset() && candidate.tracee.return_to_breakpoint()) {
      reply.memory_bytes = static_cast<std::int64_t>(candidate.memory.bytes_used());
      if (settings_.verify_every == 0 || candidate.resets % settings_.verify_every != 0) return;
      reply.differing_pages = static_cast<std::uint32_t>(candidate.memory.differing_pages());
      if (reply.differing_pages == 0) return;
    }
    candidate.tracee.kill();
    reply.memory_bytes = std::max(reply.memory_bytes, candidate.tracee.usage().ru_maxrss * 1024L);
    reply.replaced = 1;
    candidate_.reset();
    if (jail_.owns_pid_namespace) {  // Nothing can be left; if it is, it ends here.
      ::kill(-1, SIGKILL);
      while (::waitpid(-1, nullptr, WNOHANG | __WALL) > 0) {
      }
    }
  }

  static void report_failure(std::uint32_t job, const Error& failure) {
    LauncherReply reply{.event = LauncherEvent::failed, .job = job};
    copy_text(reply.text, failure.message());
    send_message(kControlFd, reply);
  }

  CandidateTemplate candidates_;
  JailFacts jail_;
  SnapshotSettings settings_;
  UniqueFd child_news_;  ///< signalfd of SIGCHLD
  double cores_;
  std::optional<Candidate> candidate_;
  double cpu_at_start_ = 0;
  Schedule schedule_at_start_;
  bool cpu_exceeded_ = false;
};

}  // namespace

Result<std::unique_ptr<CandidateEngine>> make_snapshot_engine(CandidateTemplate candidates,
                                                              const JailFacts& jail,
                                                              SnapshotSettings settings) {
  sigset_t child_signal;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child_signal, nullptr);
  UniqueFd child_news(::signalfd(-1, &child_signal, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!child_news.valid()) return unsupported("listen for the candidate's news");
  auto engine = std::make_unique<SnapshotEngine>(std::move(candidates), jail, std::move(settings),
                                                 std::move(child_news));
  SCRIBE_TRY(engine->start());
  return std::unique_ptr<CandidateEngine>(std::move(engine));
}

}  // namespace scribe::sandbox
