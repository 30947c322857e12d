// The child of the exec launcher: restricts itself for good and becomes a compiler or a program.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "sandbox/exec_wire.h"
#include "sandbox/jail.h"
#include "sandbox/landlock.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox/step_group.h"

namespace scribe::sandbox {

/// All that a child needs to know, made ready before the fork.
struct ProgramPlan {
  ExecRequest request;
  StepPayload payload = {};
  std::string folder = {};             ///< where it starts
  std::vector<FolderRule> rules = {};  ///< for Landlock; none means that the machine has none
  Rung rung = Rung::landlock;
  bool limits_tasks = true;          ///< RLIMIT_NPROC counts this jail alone
  std::array<int, 3> streams{};      ///< descriptors for 0, 1 and 2
  const StepGroup* group = nullptr;  ///< to join; none if the machine gives none
};

/// Runs in a fresh fork of the launcher. Writes one line to `problem_fd` (close-on-exec) and exits
/// if it cannot restrict itself or start the program.
[[noreturn]] void become_program(const ProgramPlan& plan, SeccompFilter& filter, int problem_fd);

}  // namespace scribe::sandbox
