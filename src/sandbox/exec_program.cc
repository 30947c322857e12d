// Groups, descriptors, limits, identity, Landlock, filter, exec: in this order.
#include "sandbox/exec_program.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>

namespace scribe::sandbox {
namespace {

constexpr rlim_t kStackBytes = rlim_t{64} << 20;  // Recursive programs of contests need much.
constexpr rlim_t kOpenFiles = 512;                // Linkers and class loaders open many.

bool set_limit(__rlimit_resource resource, std::int64_t value) {
  const rlimit limit{static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
  return ::setrlimit(resource, &limit) == 0;
}

bool set_limits(const ExecRequest& request, bool limits_tasks) {
  // The launcher watches the exact sum of CPU time; these whole seconds of each process back it up.
  const auto cpu = static_cast<std::int64_t>(std::ceil(request.cpu_seconds)) + 1;
  const bool address_set =
      request.address_bytes == 0 || set_limit(RLIMIT_AS, request.address_bytes);
  const bool tasks_set = !limits_tasks || set_limit(RLIMIT_NPROC, request.processes + 1);
  return address_set && tasks_set && set_limit(RLIMIT_CPU, cpu) &&
         set_limit(RLIMIT_FSIZE, request.file_bytes) &&
         set_limit(RLIMIT_STACK, static_cast<std::int64_t>(kStackBytes)) &&
         set_limit(RLIMIT_NOFILE, static_cast<std::int64_t>(kOpenFiles)) &&
         set_limit(RLIMIT_CORE, 0) && set_limit(RLIMIT_MEMLOCK, 0) &&
         set_limit(RLIMIT_MSGQUEUE, 0) && set_limit(RLIMIT_SIGPENDING, 64);
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void give_up(int problem_fd, std::string_view what) {
  const std::string line(what);
  const ssize_t written = ::write(problem_fd, line.data(), line.size());
  ::_exit(written > 0 ? 1 : 2);
}

[[noreturn]] void give_up_errno(int problem_fd, std::string_view what) {
  give_up(problem_fd, fmt::format("cannot {}: {}", what, std::strerror(errno)));
}

}  // namespace

void become_program(const ProgramPlan& plan, SeccompFilter& filter, int problem_fd) {
  ::setpgid(0, 0);
  for (int i = 0; i < 3; ++i)
    if (::dup2(plan.streams[static_cast<std::size_t>(i)], i) < 0)
      give_up_errno(problem_fd, "set a stream");
  if (plan.group != nullptr && !plan.group->join())
    give_up_errno(problem_fd, "join the control group");
  if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
    give_up_errno(problem_fd, "close descriptors");
  if (::chdir(plan.folder.c_str()) != 0) give_up_errno(problem_fd, "enter the work folder");
  if (!set_limits(plan.request, plan.limits_tasks)) give_up_errno(problem_fd, "set limits");
  if (const Status status = drop_privileges(plan.rung); !status.ok())
    give_up(problem_fd, status.error().message());
  if (!plan.rules.empty())
    if (const Status status = restrict_with_landlock(plan.rules); !status.ok())
      give_up(problem_fd, status.error().message());
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // After the change of identity, which clears it.
  for (const int number : {SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGXFSZ}) ::signal(number, SIG_DFL);
  const std::vector<char*> arguments = pointers_to(plan.payload.arguments);
  const std::vector<char*> environment = pointers_to(plan.payload.environment);
  if (!filter.load(::getpid())) give_up_errno(problem_fd, "load the system call filter");
  ::execve(arguments[0], arguments.data(), environment.data());
  give_up_errno(problem_fd, "start " + plan.payload.arguments[0]);
}

}  // namespace scribe::sandbox
