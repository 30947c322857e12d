// Namespaces by clone3, a tmpfs root by pivot_root, capabilities by capset: no helper programs.
#include "sandbox/jail.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include "sandbox/unique_fd.h"

namespace scribe::sandbox {
namespace {

constexpr std::uint64_t kNamespaces =
    CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
constexpr uid_t kInnerId = 1000;
constexpr uid_t kNobody = 65534;
constexpr const char* kRoot =
    "/tmp";  // Any folder will do: only this mount namespace sees it change.

constexpr std::string_view kRemedy =
    "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
    "kernel.apparmor_restrict_unprivileged_userns=0; in Docker: --security-opt seccomp=unconfined) "
    "or use a kernel with Landlock (5.13 or later)";

Error jail_error(std::string_view what) {
  return error(ErrorCode::unsupported, "cannot {}: {}", what, std::strerror(errno));
}

long clone_with(std::uint64_t flags) {
  clone_args arguments{};
  arguments.flags = flags;
  arguments.exit_signal = SIGCHLD;
  return ::syscall(SYS_clone3, &arguments, sizeof(arguments));
}

bool write_file(const std::string& path, std::string_view text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return file.valid() &&
         ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// The one identity inside is an ordinary user; outside it is nobody, or us if we are not root.
bool map_ids(pid_t child) {
  const std::string directory = fmt::format("/proc/{}/", child);
  const uid_t outer_uid = ::geteuid() == 0 ? kNobody : ::geteuid();
  const gid_t outer_gid = ::geteuid() == 0 ? kNobody : ::getegid();
  return write_file(directory + "uid_map", fmt::format("{} {} 1", kInnerId, outer_uid)) &&
         write_file(directory + "setgroups", "deny") &&
         write_file(directory + "gid_map", fmt::format("{} {} 1", kInnerId, outer_gid));
}

/// Forks into new namespaces; the child goes on only once its ids are mapped.
long fork_into_user_namespace() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return -1;
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const long child = clone_with(CLONE_NEWUSER | kNamespaces);
  char byte = 0;
  if (child == 0) {
    write_end.reset();
    // Files cannot be created by an id that is not mapped, so become the one that is.
    if (::read(read_end.get(), &byte, 1) != 1 || ::setresgid(kInnerId, kInnerId, kInnerId) != 0 ||
        ::setresuid(kInnerId, kInnerId, kInnerId) != 0)
      ::_exit(1);
    return 0;
  }
  if (child < 0) return -1;
  if (map_ids(static_cast<pid_t>(child)) && ::write(write_end.get(), &byte, 1) == 1) return child;
  const int failure = errno;
  ::kill(static_cast<pid_t>(child), SIGKILL);
  ::waitpid(static_cast<pid_t>(child), nullptr, 0);
  errno = failure;
  return -1;
}

/// An empty folder or file below the new root to bind `path` on.
Status create_bind_target(const std::string& path) {
  const std::filesystem::path target = kRoot + path;
  std::error_code failure;
  const bool is_folder = std::filesystem::is_directory(path, failure);
  std::filesystem::create_directories(is_folder ? target : target.parent_path(), failure);
  if (!failure && is_folder) return {};
  if (!failure && UniqueFd(::open(target.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644)).valid())
    return {};
  return error(ErrorCode::unsupported, "cannot create '{}' in the jail", path);
}

Status bind_read_only(const std::string& path) {
  const std::string target = kRoot + path;
  SCRIBE_TRY(create_bind_target(path));
  if (::mount(path.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
    return jail_error("bind '" + path + "'");
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  if (::mount_setattr(AT_FDCWD, target.c_str(), AT_RECURSIVE, &attributes, sizeof(attributes)) != 0)
    return jail_error("make '" + path + "' read-only");
  return {};
}

Status bind_device(const std::string& path) {
  const std::string target = kRoot + path;
  SCRIBE_TRY(create_bind_target(path));
  if (::mount(path.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0)
    return jail_error("bind '" + path + "'");
  return {};
}

/// The loader looks in /lib, and scripts in /bin, which are links where /usr is merged.
Status link_top_folders(std::initializer_list<const char*> names) {
  std::error_code failure;
  for (const char* name : names) {
    if (!std::filesystem::is_symlink(name, failure)) continue;
    const auto target = std::filesystem::read_symlink(name, failure);
    if (::symlink(target.c_str(), (std::string(kRoot) + name).c_str()) != 0)
      return jail_error(fmt::format("link {}", name));
  }
  return {};
}

Status mount_empty_root() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return jail_error("make mounts private");
  if (::mount("none", kRoot, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,nr_inodes=128,mode=755") != 0)
    return jail_error("mount an empty root");
  return {};
}

Status link_standard_streams() {
  constexpr std::array<std::pair<const char*, const char*>, 4> links = {
      {{"/proc/self/fd", "/dev/fd"},
       {"/proc/self/fd/0", "/dev/stdin"},
       {"/proc/self/fd/1", "/dev/stdout"},
       {"/proc/self/fd/2", "/dev/stderr"}}};
  for (const auto& [target, name] : links)
    if (::symlink(target, (std::string(kRoot) + name).c_str()) != 0)
      return jail_error(fmt::format("link {}", name));
  return {};
}

/// Runtimes find themselves and their memory there. Only the namespace's processes show, and none
/// of the kernel's settings.
Status mount_processes() {
  const std::string target = std::string(kRoot) + "/proc";
  if (::mkdir(target.c_str(), 0555) != 0) return jail_error("create /proc");
  constexpr unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;
  if (::mount("proc", target.c_str(), "proc", flags, "subset=pid") != 0)
    return jail_error("mount /proc");
  return {};
}

Status pivot_to_root() {
  const std::string old = std::string(kRoot) + "/old";
  if (::mkdir(old.c_str(), 0700) != 0) return jail_error("create the old root's folder");
  if (::syscall(SYS_pivot_root, kRoot, old.c_str()) != 0) return jail_error("pivot the root");
  if (::chdir("/") != 0 || ::umount2("/old", MNT_DETACH) != 0)
    return jail_error("leave the old root");
  ::rmdir("/old");
  mount_attr attributes{};
  attributes.attr_set =
      MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  if (::mount_setattr(AT_FDCWD, "/", 0, &attributes, sizeof(attributes)) != 0)
    return jail_error("make the root read-only");
  return {};
}

/// Of the process that made the jail: in a namespace of process ids, all have the same.
pid_t pid_outside = 0;

/// An identity that nobody else has, so that limits per user count this jail alone. Where user ids
/// are mapped (containers) the large one does not exist, and nobody's must do.
Status become_nobody() {
  const uid_t own = 0x40000000U + static_cast<uid_t>(pid_outside);
  if (::setgroups(0, nullptr) != 0) return jail_error("drop supplementary groups");
  for (const uid_t id : {own, kNobody})
    if (::setresgid(id, id, id) == 0 && ::setresuid(id, id, id) == 0) return {};
  return jail_error("give up root");
}

Status drop_capabilities() {
  for (int capability = 0; capability <= 63; ++capability)
    ::prctl(PR_CAPBSET_DROP, capability);  // Fails beyond the last one, or without CAP_SETPCAP.
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) return jail_error("drop capabilities");
  return {};
}

}  // namespace

std::string_view name_of(Rung rung) {
  switch (rung) {
    case Rung::user_namespace:
      return "user namespaces";
    case Rung::root_namespaces:
      return "root namespaces";
    case Rung::landlock:
      return "landlock";
  }
  SCRIBE_UNREACHABLE();
}

Result<pid_t> fork_into_jail(bool namespaces, Rung& rung) {
  pid_outside = ::getpid();
  rung = Rung::landlock;
  if (!namespaces) {
    const pid_t child = ::fork();
    if (child < 0) return jail_error("fork");
    return child;
  }
  rung = Rung::user_namespace;
  long child = fork_into_user_namespace();
  if (child < 0 && ::geteuid() == 0) {
    rung = Rung::root_namespaces;
    child = clone_with(kNamespaces);
  }
  if (child < 0)
    return error(ErrorCode::unsupported, "cannot create namespaces: {}; {}", std::strerror(errno),
                 kRemedy);
  return static_cast<pid_t>(child);
}

Status enter_private_root(const std::vector<std::string>& readable) {
  SCRIBE_TRY(mount_empty_root());
  for (const std::string& path : readable) SCRIBE_TRY(bind_read_only(path));
  SCRIBE_TRY(link_top_folders({"/lib", "/lib64"}));
  return pivot_to_root();
}

Status enter_workshop_root(const std::vector<std::string>& visible,
                           const std::vector<std::string>& mount_points) {
  SCRIBE_TRY(mount_empty_root());
  for (const std::string& path : visible) SCRIBE_TRY(bind_read_only(path));
  SCRIBE_TRY(link_top_folders({"/lib", "/lib64", "/lib32", "/bin", "/sbin"}));
  for (const char* device : {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"})
    SCRIBE_TRY(bind_device(device));
  SCRIBE_TRY(link_standard_streams());
  SCRIBE_TRY(mount_processes());
  for (const std::string& path : mount_points)
    if (::mkdir((kRoot + path).c_str(), 0755) != 0) return jail_error("create '" + path + "'");
  return pivot_to_root();
}

Status mount_scratch(const std::string& mount_point, const ScratchSize& size, bool executable,
                     bool first) {
  if (!first && ::umount2(mount_point.c_str(), MNT_DETACH) != 0)
    return error(ErrorCode::internal, "cannot empty '{}': {}", mount_point, std::strerror(errno));
  const std::string options = fmt::format("size={},nr_inodes={},mode=777", size.bytes, size.files);
  const unsigned long flags =
      MS_NOSUID | MS_NODEV | (executable ? 0UL : static_cast<unsigned long>(MS_NOEXEC));
  if (::mount("none", mount_point.c_str(), "tmpfs", flags, options.c_str()) != 0)
    return error(ErrorCode::internal, "cannot mount '{}': {}", mount_point, std::strerror(errno));
  return {};
}

Status set_mount_read_only(const std::string& mount_point, bool read_only) {
  mount_attr attributes{};
  (read_only ? attributes.attr_set : attributes.attr_clr) = MOUNT_ATTR_RDONLY;
  if (::mount_setattr(AT_FDCWD, mount_point.c_str(), 0, &attributes, sizeof(attributes)) != 0)
    return error(ErrorCode::internal, "cannot make '{}' {}: {}", mount_point,
                 read_only ? "read-only" : "writable", std::strerror(errno));
  return {};
}

Status drop_privileges(Rung rung) {
  if (rung != Rung::user_namespace && ::geteuid() == 0) SCRIBE_TRY(become_nobody());
  SCRIBE_TRY(drop_capabilities());
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return jail_error("forbid new privileges");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return jail_error("become unreadable");
  return {};
}

}  // namespace scribe::sandbox
