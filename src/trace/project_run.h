// Runs a project's own command under the tracer, and the builder over what that gave.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/jailed_command.h"

namespace scribe::trace {

struct ProjectRunOptions {
  std::vector<std::string> command;  ///< "{project}" in it is the folder of the scratch copy
  std::string copy;                  ///< folder to run in a copy of; "" runs in an empty folder
  std::vector<std::string> files;    ///< prefixes of paths of files whose functions are recorded
  std::vector<std::string> visible;  ///< more folders that the command needs, as of its interpreter
  bool skip_tests = true;            ///< leave out functions in files of tests
  int samples_max = 40;              ///< different inputs that are kept of a function
  int calls_max = 3000;              ///< calls of a function that are looked at
  std::int64_t bytes_max = std::int64_t{32} << 20;  ///< what each process may write of its calls
  CommandLimits limits = {.cpu_seconds = 300, .wall_seconds = 900};
};

struct ProjectRun {
  std::string lines;           ///< what the tracers wrote: see kRunnerSource
  std::string end;             ///< "exit", or the limit that ended it: "cpu", "wall", "memory" ...
  int exit_code = 0;           ///< of the command, if it ended by itself
  std::string tail;            ///< the end of what it printed
  std::int64_t processes = 0;  ///< that wrote anything
  double cpu_seconds = 0;
};

/// Runs the command in a jail of its own (jailed_command.h), with every CPython >= 3.8 in it traced
/// that reads PYTHONPATH. A command that fails or does not end is no Error: what was recorded until
/// then is kept. Errors: of run_jailed_command(); not_found if the command cannot be started.
Result<ProjectRun> run_project(const ProjectRunOptions& options);

struct BuilderOptions {
  std::vector<std::string> files;    ///< files and folders whose functions are looked at
  std::vector<std::string> visible;  ///< folders that the traced files lie in
  bool doctests = true;              ///< take inputs from examples in docstrings
  bool guesses = false;              ///< guess inputs of documented functions that have none
  bool skip_tests = true;
  int helpers_max = 30;  ///< definitions that may stand before a function
  int prompt_bytes_max = 8192;
  int body_lines_max = 60;
  CommandLimits limits = {.cpu_seconds = 900,
                          .wall_seconds = 3600,
                          .memory_bytes = std::int64_t{3} << 30,
                          .output_bytes = std::int64_t{256} << 20};
};

/// The candidates that the builder makes, as JSON lines: see kCandidatesSource. `traces` are lines
/// of ProjectRun, or "". Errors: as above; internal if the builder fails.
Result<std::string> build_candidates(const BuilderOptions& options, const std::string& traces);

}  // namespace scribe::trace
