// Runs the program `scribe` as a user would, and kills it as a power cut would.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace scribe::testing {

struct ProgramResult {
  int exit_code = -1;  ///< 128 + the signal if it was killed by one
  std::string output;  ///< stdout and stderr together
};

/// Runs `scribe ARGUMENTS` to its end.
ProgramResult run_program(const std::vector<std::string>& arguments);

/// Runs another program to its end; the first word is its path.
ProgramResult run_words(std::vector<std::string> words);

/// Starts `scribe ARGUMENTS` and sends it SIGKILL as soon as `ready` returns true. Returns false if
/// the program ended before (the test then proves nothing and should fail).
bool run_and_kill(const std::vector<std::string>& arguments, const std::function<bool()>& ready);

/// Starts `scribe ARGUMENTS`, sends it SIGTERM as soon as `ready` returns true, and waits for its
/// end. Returns its exit code as ProgramResult has it; -1 if it ended before.
int run_and_end(const std::vector<std::string>& arguments, const std::function<bool()>& ready);

/// Number of newlines in a file; 0 if there is none.
int count_lines(const std::string& path);

/// The file's bytes; fails the test if it cannot be read.
std::string read_bytes(const std::string& path);

}  // namespace scribe::testing
