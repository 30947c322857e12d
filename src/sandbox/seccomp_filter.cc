// Allow-lists, compiled by libseccomp and loaded by hand.
#include "sandbox/seccomp_filter.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sandbox/unique_fd.h"

namespace scribe::sandbox {
namespace {

/// Stands for "this process" in a filter that is compiled before the process exists.
constexpr std::uint32_t kPidPlaceholder = 0x5C51BE01;

/// What an interpreter and ordinary computing need, and what leaves nothing behind in the kernel.
constexpr auto kPure = std::to_array<const char*>({
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "fstat",
    "newfstatat",
    "stat",
    "lstat",
    "statx",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getcwd",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "sched_yield",
    "sched_getaffinity",
    "rt_sigpending",
    "pause",
    "getitimer",
    "nanosleep",
    "clock_nanosleep",
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    "times",
    "getrandom",
    "getrusage",
    "getrlimit",
    "uname",
    "sysinfo",
    "getpid",
    "gettid",
    "getppid",
    "getpgrp",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getgroups",
});

/// What they need too, and what changes descriptors, mappings, handlers, timers or threads.
constexpr auto kStateful = std::to_array<const char*>({
    "close",
    "lseek",
    "getdents64",
    "dup",
    "dup2",
    "dup3",
    "pipe",
    "pipe2",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "eventfd2",
    "mmap",
    "munmap",
    "mprotect",
    "mremap",
    "madvise",
    "brk",
    "set_robust_list",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "sigaltstack",
    "alarm",
    "setitimer",
    "restart_syscall",
    "set_tid_address",
});

/// Nobody asks for these by accident.
constexpr auto kHostile = std::to_array<const char*>({
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kcmp",
    "pidfd_getfd",
    "pidfd_open",
    "pidfd_send_signal",
    "process_madvise",
    "kill",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "keyctl",
    "add_key",
    "request_key",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "unshare",
    "setns",
    "fsopen",
    "fsmount",
    "move_mount",
    "open_tree",
    "mount_setattr",
    "open_by_handle_at",
    "name_to_handle_at",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "reboot",
    "swapon",
    "swapoff",
    "iopl",
    "ioperm",
    "modify_ldt",
    "seccomp",
    "vmsplice",
    "memfd_secret",
});

constexpr unsigned kTmpfileBit = 020000000;  // __O_TMPFILE without O_DIRECTORY.
constexpr unsigned kForbiddenOpenFlags = O_ACCMODE | O_CREAT | O_TRUNC | kTmpfileBit;
constexpr unsigned kNamespaceFlags = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
                                     CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_PTRACE;
constexpr std::uint32_t kStatefulIoctls[] = {FIOCLEX, FIONCLEX};
constexpr std::uint32_t kPureFcntlCommands[] = {F_GETFD, F_GETFL};
constexpr std::uint32_t kStatefulFcntlCommands[] = {F_DUPFD, F_SETFD, F_DUPFD_CLOEXEC};
/// All other futex operations may leave something behind that outlives a reset of the memory.
constexpr std::uint32_t kPureFutexCommands[] = {FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET,
                                                FUTEX_WAKE_BITSET};
constexpr std::uint32_t kFutexCommandMask = 0x7F;  // FUTEX_CMD_MASK as a 32-bit number

}  // namespace

/// Collects rules; the first failure of libseccomp is kept and returned by compile().
class FilterBuilder {
 public:
  FilterBuilder() : context_(seccomp_init(SCMP_ACT_ERRNO(EPERM))) {}
  ~FilterBuilder() {
    if (context_ != nullptr) seccomp_release(context_);
  }
  FilterBuilder(const FilterBuilder&) = delete;
  FilterBuilder& operator=(const FilterBuilder&) = delete;

  void add(std::uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> conditions) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || number < 0) return;  // This architecture has no such call.
    note(seccomp_rule_add_array(context_, action, number, static_cast<unsigned>(conditions.size()),
                                conditions.begin()));
  }
  void allow(const char* name, std::initializer_list<scmp_arg_cmp> conditions = {}) {
    add(SCMP_ACT_ALLOW, name, conditions);
  }

  void add_common_rules() {
    note(seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2));  // A tree, not a list.
    note(seccomp_attr_set(context_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    for (const char* name : kPure) allow(name);
    for (const std::uint32_t command : kPureFcntlCommands)
      allow("fcntl", {SCMP_A1(SCMP_CMP_EQ, command)});
    allow("ioctl", {SCMP_A1(SCMP_CMP_EQ, TCGETS)});
    allow("prlimit64", {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)});
    // clone3 hides its flags in memory, where a filter cannot look: ENOSYS makes glibc fall back to
    // clone.
    add(SCMP_ACT_ERRNO(ENOSYS), "clone3", {});
    // abort() and raise() signal through tgkill.
    allow("tgkill", {SCMP_A0(SCMP_CMP_EQ, kPidPlaceholder)});
  }

  /// Calls that an ordinary program makes and that change its process.
  void add_stateful_rules(std::uint32_t action) {
    for (const char* name : kStateful) add(action, name, {});
    add(action, "openat", {SCMP_A2(SCMP_CMP_MASKED_EQ, kForbiddenOpenFlags, O_RDONLY)});
    add(action, "open", {SCMP_A1(SCMP_CMP_MASKED_EQ, kForbiddenOpenFlags, O_RDONLY)});
    for (const std::uint32_t command : kStatefulIoctls)
      add(action, "ioctl", {SCMP_A1(SCMP_CMP_EQ, command)});
    for (const std::uint32_t command : kStatefulFcntlCommands)
      add(action, "fcntl", {SCMP_A1(SCMP_CMP_EQ, command)});
    // Threads only.
    add(action, "clone",
        {SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | kNamespaceFlags, CLONE_THREAD)});
  }

  Result<SeccompFilter> compile() {
    if (context_ == nullptr || failure_ != 0)
      return error(ErrorCode::unsupported, "cannot build the system call filter: {}",
                   std::strerror(failure_ != 0 ? failure_ : ENOMEM));
    const UniqueFd file(::memfd_create("filter", MFD_CLOEXEC));
    if (!file.valid() || seccomp_export_bpf(context_, file.get()) != 0)
      return error(ErrorCode::unsupported, "cannot compile the system call filter");
    const off_t size_bytes = ::lseek(file.get(), 0, SEEK_END);
    std::vector<sock_filter> instructions(static_cast<std::size_t>(size_bytes) /
                                          sizeof(sock_filter));
    if (::pread(file.get(), instructions.data(), static_cast<std::size_t>(size_bytes), 0) !=
        size_bytes)
      return error(ErrorCode::unsupported, "cannot read the compiled system call filter");
    return SeccompFilter(std::move(instructions));
  }

 private:
  void note(int result) {
    if (result < 0 && failure_ == 0) failure_ = -result;
  }

  scmp_filter_ctx context_;
  int failure_ = 0;
};

Result<SeccompFilter> SeccompFilter::for_candidate() {
  FilterBuilder builder;
  builder.add_common_rules();
  builder.add_stateful_rules(SCMP_ACT_ALLOW);
  for (const char* name : {"futex", "exit", "exit_group"}) builder.allow(name);
  for (const char* name : kHostile) builder.add(SCMP_ACT_KILL_PROCESS, name, {});
  return builder.compile();
}

Result<SeccompFilter> SeccompFilter::for_resettable_candidate() {
  const auto stop = [](TracedCall call) {
    return static_cast<std::uint32_t>(SCMP_ACT_TRACE(static_cast<unsigned>(call)));
  };
  FilterBuilder builder;
  builder.add_common_rules();
  builder.add_stateful_rules(stop(TracedCall::changes_state));
  for (const std::uint32_t command : kPureFutexCommands)
    builder.allow("futex", {SCMP_A1(SCMP_CMP_MASKED_EQ, kFutexCommandMask, command)});
  builder.add(stop(TracedCall::ends_thread), "exit", {});
  builder.add(stop(TracedCall::ends_process), "exit_group", {});
  for (const char* name : kHostile) builder.add(stop(TracedCall::hostile), name, {});
  return builder.compile();
}

Result<SeccompFilter> SeccompFilter::for_tester() {
  FilterBuilder builder;
  builder.add_common_rules();
  builder.add_stateful_rules(SCMP_ACT_ALLOW);
  for (const char* name : {"futex", "exit", "exit_group", "sendto", "recvfrom"})
    builder.allow(name);
  return builder.compile();
}

bool SeccompFilter::load(pid_t own_pid) {
  for (sock_filter& instruction : instructions_)
    if (instruction.k == kPidPlaceholder) instruction.k = static_cast<std::uint32_t>(own_pid);
  const sock_fprog program{static_cast<unsigned short>(instructions_.size()), instructions_.data()};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

}  // namespace scribe::sandbox
