// The languages of the exec engine: what each needs, and how it compiles and runs a program.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sandbox/sandbox.h"

namespace scribe::sandbox {

/// One language on this machine: there, or what is missing.
struct ToolchainReport {
  std::string language;  ///< "cpp", "js" ...: as in SandboxJob::language
  std::string title;     ///< "C++"
  bool available = false;
  std::string version;  ///< of the compiler or interpreter, one line
  std::string problem;  ///< if it is not available: what to install
};

/// Looks for the programs of every language, and asks those that are there for their versions.
/// Looks in the system's folders only: what runs is not for the environment to choose.
std::vector<ToolchainReport> probe_toolchains();

/// "cpp" for "C++", "go" for "go_test.go" ...: the names that problem files use. Nothing if the
/// exec engine does not know the language.
std::optional<std::string> language_named(std::string_view name);

/// Folders and files that the jail of compilers and programs shows, those that exist.
const std::vector<std::string>& toolchain_folders();

using NamedFiles = std::vector<std::pair<std::string, std::string>>;
using CommandLine = std::vector<std::string>;

/// The program under test and where it is to be built.
struct BuildContext {
  std::string root;  ///< of the work folders "build", "tmp" and "cache": "" is the root
  TestForm form = TestForm::stdio;
  std::string_view candidate = {};
  std::string_view tests = {};  ///< own source follows the candidate's; "" for TestForm::stdio
  std::int64_t memory_bytes = 0;
  std::string warm_output = {};  ///< what the last warm-up command printed
};

/// How to build and run one program. Files are relative to the work folders' root.
struct BuildPlan {
  NamedFiles files = {};
  std::vector<CommandLine> compile = {};  ///< none for interpreted languages
  CommandLine run;
};

/// The work that is done once per worker, before the first program of a language and form.
struct WarmUp {
  NamedFiles files = {};
  CommandLine command;  ///< none if there is nothing to do
};

/// One language; a constant of the program.
struct Language {
  std::string_view name;
  std::string_view title;
  std::vector<std::string_view> aliases;
  /// Programs (or files, if they begin with a slash) and the Debian package of each.
  std::vector<std::pair<std::string_view, std::string_view>> needs;
  CommandLine version = {};  ///< the first is the name of a program
  /// RLIMIT_AS can stand for memory: the runtime does not reserve much more than it uses.
  bool bears_address_limit = true;
  int runtime_tasks = 0;           ///< threads that the runtime starts for itself
  std::int64_t runtime_bytes = 0;  ///< that the runtime uses besides the program's own memory
  double start_cpu_seconds = 0;    ///< that the runtime needs before the program's first line
  WarmUp (*warm_up)(const BuildContext& context) = nullptr;
  BuildPlan (*build)(const BuildContext& context) = nullptr;
};

/// The language of that canonical name. Errors: unsupported, if it is unknown or its toolchain is
/// not installed, with the package to install.
Result<const Language*> find_toolchain(std::string_view name);

/// Ok if programs of that language, by any of its names, can be run here. Errors: unsupported, with
/// the package to install.
Status check_toolchain(std::string_view name);

/// Variables of every step: nothing of the user's own environment.
std::vector<std::string> step_environment(const std::string& root);

}  // namespace scribe::sandbox
