// Two processes: a guard outside, and inside the jail the launcher of compilers and programs.
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "sandbox/exec_program.h"
#include "sandbox/exec_wire.h"
#include "sandbox/helpers.h"
#include "sandbox/process_tree.h"
#include "sandbox/step_group.h"
#include "sandbox/toolchains.h"
#include "sandbox/work_folders.h"

namespace scribe::sandbox {
namespace {

// How often a step is looked at: often at first, since most end soon. Without a pid namespace a
// look goes over every process of the machine.
constexpr int kFirstTickMilliseconds = 5;
constexpr int kLaterTickMilliseconds = 20;
constexpr int kLaterTickMillisecondsOfAll = 50;
constexpr int kFirstTicks = 20;
constexpr int kTicksPerFolderCheck = 4;
constexpr std::int64_t kKernelBytes = 64 << 20;  // Page tables, pipes, sockets of one step.

double now_seconds() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// What the guard must know of the launcher when that is dead. No program ever has it mapped: it
/// does not outlive exec.
struct GuardPage {
  std::atomic<pid_t> group;  ///< of the step that runs, 0 if none does
  char folder[64];           ///< to be removed at the end; "" for none
};

Result<GuardPage*> create_guard_page() {
  void* const address =
      ::mmap(nullptr, sizeof(GuardPage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED)
    return error(ErrorCode::internal, "cannot share a page: {}", std::strerror(errno));
  return static_cast<GuardPage*>(address);  // Zeros; lives as long as the process.
}

std::int64_t size_of(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 ? status.st_size : 0;
}

Result<StepPayload> read_payload(int fd) {
  std::string bytes(static_cast<std::size_t>(size_of(fd)), '\0');
  if (::pread(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return error(ErrorCode::internal, "a request to the exec launcher cannot be read");
  return decode_payload(bytes);
}

Status write_whole_file(const std::string& path, std::string_view content) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  while (file.valid() && !content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written <= 0) break;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (file.valid() && content.empty()) return {};
  return error(ErrorCode::internal, "cannot write '{}': {}", path, std::strerror(errno));
}

/// Runs steps one after the other until the supervisor hangs up.
class StepRunner {
 public:
  StepRunner(Rung rung, bool landlock, WorkFolders folders, SeccompFilter build_filter,
             SeccompFilter run_filter, UniqueFd processes, GuardPage& page, bool limits_tasks,
             std::optional<StepGroup>& group, std::vector<std::string> visible)
      : rung_(rung),
        landlock_(landlock),
        visible_(std::move(visible)),
        folders_(std::move(folders)),
        build_filter_(std::move(build_filter)),
        run_filter_(std::move(run_filter)),
        processes_(std::move(processes)),
        page_(page),
        limits_tasks_(limits_tasks),
        group_(group) {}

  void serve() {
    ExecRequest request;
    std::array<UniqueFd, kExecDescriptors> descriptors;
    while (receive_request(kControlFd, request, descriptors)) {
      Result<ExecReply> reply = run_step(request, descriptors);
      ExecReply answer{.event = LauncherEvent::failed, .step = request.step};
      if (reply.ok())
        answer = reply.value();
      else
        copy_text(answer.text, reply.error().message());
      for (UniqueFd& descriptor : descriptors) descriptor.reset();
      if (!send_message(kControlFd, answer) || !reply.ok()) return;
    }
  }

 private:
  Result<ExecReply> run_step(const ExecRequest& request,
                             const std::array<UniqueFd, kExecDescriptors>& descriptors) {
    SCRIBE_TRY(folders_.begin(request.stage, request.new_build != 0));
    ProgramPlan plan{.request = request, .rung = rung_, .limits_tasks = limits_tasks_};
    SCRIBE_TRY_ASSIGN(plan.payload, read_payload(descriptors[0].get()));
    for (const auto& [path, content] : plan.payload.files)
      SCRIBE_TRY(write_whole_file(folders_.root() + "/" + path, content));
    SCRIBE_TRY(folders_.seal(request.stage));
    plan.folder = folders_.root() + "/tmp";
    if (landlock_) plan.rules = rules_for(request.stage);
    if (group_) {
      // The kernel's bound backs up the watch, so that all that the watch does not count is added.
      const std::int64_t more_bytes = kKernelBytes + WorkFolders::bytes_max(request.stage);
      if (!group_->begin(request.memory_bytes + more_bytes))
        return error(ErrorCode::internal, "cannot set the control group's limit: {}",
                     std::strerror(errno));
      plan.group = &*group_;
    }
    for (std::size_t i = 0; i < 3; ++i) plan.streams[i] = descriptors[i + 1].get();
    SCRIBE_TRY_ASSIGN(const pid_t child, start(plan));
    ExecReply reply = watch(child, request, {plan.streams[1], plan.streams[2]});
    page_.group.store(0);
    return reply;
  }

  std::vector<FolderRule> rules_for(ExecStage stage) const {
    std::vector<FolderRule> rules = folders_.rules(stage);
    for (const std::string& path : visible_)
      rules.push_back({path, FolderAccess::read_and_execute});
    for (const char* device : {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"})
      rules.push_back({device, FolderAccess::read_and_write});
    // Without namespaces, the processes that show there are everybody's.
    if (rung_ != Rung::landlock) rules.push_back({"/proc", FolderAccess::read});
    if (rung_ != Rung::landlock) rules.push_back({"/dev", FolderAccess::read});
    return rules;
  }

  /// Forks and waits until the program has started. Errors: internal.
  Result<pid_t> start(const ProgramPlan& plan) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
      return error(ErrorCode::internal, "cannot create a pipe: {}", std::strerror(errno));
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    SeccompFilter& filter = plan.request.stage == ExecStage::run ? run_filter_ : build_filter_;
    const pid_t child = ::fork();
    if (child == 0) become_program(plan, filter, write_end.get());
    if (child < 0)
      return error(ErrorCode::internal, "cannot fork a program: {}", std::strerror(errno));
    ::setpgid(child, child);
    page_.group.store(child);
    write_end.reset();
    char text[kTextBytes] = {};
    const ssize_t size_bytes = ::read(read_end.get(), text, sizeof(text) - 1);
    if (size_bytes == 0) return child;  // The end that it had was closed by exec.
    ::waitpid(child, nullptr, 0);
    return error(ErrorCode::internal, "the jail: {}", text);
  }

  ExecReply watch(pid_t child, const ExecRequest& request, std::array<int, 2> outputs) {
    const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    const double start = now_seconds();
    ProcessTree tree(processes_.get(), child);
    ExecReply reply{.event = LauncherEvent::ended, .step = request.step};
    for (int tick = 0; reply.fault == ExecFault::none; ++tick) {
      pollfd waiting[2] = {{handle.get(), POLLIN, 0}, {kControlFd, POLLIN, 0}};
      ::poll(waiting, 2, tick < kFirstTicks ? kFirstTickMilliseconds : later_tick());
      if (waiting[1].revents != 0)
        ::_exit(0);  // Nobody asks during a step: the supervisor is gone.
      const TreeUsage usage = tree.measure();
      reply.memory_bytes = std::max(reply.memory_bytes, usage.memory_bytes);
      reply.fault = fault_of(request, usage, size_of(outputs[0]) + size_of(outputs[1]),
                             now_seconds() - start);
      if (tick % kTicksPerFolderCheck == 0 && folders_.is_overfull(request.stage))
        reply.fault = ExecFault::files;
      if (reply.fault == ExecFault::wall) reply.delayed_seconds = tree.delayed_seconds();
      if (waiting[0].revents != 0) break;
      reap_orphans(child, reply);
    }
    end_all(child, reply);
    reply.wall_seconds = now_seconds() - start;
    // Output and time may have passed their limits since the last look.
    if (reply.fault == ExecFault::none)
      reply.fault = fault_of(request, {.cpu_seconds = reply.cpu_seconds},
                             size_of(outputs[0]) + size_of(outputs[1]), 0);
    if (group_ && group_->killed()) reply.fault = ExecFault::memory;
    return reply;
  }

  int later_tick() const {
    return rung_ == Rung::landlock ? kLaterTickMillisecondsOfAll : kLaterTickMilliseconds;
  }

  ExecFault fault_of(const ExecRequest& request, const TreeUsage& usage, std::int64_t output_bytes,
                     double wall_seconds) const {
    if (output_bytes > request.output_bytes) return ExecFault::output;
    if (usage.cpu_seconds > request.cpu_seconds) return ExecFault::cpu;
    if (usage.memory_bytes > request.memory_bytes) return ExecFault::memory;
    if (!limits_tasks_ && usage.tasks > request.processes) return ExecFault::processes;
    if (wall_seconds > request.wall_seconds) return ExecFault::wall;
    return ExecFault::none;
  }

  /// Processes whose parents died become our children, and count as running until we wait for them.
  void reap_orphans(pid_t child, ExecReply& reply) {
    siginfo_t ended{};
    for (;;) {
      ended.si_pid = 0;
      if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0) return;
      if (ended.si_pid == 0 || ended.si_pid == child) return;
      reap(ended.si_pid, reply);
    }
  }

  /// Kills what is left of the step and waits until nothing is.
  void end_all(pid_t child, ExecReply& reply) {
    ::kill(-child, SIGKILL);
    if (rung_ != Rung::landlock) ::kill(-1, SIGKILL);
    reply.wait_status = reap(child, reply);
    while (reap(-1, reply) >= 0) {
    }
  }

  /// Waits for one process and adds what it used; its status, or -1 if there is none.
  int reap(pid_t pid, ExecReply& reply) {
    int status = 0;
    rusage usage{};
    pid_t ended = -1;
    do {
      ended = ::wait4(pid, &status, __WALL, &usage);
    } while (ended < 0 && errno == EINTR);
    if (ended < 0) return -1;
    reply.cpu_seconds += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    reply.memory_bytes = std::max(reply.memory_bytes, usage.ru_maxrss * std::int64_t{1024});
    return status;
  }

  Rung rung_;
  bool landlock_;
  std::vector<std::string> visible_;
  WorkFolders folders_;
  SeccompFilter build_filter_;
  SeccompFilter run_filter_;
  UniqueFd processes_;  ///< /proc
  GuardPage& page_;
  bool limits_tasks_;
  std::optional<StepGroup>& group_;
};

/// The folders of compilers, and those that were asked for.
std::vector<std::string> visible_folders(std::string_view more) {
  std::vector<std::string> folders = toolchain_folders();
  for (std::size_t begin = 0; begin < more.size();) {
    const std::size_t end = std::min(more.find('\n', begin), more.size());
    folders.emplace_back(more.substr(begin, end - begin));
    begin = end + 1;
  }
  return folders;
}

Result<WorkFolders> build_walls(Rung rung, GuardPage& page,
                                const std::vector<std::string>& visible) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (rung != Rung::landlock) {
    SCRIBE_TRY(enter_workshop_root(visible, WorkFolders::mount_points()));
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
      return error(ErrorCode::unsupported, "cannot forbid new privileges: {}",
                   std::strerror(errno));
    return WorkFolders::mount();
  }
  SCRIBE_TRY(drop_privileges(rung));
  SCRIBE_TRY_ASSIGN(WorkFolders folders, WorkFolders::create());
  copy_text(page.folder, folders.root());
  return folders;
}

/// Builds the walls and serves. Returns only what went wrong.
Status serve_in_jail(const LauncherSetup& setup, Rung rung, GuardPage& page,
                     std::optional<StepGroup>& group) {
  const bool was_root = ::geteuid() == 0;
  ::umask(022);
  std::vector<std::string> visible = visible_folders(setup.visible);
  SCRIBE_TRY_ASSIGN(WorkFolders folders, build_walls(rung, page, visible));
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const bool scoped = rung != Rung::landlock || landlock_version() >= 6;
  const SignalReach reach = scoped ? SignalReach::jail : SignalReach::self;
  const ModeChanges modes = rung == Rung::landlock ? ModeChanges::refused : ModeChanges::allowed;
  SCRIBE_TRY_ASSIGN(SeccompFilter build_filter,
                    SeccompFilter::for_program(reach, ModeChanges::allowed));
  SCRIBE_TRY_ASSIGN(SeccompFilter run_filter, SeccompFilter::for_program(reach, modes));
  UniqueFd processes(::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!processes.valid())
    return error(ErrorCode::unsupported, "cannot open /proc: {}", std::strerror(errno));
  ::close(kLifelineFd);
  ExecReply ready{.event = LauncherEvent::ready};
  copy_text(ready.text, fmt::format("{}{}{}{}", folders.root(), kReadySeparator, name_of(rung),
                                    setup.landlock && rung != Rung::landlock ? ", landlock" : ""));
  StepRunner runner(rung, setup.landlock, std::move(folders), std::move(build_filter),
                    std::move(run_filter), std::move(processes), page,
                    rung != Rung::landlock || was_root, group, std::move(visible));
  send_message(kControlFd, ready);
  runner.serve();
  ::_exit(0);
}

/// Outside the jail: ends it and all that runs in it when the supervisor is gone, and ends when it
/// does.
int guard(pid_t jailed, const GuardPage& page) {
  ::close(kControlFd);
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, jailed, 0)));
  pollfd waiting[2] = {{handle.get(), POLLIN, 0}, {kLifelineFd, POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
  }
  ::kill(jailed, SIGKILL);
  while (::waitpid(jailed, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (page.folder[0] == 0) return 0;  // The pid namespace has ended everyone else.
  const pid_t group = page.group.load();
  if (group > 0) ::kill(-group, SIGKILL);
  while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
  }
  const std::string folder = page.folder;
  const Status emptied = empty_folder(folder);
  return emptied.ok() && ::rmdir(folder.c_str()) == 0 ? 0 : 1;
}

void report_failure(const Error& failure) {
  ExecReply reply{.event = LauncherEvent::failed};
  copy_text(reply.text, failure.message());
  send_message(kControlFd, reply);
}

}  // namespace

int run_exec_launcher() {
  const auto setup = receive_message<LauncherSetup>(kControlFd);
  if (!setup) return 0;
  const Result<GuardPage*> page = create_guard_page();
  if (!page.ok()) {
    report_failure(page.error());
    return 1;
  }
  std::optional<StepGroup> group;
  if (Result<StepGroup> created = StepGroup::create(); created.ok())
    group = std::move(created).value();
  Rung rung = Rung::landlock;
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const Result<pid_t> jailed = fork_into_jail(setup->namespaces, rung);
  if (!jailed.ok()) {
    if (group) group->remove();
    report_failure(jailed.error());
    return 1;
  }
  if (jailed.value() != 0) {
    const int code = guard(jailed.value(), *page.value());
    if (group) group->remove();
    return code;
  }
  const Status status = serve_in_jail(*setup, rung, *page.value(), group);
  report_failure(status.error());
  return 1;
}

}  // namespace scribe::sandbox
