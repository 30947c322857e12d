// Which walls this machine can give, found by building them in throw-away processes.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "sandbox/helper_process.h"
#include "sandbox/helpers.h"
#include "sandbox/jail.h"
#include "sandbox/landlock.h"
#include "sandbox/memory_scan.h"
#include "sandbox/python_runtime.h"
#include "sandbox/sandbox.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox/wire.h"

namespace scribe {
namespace sandbox {
namespace {

/// True if the process exits with 0.
bool ends_well(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void probe_seccomp(ProbeReply& reply) {
  Result<SeccompFilter> filter = SeccompFilter::for_candidate();
  if (!filter.ok()) return copy_text(reply.seccomp_problem, filter.error().message());
  const pid_t child = ::fork();
  if (child == 0)
    ::_exit(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter.value().load(::getpid()) ? 0
                                                                                             : 1);
  reply.seccomp = child > 0 && ends_well(child);
  if (!reply.seccomp) copy_text(reply.seccomp_problem, "the kernel refuses a system call filter");
}

void probe_landlock(ProbeReply& reply) {
  const std::vector<std::string> folders = {SCRIBE_PYTHON_STDLIB};
  const pid_t child = ::fork();
  if (child == 0)
    ::_exit(landlock_version() > 0 && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                    restrict_with_landlock(folders).ok()
                ? 0
                : 1);
  reply.landlock = child > 0 && ends_well(child);
}

void probe_snapshot(ProbeReply& reply) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  // A sanitizer's shadow memory cannot be reset.
  copy_text(reply.snapshot_problem, "this program was built with a sanitizer");
#else
  const Status status = probe_write_tracking();
  if (!status.ok()) copy_text(reply.snapshot_problem, status.error().message());
#endif
}

Status build_jail(Rung rung) {
  SCRIBE_TRY(enter_private_root({SCRIBE_PYTHON_STDLIB, library_directory()}));
  return drop_privileges(rung);
}

void probe_namespaces(ProbeReply& reply) {
  int ends[2];
  if (::pipe2(ends, 0) != 0) return copy_text(reply.namespaces_problem, std::strerror(errno));
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  Rung rung = Rung::landlock;
  const Result<pid_t> child = fork_into_jail(true, rung);
  if (!child.ok()) return copy_text(reply.namespaces_problem, child.error().message());
  if (child.value() == 0) {
    const Status status = build_jail(rung);
    if (status.ok()) ::_exit(0);
    const std::string& text = status.error().message();
    ::_exit(::write(write_end.get(), text.data(), text.size()) > 0 ? 1 : 2);
  }
  write_end.reset();
  char text[kTextBytes] = {};
  if (::read(read_end.get(), text, sizeof(text) - 1) < 0) text[0] = 0;
  reply.namespaces = ends_well(child.value());
  if (!reply.namespaces) copy_text(reply.namespaces_problem, text);
}

std::string summary_of(const SandboxCapabilities& capabilities) {
  std::string summary = capabilities.engine + " engine; ";
  if (capabilities.user_namespace) summary += "namespaces, ";
  if (capabilities.landlock) summary += "landlock, ";
  return summary + "seccomp, rlimits";
}

}  // namespace

int run_probe() {
  ProbeReply reply{};
  probe_seccomp(reply);
  probe_landlock(reply);
  probe_namespaces(reply);
  probe_snapshot(reply);
  send_message(kControlFd, reply);
  return 0;
}

}  // namespace sandbox

Result<SandboxCapabilities> probe_sandbox() {
  using namespace sandbox;  // NOLINT: this function is the module's front.
  SCRIBE_CHECK(is_helper_dispatch_ready(), "main() must call run_if_sandbox_child() first");
  SCRIBE_TRY_ASSIGN(const HelperProcess helper, HelperProcess::start("probe", -1, -1));
  const auto reply = receive_message<ProbeReply>(helper.control());
  if (!reply) return error(ErrorCode::internal, "the sandbox's probe died");
  if (!reply->seccomp)
    return error(ErrorCode::unsupported,
                 "cannot sandbox programs: {}; use a kernel with CONFIG_SECCOMP_FILTER and do not "
                 "forbid the seccomp system call",
                 reply->seccomp_problem);
  if (!reply->namespaces && !reply->landlock)
    return error(ErrorCode::unsupported, "cannot sandbox programs: no Landlock, and {}",
                 reply->namespaces_problem);
  SandboxCapabilities capabilities{.user_namespace = reply->namespaces,
                                   .landlock = reply->landlock,
                                   .seccomp = true,
                                   .snapshot_problem = reply->snapshot_problem,
                                   .engine = "",
                                   .summary = ""};
  return with_engine(std::move(capabilities), "auto");
}

Result<SandboxCapabilities> with_engine(SandboxCapabilities capabilities, std::string_view engine) {
  const bool has_snapshot = capabilities.snapshot_problem.empty();
  if (engine == "auto") engine = has_snapshot ? "snapshot" : "fork";
  if (engine != "snapshot" && engine != "fork")
    return error(ErrorCode::invalid_argument,
                 "there is no engine '{}': expected auto, snapshot or fork", engine);
  if (engine == "snapshot" && !has_snapshot)
    return error(ErrorCode::unsupported, "no snapshot engine here: {}; use the fork engine",
                 capabilities.snapshot_problem);
  capabilities.engine = engine;
  capabilities.summary = sandbox::summary_of(capabilities);
  return capabilities;
}

}  // namespace scribe
