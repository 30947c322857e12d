// The ptrace half of the snapshot engine; the filter's classes are those of seccomp_filter.h.
#include "sandbox/tracee.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <utility>

#include "sandbox/seccomp_filter.h"

namespace scribe::sandbox {
namespace {

constexpr std::size_t kExtendedStateBytesMax = 16 << 10;
constexpr long kErrnoMax = 4095;

int status_of_exit(int code) {
  return (code & 0xFF) << 8;
}
int status_of_signal(int number) {
  return number;
}

/// Signals that end nobody who did not ask for them.
bool is_harmless(int number) {
  return number == SIGCHLD || number == SIGURG || number == SIGWINCH || number == SIGCONT ||
         number == SIGPIPE;
}

long trace(enum __ptrace_request request, pid_t pid, void* address, void* data) {
  return ::ptrace(request, pid, address, data);
}

void go_on(pid_t thread, int signal_number = 0) {
  trace(PTRACE_CONT, thread, nullptr,
        reinterpret_cast<void*>(static_cast<std::uintptr_t>(signal_number)));
}

pid_t wait_for(pid_t pid, int& status, int flags, rusage* usage) {
  pid_t changed = 0;
  do {
    changed = ::wait4(pid, &status, __WALL | flags, usage);
  } while (changed < 0 && errno == EINTR);
  return changed;
}

bool is_over(int status) {
  return WIFEXITED(status) || WIFSIGNALED(status);
}
int event_of(int status) {
  return status >> 16;
}

/// Files that are not there are asked for by every syntax error, whose line Python wants to show,
/// and memory that there is not by every program that wants too much.
bool leaves_nothing_if_it_fails(const user_regs_struct& registers) {
  const auto number = static_cast<long>(registers.orig_rax);
  return number == SYS_openat || number == SYS_open || number == SYS_mmap;
}

Error lost(std::string_view what) {
  return error(ErrorCode::unsupported, "snapshot: cannot {}: {}", what, std::strerror(errno));
}

}  // namespace

Result<Tracee> Tracee::seize(pid_t child) {
  constexpr long kOptions =
      PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD;
  Tracee tracee;
  tracee.pid_ = child;
  if (trace(PTRACE_SEIZE, child, nullptr, reinterpret_cast<void*>(kOptions)) != 0)
    return lost("trace the candidate (kernel.yama.ptrace_scope must be 0 or 1)");
  return tracee;
}

Tracee::~Tracee() {
  kill();
}

Tracee::Tracee(Tracee&& other) noexcept {
  *this = std::move(other);
}

Tracee& Tracee::operator=(Tracee&& other) noexcept {
  if (this == &other) return *this;
  kill();
  pid_ = std::exchange(other.pid_, -1);
  stopped_ = other.stopped_;
  tainted_ = other.tainted_;
  usage_ = other.usage_;
  registers_ = other.registers_;
  extended_state_ = std::move(other.extended_state_);
  signal_mask_ = other.signal_mask_;
  return *this;
}

Status Tracee::save_at_breakpoint() {
  for (;;) {
    int status = 0;
    if (wait_for(pid_, status, 0, &usage_) != pid_) return lost("wait for the candidate");
    if (is_over(status)) {
      leave();
      return error(ErrorCode::unsupported, "snapshot: the candidate ended as it started");
    }
    if (event_of(status) == 0 && WSTOPSIG(status) == SIGTRAP) break;
    if (event_of(status) == PTRACE_EVENT_SECCOMP)
      return error(ErrorCode::unsupported, "snapshot: a filtered call before the start");
    go_on(pid_, event_of(status) == 0 ? WSTOPSIG(status) : 0);
  }
  stopped_ = true;
  extended_state_.resize(kExtendedStateBytesMax);
  iovec state{extended_state_.data(), extended_state_.size()};
  if (trace(PTRACE_GETREGS, pid_, nullptr, &registers_) != 0 ||
      trace(PTRACE_GETREGSET, pid_, reinterpret_cast<void*>(NT_X86_XSTATE), &state) != 0 ||
      trace(PTRACE_GETSIGMASK, pid_, reinterpret_cast<void*>(sizeof(signal_mask_)),
            &signal_mask_) != 0)
    return lost("read the candidate's registers");
  extended_state_.resize(state.iov_len);
  // Not in a system call: the kernel shall restart none.
  registers_.orig_rax = static_cast<unsigned long long>(-1);
  return {};
}

bool Tracee::return_to_breakpoint() {
  iovec state{extended_state_.data(), extended_state_.size()};
  return trace(PTRACE_SETREGS, pid_, nullptr, &registers_) == 0 &&
         trace(PTRACE_SETREGSET, pid_, reinterpret_cast<void*>(NT_X86_XSTATE), &state) == 0 &&
         trace(PTRACE_SETSIGMASK, pid_, reinterpret_cast<void*>(sizeof(signal_mask_)),
               &signal_mask_) == 0;
}

void Tracee::resume() {
  stopped_ = false;
  go_on(pid_);
}

void Tracee::leave() {
  pid_ = -1;
  stopped_ = true;
}

std::optional<int> Tracee::handle_events() {
  while (pid_ > 0 && !stopped_) {
    int status = 0;
    rusage usage{};
    const pid_t thread = wait_for(-1, status, WNOHANG, &usage);
    if (thread <= 0) return std::nullopt;
    if (thread == pid_ && is_over(status)) {
      usage_ = usage;
      leave();
      return status;
    }
    if (const std::optional<int> end = handle(thread, status)) return end;
  }
  return std::nullopt;
}

std::optional<int> Tracee::handle(pid_t thread, int status) {
  if (thread != pid_) tainted_ = true;
  if (is_over(status)) return std::nullopt;  // A thread; the process goes on.
  switch (event_of(status)) {
    case 0:
      return handle_signal(thread, WSTOPSIG(status));
    case PTRACE_EVENT_SECCOMP:
      return handle_system_call(thread);
    case PTRACE_EVENT_CLONE:
      tainted_ = true;
      break;
    default:  // A new thread's first stop, or a stopped group: on it goes.
      break;
  }
  go_on(thread);
  return std::nullopt;
}

std::optional<int> Tracee::handle_system_call(pid_t thread) {
  unsigned long message = 0;
  trace(PTRACE_GETEVENTMSG, thread, nullptr, &message);
  const auto kind = static_cast<TracedCall>(message);
  user_regs_struct registers{};
  trace(PTRACE_GETREGS, thread, nullptr, &registers);
  if (kind == TracedCall::changes_state && !tainted_ && leaves_nothing_if_it_fails(registers))
    return handle_result(thread);
  if (kind == TracedCall::changes_state) tainted_ = true;
  if (kind == TracedCall::changes_state || (kind == TracedCall::ends_thread && thread != pid_)) {
    go_on(thread);
    return std::nullopt;
  }
  const int end = kind == TracedCall::hostile ? status_of_signal(SIGSYS)
                                              : status_of_exit(static_cast<int>(registers.rdi));
  registers.orig_rax = static_cast<unsigned long long>(-1);  // It is not to be executed.
  trace(PTRACE_SETREGS, thread, nullptr, &registers);
  if (thread == pid_)
    stopped_ = true;
  else
    kill();
  return end;
}

std::optional<int> Tracee::handle_result(pid_t thread) {
  constexpr int kSystemCallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD
  trace(PTRACE_SYSCALL, thread, nullptr, nullptr);
  int status = 0;
  rusage usage{};
  if (wait_for(thread, status, 0, &usage) != thread || is_over(status)) {
    usage_ = usage;
    leave();
    return status;
  }
  if (event_of(status) != 0 || WSTOPSIG(status) != kSystemCallStop) {
    tainted_ = true;  // Something came between: who knows.
    return handle(thread, status);
  }
  user_regs_struct registers{};
  trace(PTRACE_GETREGS, thread, nullptr, &registers);
  const auto result = static_cast<long>(registers.rax);
  if (result >= 0 || result < -kErrnoMax) tainted_ = true;
  go_on(thread);
  return std::nullopt;
}

std::optional<int> Tracee::handle_signal(pid_t thread, int number) {
  if (tainted_) {  // It may have handlers; then they run.
    go_on(thread, number);
    return std::nullopt;
  }
  if (is_harmless(number)) {
    go_on(thread);
    return std::nullopt;
  }
  stopped_ = true;
  return status_of_signal(number);
}

bool Tracee::interrupt() {
  if (pid_ > 0 && !stopped_ && trace(PTRACE_INTERRUPT, pid_, nullptr, nullptr) != 0) kill();
  while (pid_ > 0 && !stopped_) {
    int status = 0;
    rusage usage{};
    if (wait_for(pid_, status, 0, &usage) != pid_) break;
    if (is_over(status)) {
      usage_ = usage;
      leave();
    } else if (event_of(status) == PTRACE_EVENT_SECCOMP || event_of(status) == PTRACE_EVENT_CLONE) {
      // Met on the way to the stop: let it pass, for what it is; its end comes all the same.
      if (handle(pid_, status)) break;
    } else {
      stopped_ = true;
    }
  }
  return pid_ > 0;
}

double Tracee::cpu_seconds() const {
  clockid_t clock{};
  timespec time{};
  if (pid_ <= 0 || ::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
    return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void Tracee::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  // Its threads are traced too: the process is not over before each of them is waited for.
  for (pid_t thread = 0; pid_ > 0;) {
    int status = 0;
    rusage usage{};
    thread = wait_for(-1, status, 0, &usage);
    if (thread < 0) break;
    if (thread == pid_ && is_over(status)) {
      usage_ = usage;
      leave();
    } else if (!is_over(status)) {
      go_on(thread);
    }
  }
  pid_ = -1;
}

}  // namespace scribe::sandbox
