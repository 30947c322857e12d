// posix_spawn of /proc/self/exe with a fixed set of descriptors and an empty environment.
#include "sandbox/helper_process.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "sandbox/wire.h"

namespace scribe::sandbox {
namespace {

constexpr int kFirstFreeFd = kExtraFd + 1;
constexpr int kEndMilliseconds = 2000;

/// A copy of `fd` that lies above the fixed numbers, so that moving one there overwrites no other.
UniqueFd raised(int fd) {
  return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeFd + 9));
}

/// Nothing of the user's environment but the loader's path reaches a helper. A sanitizer would hide
/// crashes behind reports and exit codes of its own, and abort where Python expects no memory.
std::vector<std::string> helper_environment() {
  std::vector<std::string> variables = {
      "ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_abort=0:handle_sigfpe=0:handle_sigill=0:"
      "handle_sigbus=0:allocator_may_return_null=1:use_sigaltstack=0:detect_stack_use_after_return="
      "0",
      "TSAN_OPTIONS=handle_segv=0:handle_abort=0:report_signal_unsafe=0:die_after_fork=0"};
  if (const char* path = std::getenv("LD_LIBRARY_PATH"))
    variables.push_back(std::string("LD_LIBRARY_PATH=") + path);
  return variables;
}

struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;

  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t defaults;
    sigfillset(&defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

Result<pid_t> spawn_self(std::string_view role, std::span<const std::pair<int, int>> descriptors) {
  SpawnSettings settings;
  for (const auto& [from, to] : descriptors)
    posix_spawn_file_actions_adddup2(&settings.actions, from, to);
  posix_spawn_file_actions_addclosefrom_np(&settings.actions, kFirstFreeFd);
  std::string name = "scribe-sandbox";
  std::string flag = std::string(kChildFlag) + std::string(role);
  std::array<char*, 3> arguments = {name.data(), flag.data(), nullptr};
  std::vector<std::string> variables = helper_environment();
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  pid_t pid = -1;
  const int failure = ::posix_spawn(&pid, "/proc/self/exe", &settings.actions, &settings.attributes,
                                    arguments.data(), environment.data());
  if (failure != 0)
    return error(ErrorCode::internal, "cannot start the sandbox's {}: {}", role,
                 std::strerror(failure));
  return pid;
}

}  // namespace

Result<HelperProcess> HelperProcess::start(std::string_view role, int call_area_fd, int extra_fd) {
  int pipe_ends[2];
  int socket_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0)
    return error(ErrorCode::internal, "cannot create a pipe: {}", std::strerror(errno));
  const UniqueFd lifeline_read(pipe_ends[0]);
  HelperProcess helper;
  helper.lifeline_ = UniqueFd(pipe_ends[1]);
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socket_ends) != 0)
    return error(ErrorCode::internal, "cannot create a socket: {}", std::strerror(errno));
  helper.control_ = UniqueFd(socket_ends[0]);
  const UniqueFd helper_control(socket_ends[1]);

  const std::array<std::pair<int, int>, 4> wanted = {{{lifeline_read.get(), kLifelineFd},
                                                      {helper_control.get(), kControlFd},
                                                      {call_area_fd, kCallAreaFd},
                                                      {extra_fd, kExtraFd}}};
  std::vector<UniqueFd> copies;
  std::vector<std::pair<int, int>> descriptors;
  for (const auto& [from, to] : wanted) {
    if (from < 0) continue;
    copies.push_back(raised(from));
    if (!copies.back().valid())
      return error(ErrorCode::internal, "cannot copy a descriptor: {}", std::strerror(errno));
    descriptors.emplace_back(copies.back().get(), to);
  }
  SCRIBE_TRY_ASSIGN(helper.pid_, spawn_self(role, descriptors));
  return helper;
}

HelperProcess::~HelperProcess() {
  end();
}

HelperProcess::HelperProcess(HelperProcess&& other) noexcept {
  *this = std::move(other);
}

HelperProcess& HelperProcess::operator=(HelperProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(control_, other.control_);
  std::swap(lifeline_, other.lifeline_);
  return *this;
}

void HelperProcess::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

void HelperProcess::end() {
  if (pid_ < 0) return;
  control_.reset();
  lifeline_.reset();
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pollfd ended{handle.get(), POLLIN, 0};
  if (!handle.valid() || ::poll(&ended, 1, kEndMilliseconds) != 1) kill();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

void watch_lifeline() {
  pthread_t thread{};
  const auto watch = [](void*) -> void* {
    char byte = 0;
    while (::read(kLifelineFd, &byte, 1) < 0 && errno == EINTR) {
    }
    ::_exit(0);
  };
  if (::pthread_create(&thread, nullptr, watch, nullptr) != 0) ::_exit(1);
  ::pthread_detach(thread);
}

}  // namespace scribe::sandbox
