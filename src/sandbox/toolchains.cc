// Finds toolchains in the system's folders and asks them for their versions.
#include "sandbox/toolchains.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "sandbox/languages.h"
#include "sandbox/unique_fd.h"

namespace scribe::sandbox {
namespace {

constexpr std::array<const char*, 2> kProgramFolders = {"/usr/bin", "/usr/local/go/bin"};
constexpr int kVersionMilliseconds = 20'000;

/// Folders and files that exist.
std::vector<std::string> existing(const std::vector<std::string>& paths) {
  std::vector<std::string> found;
  std::error_code failure;
  for (const std::string& path : paths)
    if (std::filesystem::exists(path, failure)) found.push_back(path);
  return found;
}

/// What is missing for a language, or "".
std::string problem_of(const Language& language) {
  for (const auto& [name, package] : language.needs) {
    std::error_code failure;
    const bool found = name.starts_with('/') ? std::filesystem::exists(name, failure)
                                             : !program_path(name).empty();
    if (!found) return fmt::format("{} is not installed; install {}", name, package);
  }
  return "";
}

/// What a trusted program prints, at most a kilobyte; "" if it cannot be started.
std::string output_of(const CommandLine& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return "";
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/bin:/bin";
  std::string home = "HOME=/nonexistent";
  std::array<char*, 3> environment = {path.data(), home.data(), nullptr};
  pid_t child = -1;
  const int failure =
      ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  write_end.reset();
  if (failure != 0) return "";
  char text[1024] = {};
  pollfd waiting{read_end.get(), POLLIN, 0};
  if (::poll(&waiting, 1, kVersionMilliseconds) != 1) ::kill(child, SIGKILL);
  const ssize_t size_bytes = ::read(read_end.get(), text, sizeof(text) - 1);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return size_bytes > 0 ? std::string(text) : std::string();
}

std::string version_of(const Language& language) {
  CommandLine command = language.version;
  command[0] = program_path(command[0]);
  const std::string text = output_of(command);
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string program_path(std::string_view name) {
  std::error_code failure;
  for (const char* folder : kProgramFolders) {
    const std::string path = fmt::format("{}/{}", folder, name);
    if (std::filesystem::exists(path, failure)) return path;
  }
  return "";
}

std::string real_path(const std::string& path) {
  std::error_code failure;
  const auto real = std::filesystem::canonical(path, failure);
  return failure ? path : real.string();
}

const std::vector<std::string>& toolchain_folders() {
  static const std::vector<std::string> folders = [] {
    std::vector<std::string> paths = {
        "/usr/bin",     "/usr/lib",   "/usr/lib32",    "/usr/lib64",        "/usr/libexec",
        "/usr/include", "/usr/share", "/usr/local/go", "/etc/alternatives", "/etc/ld.so.cache"};
    std::error_code failure;
    for (const char* name : {"/bin", "/lib", "/lib64"})  // Where /usr is not merged.
      if (!std::filesystem::is_symlink(name, failure)) paths.emplace_back(name);
    for (const auto& entry : std::filesystem::directory_iterator("/etc", failure))
      if (entry.path().filename().string().starts_with("java-")) paths.push_back(entry.path());
    return existing(paths);
  }();
  return folders;
}

std::optional<std::string> language_named(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  });
  for (const Language& language : languages())
    if (language.name == lower ||
        std::ranges::find(language.aliases, lower) != language.aliases.end())
      return std::string(language.name);
  return std::nullopt;
}

std::vector<ToolchainReport> probe_toolchains() {
  std::vector<ToolchainReport> reports;
  for (const Language& language : languages()) {
    ToolchainReport report{.language = std::string(language.name),
                           .title = std::string(language.title),
                           .available = false,
                           .version = "",
                           .problem = problem_of(language)};
    report.available = report.problem.empty();
    if (report.available) report.version = version_of(language);
    reports.push_back(std::move(report));
  }
  return reports;
}

Result<const Language*> find_toolchain(std::string_view name) {
  std::string known;
  for (const Language& language : languages()) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", language.name);
    if (language.name != name) continue;
    const std::string problem = problem_of(language);
    if (problem.empty()) return &language;
    return error(ErrorCode::unsupported, "{} programs cannot be run here: {}", language.title,
                 problem);
  }
  return error(ErrorCode::unsupported, "programs in '{}' cannot be run, expected one of {}", name,
               known);
}

Status check_toolchain(std::string_view name) {
  const Result<const Language*> found =
      find_toolchain(language_named(name).value_or(std::string(name)));
  return found.ok() ? Status() : Status(found.error());
}

std::vector<std::string> step_environment(const std::string& root) {
  const std::string scratch = root + "/tmp";
  std::vector<std::string> variables = {
      "PATH=/usr/bin:/bin", "HOME=" + scratch,   "TMPDIR=" + scratch,     "LANG=C.UTF-8",
      "LC_ALL=C.UTF-8",     "UV_USE_IO_URING=0", "OPENSSL_CONF=/dev/null"};
  for (std::string& variable : go_environment(root)) variables.push_back(std::move(variable));
  return variables;
}

}  // namespace scribe::sandbox
