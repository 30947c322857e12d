// One step of the exec engine's build stage, in a jail that shows more folders.
#include "sandbox/jailed_command.h"

#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "sandbox/exec_session.h"
#include "sandbox/sandbox.h"
#include "sandbox/toolchains.h"

namespace scribe {
namespace {

using sandbox::ExecFault;

std::string_view name_of_limit(ExecFault fault) {
  switch (fault) {
    case ExecFault::none:
      return "";
    case ExecFault::cpu:
      return "cpu";
    case ExecFault::wall:
      return "wall";
    case ExecFault::memory:
      return "memory";
    case ExecFault::output:
      return "output";
    case ExecFault::files:
      return "files";
    case ExecFault::processes:
      return "processes";
  }
  SCRIBE_UNREACHABLE();
}

bool is_below(const std::string& path, std::string_view folder) {
  return path == folder || path.starts_with(std::string(folder) + "/");
}

/// The folders that must be added to the jail. Errors: not_found, invalid_argument.
Result<std::vector<std::string>> folders_to_show(const std::vector<std::string>& visible) {
  std::vector<std::string> folders;
  for (const std::string& path : visible) {
    if (!path.starts_with('/'))
      return error(ErrorCode::invalid_argument, "'{}' is not an absolute path", path);
    if (path.find('\n') != std::string::npos)  // One a line is how the jail is told of them.
      return error(ErrorCode::invalid_argument, "'{}' has a newline in its name", path);
    for (const std::string_view own : {"/tmp", "/build", "/cache", "/dev", "/proc"})
      if (is_below(path, own))
        return error(
            ErrorCode::invalid_argument,
            "'{}' cannot be shown in the jail, which has a {} of its own; put it elsewhere", path,
            own);
    std::error_code failure;
    if (!std::filesystem::exists(path, failure))
      return error(ErrorCode::not_found, "'{}' does not exist", path);
    const auto holds_it = [&path](const std::string& folder) { return is_below(path, folder); };
    if (!std::ranges::any_of(sandbox::toolchain_folders(), holds_it) &&
        !std::ranges::any_of(folders, holds_it))
      folders.push_back(path);
  }
  return folders;
}

int exit_code_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

}  // namespace

Result<CommandEnd> run_jailed_command(const JailedCommand& command) {
  SCRIBE_TRY_ASSIGN(const std::vector<std::string> visible, folders_to_show(command.visible));
  SCRIBE_TRY_ASSIGN(const SandboxCapabilities capabilities, probe_sandbox());
  SCRIBE_TRY_ASSIGN(sandbox::ExecSession session,
                    sandbox::ExecSession::start(capabilities, visible));
  sandbox::StepPayload payload{.arguments = command.arguments,
                               .environment = sandbox::step_environment(session.root()),
                               .files = {}};
  for (const auto& [name, content] : command.files)
    payload.files.emplace_back("tmp/" + name, content);
  const CommandLimits& limits = command.limits;
  SCRIBE_TRY_ASSIGN(const sandbox::StepResult result,
                    session.run({.stage = sandbox::ExecStage::build,
                                 .new_build = 1,
                                 .cpu_seconds = limits.cpu_seconds,
                                 .wall_seconds = limits.wall_seconds,
                                 .memory_bytes = limits.memory_bytes,
                                 .address_bytes = 0,
                                 .output_bytes = limits.output_bytes,
                                 .file_bytes = limits.file_bytes,
                                 .processes = limits.processes},
                                payload, ""));
  return CommandEnd{.limit = std::string(name_of_limit(result.reply.fault)),
                    .exit_code = exit_code_of(result.reply.wait_status),
                    .output = result.output,
                    .messages = result.messages,
                    .cpu_seconds = result.reply.cpu_seconds,
                    .wall_seconds = result.reply.wall_seconds,
                    .memory_bytes = result.reply.memory_bytes};
}

}  // namespace scribe
